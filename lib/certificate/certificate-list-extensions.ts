import { malformed, readInteger, readWhole, tags } from './der.js'
import type { DistinguishedName } from './distinguished-name.js'
import { readGeneralNames } from './extensions.js'
import { revocationReasons, type RevocationReason } from './revocation-reason.js'
import { readTime } from './time.js'

// RFC 5280, section 5.2.3: the value has no more; an octet for the sign may stand in front of it.
const maxNumberOctets = 20

/** The value of cRLNumber, or of deltaCRLIndicator (RFC 5280, sections 5.2.3 and 5.2.4). */
export function readListNumber (value: Buffer, what: string): bigint {
  const octets = readInteger(readWhole(value, tags.integer, what))
  const length = octets[0] === 0 ? octets.length - 1 : octets.length
  if (octets[0] >= 0x80 || length > maxNumberOctets) throw malformed(`${what} is negative or too great`)
  return BigInt(`0x${octets.toString('hex')}`)
}

const reasonNames: ReadonlyMap<number, RevocationReason> =
  new Map(Object.entries(revocationReasons).map(([name, number]) => [number, name as RevocationReason]))

/** A number that has no name is `unspecified`: the certificate is revoked, for whatever reason (RFC 5280, section 5.3.1). */
export function readReasonCode (value: Buffer): RevocationReason {
  const { octets, from, end } = readWhole(value, tags.enumerated, 'reasonCode')
  if (end - from !== 1 || octets[from] >= 0x80) throw malformed('reasonCode is not one octet from 0 to 127')
  return reasonNames.get(octets[from]) ?? 'unspecified'
}

/** In milliseconds since 1970 (RFC 5280, section 5.3.2). */
export const readInvalidityDate = (value: Buffer): number =>
  readTime(readWhole(value, tags.generalizedTime, 'invalidityDate'))

/**
 * The directory name of whoever issued the certificate of an entry (RFC 5280, section 5.3.3). Without one nobody could tell
 * whose certificate it is, and the list could be used for none.
 */
export function readCertificateIssuer (value: Buffer): DistinguishedName {
  const name = readGeneralNames(value, 'certificateIssuer').find((each) => each.type === 'directoryName')
  if (name === undefined) throw malformed('certificateIssuer has no directory name')
  return name.value
}
