import { createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { contents, Fields, malformed, tags, type Element } from './der.js'
import { writeInteger, writeNull, writeObjectIdentifier, writeOctetString, writeSequence } from './der-writer.js'
import { hmacDigest, parametersOf, readPbkdf2, type Decryption, type Password } from './password-based-encryption.js'
import { deriveOctets, digestSizes, purposes, type Digest } from './pkcs12-key-derivation.js'

const digestTypes = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' } as const

const digests: ReadonlyMap<string, Digest> = new Map([
  [digestTypes.sha1, 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  [digestTypes.sha256, 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512']
])

const pbmac1 = '1.2.840.113549.1.5.14'

/**
 * Whether the MacData (RFC 7292, section 4, and RFC 9579) is that of this content under this password.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED, ERR_CERTIFICATE_UNSUPPORTED: a digest that is not known here
 */
export function verifyMac (macData: Element, content: Buffer, decryption: Decryption): boolean {
  const fields = new Fields(macData, 'MacData')
  const mac = readDigestInfo(fields.take(tags.sequence, 'mac'))
  const salt = contents(fields.take(tags.octetString, 'macSalt'))
  const count = fields.optional(tags.integer)
  fields.end()
  if (mac.algorithm.algorithm === pbmac1) return verifyPbmac1(mac, content, decryption)
  const digest = digestOf(mac, decryption.remedy)
  // An absent count is 1, "for historical reasons".
  const iterations = count === undefined ? 1 : decryption.budget.spend(count)
  return timingSafeEqual(mac.value, computeMac({ digest, password: decryption.password, salt, iterations }, content))
}

interface DigestInfo {
  readonly algorithm: AlgorithmIdentifier
  readonly value: Buffer
}

function readDigestInfo (element: Element): DigestInfo {
  const fields = new Fields(element, 'DigestInfo')
  const algorithm = algorithmIdentifier(fields.take(tags.sequence, 'digestAlgorithm'))
  const value = contents(fields.take(tags.octetString, 'digest'))
  fields.end()
  return { algorithm, value }
}

function digestOf ({ algorithm: { algorithm }, value }: DigestInfo, remedy: string): Digest {
  const digest = digests.get(algorithm)
  if (digest === undefined) throw new CertificateError('UNSUPPORTED', `a MAC with ${algorithm} is not read here: ${remedy}`)
  checkLength(value, digest)
  return digest
}

function checkLength (value: Buffer, digest: Digest): void {
  if (value.length !== digestSizes[digest].digest) throw malformed(`MAC has ${value.length} octets`)
}

// RFC 9579 wants the length named, and keys of 20 bytes at the least; no HMAC here has use for more than a block of 128.
const keyLengths = { least: 20, most: 128 }

/** PBMAC1 (RFC 8018, appendix A.5): salt and iterations are those of its parameters, and the password is UTF-8. */
function verifyPbmac1 ({ algorithm, value }: DigestInfo, content: Buffer, decryption: Decryption): boolean {
  const fields = parametersOf(algorithm, 'PBMAC1-params')
  const derivation = algorithmIdentifier(fields.take(tags.sequence, 'keyDerivationFunc'))
  const scheme = algorithmIdentifier(fields.take(tags.sequence, 'messageAuthScheme'))
  fields.end()
  const digest = hmacDigest(scheme, decryption)
  checkLength(value, digest)
  const { salt, iterations, keyLength = 0, digest: prf } = readPbkdf2(derivation, decryption)
  if (keyLength < keyLengths.least || keyLength > keyLengths.most) {
    throw malformed(`PBMAC1 has a key of ${keyLength} bytes, not of ${keyLengths.least} to ${keyLengths.most}`)
  }
  const key = pbkdf2Sync(decryption.password.utf8, salt, iterations, keyLength, prf)
  return timingSafeEqual(value, createHmac(digest, key).update(content).digest())
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

/** How a MAC is made: HMAC with this digest, its key with the same one and a salt of so many octets. */
export interface MacForm {
  readonly digest: 'sha1' | 'sha256'
  readonly saltLength: number
}

// NIST SP 800-132, section 5.1: a salt has 128 bits at the least.
export const modernMac: MacForm = { digest: 'sha256', saltLength: 16 }

/** The DER of the MacData of this content (RFC 7292, section 4). */
export function writeMac (content: Buffer, password: Password, iterations: number, { digest, saltLength }: MacForm = modernMac): Buffer {
  const salt = randomBytes(saltLength)
  const value = computeMac({ digest, password, salt, iterations }, content)
  const algorithm = writeSequence(writeObjectIdentifier(digestTypes[digest]), writeNull())
  return writeSequence(writeSequence(algorithm, writeOctetString(value)), writeOctetString(salt), writeInteger(iterations))
}
