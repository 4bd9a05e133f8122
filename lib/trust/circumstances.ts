import type { Certificate } from '../certificate/index.js'
import type { KeyLimits } from './key-strength.js'
import type { PolicyInputs } from './policies.js'
import type { PathStatus } from './revocation.js'

/** What the leaf is to be used for; `any` asks for nothing. */
export type Purpose = 'clientAuth' | 'serverAuth' | 'any'

/** What becomes of that which a rule is about. */
export type Choice = 'reject' | 'accept'

/** Which keys and signatures are strong enough. */
export interface Algorithms {
  /** RSA keys of fewer bits are refused. Default 2048. */
  readonly minRsaBits?: number
  /** RSA keys of more bits are refused, for they take long to verify with. Default 8192. */
  readonly maxRsaBits?: number
  /**
   * Elliptic-curve keys of fewer bits are refused; what counts is the order of the curve. Default 224, which leaves out P-192 and
   * all that is weaker. Ed25519 and Ed448 are always accepted; a curve that has no name, and DSA, never are.
   */
  readonly minEcBits?: number
  /**
   * Digests of signatures, in the words of `node:crypto`: of `md5`, `sha1`, `sha224`, `sha256`, `sha384` and `sha512`. Default all
   * but the first two. Ed25519 and Ed448 bring their own and are always accepted.
   */
  readonly hashes?: readonly string[]
}

/** All that a path is judged by, its certificates aside. */
export interface Circumstances extends KeyLimits {
  readonly at: Date
  readonly purpose: Purpose
  /** What becomes of a leaf outside its validity period. */
  readonly whenLeafNotCurrent: Choice
  /** What becomes of a leaf whose extendedKeyUsage is `anyExtendedKeyUsage`. */
  readonly whenAnyExtendedKeyUsage: Choice
  /** What becomes of a leaf without extendedKeyUsage. */
  readonly whenNoExtendedKeyUsage: Choice
  /** What becomes of certificates that are not as RFC 5280, section 4, has them. */
  readonly whenNotConforming: Choice
  /** How many intermediates there may be that are not self-issued. */
  readonly maxPathLength: number
  readonly hashes: ReadonlySet<string>
  readonly policies: PolicyInputs
  /** What is known of the status of a path that is good in every other way; `undefined` where nothing is asked of it. */
  readonly status: ((path: readonly Certificate[]) => PathStatus) | undefined
}
