import type { Certificate } from '../certificate/index.js'
import type { PeerCertificates } from '../tls/index.js'
import type { Called } from './called.js'
import type { LiveClient } from './live-connections.js'
import { isCurrent, type Seen, type TrustProfile } from './trust-profile.js'
import { missing, whileAsking, type Verdict } from './verdict.js'

const nothing: readonly Seen[] = Object.freeze([])

/** Whoever is at the other end of one connection, of their own or by a proxy that has it for them alone. */
export class Caller implements Called, LiveClient {
  /** Milliseconds since 1970. */
  readonly since: number
  #peer: PeerCertificates | undefined
  /** What was said last, and by other trust profiles before: most applications have one. */
  #last: Seen | undefined
  #before = nothing
  /** The profile that let it in last. */
  #letInBy: TrustProfile | undefined
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
    const last = this.#last
    if (last !== undefined && isSaidBy(profile, last, at)) return last.verdict
    return this.#before.find((seen) => isSaidBy(profile, seen, at))?.verdict ?? this.#look(this.#peer, at, profile)
  }

  #look (peer: PeerCertificates, at: number, profile: TrustProfile): Verdict {
    const seen = profile.look(peer, at)
    // Connections of one client share what was read first.
    this.#peer = seen.peer
    if (seen.verdict.refusal === null) this.#letInBy = profile
    if (this.#last !== undefined) this.#before = this.#said.filter((each) => each.profile !== profile)
    this.#last = seen
    return seen.verdict
  }

  get #said (): readonly Seen[] {
    return this.#last === undefined ? nothing : [this.#last, ...this.#before]
  }

  /** What was said of it counts no more; whether it is the client of this certificate. */
  forget ({ fingerprints256 }: Certificate): boolean {
    if (this.#peer === undefined || !fingerprints256.includes(this.#peer.fingerprint256)) return false
    const [last, ...before] = this.#said.map((seen) => ({ ...seen, revision: -1 }))
    this.#last = last
    this.#before = before
    return true
  }

  /** Whether some profile had let the caller in, and none does at this instant: its connection is not to go on. */
  isOverAt (at: number): boolean {
    return this.#letInBy !== undefined && this.#said.every(({ profile }) => isRefusal(this.verdictAt(at, profile)))
  }

  /** When it is to be looked at again, in milliseconds since 1970: while it is let in, or its status is being asked for. */
  nextLook (at: number): number {
    let next = this.#last === undefined ? -Infinity : endOf(this.#last.verdict, at)
    for (const { verdict } of this.#before) next = Math.max(next, endOf(verdict, at))
    return next === -Infinity ? Infinity : next
  }

  /** What was said last, by the profile that lets in if one does, or did; `undefined` where nobody was asked. */
  get latest (): Seen | undefined {
    return this.#said.find(({ verdict }) => verdict.refusal === null) ?? this.#said.find(({ profile }) => profile === this.#letInBy) ?? this.#last
  }
}

// Milliseconds after which an answer may be there.
const askingTakes = 1000

const isSaidBy = (profile: TrustProfile, seen: Seen, at: number): boolean => seen.profile === profile && isCurrent(seen, at)

/** When a verdict that lets in ends, or one that is not known yet may be; of a refusal, long ago. */
function endOf (verdict: Verdict, at: number): number {
  if (isRefusal(verdict)) return -Infinity
  return verdict.pending === undefined ? verdict.until : at + askingTakes
}

/** What is still being asked for is no refusal yet. */
const isRefusal = ({ refusal, pending }: Verdict): boolean => refusal !== null && pending === undefined
