import { writeCertificate, writeExtension } from './certificate-writer.js'
import { contextTag } from './der.js'
import { write, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence, writeTime } from './der-writer.js'
import { invalidityDateExtension, reasonCodeExtension } from './extension-writer.js'
import type { Extension } from './extensions.js'
import { certificateListExtensionTypes } from './object-identifiers.js'
import type { RevocationReason } from './revocation-reason.js'
import { writeSerialNumber } from './serial-number.js'

/** What a certificate list is to say of one certificate. */
export interface EntryToWrite {
  /** Lower-case hexadecimal, as `certificate.serialNumber`. */
  readonly serialNumber: string
  /** Whole seconds count. */
  readonly revocationDate: Date
  /** Absent or `unspecified`, nothing is said of it (RFC 5280, section 5.3.1). */
  readonly reason?: RevocationReason
  /** Since when the private key is thought to have been known to others (RFC 5280, section 5.3.2). */
  readonly invalidityDate?: Date
}

/** What a certificate list says before it is signed; the issuer's name and the algorithm as DER. */
export interface ListToBeSigned {
  /** The AlgorithmIdentifier of the signature to come. */
  readonly signatureAlgorithm: Uint8Array
  readonly issuer: Uint8Array
  /** Whole seconds count. */
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** In the order in which they are to stand; gone through once, and nothing of them is kept. */
  readonly revoked: Iterable<EntryToWrite>
  readonly extensions: readonly Extension[]
}

/**
 * The DER of a TBSCertList of version 2 (RFC 5280, section 5.1): what the issuer signs. Whether an entry stands twice is not looked at.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a serial number that is not lower-case hexadecimal, an unknown reason, or a date that cannot be
 */
export function writeTbsCertificateList (content: ListToBeSigned): Buffer {
  const entries = writeEntries(content.revoked)
  return writeSequence(
    writeInteger(1),
    content.signatureAlgorithm,
    content.issuer,
    writeTime(content.thisUpdate),
    writeTime(content.nextUpdate),
    ...(entries.length === 0 ? [] : [writeSequence(entries)]),
    ...(content.extensions.length === 0 ? [] : [write(contextTag(0, true), writeSequence(...content.extensions.map(writeExtension)))])
  )
}

/** The DER of a CertificateList: what was signed, with which algorithm, and the signature; the same SEQUENCE as that of a certificate. */
export const writeCertificateList: (tbsCertificateList: Uint8Array, signatureAlgorithm: Uint8Array, signature: Uint8Array) => Buffer = writeCertificate

// One after another in one Buffer, which doubles: a million Buffers of their own would cost far more than what is in them.
function writeEntries (revoked: Iterable<EntryToWrite>): Buffer {
  let octets = Buffer.allocUnsafe(4096)
  let length = 0
  for (const each of revoked) {
    const entry = writeEntry(each)
    while (length + entry.length > octets.length) octets = Buffer.concat([octets], octets.length * 2)
    length += entry.copy(octets, length)
  }
  return octets.subarray(0, length)
}

function writeEntry ({ serialNumber, revocationDate, reason = 'unspecified', invalidityDate }: EntryToWrite): Buffer {
  const extensions = [
    ...(reason === 'unspecified' ? [] : [writtenReason(reason)]),
    ...(invalidityDate === undefined ? [] : [writtenInvalidityDate(invalidityDate)])
  ]
  return writeSequence(writeSerialNumber(serialNumber), writeTime(revocationDate), ...(extensions.length === 0 ? [] : [writeSequence(...extensions)]))
}

const writtenReasons = new Map<RevocationReason, Buffer>()

// There are few, and most entries have one.
function writtenReason (reason: RevocationReason): Buffer {
  const known = writtenReasons.get(reason)
  if (known !== undefined) return known
  const written = writeExtension(reasonCodeExtension(reason))
  writtenReasons.set(reason, written)
  return written
}

const invalidityDateType = writeObjectIdentifier(certificateListExtensionTypes.invalidityDate)

// As `writeExtension` does it, but for the object identifier, which takes longer to write than all the rest of an entry.
const writtenInvalidityDate = (date: Date): Buffer =>
  writeSequence(invalidityDateType, writeOctetString(invalidityDateExtension(date).value))
