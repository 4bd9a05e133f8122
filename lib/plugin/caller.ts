import type { PeerCertificates } from '../tls/index.js'
import { isCurrent, type Seen, type TrustProfile } from './trust-profile.js'
import { missing, whileAsking, type Verdict } from './verdict.js'

const nothing: readonly Seen[] = Object.freeze([])

/** Whoever is at the other end of one connection. */
export class Caller {
  /** Milliseconds since 1970: when the handshake ended. */
  readonly since: number
  #peer: PeerCertificates | undefined
  /** What each trust profile said that was asked: most applications have one. */
  #seen = nothing
  #wasLetIn = false
  #admission: Promise<unknown> | undefined
  /** Its connection was closed before anything was answered: no handler is to run for it. */
  isTurnedAway = false

  constructor (peer: PeerCertificates | undefined, since: number) {
    this.#peer = peer
    this.since = since
  }

  /** What is to be said of the caller at this instant, in milliseconds since 1970, by these authorities. */
  verdictAt (at: number, profile: TrustProfile): Verdict {
    const verdict = this.#verdictBy(profile, at)
    return this.#admission === undefined ? verdict : whileAsking(verdict, this.#admission)
  }

  /** Until this settles it is not known whether the connection stays, and so its requests wait. */
  awaitAdmission (admission: Promise<unknown>): void {
    this.#admission = admission
    admission.then(() => { this.#admission = undefined })
  }

  #verdictBy (profile: TrustProfile, at: number): Verdict {
    if (this.#peer === undefined) return missing
    for (const seen of this.#seen) {
      if (seen.profile === profile && isCurrent(seen, at)) return seen.verdict
    }
    return this.#look(this.#peer, at, profile)
  }

  #look (peer: PeerCertificates, at: number, profile: TrustProfile): Verdict {
    const seen = profile.look(peer, at)
    // Connections of one client share what was read first.
    this.#peer = seen.peer
    if (seen.verdict.refusal === null) this.#wasLetIn = true
    this.#seen = this.#seen.length === 0 ? [seen] : [...this.#seen.filter((each) => each.profile !== profile), seen]
    return seen.verdict
  }

  /** What was said of it counts no more; whether it is the client of this certificate. */
  forget (fingerprint256: string): boolean {
    if (this.#peer?.fingerprint256 !== fingerprint256) return false
    this.#seen = this.#seen.map((seen) => ({ ...seen, revision: -1 }))
    return true
  }

  /** Whether some profile had let the caller in, and none does at this instant: its connection is not to go on. */
  isOverAt (at: number): boolean {
    return this.#wasLetIn && this.#seen.every(({ profile }) => isRefusal(this.verdictAt(at, profile)))
  }

  /** When it is to be looked at again, in milliseconds since 1970: while it is let in, or its status is being asked for. */
  nextLook (at: number): number {
    const ends = this.#seen.filter(({ verdict }) => !isRefusal(verdict)).map(({ verdict }) => verdict.pending === undefined ? verdict.until : at + askingTakes)
    return ends.length === 0 ? Infinity : Math.max(...ends)
  }

  /** What was said last, by the profile that lets in if one does; `undefined` where nobody was asked. */
  get latest (): Seen | undefined {
    return this.#seen.find(({ verdict }) => verdict.refusal === null) ?? this.#seen.at(-1)
  }
}

// Milliseconds after which an answer may be there.
const askingTakes = 1000

/** What is still being asked for is no refusal yet. */
const isRefusal = ({ refusal, pending }: Verdict): boolean => refusal !== null && pending === undefined
