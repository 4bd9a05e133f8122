import { CertificateError } from '../errors.js'
import { knownObjectIdentifier } from './known-object-identifiers.js'

export { contextTag, tags } from './tags.js'

/**
 * A reader of the Distinguished Encoding Rules (ITU-T X.690), for what PKIX documents need of them: single-octet
 * tags, definite lengths, nothing beyond the end. An element is a place in octets that stay where they are; nothing
 * is copied or decoded before it is asked for. Depth is bounded by the grammars that use it: none of them recurses.
 */
export interface Element {
  readonly octets: Buffer
  /** The identifier octet: class, constructed bit and number. */
  readonly tag: number
  /** Where the identifier octet stands. */
  readonly start: number
  /** Where the contents begin. */
  readonly from: number
  /** One past the last octet of the contents. */
  readonly end: number
}

// OpenSSL takes at most this many octets of certificates in a handshake (SSL_MAX_CERT_LIST_DEFAULT).
export const maxCertificateOctets = 100 * 1024

export function malformed (what: string, at?: number): CertificateError {
  return new CertificateError('MALFORMED', at === undefined ? what : `${what} at octet ${at}`)
}

/**
 * The element that begins at `position`. `end` is where the octets that it may use end.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: cut short, a long-form tag, or a length that DER does not allow
 */
export function readElement (octets: Buffer, position = 0, end = octets.length): Element {
  if (position + 2 > end) throw malformed('DER ends inside a header', position)
  const tag = octets[position]
  if ((tag & 0x1f) === 0x1f) throw malformed('DER tag number above 30', position)
  const first = octets[position + 1]
  if (first < 0x80) return place(octets, tag, position, position + 2, first, end)
  const count = first & 0x7f
  // Four length octets say 4 GiB, which is more than any document here may have.
  if (count === 0 || count > 4) throw malformed('DER length is indefinite or too long', position)
  if (position + 2 + count > end) throw malformed('DER ends inside a header', position)
  const length = octets.readUIntBE(position + 2, count)
  if (length < 0x80 || octets[position + 2] === 0) throw malformed('DER length is not minimal', position)
  return place(octets, tag, position, position + 2 + count, length, end)
}

function place (octets: Buffer, tag: number, start: number, from: number, length: number, limit: number): Element {
  const end = from + length
  if (end > limit) throw malformed('DER element is longer than what holds it', start)
  return { octets, tag, start, from, end }
}

/** The one element that `octets` consist of, with nothing behind it. */
export function readWhole (octets: Buffer, tag: number, what: string): Element {
  const element = expect(readElement(octets), tag, what)
  if (element.end !== octets.length) throw malformed(`${what} has octets behind its end`, element.end)
  return element
}

/** The same element, once its tag is seen to be the one that the grammar asks for. */
export function expect (element: Element | undefined, tag: number, what: string): Element {
  if (element === undefined) throw malformed(`${what} is missing`)
  if (element.tag !== tag) throw malformed(`${what} has tag 0x${element.tag.toString(16)}, not 0x${tag.toString(16)},`, element.start)
  return element
}

/** The elements inside a constructed one, in order. */
export function children (parent: Element): Element[] {
  const found: Element[] = []
  for (let position = parent.from; position < parent.end;) {
    const element = readElement(parent.octets, position, parent.end)
    found.push(element)
    position = element.end
  }
  return found
}

/** The elements of a SEQUENCE OF or SET OF that its grammar wants non-empty. */
export function members (parent: Element, what: string): Element[] {
  if (parent.from === parent.end) throw malformed(`${what} is empty`, parent.start)
  return children(parent)
}

/**
 * What `read` makes of each of the children, in order; frozen.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: there are more than `most`
 */
export function readChildren <Value> (parent: Element, read: (element: Element) => Value, most = Infinity): readonly Value[] {
  const found: Value[] = []
  for (let position = parent.from; position < parent.end;) {
    if (found.length === most) throw malformed(`there are more than ${most} elements where so many belong at most,`, parent.start)
    const element = readElement(parent.octets, position, parent.end)
    found.push(read(element))
    position = element.end
  }
  return Object.freeze(found)
}

/** The same of the members. */
export function readMembers <Value> (parent: Element, what: string, read: (element: Element) => Value, most = Infinity): readonly Value[] {
  if (parent.from === parent.end) throw malformed(`${what} is empty`, parent.start)
  return readChildren(parent, read, most)
}

/** The one element inside an explicitly tagged one, of whatever tag. */
export function onlyElement (parent: Element, what: string): Element {
  const element = readElement(parent.octets, parent.from, parent.end)
  if (element.end !== parent.end) throw malformed(`${what} has octets behind its end`, element.end)
  return element
}

/** The one element inside an explicitly tagged one. */
export const onlyChild = (parent: Element, tag: number, what: string): Element => expect(onlyElement(parent, what), tag, what)

/** Walks through a SEQUENCE whose fields are told apart by their tags: take what comes next, or see that it is not there. */
export class Fields {
  readonly #parent: Element
  readonly #what: string
  #position: number

  constructor (parent: Element, what: string) {
    this.#parent = parent
    this.#what = what
    this.#position = parent.from
  }

  take (tag: number, field: string): Element {
    const element = this.takeAny(field)
    return element.tag === tag ? element : expect(element, tag, `${this.#what}.${field}`)
  }

  takeAny (field: string): Element {
    if (!this.hasMore) throw malformed(`${this.#what}.${field} is missing`, this.#position)
    const element = readElement(this.#parent.octets, this.#position, this.#parent.end)
    this.#position = element.end
    return element
  }

  optional (tag: number): Element | undefined {
    return this.hasMore && this.#parent.octets[this.#position] === tag ? this.takeAny('') : undefined
  }

  get hasMore (): boolean {
    return this.#position < this.#parent.end
  }

  end (): void {
    if (this.hasMore) throw malformed(`${this.#what} has a field too many`, this.#position)
  }
}

/** The same octets as a Buffer; not a copy. */
export const asBuffer = (octets: Uint8Array): Buffer =>
  Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)

/** The whole element, header and contents; a view, not a copy. */
export const encoding = (element: Element): Buffer => element.octets.subarray(element.start, element.end)

/** Whether there is nothing but zero bytes and line breaks, as files have them behind their document. */
export const isPadding = (octets: Buffer): boolean => octets.every((each) => each === 0x00 || each === 0x0a || each === 0x0d)

/** The contents of the element; a view, not a copy. */
export const contents = (element: Element): Buffer => element.octets.subarray(element.from, element.end)

export function readBoolean (element: Element): boolean {
  const value = element.octets[element.from]
  if (element.end - element.from !== 1 || (value !== 0 && value !== 0xff)) throw malformed('BOOLEAN is not 00 or FF', element.start)
  return value === 0xff
}

/** The contents of an INTEGER, seen to be minimal: two's complement, big end first. */
export function readInteger (element: Element): Buffer {
  const { octets, from, end } = element
  if (end === from) throw malformed('INTEGER is empty', element.start)
  const fill = octets[from]
  const redundant = end - from > 1 && ((fill === 0 && octets[from + 1] < 0x80) || (fill === 0xff && octets[from + 1] >= 0x80))
  if (redundant) throw malformed('INTEGER is not minimal', element.start)
  return contents(element)
}

/** A small non-negative INTEGER: a version, a path length. */
export function readSmallInteger (element: Element, what: string): number {
  const value = readInteger(element)
  if (value[0] >= 0x80 || value.length > 4) throw malformed(`${what} is negative or too great`, element.start)
  return value.readUIntBE(0, value.length)
}

/** The octets of a BIT STRING that holds whole octets, as keys and signatures do. */
export function readBitStringOctets (element: Element): Buffer {
  if (element.end === element.from || element.octets[element.from] !== 0) throw malformed('BIT STRING does not hold whole octets', element.start)
  return element.octets.subarray(element.from + 1, element.end)
}

/** Sees that a BIT STRING says how many bits of its last octet are unused, and that these are zero (X.690, 11.2.1). */
export function checkBitString ({ octets, from, end, start }: Element): void {
  const unused = octets[from]
  if (end === from || unused > 7 || (end === from + 1 && unused !== 0)) throw malformed('BIT STRING has a wrong count of unused bits', start)
  if (end > from + 1 && (octets[end - 1] & ((1 << unused) - 1)) !== 0) throw malformed('BIT STRING has padding that is not zero', start)
}

/**
 * The numbers of the bits that are set in a named BIT STRING, of its first 32: no document names more. Trailing zero bits, which
 * X.690, section 11.2.2 does not allow, are taken: widely used encoders wrote them, and they change nothing.
 */
export function readNamedBits (element: Element): readonly number[] {
  checkBitString(element)
  const { octets, from, end } = element
  const found: number[] = []
  for (let bit = 0; bit < Math.min((end - from - 1) * 8, mostNamedBits); bit++) {
    if ((octets[from + 1 + (bit >> 3)] & (0x80 >> (bit & 7))) !== 0) found.push(bit)
  }
  return Object.freeze(found)
}

const mostNamedBits = 32

// RFC 5280, appendix B asks readers for 100 characters of dotted form, which are fewer octets than these.
const maxObjectIdentifierOctets = 128

/**
 * An OBJECT IDENTIFIER in dotted decimal form.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED; ERR_CERTIFICATE_UNSUPPORTED: longer than 128 octets
 */
export function readObjectIdentifier (element: Element): string {
  const { octets, from, end } = element
  const known = knownObjectIdentifier(octets, from, end)
  if (known !== undefined) return known
  if (end === from || octets[end - 1] >= 0x80) throw malformed('OBJECT IDENTIFIER is cut short', element.start)
  if (end - from > maxObjectIdentifierOctets) throw new CertificateError('UNSUPPORTED', `OBJECT IDENTIFIER has more than ${maxObjectIdentifierOctets} octets at octet ${element.start}`)
  const arcs: bigint[] = []
  for (let position = from; position < end; position++) {
    if (octets[position] === 0x80) throw malformed('OBJECT IDENTIFIER is not minimal', position)
    // The arcs below 2.25 are UUIDs, which no number holds.
    let arc = 0n
    while (octets[position] >= 0x80) arc = (arc | BigInt(octets[position++] & 0x7f)) << 7n
    arcs.push(arc | BigInt(octets[position]))
  }
  return [...firstArcs(arcs[0]), ...arcs.slice(1)].join('.')
}

function firstArcs (value: bigint): [bigint, bigint] {
  if (value < 40n) return [0n, value]
  return value < 80n ? [1n, value - 40n] : [2n, value - 80n]
}
