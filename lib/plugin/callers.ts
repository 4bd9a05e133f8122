import { Socket } from 'node:net'
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
     * Whose request it is; `null` before it was asked.
     * @internal A name and not a symbol, for the same reason as `clientCertificateVerdict`.
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

  /** Looked up once for each request: what was taken away from it cannot be found again. */
  of (request: FastifyRequest): Called {
    return request.clientCertificateCalled ?? this.#find(request)
  }

  #find (request: FastifyRequest): Called {
    const connected = connectedCaller(request)
    const forwarded = this.#forwardedTo(request, connected)
    if (forwarded instanceof Promise) return notYetKnown(forwarded)
    request.clientCertificateCalled = forwarded ?? connected ?? nobody
    return request.clientCertificateCalled
  }

  #forwardedTo (request: FastifyRequest, called: Caller | undefined): Called | undefined | Promise<unknown> {
    const { forwarding, now } = this.#options
    return forwarding?.calledBy(request, { address: this.#addressOf(request), called, now })
  }

  #addressOf ({ raw: { socket } }: FastifyRequest): string | undefined {
    if (isOfNobody(socket)) return undefined
    return socket.remoteAddress ?? (this.#options.isOnUnixSocket() ? unixSocket : undefined)
  }
}

/**
 * Whether a request came from `app.inject()` by a caller that names no address: it then has this one. An application that passes on
 * fields which a client chose, as for a batch of requests, would let the client forge them wherever a proxy on this machine is trusted.
 */
const isOfNobody = (socket: Socket): boolean => socket.remoteAddress === '127.0.0.1' && !(socket instanceof Socket)

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
