import { createHash } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { contextTag, Fields, readBitStringOctets, readWhole, tags } from './der.js'
import { write, writeBoolean, writeGeneralizedTime, writeInteger, writeNamedBits, writeObjectIdentifier, writeOctetString, writeSequence } from './der-writer.js'
import { keyUsageNames, type Extension, type KeyUsage } from './extensions.js'
import { writeGeneralName, writeGeneralNames, type GeneralNameText } from './general-name-writer.js'
import { accessMethods, certificateListExtensionTypes, extensionTypes, keyPurposes, type KeyPurposeName } from './object-identifiers.js'
import { revocationReasons, type RevocationReason } from './revocation-reason.js'

/** A place of RFC 5280, section 4.2.2.1, where more about the issuer is found. */
export interface AccessPlaces {
  /** URLs of OCSP responders. */
  readonly ocsp?: readonly string[]
  /** URLs of the issuer's own certificate. */
  readonly caIssuers?: readonly string[]
}

/** Critical. `pathLenConstraint` (of a CA only) is how many intermediates may follow; absent there is no limit. RFC 5280, section 4.2.1.9. */
export const basicConstraintsExtension = (cA: boolean, pathLenConstraint?: number): Extension =>
  extension('basicConstraints', true, writeSequence(
    ...(cA ? [writeBoolean(true)] : []),
    ...(pathLenConstraint === undefined ? [] : [writeInteger(pathLenConstraint)])))

/** Critical. RFC 5280, section 4.2.1.3. */
export const keyUsageExtension = (...names: readonly KeyUsage[]): Extension =>
  extension('keyUsage', true, writeNamedBits(names.map((name) => keyUsageNames.indexOf(name))))

/** Not critical. Purposes are names (`clientAuth`) or dotted. RFC 5280, section 4.2.1.12. */
export const extendedKeyUsageExtension = (...purposes: ReadonlyArray<KeyPurposeName | (string & {})>): Extension =>
  extension('extendedKeyUsage', false, writeSequence(
    ...purposes.map((purpose) => writeObjectIdentifier(keyPurposes[purpose as KeyPurposeName] ?? purpose))))

/** The key identifier of a SubjectPublicKeyInfo in DER: SHA-1 over the key's octets, method 1 of RFC 5280, section 4.2.1.2. */
export function keyIdentifierOf (subjectPublicKeyInfo: Buffer): Buffer {
  const fields = new Fields(readWhole(subjectPublicKeyInfo, tags.sequence, 'subjectPublicKeyInfo'), 'subjectPublicKeyInfo')
  fields.take(tags.sequence, 'algorithm')
  return createHash('sha1').update(readBitStringOctets(fields.take(tags.bitString, 'subjectPublicKey'))).digest()
}

/** Not critical. RFC 5280, section 4.2.1.2. */
export const subjectKeyIdentifierExtension = (keyIdentifier: Uint8Array): Extension =>
  extension('subjectKeyIdentifier', false, writeOctetString(keyIdentifier))

/** Not critical; the form with a key identifier alone. RFC 5280, section 4.2.1.1. */
export const authorityKeyIdentifierExtension = (keyIdentifier: Uint8Array): Extension =>
  extension('authorityKeyIdentifier', false, writeSequence(write(contextTag(0), keyIdentifier)))

/**
 * Critical only where the subject is the empty name (RFC 5280, section 4.2.1.6).
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: no names, or one that its type cannot hold
 */
export const subjectAltNameExtension = (names: readonly GeneralNameText[], critical = false): Extension =>
  extension('subjectAltName', critical, writeGeneralNames(names))

/**
 * Not critical. Each URL is a distribution point of its own, for all reasons. RFC 5280, section 4.2.1.13.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a text that is no absolute URI
 */
export const cRLDistributionPointsExtension = (...urls: readonly string[]): Extension =>
  extension('cRLDistributionPoints', false, writeSequence(...urls.map((url) =>
    writeSequence(write(contextTag(0, true), write(contextTag(0, true), writeUri(url)))))))

/**
 * Not critical. RFC 5280, section 4.2.2.1.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a text that is no absolute URI
 */
export const authorityInfoAccessExtension = ({ ocsp = [], caIssuers = [] }: AccessPlaces): Extension =>
  extension('authorityInfoAccess', false, writeSequence(
    ...ocsp.map((url) => writeSequence(writeObjectIdentifier(accessMethods.ocsp), writeUri(url))),
    ...caIssuers.map((url) => writeSequence(writeObjectIdentifier(accessMethods.caIssuers), writeUri(url)))))

// RFC 5280, section 5.2.3: no more than 20 octets, of which the first bit is the sign.
const maxListNumber = 2n ** 159n - 1n

/**
 * The number of a certificate list. Not critical. RFC 5280, section 5.2.3.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: negative, or more than 20 octets long
 */
export function cRLNumberExtension (number: bigint): Extension {
  if (number < 0n || number > maxListNumber) throw new CertificateError('MALFORMED', `${number} is no number of a certificate list: it is negative, or longer than 20 octets`)
  const hexadecimal = number.toString(16)
  return extension('cRLNumber', false, writeInteger(Buffer.from(hexadecimal.padStart(hexadecimal.length + (hexadecimal.length & 1), '0'), 'hex')))
}

/**
 * Why the certificate of an entry was revoked. Not critical; better left out than `unspecified`. RFC 5280, section 5.3.1.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: no reason that RFC 5280 has
 */
export function reasonCodeExtension (reason: RevocationReason): Extension {
  if (!Object.hasOwn(revocationReasons, reason)) throw new CertificateError('MALFORMED', `${JSON.stringify(reason)} is no reason for a revocation`)
  return extension('reasonCode', false, write(tags.enumerated, Buffer.from([revocationReasons[reason]])))
}

/**
 * Since when the private key of an entry is thought to have been known to others. Not critical. RFC 5280, section 5.3.2.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: an Invalid Date, or a year before 0 or after 9999
 */
export const invalidityDateExtension = (date: Date): Extension => extension('invalidityDate', false, writeGeneralizedTime(date))

const writeUri = (value: string) => writeGeneralName({ type: 'uniformResourceIdentifier', value })

const types = { ...extensionTypes, ...certificateListExtensionTypes }

function extension (name: keyof typeof types, critical: boolean, value: Buffer): Extension {
  return Object.freeze({ type: types[name], critical, value })
}
