import { channel } from 'node:diagnostics_channel'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { Certificate } from '../certificate/index.js'
import { shortened } from '../errors.js'
import type { HandshakeFailure } from '../tls/index.js'
import { handshakeHint } from './handshake-hint.js'
import { hintFor } from './hint.js'
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
  /** RFC 4514, for people; a long one is shortened. */
  readonly subject: string | undefined
  /** How many requests of this connection were refused so far with this code and certificate; 1 for what is not a request. */
  readonly count: number
}

// For `diagnostics_channel`: a subscriber gets a RefusalRecord.
const refusals = channel('fastify-client-certificate:refusal')

const mostRecords = 256

// Of a sentence that has names in it: with all else a record stays under 2 KB.
const mostBytesOfReason = 1000

// A client may send one field many times, in many spellings.
const mostNames = 10
const mostBytesOfName = 100

// As many counters are kept for a connection. Of a client there is one for each code, but through a proxy come many clients.
const mostCounters = 256

/** Whether the refusal is reported that is this many in a row: the 1st, the 10th, the 100th … */
const isReported = (count: number): boolean => /^10*$/.test(String(count))

/**
 * Log lines that say why somebody was not let in; the same goes to `diagnostics_channel`, and the latest are kept. Of requests that are
 * refused again and again on one connection, for one certificate and reason, the 1st, the 10th, the 100th … are logged and kept, with
 * their count; the channel gets each.
 */
export class Journal {
  readonly #log: FastifyBaseLogger
  readonly #latest: RefusalRecord[] = []
  /** By connection, how often each code was answered for each certificate, and how often fields were removed. */
  readonly #counts = new WeakMap<object, Map<string, number>>()

  constructor (log: FastifyBaseLogger) {
    this.#log = log
  }

  /** The latest 256, the oldest first. */
  get latest (): readonly RefusalRecord[] {
    return Object.freeze([...this.#latest])
  }

  requestRefused (request: FastifyRequest, refusal: Refusal, presented: Certificate | undefined): void {
    const { socket } = request.raw
    const count = this.#count(this.#connectionOf(request), `${refusal.reason} ${presented?.fingerprint256 ?? ''}`)
    const record = Object.freeze(recordOf('request', refusal, presented, socket?.remoteAddress, count))
    refusals.publish(record)
    if (!isReported(count)) return
    this.#keep(record)
    request.log[refusal.reason === 'STATUS_UNKNOWN' ? 'error' : 'info']({ clientCertificate: lineOf(record) }, 'request refused for its client certificate')
  }

  /** Header fields about client certificates were removed from a request; logged at the same rate as refusals. */
  fieldsRemoved (request: FastifyRequest, written: readonly string[], remoteAddress: string | undefined): void {
    const count = this.#count(this.#connectionOf(request), 'fields removed')
    if (!isReported(count)) return
    const names = [...new Set(written.map((name) => name.toLowerCase()))]
    const removed = names.slice(0, mostNames).map((name) => shortened(name, mostBytesOfName))
    const facts = { removed, ...(names.length > mostNames && { more: names.length - mostNames }), remoteAddress, ...(count > 1 && { count }) }
    request.log.info({ clientCertificate: facts }, 'removed header fields about client certificates: the sender is not a trusted proxy')
  }

  /** HTTP/2 has a socket for each stream and one session for all. A stream that is closed has no session: all such are counted together. */
  #connectionOf (request: FastifyRequest): object {
    const { stream, socket }: { stream?: { session?: object }, socket?: object } = request.raw
    return stream === undefined ? socket ?? request : stream.session ?? this
  }

  #count (connection: object, what: string): number {
    const counts = this.#counts.get(connection) ?? new Map<string, number>()
    const count = (counts.get(what) ?? 0) + 1
    this.#counts.set(connection, counts.set(what, count))
    if (counts.size > mostCounters) counts.delete(counts.keys().next().value as string)
    return count
  }

  connectionRefused (refusal: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined): void {
    const record = this.#record('connection', refusal, presented, remoteAddress)
    this.#log.info({ clientCertificate: lineOf(record) }, 'connection refused for its client certificate')
  }

  connectionEnded (refusal: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined): void {
    const record = this.#record('connection', refusal, presented, remoteAddress)
    this.#log.info({ clientCertificate: lineOf(record) }, 'connection closed for its client certificate')
  }

  handshakeFailed ({ code, reason, remoteAddress }: HandshakeFailure): void {
    const failure = { code: shortened(code), reason: shortened(reason, mostBytesOfReason), remoteAddress }
    const hint = handshakeHint(code)
    this.#tell({ kind: 'handshake', at: new Date(), ...failure, hint, fingerprint256: undefined, subject: undefined, count: 1 })
    this.#log.info({ handshake: { ...failure, hint } }, 'TLS handshake failed')
  }

  #record (kind: RefusalRecord['kind'], refusal: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined): RefusalRecord {
    return this.#tell(recordOf(kind, refusal, presented, remoteAddress, 1))
  }

  #tell (record: RefusalRecord): RefusalRecord {
    this.#keep(record)
    refusals.publish(record)
    return record
  }

  #keep (record: RefusalRecord): void {
    if (this.#latest.length === mostRecords) this.#latest.shift()
    this.#latest.push(Object.freeze(record))
  }
}

const recordOf = (kind: RefusalRecord['kind'], { reason, cause, hint }: Refusal, presented: Certificate | undefined, remoteAddress: string | undefined, count: number): RefusalRecord => ({
  kind,
  at: new Date(),
  code: `FST_CLIENT_CERTIFICATE_${reason}`,
  reason: cause === undefined ? 'no certificate was presented' : shortened(cause.message, mostBytesOfReason),
  hint: hintFor({ reason, cause, hint }),
  remoteAddress,
  fingerprint256: presented?.fingerprint256,
  subject: presented?.subject.toShortString(),
  count
})

const lineOf = ({ code, reason, hint, remoteAddress, fingerprint256, subject, count }: RefusalRecord) =>
  ({ code, reason, hint, remoteAddress, fingerprint256, subject, ...(count > 1 && { count }) })
