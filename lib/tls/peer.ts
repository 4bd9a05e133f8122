import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/** What a client proved to hold, and what it sent along, at the handshake of a connection; nothing of it is verified. */
export interface PeerCertificates {
  /** SHA-256 over the client's own certificate, in hexadecimal with colons. */
  readonly fingerprint256: string
  /** The DER of the client's own certificate. The handshake showed that it has the private key. */
  readonly certificate: Buffer
  /** The DER of what it sent behind its own; empty in a resumed session, which no longer knows it. */
  readonly intermediates: readonly Buffer[]
}

// As many as a path may have; a client that sends more has them cut off, which can only make a path fail.
const maxIntermediates = 10

/**
 * The certificates of the client, or `undefined` where it presented none. To be called once per connection, before
 * anyone else asks: on most versions of Node the first reading takes the intermediates off the session.
 */
export function peerCertificates (socket: TLSSocket): PeerCertificates | undefined {
  const certificate = socket.getPeerX509Certificate()
  return certificate && new Presented(certificate)
}

/** A client that was seen before is known by its fingerprint, so its octets are copied out only when they are asked for. */
class Presented implements PeerCertificates {
  readonly #certificate: X509Certificate

  constructor (certificate: X509Certificate) {
    this.#certificate = certificate
  }

  get fingerprint256 (): string {
    return this.#certificate.fingerprint256
  }

  get certificate (): Buffer {
    return this.#certificate.raw
  }

  get intermediates (): readonly Buffer[] {
    const found: Buffer[] = []
    for (let next = this.#certificate.issuerCertificate; next !== undefined && found.length < maxIntermediates; next = next.issuerCertificate) {
      found.push(next.raw)
    }
    return found
  }
}
