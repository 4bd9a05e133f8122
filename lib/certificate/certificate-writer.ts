import type { Extension } from './extensions.js'
import { contextTag, tags } from './der.js'
import { write, writeBitString, writeBoolean, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence, writeTime } from './der-writer.js'

/** What a certificate says before it is signed; names, key and algorithm as DER. */
export interface ToBeSigned {
  /** Default 3. A certificate of version 1 has no extensions. */
  readonly version?: 1 | 3
  /** Big end first, taken as a positive number. */
  readonly serialNumber: Uint8Array
  /** The AlgorithmIdentifier of the signature to come. */
  readonly signatureAlgorithm: Uint8Array
  readonly issuer: Uint8Array
  /** Whole seconds count. */
  readonly notBefore: Date
  readonly notAfter: Date
  readonly subject: Uint8Array
  readonly subjectPublicKeyInfo: Uint8Array
  readonly extensions: readonly Extension[]
}

/** The DER of a TBSCertificate (RFC 5280, section 4.1): what the issuer signs. */
export function writeTbsCertificate (content: ToBeSigned): Buffer {
  const version = content.version ?? 3
  return writeSequence(
    ...(version === 1 ? [] : [write(contextTag(0, true), writeInteger(version - 1))]),
    writeInteger(content.serialNumber),
    content.signatureAlgorithm,
    content.issuer,
    writeSequence(writeTime(content.notBefore), writeTime(content.notAfter)),
    content.subject,
    content.subjectPublicKeyInfo,
    ...(content.extensions.length === 0 ? [] : [write(contextTag(3, true), writeSequence(...content.extensions.map(writeExtension)))])
  )
}

/** The DER of an Extension; its value is taken as it is. */
export function writeExtension (extension: Extension): Buffer {
  return write(tags.sequence,
    writeObjectIdentifier(extension.type),
    ...(extension.critical ? [writeBoolean(true)] : []),
    writeOctetString(extension.value))
}

/** The DER of a Certificate: what was signed, with which algorithm, and the signature. */
export const writeCertificate = (tbsCertificate: Uint8Array, signatureAlgorithm: Uint8Array, signature: Uint8Array): Buffer =>
  writeSequence(tbsCertificate, signatureAlgorithm, writeBitString(signature))
