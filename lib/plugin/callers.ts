import type { FastifyRequest } from 'fastify'
import { unixSocket } from '../forwarding/index.js'
import { connectionOf } from '../tls/index.js'
import { nobody, notYetKnown, type Called } from './called.js'
import { Caller } from './caller.js'
import type { Forwarding } from './forwarding.js'
import { hostsOf } from './profile-choice.js'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Whose request it is, where proxies forward certificates; `null` before it was asked.
     * @internal
     */
    clientCertificateCalled: Called | null
  }
}

export interface CallersOptions {
  /** Not there where no proxy's word counts. */
  readonly forwarding: Forwarding | undefined
  readonly now: () => number
  /** Whether the server listens on a Unix domain socket, whose peers have no address. */
  readonly isOnUnixSocket: () => boolean
}

/** Finds whose request it is: that of whom the connection is with, or of whom a trusted proxy names. Never of both. */
export class Callers {
  readonly #options: CallersOptions

  constructor (options: CallersOptions) {
    this.#options = options
  }

  of (request: FastifyRequest): Called {
    const { forwarding } = this.#options
    return forwarding === undefined ? connectedCaller(request) ?? nobody : this.#remembered(request, forwarding)
  }

  /** What was taken away from a request cannot be found again, so it is looked at once. */
  #remembered (request: FastifyRequest, forwarding: Forwarding): Called {
    if (request.clientCertificateCalled !== null) return request.clientCertificateCalled
    const connected = connectedCaller(request)
    const found = forwarding.calledBy(request, { address: this.#addressOf(request), called: connected, at: this.#options.now() })
    if (found instanceof Promise) return notYetKnown(found)
    request.clientCertificateCalled = found ?? connected ?? nobody
    return request.clientCertificateCalled
  }

  #addressOf ({ raw: { socket } }: FastifyRequest): string | undefined {
    return socket.remoteAddress ?? (this.#options.isOnUnixSocket() ? unixSocket : undefined)
  }
}

/** Of the connection: it knows its caller. A request over any other way has none. */
function connectedCaller (request: FastifyRequest): Caller | undefined {
  const caller = connectionOf(request.raw.socket)?.caller
  return caller instanceof Caller ? caller : undefined
}

/**
 * The host that the request was made for, by the name in SNI. What a proxy forwards was asked of its client under the host of the
 * request, as far as anybody here can tell.
 */
export function servernameOf (request: FastifyRequest, called: Called): string | undefined {
  const connection = connectionOf(request.raw.socket)
  if (connection?.caller === called) return connection.servername
  const names = hostsOf(request)
  return names.length === 1 ? names[0] : undefined
}
