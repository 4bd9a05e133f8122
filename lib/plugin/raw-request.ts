import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { Called } from './called.js'

/** What is needed of a request as Node has it. */
export type RawRequest = Pick<IncomingMessage | Http2ServerRequest, 'headers' | 'rawHeaders' | 'socket' | 'method' | 'url'>

class Known {
  readonly raw: RawRequest
  readonly log: FastifyBaseLogger
  clientCertificateCalled: Called | null

  constructor (raw: RawRequest, log: FastifyBaseLogger, called: Called | undefined) {
    this.raw = raw
    this.log = log
    this.clientCertificateCalled = called ?? null
  }

  get headers (): RawRequest['headers'] { return this.raw.headers }
  get method (): string | undefined { return this.raw.method }
  get url (): string | undefined { return this.raw.url }
  get socket (): RawRequest['socket'] { return this.raw.socket }
}

/**
 * A request that did not come through Fastify, for the code that judges requests, and for predicates of an application. They were
 * written for Fastify's requests: to ask for what is not known here, such as `params` or `ip`, throws. A predicate that throws lets
 * nobody in, whereas one that reads `undefined` might.
 */
export const requestOf = (raw: RawRequest, log: FastifyBaseLogger, called?: Called): FastifyRequest =>
  new Proxy(new Known(raw, log, called), { get: knownOnly }) as unknown as FastifyRequest

function knownOnly (known: Known, name: string | symbol): unknown {
  if (!(name in known)) throw new TypeError(`request.${String(name)} is not known: the request did not come through Fastify`)
  return Reflect.get(known, name)
}
