import type { Certificate, CertificateList } from '../certificate/index.js'
import type { Broken } from './broken.js'

/** How revocation is judged; every default is the strict one. */
export interface RevocationOptions {
  /** Whether the leaf alone, or each certificate of the path below the trust anchor, needs a status. Default `path`. */
  readonly depth?: 'end-entity' | 'path'
  /** What becomes of a certificate whose status nothing tells. Default `reject`. */
  readonly whenUnknown?: 'reject' | 'accept'
  /** What becomes of a status whose `nextUpdate` has passed. Default `reject`. */
  readonly whenStale?: 'reject' | 'accept'
  /** Milliseconds past `nextUpdate` for which `whenStale: 'accept'` holds. Default: without end. */
  readonly gracePeriod?: number
}

/** What is known of revocation, and where the certificates of those who sign lists and answers are looked for. */
export interface StatusSources {
  readonly certificateLists: readonly CertificateList[]
  /** Neither trusted for being here; a signer's own path has to end at the trust anchor of the path that is judged. */
  readonly certificates: readonly Certificate[]
}

/** What the sources say of a path: the first certificate (0 is the leaf) that breaks a rule; or until when all hold. */
export type PathStatus =
  | { readonly broken: Broken, readonly depth: number }
  /** Milliseconds since 1970, `Infinity` where nothing ends: after it the status is stale or has to be looked up again. */
  | { readonly broken: undefined, readonly until: number }

/** Judges a path that is good in every other way, from the leaf to its trust anchor (RFC 5280, section 6.3). */
export function pathStatus (path: readonly Certificate[], at: Date, sources: StatusSources, options: RevocationOptions): PathStatus {
  throw new Error(`not written yet: ${path.length} ${at.getTime()} ${sources.certificateLists.length} ${options.depth}`)
}
