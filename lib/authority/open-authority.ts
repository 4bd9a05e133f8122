import type { KeyObject } from 'node:crypto'
import { AuthorityError } from '../errors.js'
import type { Certificate } from '../certificate/index.js'
import { Authority } from './authority.js'
import { checkPrivateKey } from './key-type.js'
import { refuseUnknown } from './known-options.js'
import type { Places } from './places.js'
import { keySigner, verifiedSigner, type Signer } from './signer.js'
import type { Store } from './store.js'

export interface OpenOptions {
  readonly certificate: Certificate
  /** The private key of the certificate. Either this or `signer` is given. */
  readonly privateKey?: KeyObject
  /** Who signs in the place of a private key: an HSM, a key-management service. */
  readonly signer?: Signer
  /** Those above its certificate, nearest first, to be handed out with what it issues. Default none. */
  readonly above?: readonly Certificate[]
  /** Where it keeps what it issues. Default: nowhere, and so it can neither revoke nor list. */
  readonly store?: Store
  /** Where verifiers find its list, its OCSP responder and its certificate; written into each certificate. Default none. */
  readonly places?: Places
}

const openOptions = ['certificate', 'privateKey', 'signer', 'above', 'store', 'places']

/**
 * Opens a certificate authority that exists: a root, or one below a root. Whether its certificate is current is asked
 * when it issues; who signed it is not asked.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: the certificate is not of a CA, or the key does not fit it
 */
export async function openAuthority (options: OpenOptions): Promise<Authority> {
  refuseUnknown(options, openOptions)
  const { certificate, privateKey, above, store, places } = options
  checkAuthority(certificate)
  const signer = signerOf(options)
  if (!signer.publicKey.equals(certificate.publicKey)) {
    throw new AuthorityError(`${privateKey === undefined ? 'signer' : 'privateKey'} does not fit the certificate of ${certificate.subject}`)
  }
  return new Authority({ certificate, above, signer, privateKey, store, places })
}

// RFC 5280, sections 4.2.1.3 and 4.2.1.9. A certificate of version 1 has no extensions that would say it.
function checkAuthority ({ subject, basicConstraints, keyUsage }: Certificate): void {
  if (basicConstraints?.cA !== true) throw new AuthorityError(`certificate of ${subject} is not a CA by its basicConstraints`)
  if (keyUsage !== undefined && !keyUsage.includes('keyCertSign')) throw new AuthorityError(`certificate of ${subject} has a keyUsage without keyCertSign`)
}

function signerOf ({ privateKey, signer }: OpenOptions): Signer {
  if (signer !== undefined && privateKey === undefined) return verifiedSigner(signer)
  if (signer !== undefined || privateKey === undefined) throw new AuthorityError('one of privateKey and signer has to be given')
  checkPrivateKey(privateKey, 'privateKey')
  return keySigner(privateKey)
}
