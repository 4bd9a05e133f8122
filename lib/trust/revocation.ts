import type { Certificate } from '../certificate/index.js'
import type { Broken } from './broken.js'
import { ListSigners } from './list-signer.js'
import { listStatus } from './list-status.js'
import { withOcsp } from './ocsp-status.js'
import { statusProblem, type RevocationOptions, type Status, type StatusInquiry, type StatusSources } from './revocation-status.js'

export type { RevocationOptions, StatusSources } from './revocation-status.js'

/** What the sources say of a path: the first certificate (0 is the leaf) that breaks a rule; or until when all hold. */
export type PathStatus =
  | { readonly broken: Broken, readonly depth: number }
  /** Milliseconds since 1970, `Infinity` where nothing ends: after it the status is stale or has to be looked up again. */
  | { readonly broken: undefined, readonly until: number }

/** Judges a path that is good in every other way, from the leaf to its trust anchor (RFC 5280, section 6.3). */
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
  return withOcsp(byLists, certificate, issuers, inquiry, (delegate) => listStatus(delegate, issuers, inquiry, signers).kind === 'revoked')
}
