import { readCertificateIssuer, readInvalidityDate, readReasonCode } from './certificate-list-extensions.js'
import { withinLimit } from './certificate-list-limits.js'
import { contents, expect, Fields, readInteger, tags, type Element } from './der.js'
import type { DistinguishedName } from './distinguished-name.js'
import { readExtensions, serialNumberText } from './extensions.js'
import { certificateListExtensionTypes as types } from './object-identifiers.js'
import type { RevocationReason } from './revocation-reason.js'
import { readTime } from './time.js'

/** An entry of a certificate list (RFC 5280, section 5.3). */
export interface RevokedCertificate {
  /** Lower-case hexadecimal, as `certificate.serialNumber`. */
  readonly serialNumber: string
  readonly revocationDate: Date
  /** `undefined` where none is told. A number that RFC 5280 does not name is `unspecified`. */
  readonly reason: RevocationReason | undefined
  /** Since when the private key is thought to have been known to others; `undefined` where it is not told. */
  readonly invalidityDate: Date | undefined
  /** Who issued the certificate; `undefined` where it is the issuer of the list. */
  readonly certificateIssuer: DistinguishedName | undefined
  /** Whether it says something that may not be passed over and is not understood here. */
  readonly hasUnknownCriticalExtension: boolean
}

/** An entry that was seen to be well formed, and of which no values were made yet. Times are milliseconds since 1970. */
export interface Entry {
  readonly userCertificate: Element
  readonly revocationDate: number
  /** Where the extensions begin, if there are any. */
  readonly revocationDateEnd: number
  readonly extensions: EntryExtensions
}

interface EntryExtensions {
  readonly reason: RevocationReason | undefined
  readonly invalidityDate: number | undefined
  /** Also of the entries that follow, up to the next one that names an issuer (RFC 5280, section 5.3.3). */
  readonly certificateIssuer: DistinguishedName | undefined
  readonly hasUnknownCriticalExtension: boolean
}

/** @throws CertificateError ERR_CERTIFICATE_MALFORMED, ERR_CERTIFICATE_UNSUPPORTED */
export function readEntry (element: Element, version: 1 | 2): Entry {
  const fields = new Fields(withinLimit(expect(element, tags.sequence, 'revokedCertificate'), 'revokedCertificate'), 'revokedCertificate')
  const userCertificate = fields.take(tags.integer, 'userCertificate')
  readInteger(userCertificate)
  const date = fields.takeAny('revocationDate')
  const extensions = version === 2 ? fields.optional(tags.sequence) : undefined
  fields.end()
  return { userCertificate, revocationDate: readTime(date), revocationDateEnd: date.end, extensions: extensions === undefined ? noExtensions : readEntryExtensions(extensions) }
}

const noExtensions: EntryExtensions = { reason: undefined, invalidityDate: undefined, certificateIssuer: undefined, hasUnknownCriticalExtension: false }

function readEntryExtensions (element: Element): EntryExtensions {
  const found = { ...noExtensions }
  for (const { type, critical, value } of readExtensions(element)) {
    if (type === types.reasonCode) found.reason = readReasonCode(value)
    else if (type === types.invalidityDate) found.invalidityDate = readInvalidityDate(value)
    else if (type === types.certificateIssuer) found.certificateIssuer = readCertificateIssuer(value)
    else if (critical) found.hasUnknownCriticalExtension = true
  }
  return found
}

export function revokedCertificate ({ userCertificate, revocationDate, extensions }: Entry, certificateIssuer: DistinguishedName | undefined): RevokedCertificate {
  const { reason, invalidityDate, hasUnknownCriticalExtension } = extensions
  return Object.freeze({
    serialNumber: serialNumberText(contents(userCertificate)),
    revocationDate: new Date(revocationDate),
    reason,
    invalidityDate: invalidityDate === undefined ? undefined : new Date(invalidityDate),
    certificateIssuer,
    hasUnknownCriticalExtension
  })
}
