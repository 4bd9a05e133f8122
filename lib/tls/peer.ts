import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/** What a client proved to hold, and what it sent along, at the handshake of a connection; all as DER, nothing verified. */
export interface PeerCertificates {
  /** The client's own certificate. The handshake showed that it has the private key. */
  readonly certificate: Buffer
  /** What it sent behind its own; empty in a resumed session, which no longer knows it. */
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
  return certificate && { certificate: certificate.raw, intermediates: intermediatesOf(certificate) }
}

const none: readonly Buffer[] = Object.freeze([])

function intermediatesOf (certificate: X509Certificate): readonly Buffer[] {
  if (certificate.issuerCertificate === undefined) return none
  const found: Buffer[] = []
  for (let next: X509Certificate | undefined = certificate.issuerCertificate; next !== undefined && found.length < maxIntermediates; next = next.issuerCertificate) {
    found.push(next.raw)
  }
  return found
}
