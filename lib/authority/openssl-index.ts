import { AuthorityError } from '../errors.js'
import type { Certificate } from '../certificate/index.js'
import { writeOneLine } from './openssl-name.js'
import { readRevocation, writeRevocation } from './openssl-revocation.js'
import { readTime, writeTime } from './openssl-time.js'
import type { Revocation } from './store.js'

/** What a line of the index of `openssl ca` says: `V|R|E`, expiry, revocation, serial number, file and name, with tabs between. */
export interface IndexEntry {
  /** Lower-case hexadecimal, as `certificate.serialNumber`. */
  readonly serialNumber: string
  readonly notAfter: Date
  readonly revocation: Revocation | undefined
  /** Neither revoked, nor found to be expired by `openssl ca -updatedb`. */
  readonly isValid: boolean
  /** The subject in OpenSSL's form, one character for each octet. */
  readonly name: string
}

// A tab behind a backslash belongs to its field.
const fieldsOf = (line: string) => line.includes('\\\t') ? line.split(/(?<!\\)\t/) : line.split('\t')

/** Whether a line has nothing to say: it is empty, or a comment. */
export const isSilentLine = (line: string): boolean => line[0] === '#' || line.trim() === ''

/**
 * @param line with one character for each octet, without its line break
 * @param place the file and the number of the line, for the error
 * @throws AuthorityError it cannot be a line of such an index
 */
export function readIndexLine (line: string, place: string): IndexEntry {
  const fields = fieldsOf(line.endsWith('\r') ? line.slice(0, -1) : line)
  if (fields.length !== 6) throw problem(place, `has ${fields.length} fields between tabs, not 6`)
  const [status, expiry, revoked, serial, , name] = fields
  if (!/^[VRE]$/.test(status)) throw problem(place, `begins with ${JSON.stringify(status)}, not with V, R or E`)
  const notAfter = readTime(expiry)
  if (notAfter === undefined) throw problem(place, `has ${JSON.stringify(expiry)} where the end of validity belongs`)
  if (!/^-?(?:[0-9A-Fa-f]{2})+$/.test(serial)) throw problem(place, `has ${JSON.stringify(serial)} where the serial number belongs`)
  const revocation = status === 'R' ? readRevocation(revoked) : undefined
  if ((revocation === undefined) !== (revoked === '')) throw problem(place, `begins with ${status} and has ${JSON.stringify(revoked)} where the revocation belongs`)
  if (status === 'R' && revocation === undefined) throw problem(place, 'begins with R and does not tell when it was revoked')
  return { serialNumber: serialNumberOf(serial), notAfter, revocation, isValid: status === 'V', name }
}

const problem = (place: string, what: string) => new AuthorityError(`${place} ${what}`)

/** As `certificate.serialNumber` has it: leading zeros count for nothing. */
function serialNumberOf (serial: string): string {
  const [, sign, digits] = /^(-?)0*(.+)$/.exec(serial)!
  return sign + (sign === '' && digits.length % 2 === 1 ? '0' : '') + digits.toLowerCase()
}

/** The serial number as OpenSSL writes it, in the index and in names of files: upper-case, an even number of digits. */
export function serialText (serialNumber: string): string {
  const [, sign, digits] = /^(-?)([0-9a-f]+)$/.exec(serialNumber)!
  return sign + (digits.length % 2 === 1 ? '0' : '') + digits.toUpperCase()
}

/** The line of a certificate that is not revoked, as `openssl ca` writes it, without its line break. */
export function writeIndexLine ({ serialNumber, subject, validity }: Certificate): string {
  const serial = serialText(serialNumber)
  // An empty name would be an empty field, and equal to every other one.
  return ['V', writeTime(validity.notAfter), '', serial, 'unknown', writeOneLine(subject) || serial].join('\t')
}

/** The same line with this revocation, or without one. All else in it stays as it is. */
export function reviseIndexLine (line: string, revocation: Revocation | undefined): string {
  const [, expiry, , ...others] = line.split('\t')
  return [revocation === undefined ? 'V' : 'R', expiry, revocation === undefined ? '' : writeRevocation(revocation), ...others].join('\t')
}

/**
 * Whether this is the beginning of a line of `writeIndexLine`, cut off before its name: what a crash of the machine may leave of
 * a line that was being appended.
 */
export function isTornLine (line: string): boolean {
  const [status, expiry = '', revoked = '', serial = '', file = '', ...others] = line.split('\t')
  return others.length === 0 && status === 'V' && /^\d{0,14}Z?$/.test(expiry) && revoked === '' && /^-?[0-9A-F]*$/.test(serial) && 'unknown'.startsWith(file)
}
