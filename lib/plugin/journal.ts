import { channel } from 'node:diagnostics_channel'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { Certificate } from '../certificate/index.js'
import { CertificationPathError } from '../errors.js'
import type { HandshakeFailure } from '../tls/index.js'
import { hintOf } from './hint.js'
import type { Refusal } from './verdict.js'

/** Somebody was not let in, or let in no more. Addresses are the connection's own, never those of a header. */
export interface RefusalRecord {
  /** `handshake`: TLS itself failed. `connection`: closed at the end of the handshake, or later. `request`: answered with an error. */
  readonly kind: 'handshake' | 'connection' | 'request'
  /** By the system's clock, as the log. */
  readonly at: Date
  /** `FST_CLIENT_CERTIFICATE_…`, or of a handshake the code of OpenSSL or Node. */
  readonly code: string
  /** A plain sentence: why. */
  readonly reason: string
  /** What may help, where something is known to. */
  readonly hint: string | undefined
  readonly remoteAddress: string | undefined
  readonly fingerprint256: string | undefined
  /** RFC 4514, for people. */
  readonly subject: string | undefined
}

// For `diagnostics_channel`: a subscriber gets a RefusalRecord.
const refusals = channel('fastify-client-certificate:refusal')

const mostRecords = 256

/** Log lines that say why somebody was not let in; the same goes to `diagnostics_channel`, and the latest are kept. */
export class Journal {
  readonly #log: FastifyBaseLogger
  readonly #latest: RefusalRecord[] = []

  constructor (log: FastifyBaseLogger) {
    this.#log = log
  }

  /** The latest 256, the oldest first. */
  get latest (): readonly RefusalRecord[] {
    return Object.freeze([...this.#latest])
  }

  requestRefused (request: FastifyRequest, refusal: Refusal, presented: Certificate | undefined): void {
    const record = this.#record('request', refusal, presented, request.raw.socket?.remoteAddress)
    request.log.info({ clientCertificate: lineOf(record) }, 'request refused for its client certificate')
  }

  connectionRefused (refusal: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined): void {
    const record = this.#record('connection', refusal, presented, remoteAddress)
    this.#log.info({ clientCertificate: lineOf(record) }, 'connection refused for its client certificate')
  }

  connectionEnded (refusal: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined): void {
    const record = this.#record('connection', refusal, presented, remoteAddress)
    this.#log.info({ clientCertificate: lineOf(record) }, 'connection closed for its client certificate')
  }

  handshakeFailed (failure: HandshakeFailure): void {
    this.#keep({ kind: 'handshake', at: new Date(), ...failure, hint: hintOf(failure.code), fingerprint256: undefined, subject: undefined })
    this.#log.info({ handshake: failure }, 'TLS handshake failed')
  }

  #record (kind: RefusalRecord['kind'], { reason, cause }: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined): RefusalRecord {
    return this.#keep({
      kind,
      at: new Date(),
      code: `FST_CLIENT_CERTIFICATE_${reason}`,
      reason: cause === undefined ? 'no certificate was presented' : cause.message,
      hint: hintOf(cause instanceof CertificationPathError ? cause.rule : reason),
      remoteAddress,
      fingerprint256: presented?.fingerprint256,
      subject: presented?.subject.toShortString()
    })
  }

  #keep (record: RefusalRecord): RefusalRecord {
    if (this.#latest.length === mostRecords) this.#latest.shift()
    this.#latest.push(Object.freeze(record))
    refusals.publish(record)
    return record
  }
}

const lineOf = ({ code, reason, hint, remoteAddress, fingerprint256, subject }: RefusalRecord) => ({ code, reason, hint, remoteAddress, fingerprint256, subject })
