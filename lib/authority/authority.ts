import { createPublicKey, type KeyObject } from 'node:crypto'
import { keyIdentifierOf, type Certificate, type GeneralNameText } from '../certificate/index.js'
import { givenOrNewKey, type KeyType } from './key-type.js'
import { refuseUnknown } from './known-options.js'
import { alternativeNames, checkProfile, leafExtensions, type Profile } from './profile.js'
import { signCertificate } from './sign-certificate.js'
import type { Signer } from './signer.js'
import { subjectName, type SubjectName } from './subject.js'
import { validityPeriod, withinIssuer, type ValidityOptions, type WhenPastEnd } from './validity.js'

export interface IssueOptions extends ValidityOptions {
  readonly profile: Profile
  /** May be the empty name where there is a `subjectAltName`. */
  readonly subject: SubjectName
  /** A server has to have a `dNSName` or an `iPAddress` here. */
  readonly subjectAltName?: readonly GeneralNameText[]
  /** The kind of the key that is made. Default `ec-p256`. */
  readonly keyType?: KeyType
  /** A key that is there already, instead of a new one. */
  readonly privateKey?: KeyObject
  /** What to do where the certificate would end after the authority's own: throw (`refuse`, the default), or end with it (`cut`). */
  readonly whenPastEnd?: WhenPastEnd
}

const issueOptions = ['profile', 'subject', 'subjectAltName', 'keyType', 'privateKey', 'whenPastEnd', 'at', 'days', 'notAfter', 'backdateSeconds']

/** A certificate that was issued, its private key, and those above it. */
export interface Issued {
  readonly certificate: Certificate
  readonly privateKey: KeyObject
  /** The issuer's certificate, and those above it as far as they are known. */
  readonly chain: readonly Certificate[]
}

/** A certificate authority: its certificate, and the use of its signing key. Made by `createAuthority` and `openAuthority`. */
export class Authority {
  readonly certificate: Certificate
  /** Its certificate, and those above it as far as they are known. */
  readonly chain: readonly Certificate[]
  readonly #signer: Signer
  readonly #privateKey: KeyObject | undefined
  readonly #keyIdentifier: Buffer

  /** @internal */
  constructor (certificate: Certificate, signer: Signer, privateKey?: KeyObject) {
    this.certificate = certificate
    this.chain = Object.freeze([certificate])
    this.#signer = signer
    this.#privateKey = privateKey
    this.#keyIdentifier = certificate.subjectKeyIdentifier ?? keyIdentifierOf(certificate.subjectPublicKeyInfo)
    Object.freeze(this)
  }

  /** The signing key, to be stored; `undefined` where a signer of the owner's own keeps it. */
  get privateKey (): KeyObject | undefined {
    return this.#privateKey
  }

  /**
   * Issues a certificate, and makes its private key. Its serial number is 20 random octets; nothing is recorded.
   * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: an option that cannot be, or an end after the authority's own
   */
  async issue (options: IssueOptions): Promise<Issued> {
    refuseUnknown(options, issueOptions)
    checkProfile(options.profile)
    const subject = subjectName(options.subject)
    const names = alternativeNames(options.profile, subject, options.subjectAltName)
    const validity = withinIssuer(validityPeriod(options), this.certificate, options.at, options.whenPastEnd)
    const privateKey = await givenOrNewKey(options)
    const publicKey = createPublicKey(privateKey)
    const subjectPublicKeyInfo = publicKey.export({ type: 'spki', format: 'der' })
    const extensions = [...leafExtensions(options.profile, publicKey, subjectPublicKeyInfo, this.#keyIdentifier), ...names]
    const issuer = this.certificate.subject
    const certificate = await signCertificate(this.#signer, { issuer, subject, validity, subjectPublicKeyInfo, extensions })
    return Object.freeze({ certificate, privateKey, chain: this.chain })
  }
}
