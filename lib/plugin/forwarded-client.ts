import type { PeerCertificates } from '../tls/index.js'
import type { Called } from './called.js'
import type { Seen, TrustProfile } from './trust-profile.js'
import type { Verdict } from './verdict.js'

/** Whoever a trusted proxy names, in one request. Nothing is kept of what was said: nobody would tell this client that it counts no more. */
export class ForwardedClient implements Called {
  readonly #peer: PeerCertificates
  latest: Seen | undefined = undefined
  readonly isTurnedAway = false

  constructor (peer: PeerCertificates) {
    this.#peer = peer
  }

  verdictAt (at: number, profile: TrustProfile): Verdict {
    this.latest = profile.look(this.#peer, at)
    return this.latest.verdict
  }
}
