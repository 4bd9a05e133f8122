import { writeExtension } from './certificate-writer.js'
import { contextTag } from './der.js'
import { write, writeBitString, writeInteger, writeObjectIdentifier, writeSequence, writeSet } from './der-writer.js'
import type { Extension } from './extensions.js'
import { requestAttributeTypes } from './object-identifiers.js'

/** What a certification request says before it is signed; name and key as DER. */
export interface RequestToBeSigned {
  readonly subject: Uint8Array
  readonly subjectPublicKeyInfo: Uint8Array
  /** What is asked for; may be empty. */
  readonly extensions: readonly Extension[]
}

/** The DER of a CertificationRequestInfo (RFC 2986, section 4.1): what whoever has the private key signs. */
export const writeCertificationRequestInfo = ({ subject, subjectPublicKeyInfo, extensions }: RequestToBeSigned): Buffer =>
  writeSequence(writeInteger(0), subject, subjectPublicKeyInfo, write(contextTag(0, true), ...attributes(extensions)))

// RFC 2985, section 5.4.2: one attribute, of one value.
function attributes (extensions: readonly Extension[]): Buffer[] {
  if (extensions.length === 0) return []
  return [writeSequence(writeObjectIdentifier(requestAttributeTypes.extensionRequest), writeSet(writeSequence(...extensions.map(writeExtension))))]
}

/** The DER of a CertificationRequest: what was signed, with which algorithm, and the signature. */
export const writeCertificationRequest = (certificationRequestInfo: Uint8Array, signatureAlgorithm: Uint8Array, signature: Uint8Array): Buffer =>
  writeSequence(certificationRequestInfo, signatureAlgorithm, writeBitString(signature))
