import type { KeyObject } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { fileToDer } from './ber.js'
import type { Certificate } from './certificate.js'
import { contents, expect, Fields, malformed, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { IterationBudget, passwordsOf, type Decryption, type Password } from './password-based-encryption.js'
import { keyOctets, readBags, readCertificateBag, readContentInfo, type Bag } from './pkcs12-bags.js'
import { verifyMac } from './pkcs12-mac.js'
import { bagTypes, contentTypes } from './pkcs12-object-identifiers.js'
import { decryptPrivateKey, isKeyOf, privateKeyFromPkcs8 } from './private-key.js'

/** What a PKCS #12 holds. Nothing in it is verified: certificates are as little trusted as any other file's. */
export interface Pkcs12 {
  readonly privateKey: KeyObject | undefined
  /** The certificate for the private key; of several, the one that has the key's localKeyId. */
  readonly certificate: Certificate | undefined
  /** All other certificates, in order. */
  readonly certificates: readonly Certificate[]
  /** The name that the key's owner gave it, or its certificate. */
  readonly friendlyName: string | undefined
}

// Java's own trust store, of some 150 roots, is a PKCS #12 of 0.2 MB; this is five times as much.
const maxPkcs12Octets = 1024 * 1024

// OpenSSL 3 asks for both passphrases itself; in between, the key stays encrypted under the one that is given.
const remedy = 'convert it with `openssl pkcs12 -legacy -in OLD.p12 -out OLD.pem && openssl pkcs12 -export -in OLD.pem -out NEW.p12 && rm OLD.pem`' +
  ' (without a private key in it: `openssl pkcs12 -legacy -in OLD.p12 -nokeys -out NEW.cer`)'

/** Whether this is a PKCS #12: SEQUENCE { INTEGER 3, SEQUENCE …, as no certificate, key or other store begins. */
export function isPkcs12 (octets: Uint8Array): boolean {
  const lengthOctets = octets[1] < 0x80 ? 0 : octets[1] & 0x7f
  const version = Buffer.from(octets.subarray(2 + lengthOctets, 6 + lengthOctets))
  return octets[0] === tags.sequence && version.equals(Buffer.from([tags.integer, 1, 3, tags.sequence]))
}

/**
 * Reads a PKCS #12 (RFC 7292) in DER or BER: one private key, in the clear or encrypted, and certificates. The MAC is
 * verified before anything else is read; a file without one, as `openssl pkcs12 -nomac` writes it, is read, too, since
 * whoever can change a file can as well leave it out. Without a passphrase the empty one is tried. RC2, which older Windows,
 * Java 8 and OpenSSL 1 wrote, is read where there is a MAC. Zero bytes and a line break behind the file are passed over.
 * Lists and secrets in it are passed over. Keys are derived on the calling thread: 10 ms for a file of OpenSSL,
 * 1 s for one of Firefox.
 * @throws CertificateError ERR_CERTIFICATE_PASSPHRASE: missing or wrong (or the file is damaged, which looks the same);
 * ERR_CERTIFICATE_UNSUPPORTED: RC4, RC2 without a MAC, or another encryption that is not read here, or several private keys, and the
 * message says what to do; ERR_CERTIFICATE_MALFORMED
 */
export async function readPkcs12 (octets: Uint8Array, passphrase: string | undefined): Promise<Pkcs12> {
  if (octets.length > maxPkcs12Octets) throw malformed(`PKCS #12 has ${octets.length} octets, more than ${maxPkcs12Octets}`)
  const pfx = readPfx(fileToDer(Buffer.from(octets)))
  try {
    return open(pfx, passwordsOf(passphrase ?? ''))
  } catch (error) {
    if (passphrase !== undefined || !isPassphraseError(error)) throw error
    throw new CertificateError('PASSPHRASE', 'the PKCS #12 is encrypted: a passphrase is needed', error)
  }
}

interface Pfx {
  readonly authenticatedSafe: Buffer
  readonly macData: Element | undefined
}

function readPfx (der: Buffer): Pfx {
  const fields = new Fields(readWhole(der, tags.sequence, 'PFX'), 'PFX')
  const version = readSmallInteger(fields.take(tags.integer, 'version'), 'PFX.version')
  if (version !== 3) throw malformed(`PFX has version ${version}, not 3`)
  const { type, content } = readContentInfo(fields.take(tags.sequence, 'authSafe'))
  const macData = fields.optional(tags.sequence)
  fields.end()
  if (type !== contentTypes.data) throw new CertificateError('UNSUPPORTED', 'the PKCS #12 is signed with a key: only those under a passphrase are read')
  return { authenticatedSafe: contents(expect(content, tags.octetString, 'authSafe')), macData }
}

function open (pfx: Pfx, [password, ...others]: readonly Password[]): Pkcs12 {
  try {
    return readContents(pfx, { password, budget: new IterationBudget(), remedy })
  } catch (error) {
    if (others.length === 0 || !isPassphraseError(error)) throw error
    return open(pfx, others)
  }
}

const isPassphraseError = (error: unknown) => error instanceof CertificateError && error.code === 'ERR_CERTIFICATE_PASSPHRASE'

function readContents ({ authenticatedSafe, macData }: Pfx, decryption: Decryption): Pkcs12 {
  if (macData !== undefined && !verifyMac(macData, authenticatedSafe, decryption)) {
    throw new CertificateError('PASSPHRASE', 'the passphrase of the PKCS #12 is wrong, or the file is damaged')
  }
  const authenticated = { ...decryption, isAuthenticated: macData !== undefined }
  return assemble(readBags(authenticatedSafe, authenticated), authenticated)
}

function assemble (bags: readonly Bag[], decryption: Decryption): Pkcs12 {
  const keyBag = onlyKeyBag(bags)
  const privateKey = keyBag && readKeyBag(keyBag, decryption)
  const all = bags.filter((bag) => bag.type === bagTypes.certificate).map((bag) => ({ bag, certificate: readCertificateBag(bag) }))
  const fitting = privateKey === undefined ? [] : all.filter(({ certificate }) => isKeyOf(privateKey, certificate))
  const own = fitting.find(({ bag }) => haveSameId(bag, keyBag)) ?? fitting[0]
  return Object.freeze({
    privateKey,
    certificate: own?.certificate,
    certificates: Object.freeze(all.filter((each) => each !== own).map(({ certificate }) => certificate)),
    friendlyName: keyBag?.friendlyName ?? own?.bag.friendlyName
  })
}

function onlyKeyBag (bags: readonly Bag[]): Bag | undefined {
  const found = bags.filter((bag) => bag.type === bagTypes.key || bag.type === bagTypes.pkcs8ShroudedKey)
  if (found.length <= 1) return found[0]
  throw new CertificateError('UNSUPPORTED', `the PKCS #12 holds ${found.length} private keys, where one is needed: copy one of them ` +
    'with `keytool -importkeystore -srckeystore OLD.p12 -srcalias NAME -destkeystore NEW.p12`')
}

const readKeyBag = (bag: Bag, decryption: Decryption): KeyObject =>
  privateKeyFromPkcs8(bag.type === bagTypes.key ? keyOctets(bag) : decryptPrivateKey(keyOctets(bag), decryption))

const haveSameId = (one: Bag, other: Bag | undefined): boolean =>
  one.localKeyId !== undefined && other?.localKeyId !== undefined && one.localKeyId.equals(other.localKeyId)
