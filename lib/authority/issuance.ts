import type { KeyObject } from 'node:crypto'
import type { Certificate, GeneralNameText } from '../certificate/index.js'
import type { IssuancePolicy } from './issuance-policy.js'
import type { KeyType } from './key-type.js'
import type { Profile } from './profile.js'
import type { SubjectName } from './subject.js'
import type { ValidityOptions, WhenPastEnd } from './validity.js'

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

export const issueOptions = ['profile', 'subject', 'subjectAltName', 'keyType', 'privateKey', 'whenPastEnd', 'at', 'days', 'notAfter', 'backdateSeconds']

export interface SignOptions extends ValidityOptions {
  readonly profile: Profile
  /** What the request may get: decided by the owner, not by whoever asks. */
  readonly policy: IssuancePolicy
  /** What to do where the certificate would end after the authority's own: throw (`refuse`, the default), or end with it (`cut`). */
  readonly whenPastEnd?: WhenPastEnd
}

export const signOptions = ['profile', 'policy', 'whenPastEnd', 'at', 'days', 'notAfter', 'backdateSeconds']

/** A certificate that was signed, and those above it. */
export interface Signed {
  readonly certificate: Certificate
  /** The issuer's certificate, and those above it as far as they are known. */
  readonly chain: readonly Certificate[]
}

/** A certificate that was issued together with its private key. */
export interface Issued extends Signed {
  readonly privateKey: KeyObject
}

/** A certificate that was signed for a request. */
export interface Granted extends Signed {
  /** What the request asked for beside, and did not get; in words. */
  readonly dropped: readonly string[]
}
