import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { contextTag, encoding, Fields, malformed, maxCertificateOctets, onlyChild, readBitStringOctets, readInteger, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { distinguishedName, type DistinguishedName } from './distinguished-name.js'
import { readExtensions, serialNumberText, type Extension } from './extensions.js'
import { decodeExtensions, type DecodedExtensions } from './decoded-extensions.js'
import { readTime } from './time.js'

export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

interface Contents extends DecodedExtensions {
  readonly version: 1 | 2 | 3
  readonly serialNumber: string
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKeyAlgorithm: AlgorithmIdentifier
  readonly subjectPublicKeyInfo: Buffer
  readonly subjectPublicKey: Buffer
  readonly extensions: readonly Extension[]
  readonly tbsCertificate: Buffer
  readonly signature: Buffer
}

/** What is made of the contents when it is first asked for, shared by a certificate and the same one along its path. */
interface Derived {
  publicKey?: KeyObject
  fingerprint?: Buffer
  keyFingerprint?: Buffer
}

/**
 * An X.509 certificate as its octets say it (RFC 5280, section 4): well formed, and nothing more. Whether it is
 * genuine, current or trusted is for `verifyCertificationPath` to say; a `path` tells that it was.
 * Immutable.
 */
export class Certificate {
  /** The DER; its octets are not to be changed. */
  readonly raw: Buffer
  /** From this certificate to its trust anchor, once a path was verified; else `undefined`. */
  readonly path: readonly Certificate[] | undefined
  readonly #contents: Contents
  readonly #derived: Derived

  /** @internal Certificates come from `readCertificate` and `verifyCertificationPath`. */
  constructor (raw: Buffer, contents: Contents, derived: Derived = {}, issuers?: readonly Certificate[]) {
    this.raw = raw
    this.#contents = contents
    this.#derived = derived
    this.path = issuers && Object.freeze([this, ...issuers])
    Object.freeze(this)
  }

  /** @internal The same certificate, with the path that was verified: its issuers up to the trust anchor. */
  along (issuers: readonly Certificate[]): Certificate {
    return new Certificate(this.raw, this.#contents, this.#derived, issuers)
  }

  get version (): 1 | 2 | 3 { return this.#contents.version }

  /** Lower-case hexadecimal, without a sign octet. Serial numbers are unique within one issuer only. */
  get serialNumber (): string { return this.#contents.serialNumber }

  get signatureAlgorithm (): AlgorithmIdentifier { return this.#contents.signatureAlgorithm }
  get issuer (): DistinguishedName { return this.#contents.issuer }
  get subject (): DistinguishedName { return this.#contents.subject }

  /** Both ends belong to the period. The dates are made anew for each call. */
  get validity (): Validity {
    return Object.freeze({ notBefore: new Date(this.#contents.notBefore), notAfter: new Date(this.#contents.notAfter) })
  }

  /**
   * Whether `date` is in the validity period, both ends included (RFC 5280, section 4.1.2.5). Certificates count whole
   * seconds, so the last one holds until it is over. An Invalid Date is not in it.
   */
  isValidAt (date: Date): boolean {
    const time = date.getTime()
    return time >= this.#contents.notBefore && time < this.#contents.notAfter + 1000
  }

  /** The DER of the SubjectPublicKeyInfo. */
  get subjectPublicKeyInfo (): Buffer { return this.#contents.subjectPublicKeyInfo }

  get publicKeyAlgorithm (): AlgorithmIdentifier { return this.#contents.publicKeyAlgorithm }

  /** The octets inside the BIT STRING of the SubjectPublicKeyInfo: what key identifiers are made of. */
  get subjectPublicKey (): Buffer { return this.#contents.subjectPublicKey }

  /**
   * The subject's public key; made at the first call.
   * @throws CertificateError ERR_CERTIFICATE_UNSUPPORTED: `node:crypto` does not know such a key
   */
  get publicKey (): KeyObject {
    this.#derived.publicKey ??= toKey(this.subjectPublicKeyInfo)
    return this.#derived.publicKey
  }

  /** All extensions in order, with their criticality, also those that are not decoded here. */
  get extensions (): readonly Extension[] { return this.#contents.extensions }

  /** Empty where the certificate has none. */
  get subjectAltName () { return this.#contents.subjectAltName }

  /** Empty where the certificate has none. */
  get issuerAltName () { return this.#contents.issuerAltName }

  /** `undefined` where the certificate has none, and so restricts nothing. */
  get keyUsage () { return this.#contents.keyUsage }

  /** Names of RFC 5280 (`clientAuth`), dotted where there is none; `undefined` where the certificate restricts nothing. */
  get extendedKeyUsage () { return this.#contents.extendedKeyUsage }

  get basicConstraints () { return this.#contents.basicConstraints }
  get nameConstraints () { return this.#contents.nameConstraints }

  /** Empty where the certificate has none. */
  get certificatePolicies () { return this.#contents.certificatePolicies }

  get policyMappings () { return this.#contents.policyMappings }
  get policyConstraints () { return this.#contents.policyConstraints }
  get inhibitAnyPolicy () { return this.#contents.inhibitAnyPolicy }
  get subjectKeyIdentifier () { return this.#contents.subjectKeyIdentifier }
  get authorityKeyIdentifier () { return this.#contents.authorityKeyIdentifier }

  /** Empty where the certificate has none. */
  get cRLDistributionPoints () { return this.#contents.cRLDistributionPoints }

  /** Empty where the certificate has none. */
  get authorityInfoAccess () { return this.#contents.authorityInfoAccess }

  /** SHA-256 over the DER, upper-case with colons, as `openssl x509 -fingerprint -sha256` and Node print it. */
  get fingerprint256 (): string { return colons(this.#fingerprint) }

  /** SHA-256 over the SubjectPublicKeyInfo, in the same form: it stays when a certificate is renewed with its key. */
  get publicKeyFingerprint256 (): string {
    this.#derived.keyFingerprint ??= sha256(this.subjectPublicKeyInfo)
    return colons(this.#derived.keyFingerprint)
  }

  /** `x5t#S256` of RFC 8705 and RFC 7515: SHA-256 over the DER in base64url. */
  get thumbprint (): string { return this.#fingerprint.toString('base64url') }

  /** The octets that the signature is over. */
  get tbsCertificate (): Buffer { return this.#contents.tbsCertificate }

  get signature (): Buffer { return this.#contents.signature }

  /** Whether subject and issuer are the same name (RFC 5280: self-issued); the signature is not looked at. */
  get isSelfIssued (): boolean { return this.subject.equals(this.issuer) }

  get #fingerprint (): Buffer {
    this.#derived.fingerprint ??= sha256(this.raw)
    return this.#derived.fingerprint
  }

  /** What a log or a reply may say of a certificate: names, dates and fingerprint. */
  toJSON () {
    const { notBefore, notAfter } = this.validity
    return {
      subject: this.subject.toString(),
      issuer: this.issuer.toString(),
      serialNumber: this.serialNumber,
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
      fingerprint256: this.fingerprint256
    }
  }
}

const sha256 = (octets: Buffer) => createHash('sha256').update(octets).digest()

const colons = (octets: Buffer) => octets.toString('hex').toUpperCase().match(/../g)!.join(':')

function toKey (subjectPublicKeyInfo: Buffer): KeyObject {
  try {
    return createPublicKey({ key: subjectPublicKeyInfo, format: 'der', type: 'spki' })
  } catch (cause) {
    throw new CertificateError('UNSUPPORTED', 'the public key is of a kind that is not known here', cause)
  }
}

/**
 * Reads one certificate from DER. Everything in it that RFC 5280 defines is decoded and checked for form here, so that
 * no property of the result throws (but `publicKey`); a NUL in a name refuses it.
 * The result is not verified in any way. The octets are kept, not copied.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED
 */
export function readCertificate (der: Uint8Array): Certificate {
  if (der.length > maxCertificateOctets) throw malformed(`certificate has ${der.length} octets, more than ${maxCertificateOctets}`)
  const raw = Buffer.from(der.buffer, der.byteOffset, der.byteLength)
  return new Certificate(raw, readContents(readWhole(raw, tags.sequence, 'Certificate')))
}

function readContents (certificate: Element): Contents {
  const outer = new Fields(certificate, 'Certificate')
  const tbs = outer.take(tags.sequence, 'tbsCertificate')
  const signatureAlgorithm = outer.take(tags.sequence, 'signatureAlgorithm')
  const signature = readBitStringOctets(outer.take(tags.bitString, 'signatureValue'))
  outer.end()
  const fields = readTbsCertificate(tbs)
  if (!encoding(fields.signature).equals(encoding(signatureAlgorithm))) throw malformed('certificate names two signature algorithms')
  return Object.freeze({
    ...fields.contents,
    signatureAlgorithm: algorithmIdentifier(signatureAlgorithm),
    tbsCertificate: encoding(tbs),
    signature
  })
}

function readTbsCertificate (tbs: Element) {
  const fields = new Fields(tbs, 'tbsCertificate')
  const version = readVersion(fields.optional(contextTag(0, true)))
  const serialNumber = serialNumberText(readInteger(fields.take(tags.integer, 'serialNumber')))
  const signature = fields.take(tags.sequence, 'signature')
  const issuer = distinguishedName(fields.take(tags.sequence, 'issuer'))
  const validity = readValidity(fields.take(tags.sequence, 'validity'))
  const subject = distinguishedName(fields.take(tags.sequence, 'subject'))
  const key = readPublicKey(fields.take(tags.sequence, 'subjectPublicKeyInfo'))
  if (version > 1) skipUniqueIdentifiers(fields)
  const extensions = version === 3 ? optionalExtensions(fields) : noExtensions
  fields.end()
  return { signature, contents: { version, serialNumber, issuer, ...validity, subject, ...key, extensions, ...decodeExtensions(extensions) } }
}

const noExtensions: readonly Extension[] = Object.freeze([])

function readVersion (element: Element | undefined): 1 | 2 | 3 {
  if (element === undefined) return 1
  const version = readSmallInteger(onlyChild(element, tags.integer, 'version'), 'version') + 1
  // A version 1 that is written out is not DER; the default has to be left out.
  if (version !== 2 && version !== 3) throw malformed(`certificate has version ${version}`, element.start)
  return version
}

function readValidity (element: Element): { notBefore: number, notAfter: number } {
  const fields = new Fields(element, 'validity')
  const notBefore = readTime(fields.takeAny('notBefore')).getTime()
  const notAfter = readTime(fields.takeAny('notAfter')).getTime()
  fields.end()
  return { notBefore, notAfter }
}

function readPublicKey (element: Element) {
  const fields = new Fields(element, 'subjectPublicKeyInfo')
  const publicKeyAlgorithm = algorithmIdentifier(fields.take(tags.sequence, 'algorithm'))
  const subjectPublicKey = readBitStringOctets(fields.take(tags.bitString, 'subjectPublicKey'))
  fields.end()
  return { publicKeyAlgorithm, subjectPublicKey, subjectPublicKeyInfo: encoding(element) }
}

function skipUniqueIdentifiers (fields: Fields): void {
  fields.optional(contextTag(1))
  fields.optional(contextTag(2))
}

function optionalExtensions (fields: Fields): readonly Extension[] {
  const element = fields.optional(contextTag(3, true))
  return element === undefined ? noExtensions : readExtensions(onlyChild(element, tags.sequence, 'extensions'))
}
