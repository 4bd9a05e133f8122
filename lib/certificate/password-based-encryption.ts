import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { contents, Fields, malformed, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { writeInteger, writeNull, writeObjectIdentifier, writeOctetString, writeSequence } from './der-writer.js'
import { deriveOctets, purposes, type Digest } from './pkcs12-key-derivation.js'
import { decryptRc2Cbc } from './rc2.js'

/** A passphrase in both forms that the documents ask for; neither may reach a message. */
export interface Password {
  /** For PBES2 (RFC 8018). */
  readonly utf8: Buffer
  /** For the schemes of PKCS #12: a BMPString, with its terminator (RFC 7292, appendix B.1). */
  readonly bmp: Buffer
}

/**
 * The password as it may have been meant: one, but two for the empty one, which most write as a lone terminator and
 * some as no octets at all.
 */
export function passwordsOf (passphrase: string): Password[] {
  const utf8 = Buffer.from(passphrase, 'utf8')
  const terminated = { utf8, bmp: Buffer.from(`${passphrase}\0`, 'utf16le').swap16() }
  return passphrase === '' ? [terminated, { utf8, bmp: utf8 }] : [terminated]
}

// What Java's reader takes for one password (MAX_ITERATION_COUNT of its PKCS12KeyStore), here for a whole document.
// Files in the wild have 2,048 (OpenSSL), 10,000 (Java) and 600,000 (NSS).
const maxIterations = 5_000_000

/** How many iterations a document may still ask for: a forged count would keep the process busy for hours. */
export class IterationBudget {
  #left = maxIterations

  /** @throws CertificateError ERR_CERTIFICATE_MALFORMED: the count is 0 or above the budget */
  spend (element: Element): number {
    const iterations = readSmallInteger(element, 'iteration count')
    if (iterations < 1) throw malformed('iteration count is 0', element.start)
    this.#left -= iterations
    if (this.#left < 0) throw malformed(`the iteration counts are more than ${maxIterations} together`)
    return iterations
  }
}

/** What it takes to decrypt: `remedy` is what to do about a scheme that is not read here. */
export interface Decryption {
  readonly password: Password
  readonly budget: IterationBudget
  readonly remedy: string
  /** Whether a MAC under the same passphrase was verified over all of it: only then RC2, which anyone can break, is read. */
  readonly isAuthenticated?: boolean
}

interface Cipher {
  readonly name: string
  readonly keyLength: number
  readonly ivLength: number
}

interface KeyedCipher extends Cipher {
  readonly key: Buffer
  readonly iv: Buffer
}

const pbes2 = '1.2.840.113549.1.5.13'
const pbkdf2 = '1.2.840.113549.1.5.12'
const aes256 = '2.16.840.1.101.3.4.1.42'
const hmacWithSha256 = '1.2.840.113549.2.9'
const pbeWithSha1AndTripleDes = '1.2.840.113549.1.12.1.3'

const tripleDes: Cipher = { name: 'des-ede3-cbc', keyLength: 24, ivLength: 8 }

/** RFC 7292, appendix C. */
const pkcs12Ciphers: ReadonlyMap<string, Cipher> = new Map([
  [pbeWithSha1AndTripleDes, tripleDes],
  ['1.2.840.113549.1.12.1.4', { name: 'des-ede-cbc', keyLength: 16, ivLength: 8 }]
])

/** Of the same appendix: all bits of the key are effective. */
const rc2Ciphers: ReadonlyMap<string, Cipher> = new Map([
  ['1.2.840.113549.1.12.1.5', { name: 'rc2', keyLength: 16, ivLength: 8 }],
  ['1.2.840.113549.1.12.1.6', { name: 'rc2', keyLength: 5, ivLength: 8 }]
])

/** RFC 8018, appendix B.2, and RFC 3565. */
const pbes2Ciphers: ReadonlyMap<string, Cipher> = new Map([
  ['1.2.840.113549.3.7', tripleDes],
  ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyLength: 16, ivLength: 16 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyLength: 24, ivLength: 16 }],
  [aes256, { name: 'aes-256-cbc', keyLength: 32, ivLength: 16 }]
])

/** RFC 8018, appendix B.1.2. */
const pseudorandomFunctions: ReadonlyMap<string, Digest> = new Map([
  ['1.2.840.113549.2.7', 'sha1'],
  ['1.2.840.113549.2.8', 'sha224'],
  [hmacWithSha256, 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512']
])

/** Schemes that people meet but that are not read here, so that the message names them. */
const unsupportedNames: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.5.3', 'pbeWithMD5AndDES-CBC'],
  ['1.2.840.113549.1.5.10', 'pbeWithSHA1AndDES-CBC'],
  ['1.2.840.113549.1.12.1.1', 'pbeWithSHAAnd128BitRC4'],
  ['1.2.840.113549.1.12.1.2', 'pbeWithSHAAnd40BitRC4'],
  ['1.2.840.113549.1.12.1.5', 'pbeWithSHAAnd128BitRC2-CBC'],
  ['1.2.840.113549.1.12.1.6', 'pbeWithSHAAnd40BitRC2-CBC'],
  ['1.3.6.1.4.1.11591.4.11', 'scrypt']
])

/**
 * Decrypts what is a SEQUENCE in the clear, as private keys and the contents of a PKCS #12 are: under PBES2 with PBKDF2
 * (RFC 8018) or under SHA-1 and triple DES (RFC 7292, appendix C); where a MAC was verified, also under RC2. The padding is
 * all that tells a right key.
 * @throws CertificateError ERR_CERTIFICATE_PASSPHRASE, ERR_CERTIFICATE_UNSUPPORTED, ERR_CERTIFICATE_MALFORMED
 */
export function decrypt (algorithm: AlgorithmIdentifier, octets: Buffer, decryption: Decryption): Buffer {
  const cipher = keyedCipher(algorithm, decryption)
  const clear = cipher.name === 'rc2' ? decipherRc2(cipher, octets) : decipher(cipher, octets)
  // One wrong key in 256 leaves what looks like padding.
  if (clear[0] !== tags.sequence) throw wrongPassphrase()
  return clear
}

function decipher ({ name, key, iv }: KeyedCipher, octets: Buffer): Buffer {
  const decipher = createDecipheriv(name, key, iv)
  const start = decipher.update(octets)
  return Buffer.concat([start, finish(() => decipher.final())])
}

// Padded as RFC 8018, section 6.1.1, says: 1 to 8 bytes, each of which is their number.
function decipherRc2 ({ key, iv }: KeyedCipher, octets: Buffer): Buffer {
  if (octets.length === 0 || octets.length % 8 !== 0) throw wrongPassphrase()
  const clear = decryptRc2Cbc(octets, key, iv)
  const padding = clear[clear.length - 1]
  if (padding < 1 || padding > 8 || !clear.subarray(-padding).every((each) => each === padding)) throw wrongPassphrase()
  return clear.subarray(0, -padding)
}

function finish (final: () => Buffer): Buffer {
  try {
    return final()
  } catch (cause) {
    throw wrongPassphrase(cause)
  }
}

const wrongPassphrase = (cause?: unknown) =>
  new CertificateError('PASSPHRASE', 'the passphrase is wrong, or the encrypted octets are damaged', cause)

function keyedCipher (algorithm: AlgorithmIdentifier, decryption: Decryption): KeyedCipher {
  if (algorithm.algorithm === pbes2) return pbes2Cipher(parametersOf(algorithm, 'PBES2-params'), decryption)
  const rc2 = decryption.isAuthenticated === true ? rc2Ciphers.get(algorithm.algorithm) : undefined
  const cipher = rc2 ?? known(pkcs12Ciphers, algorithm, decryption)
  return pkcs12Cipher(cipher, parametersOf(algorithm, 'pkcs-12PbeParams'), decryption)
}

export const parametersOf = ({ parameters }: AlgorithmIdentifier, what: string) =>
  new Fields(readWhole(parameters ?? Buffer.alloc(0), tags.sequence, what), what)

function known <Value> (table: ReadonlyMap<string, Value>, { algorithm }: AlgorithmIdentifier, { remedy }: Decryption): Value {
  const value = table.get(algorithm)
  if (value !== undefined) return value
  throw new CertificateError('UNSUPPORTED', `encryption with ${unsupportedNames.get(algorithm) ?? algorithm} is not read here: ${remedy}`)
}

function pkcs12Cipher (cipher: Cipher, fields: Fields, { password, budget }: Decryption): KeyedCipher {
  const salt = contents(fields.take(tags.octetString, 'salt'))
  const iterations = budget.spend(fields.take(tags.integer, 'iterations'))
  fields.end()
  return keyedByPkcs12(cipher, { password, salt, iterations })
}

interface SaltedPassword {
  readonly password: Password
  readonly salt: Buffer
  readonly iterations: number
}

function keyedByPkcs12 (cipher: Cipher, { password, salt, iterations }: SaltedPassword): KeyedCipher {
  const common = { digest: 'sha1', password: password.bmp, salt, iterations } as const
  const key = deriveOctets({ ...common, purpose: purposes.key, length: cipher.keyLength })
  const iv = deriveOctets({ ...common, purpose: purposes.initializationVector, length: cipher.ivLength })
  return { ...cipher, key, iv }
}

function pbes2Cipher (fields: Fields, decryption: Decryption): KeyedCipher {
  const derivation = algorithmIdentifier(fields.take(tags.sequence, 'keyDerivationFunc'))
  const scheme = algorithmIdentifier(fields.take(tags.sequence, 'encryptionScheme'))
  fields.end()
  const cipher = known(pbes2Ciphers, scheme, decryption)
  const iv = contents(readWhole(scheme.parameters ?? Buffer.alloc(0), tags.octetString, 'initialization vector'))
  if (iv.length !== cipher.ivLength) throw malformed(`initialization vector has ${iv.length} octets, not ${cipher.ivLength}`)
  return { ...cipher, iv, key: pbkdf2Key(derivation, cipher.keyLength, decryption) }
}

function pbkdf2Key (derivation: AlgorithmIdentifier, length: number, decryption: Decryption): Buffer {
  const { salt, iterations, keyLength = length, digest } = readPbkdf2(derivation, decryption)
  if (keyLength !== length) throw malformed(`keyLength is not ${length}`)
  return pbkdf2Sync(decryption.password.utf8, salt, iterations, length, digest)
}

/** What PBKDF2 (RFC 8018, appendix A.2) makes a key from. The iterations are taken off the budget. */
export interface Pbkdf2Parameters {
  readonly salt: Buffer
  readonly iterations: number
  readonly keyLength: number | undefined
  readonly digest: Digest
}

/** @throws CertificateError ERR_CERTIFICATE_UNSUPPORTED, ERR_CERTIFICATE_MALFORMED */
export function readPbkdf2 (derivation: AlgorithmIdentifier, decryption: Decryption): Pbkdf2Parameters {
  known(new Map([[pbkdf2, true]]), derivation, decryption)
  const fields = parametersOf(derivation, 'PBKDF2-params')
  const salt = contents(fields.take(tags.octetString, 'salt'))
  const iterations = decryption.budget.spend(fields.take(tags.integer, 'iterationCount'))
  const keyLength = fields.optional(tags.integer)
  const prf = fields.optional(tags.sequence)
  fields.end()
  return {
    salt,
    iterations,
    keyLength: keyLength && readSmallInteger(keyLength, 'keyLength'),
    digest: prf ? hmacDigest(algorithmIdentifier(prf), decryption) : 'sha1'
  }
}

/** The digest of an HMAC by its identifier (RFC 8018, appendix B.1.2). */
export const hmacDigest = (algorithm: AlgorithmIdentifier, decryption: Decryption): Digest =>
  known(pseudorandomFunctions, algorithm, decryption)

/** What was encrypted, and the DER of the AlgorithmIdentifier that says how. */
export interface Encrypted {
  readonly algorithm: Buffer
  readonly octets: Buffer
}

/** Encrypts with AES-256-CBC under PBES2, the key by PBKDF2 with HMAC-SHA-256 (RFC 8018). */
export function encrypt (clear: Uint8Array, password: Password, iterations: number): Encrypted {
  const salt = randomBytes(16)
  const iv = randomBytes(16)
  const octets = encipher({ name: 'aes-256-cbc', key: pbkdf2Sync(password.utf8, salt, iterations, 32, 'sha256'), iv }, clear)
  const prf = writeSequence(writeObjectIdentifier(hmacWithSha256), writeNull())
  const derivation = writeSequence(writeObjectIdentifier(pbkdf2), writeSequence(writeOctetString(salt), writeInteger(iterations), prf))
  const scheme = writeSequence(writeObjectIdentifier(aes256), writeOctetString(iv))
  return { algorithm: writeSequence(writeObjectIdentifier(pbes2), writeSequence(derivation, scheme)), octets }
}

/** Encrypts with triple DES, its key by SHA-1 (RFC 7292, appendix C): weak, but old programs read nothing else. */
export function encryptWithTripleDes (clear: Uint8Array, password: Password, iterations: number): Encrypted {
  const salt = randomBytes(8)
  const octets = encipher(keyedByPkcs12(tripleDes, { password, salt, iterations }), clear)
  const parameters = writeSequence(writeOctetString(salt), writeInteger(iterations))
  return { algorithm: writeSequence(writeObjectIdentifier(pbeWithSha1AndTripleDes), parameters), octets }
}

function encipher ({ name, key, iv }: Pick<KeyedCipher, 'name' | 'key' | 'iv'>, clear: Uint8Array): Buffer {
  const cipher = createCipheriv(name, key, iv)
  return Buffer.concat([cipher.update(clear), cipher.final()])
}
