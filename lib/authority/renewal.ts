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
}

export const renewOptions = ['publicKey', 'whenPastEnd', 'at', 'days', 'notAfter', 'backdateSeconds']

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

// Without an extended key usage, as `openssl x509 -req` leaves it without an extensions file, it was a client's.
function profileOf ({ extendedKeyUsage = ['clientAuth'], subject }: Certificate): Profile {
  if (extendedKeyUsage.length === 1 && extendedKeyUsage[0] === 'clientAuth') return 'client'
  if (extendedKeyUsage.length === 1 && extendedKeyUsage[0] === 'serverAuth') return 'server'
  throw new AuthorityError(`certificate of ${subject} has the extendedKeyUsage ${extendedKeyUsage.join(', ')}, which no profile has: issue it anew`)
}
