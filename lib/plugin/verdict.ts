import type { Certificate } from '../certificate/index.js'
import { CertificationPathError, type RefusalReason } from '../errors.js'
import type { VerifiedPath } from '../trust/index.js'
import type { HintName } from './hint.js'

/** Why a caller is not let in; `cause` is for the log. */
export interface Refusal {
  readonly reason: RefusalReason
  readonly cause?: Error
  /** What a person can do about it, where reason and cause do not say which hint that is. */
  readonly hint?: HintName
}

/** What is to be said of a caller, from one instant until another. */
export interface Verdict {
  /** The caller's certificate once a path to a CA was verified, also when it is not current; else `null`. */
  readonly certificate: Certificate | null
  /** Why the certificate is `null` or not current; else `null`. */
  readonly refusal: Refusal | null
  /** The certificate as it was presented, for the log, where it could be read. */
  readonly presented: Certificate | undefined
  /** Milliseconds since 1970: the verdict holds from this instant on … */
  readonly from: number
  /** … and no longer at this one. */
  readonly until: number
  /** Revocation is being asked for: when this settles, which it always does, the verdict may be another one. */
  readonly pending?: Promise<unknown>
}

export const missing: Verdict = Object.freeze({ certificate: null, refusal: Object.freeze({ reason: 'MISSING' }), presented: undefined, from: -Infinity, until: Infinity })

// Meanwhile another certificate of a path may begin or end; looking again each minute costs next to nothing.
const refusalHoldsFor = 60_000

// While the status of a certificate cannot be told, the next second may tell it.
const unknownHoldsFor = 1000

// Certificates count whole seconds, and the last one belongs to them.
const second = 1000

export const holds = (verdict: Verdict, at: number): boolean => at >= verdict.from && at < verdict.until

/** Good in every way, until the path ends, or what is known of revocation. */
export function good (path: Pick<VerifiedPath, 'certificate' | 'notBefore' | 'notAfter'>, statusUntil: number): Verdict {
  const { certificate } = path
  return { certificate, refusal: null, presented: certificate, from: path.notBefore.getTime(), until: Math.min(path.notAfter.getTime() + second, statusUntil) }
}

/** The path is good; the leaf alone is outside its validity. */
export function outOfDate (certificate: Certificate, at: number): Verdict {
  const { notBefore, notAfter } = certificate.validity
  const early = at < notBefore.getTime()
  const cause = new Error(early ? `not valid before ${notBefore.toISOString()}` : `expired at ${notAfter.toISOString()}`)
  return {
    certificate,
    refusal: { reason: early ? 'NOT_YET_VALID' : 'EXPIRED', cause },
    presented: certificate,
    from: early ? at : notAfter.getTime() + second,
    until: Math.min(at + refusalHoldsFor, early ? notBefore.getTime() : Infinity)
  }
}

/** No path, or one of a certificate that was revoked: there is no identity. */
export function refusedFor (cause: Error, presented: Certificate | undefined, at: number, hint?: HintName): Verdict {
  const reason = reasonOf(cause)
  // Where the clock is set back, it is judged anew.
  return { certificate: null, refusal: { reason, cause, hint }, presented, from: at, until: at + (reason === 'STATUS_UNKNOWN' ? unknownHoldsFor : refusalHoldsFor) }
}

function reasonOf (cause: Error): RefusalReason {
  const rule = cause instanceof CertificationPathError ? cause.rule : undefined
  return rule === 'REVOKED' || rule === 'STATUS_UNKNOWN' ? rule : 'UNTRUSTED'
}

/** Nothing is known of the caller: what a proxy forwarded cannot be read. */
export const malformed = (cause: Error): Verdict =>
  ({ certificate: null, refusal: { reason: 'MALFORMED', cause }, presented: undefined, from: -Infinity, until: Infinity })

/** Whoever the caller is, the request came over a connection that was made for another host. */
export const misdirected = (problem: string, presented: Certificate | undefined): Verdict =>
  ({ certificate: null, refusal: { reason: 'MISDIRECTED', cause: new Error(problem) }, presented, from: -Infinity, until: Infinity })

/** The same, while something is still being asked for: it is judged again at the next occasion. */
export const whileAsking = (verdict: Verdict, pending: Promise<unknown>): Verdict => ({ ...verdict, until: -Infinity, pending })
