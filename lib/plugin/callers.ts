import { readCertificate, type Certificate } from '../certificate/index.js'
import { CertificateError, CertificationPathError, type RefusalReason } from '../errors.js'
import type { PeerCertificates } from '../tls/index.js'
import { verifyCertificationPath, type VerifiedPath } from '../trust/index.js'

/** Why a caller is not let in; `cause` is for the log. */
export interface Refusal {
  readonly reason: RefusalReason
  readonly cause?: Error
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
}

const missing: Verdict = Object.freeze({ certificate: null, refusal: Object.freeze({ reason: 'MISSING' }), presented: undefined, from: -Infinity, until: Infinity })

// Some 6 KB each: an end for what a stream of ever new clients can fill.
const defaultMaxSeen = 4096

// Meanwhile another certificate of a path may begin or end; looking again each minute costs next to nothing.
const refusalHoldsFor = 60_000

interface Seen {
  readonly peer: PeerCertificates
  readonly verdict: Verdict
}

/** Judges clients against trust anchors, and remembers those whose path was good, so that they cost a look-up when they come again. */
export class Callers {
  readonly #trustAnchors: readonly Certificate[]
  readonly #maxSeen: number
  readonly #seen = new Map<string, Seen>()

  constructor (trustAnchors: readonly Certificate[], maxSeen = defaultMaxSeen) {
    this.#trustAnchors = trustAnchors
    this.#maxSeen = maxSeen
  }

  /** The caller behind a new connection. `at` is in milliseconds since 1970. */
  caller (peer: PeerCertificates | undefined, at: number): Caller {
    if (peer === undefined) return new Caller(this, undefined, missing)
    const found = this.look(peer, at)
    return new Caller(this, found.peer, found.verdict)
  }

  /** The verdict at this instant, and the certificates as they were seen first, so that connections of one client share them. */
  look (peer: PeerCertificates, at: number): Seen {
    const seen = this.#seen.get(peer.fingerprint256)
    if (seen !== undefined && holds(seen.verdict, at)) return seen
    const { fingerprint256, certificate, intermediates } = peer
    // A resumed session no longer has its intermediates, so those of the path that was verified before help.
    const verdict = judge(certificate, seen === undefined ? intermediates : [...intermediates, ...seen.peer.intermediates], this.#trustAnchors, at)
    return verdict.certificate === null
      ? { peer: { fingerprint256, certificate, intermediates }, verdict }
      : this.#remember({ peer: { fingerprint256, certificate, intermediates: issuersNeeded(verdict.certificate) }, verdict })
  }

  #remember (seen: Seen): Seen {
    const { fingerprint256 } = seen.peer
    this.#seen.delete(fingerprint256)
    this.#seen.set(fingerprint256, seen)
    if (this.#seen.size > this.#maxSeen) this.#seen.delete(this.#seen.keys().next().value as string)
    return seen
  }
}

/** Whoever is at the other end of one connection. */
export class Caller {
  readonly #callers: Callers
  readonly #peer: PeerCertificates | undefined
  #verdict: Verdict

  constructor (callers: Callers, peer: PeerCertificates | undefined, verdict: Verdict) {
    this.#callers = callers
    this.#peer = peer
    this.#verdict = verdict
  }

  /** What is to be said of the caller at this instant, in milliseconds since 1970. */
  verdictAt (at: number): Verdict {
    if (this.#peer !== undefined && !holds(this.#verdict, at)) this.#verdict = this.#callers.look(this.#peer, at).verdict
    return this.#verdict
  }
}

const holds = (verdict: Verdict, at: number) => at >= verdict.from && at < verdict.until

/** The intermediates of the path that was verified, as DER: what else was sent is of no use. */
const issuersNeeded = (certificate: Certificate): readonly Buffer[] => certificate.path!.slice(1, -1).map((issuer) => issuer.raw)

/** The verdict on a request that came over no connection of ours: a test's `inject`, or plain HTTP. */
export const nobody = missing

function judge (certificate: Buffer, intermediates: readonly Buffer[], trustAnchors: readonly Certificate[], at: number): Verdict {
  let presented: Certificate | undefined
  try {
    presented = readCertificate(certificate)
    return verdictOn(presented, intermediates, trustAnchors, at)
  } catch (cause) {
    if (!(cause instanceof CertificationPathError || cause instanceof CertificateError)) throw cause
    return { certificate: null, refusal: { reason: 'UNTRUSTED', cause }, presented, from: -Infinity, until: at + refusalHoldsFor }
  }
}

/** A certificate outside its own validity may be shown to a handler, but only if the path above it is good and current. */
function verdictOn (certificate: Certificate, intermediates: readonly Buffer[], trustAnchors: readonly Certificate[], at: number): Verdict {
  const date = new Date(at)
  const path = verifyCertificationPath({ certificate, intermediates, trustAnchors, at: date, purpose: 'clientAuth', whenLeafNotCurrent: 'accept' })
  return certificate.isValidAt(date) ? good(path) : outOfDate(path.certificate, at)
}

// Certificates count whole seconds, and the last one belongs to them.
const second = 1000

function good (path: VerifiedPath): Verdict {
  const { certificate } = path
  return { certificate, refusal: null, presented: certificate, from: path.notBefore.getTime(), until: path.notAfter.getTime() + second }
}

function outOfDate (certificate: Certificate, at: number): Verdict {
  const { notBefore, notAfter } = certificate.validity
  const early = at < notBefore.getTime()
  const cause = new Error(early ? `not valid before ${notBefore.toISOString()}` : `expired at ${notAfter.toISOString()}`)
  return {
    certificate,
    refusal: { reason: early ? 'NOT_YET_VALID' : 'EXPIRED', cause },
    presented: certificate,
    from: early ? -Infinity : notAfter.getTime() + second,
    until: Math.min(at + refusalHoldsFor, early ? notBefore.getTime() : Infinity)
  }
}
