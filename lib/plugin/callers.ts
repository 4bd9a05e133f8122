import { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { unixSocket } from '../forwarding/index.js'
import { connectionOf, isUpgraded } from '../tls/index.js'
import { nobody, notYetKnown, proxyPerhaps, type Called } from './called.js'
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

  /** Whose a request is by Node's object for it, or a socket that is one client's alone; most applications never ask. */
  #known: WeakMap<object, Called> | undefined

  constructor (options: CallersOptions) {
    this.#options = options
  }

  /** Looked up once for each request: what was taken away from it cannot be found again. */
  of (request: FastifyRequest): Called {
    return request.clientCertificateCalled ?? this.#find(request)
  }

  /** Whoever looks at Node's object for this request once more finds the same. */
  remember ({ raw, clientCertificateCalled: called }: FastifyRequest): void {
    if (called !== null) this.#keep(keyOf(raw), called)
  }

  /** Of whom a connection is, as far as it tells without a request. */
  ofSocket (socket: Socket): Called {
    const { forwarding } = this.#options
    return this.#known?.get(socket) ?? (forwarding?.isAt(this.#addressOf(socket)) ? proxyPerhaps : connectedCaller(socket) ?? nobody)
  }

  #find (request: FastifyRequest): Called {
    const { raw } = request
    const known = this.#known?.get(keyOf(raw))
    if (known !== undefined) {
      request.clientCertificateCalled = known
      return known
    }
    const connected = connectedCaller(raw.socket)
    const forwarded = this.#forwardedTo(request, connected)
    if (forwarded instanceof Promise) return notYetKnown(forwarded)
    const called = forwarded ?? connected ?? nobody
    request.clientCertificateCalled = called
    if (this.#options.forwarding !== undefined) this.#keepForwarded(request, this.#options.forwarding)
    return called
  }

  #keepForwarded (request: FastifyRequest, { hasSecrets }: Forwarding): void {
    const isOwn = isUpgraded(request.raw)
    if (hasSecrets || isOwn) this.remember(request)
    if (isOwn) this.#keep(request.raw.socket, request.clientCertificateCalled as Called)
  }

  #keep (key: object, called: Called): void {
    this.#known ??= new WeakMap()
    this.#known.set(key, called)
  }

  #forwardedTo (request: FastifyRequest, called: Caller | undefined): Called | undefined | Promise<unknown> {
    const { forwarding, now } = this.#options
    return forwarding?.calledBy(request, { address: this.#addressOf(request.raw.socket), called, now })
  }

  #addressOf (socket: Socket | undefined): string | undefined {
    if (socket === undefined || isOfNobody(socket)) return undefined
    return socket.remoteAddress ?? (this.#options.isOnUnixSocket() ? unixSocket : undefined)
  }
}

/**
 * Whether a request came from `app.inject()` by a caller that names no address: it then has this one. An application that passes on
 * fields which a client chose, as for a batch of requests, would let the client forge them wherever a proxy on this machine is trusted.
 */
const isOfNobody = (socket: Socket): boolean => socket.remoteAddress === '127.0.0.1' && !(socket instanceof Socket)

/** Of the connection: it knows its caller. A request over any other way has none. */
function connectedCaller (socket: Socket | undefined): Caller | undefined {
  const caller = connectionOf(socket)?.caller
  return caller instanceof Caller ? caller : undefined
}

/** HTTP/2 may make several objects for one request, but has one stream for it. */
const keyOf = (raw: object): object => (raw as { stream?: object }).stream ?? raw

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
