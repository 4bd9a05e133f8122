import { readPresentedCertificate, type Certificate } from '../certificate/index.js'
import { CertificateError, CertificationPathError } from '../errors.js'
import type { PeerCertificates } from '../tls/index.js'
import { pathStatus, verifyCertificationPath, type RevocationOptions, type VerifiedPath } from '../trust/index.js'
import type { DenyList } from './deny-list.js'
import { RefusedPeers } from './refused-peers.js'
import type { StatusFinder } from './status-finder.js'
import { good, holds, outOfDate, refusedFor, whileAsking, type Verdict } from './verdict.js'

// Some 6 KB each: an end for what a stream of ever new clients can fill.
const defaultMaxSeen = 4096

/** A client, and what this profile said of it under one of its revisions. */
export interface Seen {
  readonly profile: TrustProfile
  readonly revision: number
  readonly peer: PeerCertificates
  readonly verdict: Verdict
}

export interface TrustProfileOptions {
  readonly name: string
  readonly denyList: DenyList
  readonly revocation?: RevocationOptions
  /** Of paths, and of lists where `revocation` does not say otherwise. Default `accept`. */
  readonly whenNotConforming?: 'accept' | 'reject'
  readonly maxSeen?: number
}

/**
 * One set of authorities, with what is known of revocation: it judges clients, and remembers those whose path was good, so
 * that they cost a look-up when they come again. Whatever changes makes a new revision, and old verdicts count no more.
 */
export class TrustProfile {
  readonly name: string
  readonly #options: TrustProfileOptions
  readonly #maxSeen: number
  readonly #seen = new Map<string, Seen>()
  readonly #refused = new RefusedPeers()
  #authorities: readonly Certificate[]
  #statusFinder: StatusFinder | undefined
  #revision = 0

  constructor (authorities: readonly Certificate[], options: TrustProfileOptions) {
    this.name = options.name
    this.#authorities = authorities
    this.#options = options
    this.#maxSeen = options.maxSeen ?? defaultMaxSeen
  }

  get #whenNotConforming (): 'accept' | 'reject' {
    return this.#options.whenNotConforming ?? 'accept'
  }

  get authorities (): readonly Certificate[] {
    return this.#authorities
  }

  /** Greater after each change; a verdict belongs to one. */
  get revision (): number {
    return this.#revision
  }

  /** Whom to trust from now on. */
  trust (authorities: readonly Certificate[]): void {
    this.#authorities = authorities
    this.revise()
  }

  /** Where revocation is looked up from now on; before, it is not. */
  lookUpStatus (finder: StatusFinder): void {
    this.#statusFinder = finder
    this.revise()
  }

  /** Something that verdicts rest on is another one. */
  revise (): void {
    this.#revision++
  }

  /** What is known of one client is another thing; of the others nothing changed. */
  forget ({ fingerprints256 }: Certificate): void {
    for (const fingerprint256 of fingerprints256) {
      const seen = this.#seen.get(fingerprint256)
      if (seen !== undefined) this.#seen.set(fingerprint256, { ...seen, revision: -1 })
      this.#refused.forget(fingerprint256)
    }
  }

  /** The verdict at this instant, and the certificates as they were seen first, so that connections of one client share them. */
  look (peer: PeerCertificates, at: number): Seen {
    const seen = this.#seen.get(peer.fingerprint256)
    if (seen !== undefined && isCurrent(seen, at)) return seen
    // With the intermediates of an earlier path the verdict may be another one.
    const refused = seen === undefined ? this.#refused.of(peer) : undefined
    if (refused !== undefined && isCurrent(refused, at)) return refused
    const { fingerprint256, certificate, intermediates } = peer
    // A resumed session no longer has its intermediates, so those of the path that was verified before help.
    const verdict = this.#judge(certificate, seen === undefined ? intermediates : [...intermediates, ...seen.peer.intermediates], at)
    const found = { profile: this, peer: { fingerprint256, certificate, intermediates }, verdict, revision: this.#revision }
    if (verdict.certificate === null) return this.#rememberRefusal(peer, found, seen)
    return this.#remember({ ...found, peer: { fingerprint256, certificate, intermediates: issuersNeeded(verdict.certificate) } })
  }

  #rememberRefusal (peer: PeerCertificates, found: Seen, before: Seen | undefined): Seen {
    if (before === undefined && found.verdict.pending === undefined) this.#refused.remember(peer, found)
    return found
  }

  #remember (seen: Seen): Seen {
    const { fingerprint256 } = seen.peer
    this.#seen.delete(fingerprint256)
    this.#seen.set(fingerprint256, seen)
    if (this.#seen.size > this.#maxSeen) this.#seen.delete(this.#seen.keys().next().value as string)
    return seen
  }

  #judge (certificate: Buffer, intermediates: readonly Buffer[], at: number): Verdict {
    let presented: Certificate | undefined
    try {
      presented = readPresentedCertificate(certificate)
      return this.#verdictOn(presented, intermediates, at)
    } catch (cause) {
      if (!(cause instanceof CertificationPathError || cause instanceof CertificateError)) throw cause
      return refusedFor(cause, presented, at)
    }
  }

  /** A certificate outside its own validity may be shown to a handler, but only if the path above it is good and current. */
  #verdictOn (certificate: Certificate, intermediates: readonly Buffer[], at: number): Verdict {
    const date = new Date(at)
    const path = verifyCertificationPath({
      certificate, intermediates, trustAnchors: this.#authorities, at: date, purpose: 'clientAuth', whenLeafNotCurrent: 'accept', whenNotConforming: this.#whenNotConforming
    })
    this.#options.denyList.check(path)
    if (!certificate.isValidAt(date)) return outOfDate(path.certificate, at)
    return this.#statusFinder === undefined ? good(path, Infinity) : this.#withStatus(path, at, this.#statusFinder)
  }

  /** Revocation is looked up once the path is good: no address in a certificate of a stranger is ever asked. */
  #withStatus (path: VerifiedPath, at: number, finder: StatusFinder): Verdict {
    const pending = finder.ask(path)
    const verdict = this.#statusVerdict(path, at, finder)
    return pending === undefined ? verdict : whileAsking(verdict, pending)
  }

  #statusVerdict (path: VerifiedPath, at: number, finder: StatusFinder): Verdict {
    const status = pathStatus(path.certificates, new Date(at), finder.sourcesFor(path), { whenNotConforming: this.#whenNotConforming, ...this.#options.revocation })
    if (status.broken === undefined) return good(path, status.until)
    const { broken: { rule, problem, cause }, depth } = status
    return refusedFor(new CertificationPathError({ rule, problem, depth, certificate: path.certificates[depth].subject.toShortString() }, cause), path.certificate, at)
  }
}

/** Whether what was said still counts at this instant. */
export const isCurrent = ({ profile, revision, verdict }: Seen, at: number): boolean => revision === profile.revision && holds(verdict, at)

/** The intermediates of the path that was verified, as DER: what else was sent is of no use. */
const issuersNeeded = (certificate: Certificate): readonly Buffer[] => certificate.path!.slice(1, -1).map((issuer) => issuer.raw)
