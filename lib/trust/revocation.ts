import type { Certificate } from '../certificate/index.js'
import type { Broken } from './broken.js'
import { ListSigners } from './list-signer.js'
import { listStatus } from './list-status.js'
import { isStatusSkipped } from './no-revocation.js'
import { withOcsp } from './ocsp-status.js'
import { statusProblem, type RevocationOptions, type Status, type StatusInquiry, type StatusSources } from './revocation-status.js'

export type { RevocationOptions, StatusSources } from './revocation-status.js'

/** What the sources say of a path: the first certificate (0 is the leaf) that breaks a rule; or until when all hold. */
export type PathStatus =
  | { readonly broken: Broken, readonly depth: number }
  /** Milliseconds since 1970, `Infinity` where nothing ends: after it the status is stale or has to be looked up again. */
  | { readonly broken: undefined, readonly until: number }

/**
 * Judges a path that is good in every other way, from the leaf to its trust anchor (RFC 5280, section 6.3), whose own status
 * is not asked. A certificate is good where verified lists that have it in their scope cover every reason. Where RFC 5280
 * leaves a choice:
 *
 * - Every list that is verified is heard, and revoked by one is revoked, also by one that is over and by an entry with a
 *   `revocationDate` to come. Of lists of one issuer, scope and key the newest counts alone: by number, then by date.
 * - Deltas are used where they are: with the complete list they have the dates of the delta. One that cannot be combined, or
 *   is over, may revoke and takes nothing back. `freshestCRL` is not asked for.
 * - A list without `nextUpdate` is over as soon as it is issued. One of the future counts as absent, as does one that is not
 *   signed by a certificate of the path or by one with a path of its own to the same trust anchor.
 * - A certificate of which its issuer publishes no revocation needs no status (RFC 9608, section 4). One that is revoked all the
 *   same, by what is at hand, is refused.
 * - With `depth: 'path'` those who sign lists need a status, too. Their own list tells it only where their issuer says so
 *   (`cRLIssuer` of their distribution points). At most 8 signers outside the path are looked at.
 *
 * The arrays of `sources` are indexed once and not to be changed; the signature of each list is verified once.
 */
export function pathStatus (path: readonly Certificate[], at: Date, sources: StatusSources, options: RevocationOptions): PathStatus {
  const { depth = 'path', whenUnknown = 'reject', whenStale = 'reject', gracePeriod = Infinity, whenNotConforming = 'reject' } = options
  const inquiry: StatusInquiry = { at, sources, depth, whenUnknown, whenStale, gracePeriod, whenNotConforming, statusOf: (certificate, issuers) => statusOf(certificate, issuers, inquiry, signers) }
  const signers = new ListSigners(inquiry)
  let until = Infinity
  // The status of a trust anchor is for its owner to know.
  for (let index = 0; index < (depth === 'path' ? path.length - 1 : Math.min(1, path.length - 1)); index++) {
    const status = inquiry.statusOf(path[index], path.slice(index + 1))
    const broken = statusProblem(status, inquiry)
    if (broken !== undefined) return { broken, depth: index }
    if (status.kind === 'good') until = Math.min(until, status.until)
  }
  return { broken: undefined, until }
}

/** The one place where the status of a certificate is asked, also of those who sign lists. */
function statusOf (certificate: Certificate, issuers: readonly Certificate[], inquiry: StatusInquiry, signers: ListSigners): Status {
  const byLists = listStatus(certificate, issuers, inquiry, signers)
  const status = withOcsp(byLists, certificate, issuers, inquiry, (delegate) => listStatus(delegate, issuers, inquiry, signers).kind === 'revoked')
  return status.kind === 'unknown' && isStatusSkipped(certificate) ? { kind: 'good', until: Infinity } : status
}
