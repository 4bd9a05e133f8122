import { createPublicKey, type KeyObject } from 'node:crypto'
import { AuthorityError } from '../errors.js'
import {
  Certificate, CertificationRequest, keyIdentifierOf, readCertificationRequest, type CertificateList, type DistinguishedName, type Extension, type Validity
} from '../certificate/index.js'
import { certificateListOptions, checkListIssuer, signCertificateList, type CertificateListOptions } from './certificate-list.js'
import { decide } from './issuance-policy.js'
import { issueOptions, signOptions, type Granted, type IssueOptions, type Issued, type Signed, type SignOptions } from './issuance.js'
import { isIssuedBy } from './issued-by.js'
import { checkIsAnother } from './is-another.js'
import { givenOrNewKey } from './key-type.js'
import { refuseUnknown } from './known-options.js'
import { placeExtensions, type Places } from './places.js'
import { alternativeNames, authorityExtensions, checkProfile, leafExtensions, type Profile } from './profile.js'
import { checkExpiry, renewalOf, renewOptions, type RenewOptions } from './renewal.js'
import { checkRevocation, releaseOf, revocationOf, type RevokeOptions } from './revoke.js'
import { signCertificate } from './sign-certificate.js'
import type { Signer } from './signer.js'
import { listed, listEntries, type Listed, type ListOptions } from './status.js'
import type { Store } from './store.js'
import { subjectName } from './subject.js'
import { validityPeriod, withinIssuer, type ValidityOptions, type WhenPastEnd } from './validity.js'

/** What an authority is made of. */
interface Parts {
  readonly certificate: Certificate
  /** Those above its certificate, as far as they are known. */
  readonly above?: readonly Certificate[]
  readonly signer: Signer
  readonly privateKey?: KeyObject
  readonly store?: Store
  readonly places?: Places
}

/** What a new certificate is about; the rest is the same for all. */
export interface Holder {
  readonly subject: DistinguishedName
  readonly validity: Validity
  readonly subjectPublicKeyInfo: Buffer
}

/**
 * A certificate authority: its certificate, the use of its signing key, and, where it has a store, what it issued. Made by
 * `createAuthority` and `openAuthority`. Without a store nothing is recorded, and nothing can be revoked or listed.
 */
export class Authority {
  readonly certificate: Certificate
  /** Its certificate, and those above it as far as they are known. */
  readonly chain: readonly Certificate[]
  readonly #signer: Signer
  readonly #privateKey: KeyObject | undefined
  readonly #keyIdentifier: Buffer
  readonly #store: Store | undefined
  readonly #places: readonly Extension[]

  /** @internal */
  constructor ({ certificate, above = [], signer, privateKey, store, places }: Parts) {
    this.certificate = certificate
    this.chain = Object.freeze([certificate, ...above])
    this.#signer = signer
    this.#privateKey = privateKey
    this.#keyIdentifier = certificate.subjectKeyIdentifier ?? keyIdentifierOf(certificate.subjectPublicKeyInfo)
    this.#store = store
    this.#places = placeExtensions(places)
    Object.freeze(this)
  }

  /** The signing key, to be stored; `undefined` where a signer of the owner's own keeps it. */
  get privateKey (): KeyObject | undefined {
    return this.#privateKey
  }

  /**
   * Issues a certificate, and makes its private key. Its serial number is 20 random octets. It is in the store before it is handed out.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: an option that cannot be, or an end after the authority's own
   */
  async issue (options: IssueOptions): Promise<Issued> {
    refuseUnknown(options, issueOptions)
    checkProfile(options.profile)
    const subject = subjectName(options.subject)
    const names = alternativeNames(options.profile, subject, options.subjectAltName)
    const validity = this.#validity(options)
    const privateKey = await givenOrNewKey(options)
    const publicKey = createPublicKey(privateKey)
    const subjectPublicKeyInfo = publicKey.export({ type: 'spki', format: 'der' })
    const signed = await this.#certify({ subject, validity, subjectPublicKeyInfo }, this.#leaf(options.profile, publicKey, subjectPublicKeyInfo, names))
    return Object.freeze({ ...signed, privateKey })
  }

  /**
   * Signs a certification request (PKCS #10, as DER, PEM or already read): the key is the requester's, and everything else is
   * what `policy` lets through. That the requester has the private key is verified.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: the policy refuses it, it asks to be a CA, its signature is not by its key, its key is weak
   * @throws CertificateError the request cannot be read
   */
  async sign (request: CertificationRequest | string | Uint8Array, options: SignOptions): Promise<Granted> {
    refuseUnknown(options, signOptions)
    checkProfile(options.profile)
    const read = request instanceof CertificationRequest ? request : readCertificationRequest(request)
    const validity = this.#validity(options)
    const { subject, extensions, dropped } = await decide(read, options.policy, options.profile)
    const { publicKey, subjectPublicKeyInfo } = read
    const signed = await this.#certify({ subject, validity, subjectPublicKeyInfo }, this.#leaf(options.profile, publicKey, subjectPublicKeyInfo, extensions))
    return Object.freeze({ ...signed, dropped })
  }

  /**
   * Issues the next certificate for the holder of one that this authority issued: same names and purpose, same key unless another is given.
   * The old one stays valid until its end; both are known by their serial numbers.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: it is not of this authority, is revoked or held, has expired (unless `whenExpired`
   * is `renew`), or an option cannot be
   */
  async renew (certificate: Certificate, options: RenewOptions): Promise<Signed> {
    refuseUnknown(options, renewOptions)
    const { profile, names, publicKey, subjectPublicKeyInfo } = renewalOf(certificate, options)
    await this.#checkOwn(certificate)
    const validity = this.#validity(options)
    checkExpiry(certificate, options)
    const { subject } = certificate
    return await this.#certify({ subject, validity, subjectPublicKeyInfo }, this.#leaf(profile, publicKey, subjectPublicKeyInfo, names))
  }

  /**
   * Revokes a certificate, by itself or by its serial number (lower-case hexadecimal). Verifiers learn of it by the next `certificateList`.
   * Who is on `certificateHold` may be revoked for good.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: it is unknown or revoked already, an option cannot be, or there is no store
   */
  async revoke (which: Certificate | string, options: RevokeOptions): Promise<Listed> {
    refuseUnknown(options, ['at', 'reason', 'invalidityDate'])
    checkRevocation(options)
    return listed(await this.#stored.update(await this.#serialNumberOf(which), (entry) => revocationOf(entry, options)), options.at)
  }

  /**
   * Takes a `certificateHold` back.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: it is unknown, not held, or there is no store
   */
  async release (which: Certificate | string, { at }: { readonly at: Date }): Promise<Listed> {
    checkRevocation({ at })
    return listed(await this.#stored.update(await this.#serialNumberOf(which), releaseOf), at)
  }

  /**
   * Signs the certificate list (RFC 5280, section 5): everyone who was revoked or is held. Its number is one that no list had before.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: not one of `days` and `nextUpdate`, or there is no store
   */
  async certificateList (options: CertificateListOptions): Promise<CertificateList> {
    refuseUnknown(options, certificateListOptions)
    checkListIssuer(this.certificate, options)
    const number = await this.#stored.nextListNumber()
    const issuer = { certificate: this.certificate, keyIdentifier: this.#keyIdentifier, signer: this.#signer }
    return await signCertificateList(issuer, await this.#stored.list(), number, options)
  }

  /**
   * What was issued, in that order.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: an option that cannot be, or there is no store
   */
  async list (options: ListOptions): Promise<readonly Listed[]> {
    return await listEntries(this.#stored, options)
  }

  /**
   * The certificate with this serial number (lower-case hexadecimal), or `undefined`.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: there is no store
   */
  async find (serialNumber: string): Promise<Certificate | undefined> {
    return await this.#stored.certificate(serialNumber)
  }

  /** @internal Signs the certificate of an authority below this one. */
  async certifyAuthority (holder: Holder, pathLength: number | undefined, constraints: readonly Extension[], at: Date, whenPastEnd?: WhenPastEnd): Promise<Signed> {
    const own = this.certificate.basicConstraints!.pathLenConstraint
    if (own !== undefined && (own === 0 || (pathLength ?? own - 1) >= own)) {
      throw new AuthorityError(`pathLength: the issuer ${this.certificate.subject} allows ${own === 0 ? 'no authority' : `at most ${own - 1}`} below it`)
    }
    const validity = withinIssuer(holder.validity, this.certificate, at, whenPastEnd)
    const extensions = authorityExtensions(holder.subjectPublicKeyInfo, pathLength ?? (own === undefined ? undefined : own - 1), this.#keyIdentifier)
    return await this.#certify({ ...holder, validity }, [...extensions, ...constraints])
  }

  get #stored (): Store {
    if (this.#store === undefined) throw new AuthorityError('this authority has no store: give createAuthority or openAuthority one')
    return this.#store
  }

  #validity (options: ValidityOptions & { readonly whenPastEnd?: WhenPastEnd }): Validity {
    return withinIssuer(validityPeriod(options), this.certificate, options.at, options.whenPastEnd)
  }

  #leaf (profile: Profile, publicKey: KeyObject, subjectPublicKeyInfo: Buffer, names: readonly Extension[]): readonly Extension[] {
    return [...leafExtensions(profile, publicKey, subjectPublicKeyInfo, this.#keyIdentifier), ...names]
  }

  async #certify (holder: Holder, extensions: readonly Extension[]): Promise<Signed> {
    checkIsAnother(holder, this.chain)
    const issuer = this.certificate.subject
    const certificate = await signCertificate(this.#signer, { issuer, ...holder, extensions: [...extensions, ...this.#places] })
    await this.#store?.add(certificate)
    return Object.freeze({ certificate, chain: this.chain })
  }

  /** Another authority may have given the same serial number to somebody else. */
  async #serialNumberOf (which: Certificate | string): Promise<string> {
    if (typeof which === 'string') return which
    await this.#checkIssued(which)
    return which.serialNumber
  }

  async #checkIssued (certificate: Certificate): Promise<void> {
    if (!(certificate instanceof Certificate)) throw new AuthorityError('certificate is no Certificate of this package')
    const stored = await this.#store?.certificate(certificate.serialNumber)
    const isOwn = stored === undefined ? isIssuedBy(certificate, this.certificate) : stored.hasFingerprint256(certificate.fingerprint256)
    if (!isOwn) throw new AuthorityError(`certificate ${certificate.serialNumber} of ${certificate.subject} is not one of ${this.certificate.subject}`)
  }

  /** Who was revoked must not come back by the way of renewal. */
  async #checkOwn (certificate: Certificate): Promise<void> {
    await this.#checkIssued(certificate)
    const entry = (await this.#store?.list())?.find(({ serialNumber }) => serialNumber === certificate.serialNumber)
    if (entry?.revocation !== undefined) throw new AuthorityError(`certificate ${certificate.serialNumber} of ${certificate.subject} is revoked`)
  }
}
