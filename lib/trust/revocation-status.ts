import type { Certificate, CertificateList, OcspResponse } from '../certificate/index.js'
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
  /**
   * What becomes of certificate lists that are good by the algorithm of RFC 5280, section 6.3, but not as its section 5.2.3 has
   * them: without a cRLNumber, as every list of version 1, or with a critical one. Default `reject`: as if they were not there.
   */
  readonly whenNotConforming?: 'reject' | 'accept'
}

/** What is known of revocation, and where the certificates of those who sign lists and answers are looked for. */
export interface StatusSources {
  readonly certificateLists: readonly CertificateList[]
  /** About any certificates of the path. Default none. */
  readonly ocspResponses?: readonly OcspResponse[]
  /** Milliseconds after its `thisUpdate` for which an OCSP response counts at most. Default: until its `nextUpdate`; without one an hour. */
  readonly ocspMaxAge?: number
  /** Neither trusted for being here; a signer's own path has to end at the trust anchor of the path that is judged. */
  readonly certificates: readonly Certificate[]
}

/** What is told of one certificate. `until` in milliseconds since 1970: after it the status has to be looked up again. */
export type Status =
  | { readonly kind: 'good', readonly until: number }
  | { readonly kind: 'revoked' | 'unknown', readonly problem: string }

/** One path that is judged: all that is known to whoever tells a status. */
export interface StatusInquiry extends Required<RevocationOptions> {
  readonly at: Date
  readonly sources: StatusSources
  /** The status of a certificate; `issuers` are those above it, up to the trust anchor. */
  statusOf (certificate: Certificate, issuers: readonly Certificate[]): Status
}

/** What such a status breaks; `undefined` where the options take it. */
export function statusProblem (status: Status, { whenUnknown }: Required<RevocationOptions>): Broken | undefined {
  if (status.kind === 'good' || (status.kind === 'unknown' && whenUnknown === 'accept')) return undefined
  if (status.kind === 'revoked') return { rule: 'REVOKED', problem: status.problem }
  return { rule: 'STATUS_UNKNOWN', problem: `whether the certificate is revoked is not known: ${status.problem}` }
}

/**
 * Until when a status that ends at `end` is taken (all in milliseconds since 1970); `undefined` where it is over. One that
 * is stale is taken up to the end of the grace period.
 */
export function heldUntil (end: number, { at, whenStale, gracePeriod }: StatusInquiry): number | undefined {
  if (at.getTime() <= end) return end
  return whenStale === 'accept' && at.getTime() <= end + gracePeriod ? end + gracePeriod : undefined
}
