/**
 * A second reader of DER, for tests alone: it knows nothing of the one in lib, and throws where the octets are not the
 * least that X.690 asks for.
 */
export interface DerElement {
  readonly tag: number
  readonly content: Buffer
  /** Of constructed elements alone. */
  readonly children: readonly DerElement[]
  /** The whole element. */
  readonly octets: Buffer
}

export function derElement (octets: Buffer): DerElement {
  const [element, ...others] = derElements(octets)
  if (element === undefined || others.length > 0) throw new Error('not one element')
  return element
}

export function derElements (octets: Buffer): DerElement[] {
  if (octets.length === 0) return []
  const { start, end } = lengthOf(octets)
  const tag = octets[0]
  const content = octets.subarray(start, end)
  const element = { tag, content, children: (tag & 0x20) === 0 ? [] : derElements(content), octets: octets.subarray(0, end) }
  checkLeast(element)
  return [element, ...derElements(octets.subarray(end))]
}

function lengthOf (octets: Buffer): { start: number, end: number } {
  if ((octets[0] & 0x1f) === 0x1f) throw new Error('a tag of several octets')
  const count = octets[1] < 0x80 ? 0 : octets[1] & 0x7f
  if (octets[1] === 0x80) throw new Error('an indefinite length')
  const start = 2 + count
  const length = count === 0 ? octets[1] : octets.readUIntBE(2, count)
  if (count > 0 && (octets[2] === 0 || length < 0x80)) throw new Error('a length that is not the shortest')
  if (!(start + length <= octets.length)) throw new Error('an element that is cut off')
  return { start, end: start + length }
}

function checkLeast ({ tag, content, children }: DerElement): void {
  // Where there is a BOOLEAN in X.509, FALSE is its default.
  if (tag === 0x01 && content.toString('hex') !== 'ff') throw new Error('a BOOLEAN that is not the octet ff')
  if (tag === 0x02 && !isLeastInteger(content)) throw new Error('an INTEGER with superfluous octets')
  if (tag === 0x03 && !(content[0] < 8 && (content[content.length - 1] & ((1 << content[0]) - 1)) === 0)) throw new Error('a BIT STRING with unused bits that are set')
  if (tag === 0x05 && content.length > 0) throw new Error('a NULL with content')
  if (tag === 0x31 && !isSorted(children.map(({ octets }) => octets))) throw new Error('a SET that is not in order')
  if (tag === 0x31 && children.length === 0) throw new Error('an empty SET')
  if ((tag & 0xe0) === 0xa0 && children.length === 0) throw new Error('an explicit tag around nothing')
}

const isLeastInteger = (content: Buffer) => content.length === 1 ||
  (content.length > 1 && !(content[0] === 0 && content[1] < 0x80) && !(content[0] === 0xff && content[1] >= 0x80))

const isSorted = (members: readonly Buffer[]) => members.every((member, index) => index === 0 || Buffer.compare(members[index - 1], member) <= 0)
