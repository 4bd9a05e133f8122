import type { KeyObject } from 'node:crypto'
import { AuthorityError } from '../errors.js'
import { extensionTypes, type Certificate, type Extension } from '../certificate/index.js'
import { checkKey } from './key-type.js'
import type { Profile } from './profile.js'
import type { ValidityOptions, WhenPastEnd } from './validity.js'

export interface RenewOptions extends ValidityOptions {
  /** Another public key for the same names. Default: the key that the certificate has. */
  readonly publicKey?: KeyObject
  /** What to do where the certificate would end after the authority's own: throw (`refuse`, the default), or end with it (`cut`). */
  readonly whenPastEnd?: WhenPastEnd
  /** What to do if the certificate has expired at `at`: throw (`refuse`, the default), or renew it all the same (`renew`). */
  readonly whenExpired?: WhenExpired
}

/** What to do about a certificate that is to be renewed and has expired. */
export type WhenExpired = 'refuse' | 'renew'

export const renewOptions = ['publicKey', 'whenPastEnd', 'whenExpired', 'at', 'days', 'notAfter', 'backdateSeconds']

/** What is taken over from a certificate into the next one: profile and alternative names; nothing else that somebody once put in. */
export function renewalOf (certificate: Certificate, { publicKey }: RenewOptions): { profile: Profile, names: readonly Extension[], publicKey: KeyObject, subjectPublicKeyInfo: Buffer } {
  if (certificate.basicConstraints?.cA === true) throw new AuthorityError(`certificate of ${certificate.subject} is a CA's: make a new one with createAuthority`)
  // One that was signed elsewhere, years ago, may have a key that nothing would be signed for today.
  checkKey(publicKey ?? certificate.publicKey, publicKey === undefined ? 'the key of the certificate' : 'publicKey')
  return {
    profile: profileOf(certificate),
    names: certificate.extensions.filter(({ type }) => type === extensionTypes.subjectAltName),
    publicKey: publicKey ?? certificate.publicKey,
    subjectPublicKeyInfo: publicKey?.export({ type: 'spki', format: 'der' }) ?? certificate.subjectPublicKeyInfo
  }
}

/**
 * Whoever holds an expired certificate may have lost the right to it since, and its revocation may be on no CRL any more.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: it has expired and `whenExpired` is not `renew`, or is neither word
 */
export function checkExpiry (certificate: Certificate, { at, whenExpired = 'refuse' }: RenewOptions): void {
  if (whenExpired !== 'refuse' && whenExpired !== 'renew') {
    throw new AuthorityError(`whenExpired ${JSON.stringify(whenExpired)} is neither refuse nor renew`)
  }
  const { serialNumber, subject, validity: { notAfter } } = certificate
  if (whenExpired === 'renew' || at < notAfter || certificate.isValidAt(at)) return
  throw new AuthorityError(`certificate ${serialNumber} of ${subject} expired at ${notAfter.toISOString().replace('.000Z', 'Z')}`)
}

// Without an extended key usage, as `openssl x509 -req` leaves it without an extensions file, it was a client's.
function profileOf ({ extendedKeyUsage = ['clientAuth'], subject }: Certificate): Profile {
  if (extendedKeyUsage.length === 1 && extendedKeyUsage[0] === 'clientAuth') return 'client'
  if (extendedKeyUsage.length === 1 && extendedKeyUsage[0] === 'serverAuth') return 'server'
  throw new AuthorityError(`certificate of ${subject} has the extendedKeyUsage ${extendedKeyUsage.join(', ')}, which no profile has: issue it anew`)
}
