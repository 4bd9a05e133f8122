import type { KeyObject } from 'node:crypto'
import { createHash } from 'node:crypto'
import type { Certificate } from './certificate.js'
import { contextTag, tags } from './der.js'
import { write, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence, writeSet } from './der-writer.js'
import { keyPurposes } from './object-identifiers.js'
import { defaultIterations, encrypt, passwordsOf, type Encrypted, type Password } from './password-based-encryption.js'
import { writeMac } from './pkcs12-mac.js'
import { bagAttributeTypes, bagTypes, contentTypes, x509Certificate } from './pkcs12-object-identifiers.js'
import { isKeyOf } from './private-key.js'

/** How a PKCS #12 is encrypted and its integrity protected. */
interface Profile {
  readonly encrypt: (clear: Buffer, password: Password, iterations: number) => Encrypted
  readonly writeMac: (content: Buffer, password: Password, iterations: number) => Buffer
}

const profiles = {
  /** AES-256-CBC, PBKDF2 with HMAC-SHA-256, and a MAC with SHA-256: OpenSSL from 1.1, Java from 8u301, Windows 10 and macOS 15 on. */
  modern: { encrypt, writeMac }
} as const satisfies Record<string, Profile>

export type Pkcs12Profile = keyof typeof profiles

interface Protection {
  readonly passphrase: string
  /** Default `modern`. */
  readonly profile?: Pkcs12Profile
  /** Of each key derivation; default 100,000. */
  readonly iterations?: number
}

export interface Pkcs12KeyStore extends Protection {
  readonly privateKey: KeyObject
  readonly certificate: Certificate
  /** What goes with it, in order: its issuer first. Default none. */
  readonly chain?: readonly Certificate[]
  /** What programs show people, when they choose one; Java's alias. */
  readonly friendlyName?: string
}

export interface Pkcs12TrustStore extends Protection {
  readonly certificates: readonly Certificate[]
}

/**
 * The DER of a PKCS #12 (RFC 7292) that holds a private key, its certificate and the chain, all encrypted.
 * @throws TypeError: the private key is not the certificate's
 */
export async function writePkcs12 (store: Pkcs12KeyStore): Promise<Buffer> {
  const { privateKey, certificate, chain = [], friendlyName } = store
  if (!isKeyOf(privateKey, certificate)) throw new TypeError('the private key does not fit the certificate')
  const names = friendlyName === undefined ? [] : [attribute(bagAttributeTypes.friendlyName, writeBmpString(friendlyName))]
  // Any octets would do that key and certificate share; OpenSSL takes the certificate's fingerprint.
  const id = createHash('sha1').update(certificate.raw).digest()
  const attributes = [...names, attribute(bagAttributeTypes.localKeyId, writeOctetString(id))]
  const certificates = [certificateBag(certificate, attributes), ...chain.map((each) => certificateBag(each, []))]
  return protect(store, certificates, (shroud) => [keyBag(privateKey, attributes, shroud)])
}

/**
 * The DER of a PKCS #12 that holds certificates only, encrypted, and marked so that Java trusts them.
 */
export async function writePkcs12TrustStore (store: Pkcs12TrustStore): Promise<Buffer> {
  const trusted = attribute(bagAttributeTypes.trustedKeyUsage, writeObjectIdentifier(keyPurposes.anyExtendedKeyUsage))
  return protect(store, store.certificates.map((each) => certificateBag(each, [trusted])), () => [])
}

type Shroud = (clear: Buffer) => Encrypted

function protect (protection: Protection, certificates: readonly Buffer[], keys: (shroud: Shroud) => readonly Buffer[]): Buffer {
  const { passphrase, profile = 'modern', iterations = defaultIterations } = protection
  const [password] = passwordsOf(passphrase)
  const scheme: Profile = profiles[profile]
  const shroud = (clear: Buffer) => scheme.encrypt(clear, password, iterations)
  const keyBags = keys(shroud)
  const safe = writeSequence(encryptedData(shroud(writeSequence(...certificates))), ...(keyBags.length === 0 ? [] : [data(writeSequence(...keyBags))]))
  return writeSequence(writeInteger(3), data(safe), scheme.writeMac(safe, password, iterations))
}

const contentInfo = (type: string, content: Buffer) => writeSequence(writeObjectIdentifier(type), write(contextTag(0, true), content))

const data = (content: Buffer) => contentInfo(contentTypes.data, writeOctetString(content))

const encryptedData = ({ algorithm, octets }: Encrypted) => contentInfo(contentTypes.encryptedData,
  writeSequence(writeInteger(0), writeSequence(writeObjectIdentifier(contentTypes.data), algorithm, write(contextTag(0), octets))))

function keyBag (privateKey: KeyObject, attributes: readonly Buffer[], shroud: Shroud): Buffer {
  const { algorithm, octets } = shroud(privateKey.export({ type: 'pkcs8', format: 'der' }))
  return bag(bagTypes.pkcs8ShroudedKey, writeSequence(algorithm, writeOctetString(octets)), attributes)
}

const certificateBag = (certificate: Certificate, attributes: readonly Buffer[]) => bag(bagTypes.certificate,
  writeSequence(writeObjectIdentifier(x509Certificate), write(contextTag(0, true), writeOctetString(certificate.raw))), attributes)

const bag = (type: string, value: Buffer, attributes: readonly Buffer[]) =>
  writeSequence(writeObjectIdentifier(type), write(contextTag(0, true), value), ...(attributes.length === 0 ? [] : [writeSet(...attributes)]))

const attribute = (type: string, value: Buffer) => writeSequence(writeObjectIdentifier(type), writeSet(value))

const writeBmpString = (text: string) => write(tags.bmpString, Buffer.from(text, 'utf16le').swap16())
