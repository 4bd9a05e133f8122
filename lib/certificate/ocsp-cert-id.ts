import { createHash } from 'node:crypto'
import { algorithmIdentifier } from './algorithm-identifier.js'
import type { Certificate } from './certificate.js'
import { contents, Fields, readInteger, tags, type Element } from './der.js'
import { writeNull, writeObjectIdentifier, writeOctetString, writeSequence } from './der-writer.js'
import { serialNumberText } from './extensions.js'
import { writeSerialNumber } from './serial-number.js'

/** Which certificate is meant (RFC 6960, section 4.1.1): its serial number, and digests of its issuer's name and key. */
export interface CertID {
  /** Dotted. */
  readonly hashAlgorithm: string
  readonly issuerNameHash: Buffer
  readonly issuerKeyHash: Buffer
  /** Lower-case hexadecimal, as `certificate.serialNumber`. */
  readonly serialNumber: string
}

export function certID (element: Element): CertID {
  const fields = new Fields(element, 'CertID')
  const { algorithm } = algorithmIdentifier(fields.take(tags.sequence, 'hashAlgorithm'))
  const issuerNameHash = contents(fields.take(tags.octetString, 'issuerNameHash'))
  const issuerKeyHash = contents(fields.take(tags.octetString, 'issuerKeyHash'))
  const serialNumber = serialNumberText(readInteger(fields.take(tags.integer, 'serialNumber')))
  fields.end()
  return Object.freeze({ hashAlgorithm: algorithm, issuerNameHash, issuerKeyHash, serialNumber })
}

// RFC 5019, section 2.1.1: what every responder knows. The digests only tell whom to look for, and prove nothing.
const sha1 = '1.3.14.3.2.26'

const hashes: ReadonlyMap<string, string> = new Map([
  [sha1, 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512']
])

/** The DER of the CertID of a certificate, with digests by SHA-1. */
export const writeCertID = (certificate: Certificate, issuer: Certificate): Buffer => writeSequence(
  writeSequence(writeObjectIdentifier(sha1), writeNull()),
  writeOctetString(digest('sha1', certificate.issuer.raw)),
  writeOctetString(digest('sha1', issuer.subjectPublicKey)),
  writeSerialNumber(certificate.serialNumber)
)

/** Whether a CertID means this certificate of this issuer, by SHA-1, SHA-256, SHA-384 or SHA-512. */
export function isCertIDOf ({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: CertID, certificate: Certificate, issuer: Certificate): boolean {
  const hash = hashes.get(hashAlgorithm)
  if (hash === undefined || serialNumber !== certificate.serialNumber) return false
  return digest(hash, certificate.issuer.raw).equals(issuerNameHash) && digest(hash, issuer.subjectPublicKey).equals(issuerKeyHash)
}

const digest = (hash: string, octets: Buffer): Buffer => createHash(hash).update(octets).digest()
