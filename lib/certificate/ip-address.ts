import { malformed } from './der.js'

/**
 * The text of an address of 4 or 16 octets: dotted quad, or IPv6 in the form of RFC 5952.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: neither 4 nor 16 octets
 */
export function formatAddress (octets: Buffer): string {
  if (octets.length === 4) return octets.join('.')
  if (octets.length !== 16) throw malformed(`iPAddress has ${octets.length} octets`)
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(index * 2))
  const zeros = longestZeros(groups)
  const hex = groups.map((group) => group.toString(16))
  if (zeros.length < 2) return hex.join(':')
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`
}

// RFC 5952, section 4.2: `::` stands for the longest run of two or more zero groups, the first of equals.
function longestZeros (groups: readonly number[]): { start: number, length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

/** The 4 or 16 octets of an address in text form (RFC 4291, section 2.2; no zone), or `undefined` where it is none. */
export function parseAddress (text: string): Buffer | undefined {
  const version4 = quad(text)
  if (version4 !== undefined) return Buffer.from(version4)
  const [head, tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const front = groupOctets(head, tail === undefined)
  const back = tail === undefined ? [] : groupOctets(tail, true)
  if (front === undefined || back === undefined) return undefined
  const gap = 16 - front.length - back.length
  // `::` stands for one group at the least; without it all eight are written.
  if (tail === undefined ? gap !== 0 : gap < 2) return undefined
  return Buffer.from([...front, ...new Array<number>(gap).fill(0), ...back])
}

function quad (text: string): number[] | undefined {
  const octet = '(?:0|[1-9]\\d{0,2})'
  if (!new RegExp(`^${octet}(?:\\.${octet}){3}$`).test(text)) return undefined
  const octets = text.split('.').map(Number)
  return octets.every((each) => each < 256) ? octets : undefined
}

// Colon-separated groups, of which the last may be a dotted quad where the address ends with them.
function groupOctets (text: string, isLast: boolean): number[] | undefined {
  if (text === '') return []
  const octets: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    const found = isLast && index === groups.length - 1 ? quad(group) ?? pair(group) : pair(group)
    if (found === undefined) return undefined
    octets.push(...found)
  }
  return octets
}

function pair (group: string): number[] | undefined {
  if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 0xff]
}
