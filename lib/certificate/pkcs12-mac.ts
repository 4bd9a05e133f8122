import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { algorithmIdentifier } from './algorithm-identifier.js'
import { contents, Fields, malformed, tags, type Element } from './der.js'
import { writeInteger, writeNull, writeObjectIdentifier, writeOctetString, writeSequence } from './der-writer.js'
import type { Decryption, Password } from './password-based-encryption.js'
import { deriveOctets, digestSizes, purposes, type Digest } from './pkcs12-key-derivation.js'

const sha256 = '2.16.840.1.101.3.4.2.1'

const digests: ReadonlyMap<string, Digest> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  [sha256, 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512']
])

/**
 * Whether the MacData (RFC 7292, section 4) is that of this content under this password.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED, ERR_CERTIFICATE_UNSUPPORTED: a digest that is not known here
 */
export function verifyMac (macData: Element, content: Buffer, { password, budget, remedy }: Decryption): boolean {
  const fields = new Fields(macData, 'MacData')
  const mac = readDigestInfo(fields.take(tags.sequence, 'mac'), remedy)
  const salt = contents(fields.take(tags.octetString, 'macSalt'))
  const count = fields.optional(tags.integer)
  fields.end()
  // An absent count is 1, "for historical reasons".
  const iterations = count === undefined ? 1 : budget.spend(count)
  return timingSafeEqual(mac.value, computeMac({ digest: mac.digest, password, salt, iterations }, content))
}

function readDigestInfo (element: Element, remedy: string): { digest: Digest, value: Buffer } {
  const fields = new Fields(element, 'DigestInfo')
  const { algorithm } = algorithmIdentifier(fields.take(tags.sequence, 'digestAlgorithm'))
  const value = contents(fields.take(tags.octetString, 'digest'))
  fields.end()
  const digest = digests.get(algorithm)
  if (digest === undefined) throw new CertificateError('UNSUPPORTED', `a MAC with ${algorithm} is not read here: ${remedy}`)
  if (value.length !== digestSizes[digest].digest) throw malformed(`MAC has ${value.length} octets`, element.start)
  return { digest, value }
}

interface MacParameters {
  readonly digest: Digest
  readonly password: Password
  readonly salt: Buffer
  readonly iterations: number
}

function computeMac ({ digest, password, salt, iterations }: MacParameters, content: Buffer): Buffer {
  const length = digestSizes[digest].digest
  const key = deriveOctets({ digest, purpose: purposes.mac, password: password.bmp, salt, iterations, length })
  return createHmac(digest, key).update(content).digest()
}

/** The DER of the MacData of this content: HMAC with SHA-256. */
export function writeMac (content: Buffer, password: Password, iterations: number): Buffer {
  const salt = randomBytes(16)
  const value = computeMac({ digest: 'sha256', password, salt, iterations }, content)
  const algorithm = writeSequence(writeObjectIdentifier(sha256), writeNull())
  return writeSequence(writeSequence(algorithm, writeOctetString(value)), writeOctetString(salt), writeInteger(iterations))
}
