import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { Certificate } from '../certificate/index.js'
import type { HandshakeFailure } from '../tls/index.js'
import type { Refusal } from './callers.js'

/** Log lines that say why somebody was not let in. Addresses are the connection's own, never those of a header. */

export function logRefusedRequest (request: FastifyRequest, refusal: Refusal, presented: Certificate | undefined): void {
  request.log.info({ clientCertificate: lineOf(refusal, presented, request.raw.socket.remoteAddress) }, 'request refused for its client certificate')
}

export function logRefusedConnection (log: FastifyBaseLogger, refusal: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined): void {
  log.info({ clientCertificate: lineOf(refusal, presented, remoteAddress) }, 'connection refused for its client certificate')
}

export function logFailedHandshake (log: FastifyBaseLogger, failure: HandshakeFailure): void {
  log.info({ handshake: failure }, 'TLS handshake failed')
}

function lineOf ({ reason, cause }: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined) {
  return {
    code: `FST_CLIENT_CERTIFICATE_${reason}`,
    reason: cause === undefined ? 'no certificate was presented' : cause.message,
    remoteAddress,
    fingerprint256: presented?.fingerprint256,
    subject: presented?.subject.toString()
  }
}
