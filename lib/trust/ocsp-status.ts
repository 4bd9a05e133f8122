import type { Certificate } from '../certificate/index.js'
import { ocspStatus, type OcspStatus } from './ocsp.js'
import { heldUntil, type Status, type StatusInquiry } from './revocation-status.js'

/**
 * The status of a certificate by certificate lists, and what OCSP responses add to it; `issuers` are those above it. Revoked
 * by either is revoked, and what one does not tell the other may. `isRevoked` tells of a delegate that signed a response.
 */
export function withOcsp (byLists: Status, certificate: Certificate, issuers: readonly Certificate[], inquiry: StatusInquiry, isRevoked: (delegate: Certificate) => boolean): Status {
  const { at, sources: { ocspResponses, ocspMaxAge } } = inquiry
  if (byLists.kind === 'revoked' || ocspResponses === undefined) return byLists
  if (ocspResponses.length === 0) return byLists.kind === 'unknown' ? { kind: 'unknown', problem: `there is no OCSP response, and ${byLists.problem}` } : byLists
  const byOcsp = told(ocspStatus(certificate, issuers[0], ocspResponses, at, { maxAge: ocspMaxAge, isRevoked }), inquiry)
  if (byOcsp === undefined) return byLists
  if (byOcsp.kind !== 'unknown') return byOcsp
  return byLists.kind === 'good' ? byLists : { kind: 'unknown', problem: `${byOcsp.problem}, and ${byLists.problem}` }
}

function told (found: OcspStatus, inquiry: StatusInquiry): Status | undefined {
  if (found.status === undefined) return found.problem === undefined ? undefined : { kind: 'unknown', problem: found.problem }
  const { status, response: { revocationTime, revocationReason }, end, signerUntil } = found
  // A revocation counts also when it is not new.
  if (status === 'revoked') return { kind: 'revoked', problem: `the certificate was revoked at ${revocationTime!.toISOString()}${revocationReason === undefined ? '' : ` (${revocationReason})`} by OCSP` }
  const until = heldUntil(end, inquiry)
  if (until === undefined) return { kind: 'unknown', problem: `the OCSP response is over since ${new Date(end).toISOString()}` }
  return status === 'good' ? { kind: 'good', until: Math.min(until, signerUntil) } : { kind: 'unknown', problem: 'the OCSP responder does not know it' }
}
