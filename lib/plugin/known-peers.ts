import { hash } from 'node:crypto'
import type { FieldValues } from '../forwarding/index.js'
import type { PeerCertificates } from '../tls/index.js'

// As many clients as a trust profile remembers; some 2 KB each.
const mostKnown = 4096

// A digest takes longer than all the rest, and most requests are by one of those who asked just before.
const mostLatest = 8

/** What was read from header fields before: octets, and never what was said of them. */
export class KnownPeers {
  readonly #known = new Map<string, PeerCertificates>()
  readonly #latest: Array<{ readonly fields: FieldValues, readonly peer: PeerCertificates }> = []
  #next = 0

  of (fields: FieldValues): PeerCertificates | undefined {
    for (const { fields: { certificate, chain }, peer } of this.#latest) {
      if (certificate === fields.certificate && chain === fields.chain) return peer
    }
    const peer = this.#known.get(digestOf(fields))
    if (peer !== undefined) this.#keepAmongLatest(fields, peer)
    return peer
  }

  remember (fields: FieldValues, peer: PeerCertificates): void {
    this.#known.set(digestOf(fields), peer)
    if (this.#known.size > mostKnown) this.#known.delete(this.#known.keys().next().value as string)
    this.#keepAmongLatest(fields, peer)
  }

  #keepAmongLatest (fields: FieldValues, peer: PeerCertificates): void {
    this.#latest[this.#next] = { fields, peer }
    this.#next = (this.#next + 1) % mostLatest
  }
}

// A line break is in no field.
const digestOf = ({ certificate, chain }: FieldValues): string => hash('sha256', chain === undefined ? certificate : `${certificate}\n${chain}`, 'base64')
