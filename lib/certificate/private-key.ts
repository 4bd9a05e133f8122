import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { algorithmIdentifier } from './algorithm-identifier.js'
import type { Certificate } from './certificate.js'
import { children, contents, contextTag, encoding, expect, Fields, malformed, readBitStringOctets, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { writeInteger, writeOctetString, writeSequence } from './der-writer.js'
import { expectKind, readDocument } from './document.js'
import { decrypt, encrypt, IterationBudget, passwordsOf, type Decryption } from './password-based-encryption.js'
import { writePem, type PemBlock } from './pem.js'

type Form = 'pkcs8' | 'pkcs1' | 'sec1' | 'encrypted'

const forms: ReadonlyMap<string, Form> = new Map([
  ['PRIVATE KEY', 'pkcs8'],
  ['ENCRYPTED PRIVATE KEY', 'encrypted'],
  ['RSA PRIVATE KEY', 'pkcs1'],
  ['EC PRIVATE KEY', 'sec1']
])

// OpenSSL 3 has DES and RC2 only in its legacy provider, and with it the default one has to be named; OpenSSL 1 has no providers.
const remedy = 'encrypt the key anew with `openssl pkcs8 -topk8 -provider legacy -provider default -in OLD.key -out NEW.key`' +
  ' (OpenSSL 1: without -provider)'

/**
 * Reads the one private key of a PEM text, or of a DER document: PKCS #8, also encrypted (PBES2, or SHA-1 and triple
 * DES), PKCS #1, SEC 1, and these two under the older encryption with PEM headers. Other blocks of the text, as
 * certificates and parameters, are passed over, and so are zero bytes and a line break behind DER. A passphrase that is not
 * needed is not used.
 * @throws CertificateError ERR_CERTIFICATE_PASSPHRASE: missing or wrong; ERR_CERTIFICATE_UNSUPPORTED: a form or an
 * encryption that is not read here; ERR_CERTIFICATE_MALFORMED: no private key, several, or a damaged one
 */
export function readPrivateKey (content: string | Uint8Array, passphrase?: string): KeyObject {
  const document = readDocument(content)
  if (document.form === 'PEM') return fromPem(document.blocks, document.text, passphrase)
  expectKind(document.octets, 'private key', 'encrypted private key')
  return fromDer(formOf(document.octets), document.octets, passphrase)
}

function fromPem (blocks: readonly PemBlock[], text: string, passphrase: string | undefined): KeyObject {
  const keys = blocks.filter((block) => block.label.endsWith('PRIVATE KEY'))
  if (keys.length === 0) throw malformed('the PEM text holds no private key')
  if (keys.length > 1) throw malformed(`the PEM text holds ${keys.length} private keys, where one is needed`)
  const [block] = keys
  return block.hasHeaders ? fromTraditional(block, text, passphrase) : fromDer(formOfBlock(block), block.octets, passphrase)
}

function formOfBlock ({ label }: PemBlock): Form {
  const form = forms.get(label)
  if (form !== undefined) return form
  const remedy = label === 'OPENSSH PRIVATE KEY' ? 'rewrite it in place with `ssh-keygen -p -m PKCS8 -f FILE`' : 'use PKCS #8'
  throw new CertificateError('UNSUPPORTED', `a block ${label} is not read here: ${remedy}`)
}

// PrivateKeyInfo { INTEGER, SEQUENCE … }, EncryptedPrivateKeyInfo { SEQUENCE, … }, RSAPrivateKey { INTEGER, INTEGER … }
// and ECPrivateKey { INTEGER, OCTET STRING … } are told apart by the tags of their first fields.
function formOf (octets: Buffer): Form {
  const [first, second] = children(readWhole(octets, tags.sequence, 'private key'))
  if (first?.tag === tags.sequence && second?.tag === tags.octetString) return 'encrypted'
  if (first?.tag === tags.integer && second?.tag === tags.sequence) return 'pkcs8'
  if (first?.tag === tags.integer && second?.tag === tags.integer) return 'pkcs1'
  if (first?.tag === tags.integer && second?.tag === tags.octetString) return 'sec1'
  throw malformed('the octets are no private key')
}

function fromDer (form: Form, octets: Buffer, passphrase: string | undefined): KeyObject {
  if (form === 'pkcs8') return privateKeyFromPkcs8(octets)
  if (form !== 'encrypted') return toKey(() => createPrivateKey({ key: octets, format: 'der', type: form }))
  if (passphrase === undefined) throw missingPassphrase()
  const [password] = passwordsOf(passphrase)
  return privateKeyFromPkcs8(decryptPrivateKey(octets, { password, budget: new IterationBudget(), remedy }))
}

/** The PrivateKeyInfo inside an EncryptedPrivateKeyInfo (RFC 5958, section 3). */
export function decryptPrivateKey (encrypted: Buffer, decryption: Decryption): Buffer {
  const fields = new Fields(readWhole(encrypted, tags.sequence, 'EncryptedPrivateKeyInfo'), 'EncryptedPrivateKeyInfo')
  const algorithm = algorithmIdentifier(fields.take(tags.sequence, 'encryptionAlgorithm'))
  const octets = contents(fields.take(tags.octetString, 'encryptedData'))
  fields.end()
  return decrypt(algorithm, octets, decryption)
}

/**
 * The key of a PrivateKeyInfo, of version 1, or of version 2 with the public key behind it (RFC 5958, section 2). OpenSSL 3.0
 * does not read the latter, so it never gets that part: the public key is made from the private one, and has to be the same.
 */
export function privateKeyFromPkcs8 (der: Buffer): KeyObject {
  const fields = new Fields(readWhole(der, tags.sequence, 'PrivateKeyInfo'), 'PrivateKeyInfo')
  const version = readSmallInteger(fields.take(tags.integer, 'version'), 'PrivateKeyInfo.version') + 1
  if (version !== 1 && version !== 2) throw malformed(`PrivateKeyInfo has version ${version}, not 1 or 2`)
  const algorithm = encoding(fields.take(tags.sequence, 'privateKeyAlgorithm'))
  const octets = encoding(fields.take(tags.octetString, 'privateKey'))
  fields.optional(contextTag(0, true))
  const publicKey = version === 2 ? fields.optional(contextTag(1)) : undefined
  fields.end()
  const key = toKey(() => createPrivateKey({ key: writeSequence(writeInteger(0), algorithm, octets), format: 'der', type: 'pkcs8' }))
  if (publicKey !== undefined && !isPublicKeyOf(key, publicKey)) throw malformed('the private key has the public key of another one behind it')
  return key
}

// Under its tag the element is a BIT STRING.
function isPublicKeyOf (privateKey: KeyObject, publicKey: Element): boolean {
  const info = readWhole(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }), tags.sequence, 'SubjectPublicKeyInfo')
  return readBitStringOctets(expect(children(info)[1], tags.bitString, 'subjectPublicKey')).equals(readBitStringOctets(publicKey))
}

function toKey (create: () => KeyObject): KeyObject {
  try {
    return create()
  } catch (cause) {
    throw new CertificateError('MALFORMED', 'the private key is damaged, or of a kind that is not known here', cause)
  }
}

// OpenSSL's own encryption of before PKCS #8, with its parameters in PEM headers (RFC 1421, section 4.6).
function fromTraditional ({ label }: PemBlock, text: string, passphrase: string | undefined): KeyObject {
  const block = text.slice(text.indexOf(`-----BEGIN ${label}-----`))
  const cipher = /^DEK-Info: *([A-Z0-9-]+),/m.exec(block)?.[1]
  if (cipher === undefined) throw malformed(`the headers of the block ${label} name no cipher`)
  if (!/^(?:AES-(?:128|192|256)-CBC|DES-EDE3-CBC)$/.test(cipher)) {
    throw new CertificateError('UNSUPPORTED', `encryption with ${cipher} is not read here: ${remedy}`)
  }
  if (passphrase === undefined) throw missingPassphrase()
  return toTraditionalKey(block, passphrase)
}

function toTraditionalKey (key: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key, format: 'pem', passphrase })
  } catch (cause) {
    throw new CertificateError('PASSPHRASE', 'the passphrase of the private key is wrong, or the key is damaged', cause)
  }
}

const missingPassphrase = () => new CertificateError('PASSPHRASE', 'the private key is encrypted: a passphrase is needed')

/** A private key as PKCS #8 in PEM, in the clear; with a passphrase as `writeEncryptedPrivateKey` writes it. */
export const writePrivateKey = (key: KeyObject, passphrase?: string): string => passphrase === undefined
  ? writePem('PRIVATE KEY', key.export({ type: 'pkcs8', format: 'der' }))
  : writeEncryptedPrivateKey(key, passphrase)

// What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-256. It takes 0.2 s, once for each reading;
// OpenSSL and Node write 2,048.
const keyIterations = 600_000

/**
 * A private key as an encrypted PKCS #8 in PEM: PBES2 with AES-256-CBC, the key by PBKDF2 with HMAC-SHA-256 and 600,000
 * iterations (RFC 8018), which OpenSSL, Node and Java read.
 * @throws CertificateError ERR_CERTIFICATE_PASSPHRASE: there is no passphrase, or it is empty
 */
export function writeEncryptedPrivateKey (key: KeyObject, passphrase: string): string {
  // A variable that is not set must not leave a key in the clear.
  if (typeof passphrase !== 'string' || passphrase === '') throw new CertificateError('PASSPHRASE', 'a passphrase is needed to encrypt the private key')
  const [password] = passwordsOf(passphrase)
  const { algorithm, octets } = encrypt(key.export({ type: 'pkcs8', format: 'der' }), password, keyIterations)
  return writePem('ENCRYPTED PRIVATE KEY', writeSequence(algorithm, writeOctetString(octets)))
}

/** Whether the certificate is for the public half of this private key. */
export const isKeyOf = (privateKey: KeyObject, certificate: Certificate): boolean =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).equals(certificate.subjectPublicKeyInfo)
