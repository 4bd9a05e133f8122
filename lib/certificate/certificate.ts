import { createHash, type KeyObject } from 'node:crypto'
import { asBuffer, malformed, maxCertificateOctets, readWhole, tags } from './der.js'
import type { AlgorithmIdentifier } from './algorithm-identifier.js'
import { readContents, type CertificateContents } from './certificate-contents.js'
import type { DistinguishedName } from './distinguished-name.js'
import type { Extension } from './extensions.js'
import { writeObjectIdentifier, writeSequence } from './der-writer.js'
import { writeCertificate } from './certificate-writer.js'
import { publicKeyOf } from './public-key.js'
import { turnedSignatures } from './turned-signature.js'

export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** What is made of the contents when it is first asked for, shared by a certificate and the same one along its path. */
interface Derived {
  publicKey?: KeyObject
  fingerprint256?: string
  publicKeyFingerprint256?: string
  tbsDigest?: string
}

/**
 * An X.509 certificate as its octets say it (RFC 5280, section 4): well formed, and nothing more. Whether it is
 * genuine, current or trusted is for `verifyCertificationPath` to say; a `path` tells that it was.
 * Immutable: every value that it hands out is frozen but the Buffers, which are views of `raw` and not to be changed.
 */
export class Certificate {
  /** The DER; its octets are not to be changed. */
  readonly raw: Buffer
  /** From this certificate to its trust anchor, once a path was verified; else `undefined`. */
  readonly path: readonly Certificate[] | undefined
  readonly #contents: CertificateContents
  readonly #derived: Derived

  /** @internal Certificates come from `readCertificate` and `verifyCertificationPath`. */
  constructor (raw: Buffer, contents: CertificateContents, derived: Derived = {}, issuers?: readonly Certificate[]) {
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

  /**
   * @internal The same certificate, with every extension of RFC 5280 decoded: from then on none of its properties throws.
   * @throws CertificateError ERR_CERTIFICATE_MALFORMED, ERR_CERTIFICATE_UNSUPPORTED
   */
  decoded (): this {
    this.#contents.decoded.decodeAll()
    return this
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
   * @throws CertificateError ERR_CERTIFICATE_UNSUPPORTED: `node:crypto` does not know such a key; ERR_CERTIFICATE_MALFORMED: octets that are no such key
   */
  get publicKey (): KeyObject {
    this.#derived.publicKey ??= publicKeyOf(this)
    return this.#derived.publicKey
  }

  /** All extensions in order, with their criticality, also those that are not decoded here. */
  get extensions (): readonly Extension[] { return this.#contents.extensions }

  /** Empty where the certificate has none. */
  get subjectAltName () { return this.#contents.decoded.value('subjectAltName') }

  /** Empty where the certificate has none. */
  get issuerAltName () { return this.#contents.decoded.value('issuerAltName') }

  /** `undefined` where the certificate has none, and so restricts nothing. */
  get keyUsage () { return this.#contents.decoded.value('keyUsage') }

  /** Names of RFC 5280 (`clientAuth`), dotted where there is none; `undefined` where the certificate restricts nothing. */
  get extendedKeyUsage () { return this.#contents.decoded.value('extendedKeyUsage') }

  get basicConstraints () { return this.#contents.decoded.value('basicConstraints') }
  get nameConstraints () { return this.#contents.decoded.value('nameConstraints') }

  /** Empty where the certificate has none. */
  get certificatePolicies () { return this.#contents.decoded.value('certificatePolicies') }

  get policyMappings () { return this.#contents.decoded.value('policyMappings') }
  get policyConstraints () { return this.#contents.decoded.value('policyConstraints') }
  get inhibitAnyPolicy () { return this.#contents.decoded.value('inhibitAnyPolicy') }
  get subjectKeyIdentifier () { return this.#contents.decoded.value('subjectKeyIdentifier') }
  /** @internal The `keyIdentifier` of `authorityKeyIdentifier`, which never throws. */
  get issuerKeyIdentifier () { return this.#contents.decoded.value('issuerKeyIdentifier') }

  get authorityKeyIdentifier () { return this.#contents.decoded.value('authorityKeyIdentifier') }

  /** Empty where the certificate has none. */
  get cRLDistributionPoints () { return this.#contents.decoded.value('cRLDistributionPoints') }

  /** Where delta lists are (RFC 5280, section 4.2.1.15). Empty where the certificate has none. */
  get freshestCRL () { return this.#contents.decoded.value('freshestCRL') }

  /** Empty where the certificate has none. */
  get authorityInfoAccess () { return this.#contents.decoded.value('authorityInfoAccess') }

  /**
   * SHA-256 over the DER, upper-case with colons, as `openssl x509 -fingerprint -sha256` and Node print it. Who holds a
   * certificate that was signed by ECDSA can change it without any key: compare by `hasFingerprint256`.
   */
  get fingerprint256 (): string {
    this.#derived.fingerprint256 ??= colons(sha256(this.raw))
    return this.#derived.fingerprint256
  }

  /**
   * Whether this is the certificate with that `fingerprint256` (in either case, with or without colons), or differs from it in the
   * form of its signature alone: where (r, s) is an ECDSA signature, (r, n − s) is one as well, and anybody can change one into the
   * other. Nothing but the fingerprint changes with it: everything else that is compared here is what the issuer signed.
   */
  hasFingerprint256 (fingerprint256: string): boolean {
    const wanted = fingerprint256.replaceAll(':', '').toUpperCase()
    return this.fingerprints256.some((each) => each.replaceAll(':', '') === wanted)
  }

  /** @internal The `fingerprint256`, and those of the same certificate with its signature turned. */
  get fingerprints256 (): readonly string[] {
    const known = knownFingerprints.get(this.raw)
    if (known !== undefined) return known
    const found = [this.fingerprint256, ...fingerprintsOfTwins(this)]
    knownFingerprints.set(this.raw, found)
    return found
  }

  /** @internal What names the certificate beside its issuer's key, in whatever form its signature is: SHA-256 over what was signed. */
  get tbsDigest (): string {
    this.#derived.tbsDigest ??= sha256(this.tbsCertificate).toString('base64')
    return this.#derived.tbsDigest
  }

  /** SHA-256 over the SubjectPublicKeyInfo, in the same form: it stays when a certificate is renewed with its key. */
  get publicKeyFingerprint256 (): string {
    this.#derived.publicKeyFingerprint256 ??= colons(sha256(this.subjectPublicKeyInfo))
    return this.#derived.publicKeyFingerprint256
  }

  /** `x5t#S256` of RFC 8705 and RFC 7515: SHA-256 over the DER in base64url. Like `fingerprint256` it is good for letting in, not for refusing. */
  get thumbprint (): string { return sha256(this.raw).toString('base64url') }

  /** The octets that the signature is over. */
  get tbsCertificate (): Buffer { return this.#contents.tbsCertificate }

  get signature (): Buffer { return this.#contents.signature }

  /** Whether subject and issuer are the same name (RFC 5280: self-issued); the signature is not looked at. */
  get isSelfIssued (): boolean { return this.subject.equals(this.issuer) }

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

// By the octets: a forwarded certificate may be read once more for each request.
const knownFingerprints = new WeakMap<Buffer, readonly string[]>()

function fingerprintsOfTwins ({ tbsCertificate, signatureAlgorithm, signature }: Certificate): readonly string[] {
  const twins = turnedSignatures(signatureAlgorithm, signature)
  if (twins.length === 0) return []
  const { algorithm, parameters = Buffer.alloc(0) } = signatureAlgorithm
  const identifier = writeSequence(writeObjectIdentifier(algorithm), parameters)
  return twins.map((twin) => colons(sha256(writeCertificate(tbsCertificate, identifier, twin))))
}

const colons = (octets: Buffer) => octets.toString('hex').toUpperCase().match(/../g)!.join(':')

/**
 * Reads one certificate from DER. Everything in it that RFC 5280 defines is decoded and checked for form here, so that
 * no property of the result throws (but `publicKey`); a NUL in a name refuses it.
 * The result is not verified in any way. The octets are kept, not copied, and not to be changed any more.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: broken DER, more than 102,400 octets, what RFC 5280 does not allow,
 * or a NUL in a name; ERR_CERTIFICATE_UNSUPPORTED: an object identifier of more than 128 octets
 */
export const readCertificate = (der: Uint8Array): Certificate => readPresentedCertificate(der).decoded()

/**
 * The same of a certificate that a stranger presents: alternative names, name constraints, policies and places of lists are decoded when they
 * are asked for, which then may throw. Once its path is verified, `decoded` sees to the rest.
 * @throws CertificateError
 */
export function readPresentedCertificate (der: Uint8Array): Certificate {
  if (der.length > maxCertificateOctets) throw malformed(`certificate has ${der.length} octets, more than ${maxCertificateOctets}`)
  const raw = asBuffer(der)
  return new Certificate(raw, readContents(readWhole(raw, tags.sequence, 'Certificate')))
}
