import type { KeyObject } from 'node:crypto'
import { AuthorityError } from '../errors.js'
import { Authority } from './authority.js'
import { givenOrNewKey, type KeyType } from './key-type.js'
import { refuseUnknown } from './known-options.js'
import { rootExtensions } from './profile.js'
import { signCertificate } from './sign-certificate.js'
import { keySigner, verifiedSigner, type Signer } from './signer.js'
import { subjectName, type SubjectName } from './subject.js'
import { validityPeriod, type ValidityOptions } from './validity.js'

export interface CreateOptions extends ValidityOptions {
  /** The name of the authority; it may not be empty. */
  readonly subject: SubjectName
  /** The kind of the signing key that is made. Default `ec-p256`. */
  readonly keyType?: KeyType
  /** A signing key that is there already, instead of a new one. */
  readonly privateKey?: KeyObject
  /** Who signs in the place of a private key: an HSM, a key-management service. */
  readonly signer?: Signer
  /** How many intermediates may stand between this authority and a leaf. Default: no limit. */
  readonly pathLength?: number
}

const createOptions = ['subject', 'keyType', 'privateKey', 'signer', 'pathLength', 'at', 'days', 'notAfter', 'backdateSeconds']

const defaultDays = 3650

/**
 * Creates a certificate authority: a root, whose certificate its own key signs. Without `days` and `notAfter` it is valid for 3650 days.
 * Nothing is stored: keep `privateKey` and `certificate` of the result, and give them to `openAuthority` the next time.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: an option that cannot be
 */
export async function createAuthority (options: CreateOptions): Promise<Authority> {
  refuseUnknown(options, createOptions)
  const { at, notAfter, days = notAfter === undefined ? defaultDays : undefined, backdateSeconds, pathLength } = options
  const subject = subjectName(options.subject)
  if (subject.attributes.length === 0) throw new AuthorityError('subject of an authority is empty')
  checkPathLength(pathLength)
  const validity = validityPeriod({ at, days, notAfter, backdateSeconds })
  const { signer, privateKey } = await signerOf(options)
  const subjectPublicKeyInfo = signer.publicKey.export({ type: 'spki', format: 'der' })
  const extensions = rootExtensions(subjectPublicKeyInfo, pathLength)
  const certificate = await signCertificate(signer, { issuer: subject, subject, validity, subjectPublicKeyInfo, extensions })
  return new Authority(certificate, signer, privateKey)
}

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
