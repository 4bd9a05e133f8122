import type { KeyObject } from 'node:crypto'
import { createHash } from 'node:crypto'
import type { Certificate } from './certificate.js'
import { contextTag, tags } from './der.js'
import { write, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence, writeSet } from './der-writer.js'
import { keyPurposes } from './object-identifiers.js'
import { encrypt, encryptWithTripleDes, passwordsOf, type Encrypted, type Password } from './password-based-encryption.js'
import { modernMac, writeMac, type MacForm } from './pkcs12-mac.js'
import { bagAttributeTypes, bagTypes, contentTypes, x509Certificate } from './pkcs12-object-identifiers.js'
import { isKeyOf } from './private-key.js'

/** How a PKCS #12 is encrypted and its integrity protected. */
interface Profile {
  readonly encrypt: (clear: Buffer, password: Password, iterations: number) => Encrypted
  readonly mac: MacForm
  readonly iterations: number
}

const profiles = {
  /**
   * AES-256-CBC, PBKDF2 with HMAC-SHA-256, and a MAC with SHA-256: OpenSSL from 1.1, Java from 8u301, Windows 10 and macOS 15 on.
   * A guess at the passphrase costs 100,000 iterations and more; a reading of ours 0.25 s. Java's keytool writes 10,000, OpenSSL 2,048.
   */
  modern: { encrypt, mac: modernMac, iterations: 100_000 },
  /** Triple DES and SHA-1, with salts and iterations as OpenSSL has them: all that older macOS, iOS, Android and Windows read. */
  compatible: { encrypt: encryptWithTripleDes, mac: { digest: 'sha1', saltLength: 8 }, iterations: 2048 }
} as const satisfies Record<string, Profile>

export type Pkcs12Profile = keyof typeof profiles

interface Protection {
  /** Java reads only ASCII, Apple no empty one. */
  readonly passphrase: string
  /**
   * `modern`, the default: AES-256 and SHA-256; or `compatible`: triple DES and SHA-1, for older macOS, iOS, Android and
   * Windows. The latter protects little: the file and its passphrase should go different ways, and the file soon.
   */
  readonly profile?: Pkcs12Profile
  /** Of each key derivation, 1 to 1,000,000; by default 100,000, and 2,048 in the profile `compatible`. */
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
 * @throws TypeError: the private key is not the certificate's, or an option that cannot be
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
 * @throws TypeError: an option that cannot be
 */
export async function writePkcs12TrustStore (store: Pkcs12TrustStore): Promise<Buffer> {
  const trusted = attribute(bagAttributeTypes.trustedKeyUsage, writeObjectIdentifier(keyPurposes.anyExtendedKeyUsage))
  return protect(store, store.certificates.map((each) => certificateBag(each, [trusted])), () => [])
}

type Shroud = (clear: Buffer) => Encrypted

function protect (protection: Protection, certificates: readonly Buffer[], keys: (shroud: Shroud) => readonly Buffer[]): Buffer {
  const { encrypt, mac, iterations } = schemeOf(protection)
  const [password] = passwordsOf(protection.passphrase)
  const shroud = (clear: Buffer) => encrypt(clear, password, iterations)
  const keyBags = keys(shroud)
  const safe = writeSequence(encryptedData(shroud(writeSequence(...certificates))), ...(keyBags.length === 0 ? [] : [data(writeSequence(...keyBags))]))
  return writeSequence(writeInteger(3), data(safe), writeMac(safe, password, iterations, mac))
}

// Beyond these a reading takes seconds; ours takes 5,000,000 for all three derivations together.
const maxIterations = 1_000_000

function schemeOf ({ profile = 'modern', iterations }: Protection): Profile {
  if (!Object.hasOwn(profiles, profile)) throw new TypeError(`profile ${JSON.stringify(profile)} is none of ${Object.keys(profiles).join(', ')}`)
  const scheme: Profile = { ...profiles[profile], ...(iterations !== undefined && { iterations }) }
  if (Number.isInteger(scheme.iterations) && scheme.iterations >= 1 && scheme.iterations <= maxIterations) return scheme
  throw new TypeError(`iterations is ${iterations}, and not a whole number from 1 to ${maxIterations}`)
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
