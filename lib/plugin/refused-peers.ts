import { createHash } from 'node:crypto'
import type { PeerCertificates } from '../tls/index.js'
import type { Seen } from './trust-profile.js'

// Of up to 100 KB each on a direct connection, and of 12 KB behind a proxy.
const mostRefused = 256

/**
 * Clients that were refused just now, so that the same octets are not verified again for each request. Known by all that they presented, the
 * certificate and what came with it: whoever presents anything else is somebody else. Whether what was said still counts is for the caller to see.
 */
export class RefusedPeers {
  readonly #seen = new Map<string, Seen>()
  /** Clients are the same object from one request to the next: of each the octets are hashed once. */
  readonly #digests = new WeakMap<PeerCertificates, string>()

  of (peer: PeerCertificates): Seen | undefined {
    return this.#seen.size === 0 ? undefined : this.#seen.get(this.#digestOf(peer))
  }

  remember (peer: PeerCertificates, seen: Seen): void {
    const digest = this.#digestOf(peer)
    this.#seen.delete(digest)
    this.#seen.set(digest, seen)
    if (this.#seen.size > mostRefused) this.#seen.delete(this.#seen.keys().next().value as string)
  }

  /** What is known of this certificate is another thing. */
  forget (fingerprint256: string): void {
    for (const [digest, { peer }] of this.#seen) if (peer.fingerprint256 === fingerprint256) this.#seen.delete(digest)
  }

  #digestOf (peer: PeerCertificates): string {
    const digest = this.#digests.get(peer) ?? digestOf(peer)
    this.#digests.set(peer, digest)
    return digest
  }
}

function digestOf ({ certificate, intermediates }: PeerCertificates): string {
  const hash = createHash('sha256')
  // Each DER element says how long it is, so that where one ends cannot be moved.
  for (const octets of [certificate, ...intermediates]) hash.update(`${octets.length} `).update(octets)
  return hash.digest('base64')
}
