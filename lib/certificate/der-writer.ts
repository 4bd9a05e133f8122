import { CertificateError } from '../errors.js'
import { tags } from './tags.js'

const malformed = (what: string) => new CertificateError('MALFORMED', what)

/** A writer of the Distinguished Encoding Rules (ITU-T X.690): each function gives the octets of one whole element. */
export function write (tag: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0
  for (const part of parts) length += part.length
  return Buffer.concat([header(tag, length), ...parts])
}

function header (tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length])
  const octets = octetsOf(length)
  return Buffer.from([tag, 0x80 | octets.length, ...octets])
}

export const writeSequence = (...parts: readonly Uint8Array[]) => write(tags.sequence, ...parts)

/** SET OF: DER orders the members by their encodings (X.690, 11.6). */
export const writeSet = (...parts: readonly Uint8Array[]) => write(tags.set, ...[...parts].sort(Buffer.compare))

export const writeBoolean = (value: boolean) => Buffer.from([tags.boolean, 1, value ? 0xff : 0])

export const writeNull = () => Buffer.from([tags.null, 0])

/**
 * A non-negative INTEGER, from a number or from its octets, big end first.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a number that is negative or no integer
 */
export function writeInteger (value: number | Uint8Array): Buffer {
  if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) throw malformed(`${value} is no non-negative integer`)
  const octets = typeof value === 'number' ? octetsOf(value) : Buffer.from(value)
  let first = 0
  while (first < octets.length && octets[first] === 0) first++
  const least = octets.subarray(first)
  // A sign octet, where the first bit would say that the number is negative; zero is one octet.
  return least.length === 0 || least[0] >= 0x80 ? write(tags.integer, Buffer.from([0]), least) : write(tags.integer, least)
}

function octetsOf (value: number): Buffer {
  const text = value.toString(16)
  return Buffer.from(text.padStart(text.length + (text.length & 1), '0'), 'hex')
}

export const writeOctetString = (octets: Uint8Array) => write(tags.octetString, octets)

/** A BIT STRING of whole octets. */
export const writeBitString = (octets: Uint8Array) => write(tags.bitString, Buffer.from([0]), octets)

/**
 * A named BIT STRING, from the numbers of the bits to set; trailing zero bits are left out (X.690, 11.2.2).
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a number that is negative or no integer
 */
export function writeNamedBits (bits: readonly number[]): Buffer {
  const wrong = bits.find((bit) => !(Number.isInteger(bit) && bit >= 0))
  if (wrong !== undefined) throw malformed(`${wrong} is no number of a bit`)
  if (bits.length === 0) return write(tags.bitString, Buffer.from([0]))
  const highest = Math.max(...bits)
  const octets = Buffer.alloc((highest >> 3) + 1)
  for (const bit of bits) octets[bit >> 3] |= 0x80 >> (bit & 7)
  return write(tags.bitString, Buffer.from([7 - (highest & 7)]), octets)
}

// The same few are written again and again; strangers' names may bring any number of others.
const written = new Map<string, Buffer>()
const maxWritten = 256

/**
 * From dotted decimal form. The octets may be shared, and are not to be changed.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: not dotted decimal, or first arcs that X.660 does not have
 */
export function writeObjectIdentifier (dotted: string): Buffer {
  const known = written.get(dotted)
  if (known !== undefined) return known
  const octets = encodeObjectIdentifier(dotted)
  if (written.size < maxWritten) written.set(dotted, octets)
  return octets
}

function encodeObjectIdentifier (dotted: string): Buffer {
  if (!isObjectIdentifier(dotted)) throw malformed(`${JSON.stringify(dotted)} is no object identifier`)
  const [first, second, ...rest] = dotted.split('.').map(BigInt)
  return write(tags.objectIdentifier, Buffer.from([first * 40n + second, ...rest].flatMap(arcOctets)))
}

/** Whether a text is an object identifier in dotted decimal form. Below the arcs 0 and 1 there are 40 places (X.660). */
export const isObjectIdentifier = (text: string): boolean =>
  /^(?:[01]\.(?:\d|[123]\d)|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))*$/.test(text)

function arcOctets (arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)]
  for (let left = arc >> 7n; left > 0n; left >>= 7n) octets.unshift(0x80 | Number(left & 0x7fn))
  return octets
}

/**
 * A Time of RFC 5280, section 4.1.2.5: UTCTime from 1950 to 2049, GeneralizedTime in other years; whole seconds, what
 * is beyond them is cut off.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: an Invalid Date, or a year before 0 or after 9999
 */
export function writeTime (date: Date): Buffer {
  const year = date.getUTCFullYear()
  return year >= 1950 && year < 2050 ? write(tags.utcTime, Buffer.from(digits(date).slice(2), 'latin1')) : writeGeneralizedTime(date)
}

/** A GeneralizedTime of RFC 5280, section 4.1.2.5.2, whatever the year; otherwise as `writeTime`. */
export const writeGeneralizedTime = (date: Date): Buffer => write(tags.generalizedTime, Buffer.from(digits(date), 'latin1'))

// A list has as many dates as entries: this takes half the time of `toISOString`.
function digits (date: Date): string {
  const year = date.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) throw malformed('a date of a certificate is invalid, or not in the years 0 to 9999')
  const day = `${`${year}`.padStart(4, '0')}${pair(date.getUTCMonth() + 1)}${pair(date.getUTCDate())}`
  return `${day}${pair(date.getUTCHours())}${pair(date.getUTCMinutes())}${pair(date.getUTCSeconds())}Z`
}

const pair = (value: number) => value < 10 ? `0${value}` : `${value}`
