import type { KeyObject } from 'node:crypto'
import { AuthorityError } from '../errors.js'
import { nameConstraintsExtension, type Extension, type NameConstraintsText } from '../certificate/index.js'
import { Authority, type Holder } from './authority.js'
import { givenOrNewKey, type KeyType } from './key-type.js'
import { refuseUnknown } from './known-options.js'
import type { Places } from './places.js'
import { authorityExtensions } from './profile.js'
import { reworded } from './reworded.js'
import { signCertificate } from './sign-certificate.js'
import { keySigner, verifiedSigner, type Signer } from './signer.js'
import type { Store } from './store.js'
import { subjectName, type SubjectName } from './subject.js'
import { validityPeriod, type ValidityOptions, type WhenPastEnd } from './validity.js'

export interface CreateOptions extends ValidityOptions {
  /** The name of the authority; it may not be empty. */
  readonly subject: SubjectName
  /** The kind of the signing key that is made. Default `ec-p256`. */
  readonly keyType?: KeyType
  /** A signing key that is there already, instead of a new one. */
  readonly privateKey?: KeyObject
  /** Who signs in the place of a private key: an HSM, a key-management service. */
  readonly signer?: Signer
  /** How many intermediates may stand between this authority and a leaf. Default: no limit, or one less than the issuer's. */
  readonly pathLength?: number
  /**
   * The names that certificates below this authority may have (RFC 5280, section 4.2.1.10). Default: all. Not
   * held against what the authority itself issues: `verifyCertificationPath` refuses a certificate that breaks them.
   */
  readonly nameConstraints?: NameConstraintsText
  /** The authority above this one, which signs its certificate and records it. Default: none, and so this is a root. */
  readonly issuer?: Authority
  /** What to do where the certificate would end after the issuer's: throw (`refuse`, the default), or end with it (`cut`). */
  readonly whenPastEnd?: WhenPastEnd
  /** Where it keeps what it issues. Default: nowhere, and so it can neither revoke nor list. */
  readonly store?: Store
  /** Where verifiers find its list, its OCSP responder and its certificate; written into each certificate that it issues. Default none. */
  readonly places?: Places
}

const createOptions = [
  'subject', 'keyType', 'privateKey', 'signer', 'pathLength', 'nameConstraints', 'issuer', 'whenPastEnd', 'store', 'places', 'at', 'days', 'notAfter', 'backdateSeconds'
]

/** An authority that signs with a private key of its own, and not through a `signer`. */
export type AuthorityWithKey = Authority & { readonly privateKey: KeyObject }

const defaultDays = 3650

/**
 * Creates a certificate authority: a root, whose certificate its own key signs, or an intermediate, which `issuer` signs.
 * Without `days` and `notAfter` it is valid for 3650 days. Its key and certificate are not stored: keep `privateKey` and
 * `certificate` of the result, and give them to `openAuthority` the next time.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: an option that cannot be
 */
export async function createAuthority (options: CreateOptions & { readonly signer?: undefined }): Promise<AuthorityWithKey>
export async function createAuthority (options: CreateOptions): Promise<Authority>
export async function createAuthority (options: CreateOptions): Promise<Authority> {
  refuseUnknown(options, createOptions)
  const { at, notAfter, days = notAfter === undefined ? defaultDays : undefined, backdateSeconds, pathLength, store, places } = options
  const subject = subjectName(options.subject)
  if (subject.attributes.length === 0) throw new AuthorityError('subject of an authority is empty')
  checkPathLength(pathLength)
  const constraints = constraintExtensions(options.nameConstraints)
  const validity = validityPeriod({ at, days, notAfter, backdateSeconds })
  const { signer, privateKey } = await signerOf(options)
  const subjectPublicKeyInfo = signer.publicKey.export({ type: 'spki', format: 'der' })
  const { certificate, above } = await certify({ subject, validity, subjectPublicKeyInfo }, constraints, signer, options)
  return new Authority({ certificate, above, signer, privateKey, store, places })
}

async function certify (holder: Holder, constraints: readonly Extension[], signer: Signer, { issuer, pathLength, at, whenPastEnd }: CreateOptions) {
  if (issuer !== undefined) {
    const { certificate, chain } = await issuer.certifyAuthority(holder, pathLength, constraints, at, whenPastEnd)
    return { certificate, above: chain }
  }
  if (whenPastEnd !== undefined) throw new AuthorityError('whenPastEnd is for an authority with an issuer')
  const extensions = [...authorityExtensions(holder.subjectPublicKeyInfo, pathLength), ...constraints]
  return { certificate: await signCertificate(signer, { issuer: holder.subject, ...holder, extensions }), above: [] }
}

const constraintExtensions = (constraints: NameConstraintsText | undefined): readonly Extension[] =>
  constraints === undefined ? [] : [reworded('nameConstraints', () => nameConstraintsExtension(constraints))]

// Greater ones are not read by everyone, and mean nothing.
const maxPathLength = 255

function checkPathLength (pathLength: number | undefined): void {
  const isFit = pathLength === undefined || (Number.isInteger(pathLength) && pathLength >= 0 && pathLength <= maxPathLength)
  if (!isFit) throw new AuthorityError(`pathLength is ${pathLength}, and not a whole number from 0 to ${maxPathLength}`)
}

async function signerOf ({ signer, privateKey, keyType }: CreateOptions): Promise<{ signer: Signer, privateKey?: KeyObject }> {
  if (signer === undefined) {
    const key = await givenOrNewKey({ privateKey, keyType })
    return { signer: keySigner(key), privateKey: key }
  }
  if (privateKey !== undefined || keyType !== undefined) throw new AuthorityError('signer is given, and privateKey or keyType beside it')
  return { signer: verifiedSigner(signer) }
}
