import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Server, type SecureContextOptions, type TLSSocket } from 'node:tls'
import { peerCertificates, type PeerCertificates } from './peer.js'

/** A handshake that came to no end, or a connection that was refused at its end. */
export interface HandshakeFailure {
  /** A code of OpenSSL or Node, as `ERR_SSL_NO_SHARED_CIPHER` or `ECONNRESET`. */
  readonly code: string
  /** OpenSSL's or Node's own words. */
  readonly reason: string
  readonly remoteAddress: string | undefined
}

export interface ServerEvents {
  /** A handshake ended. Called before any other listener and before any request is read; what it returns is kept for the connection. */
  connected (peer: PeerCertificates | undefined, socket: TLSSocket): object
  failed (failure: HandshakeFailure): void
}

// Fires for each server that Fastify opens, before it is bound; Fastify tells nothing of those behind the first.
const listening = 'tracing:net.server.listen:asyncStart'

const connection = Symbol('fastify-client-certificate.connection')

/**
 * What `connected` returned for the connection that `socket` belongs to, or `undefined` on a connection that did not come
 * through here. `socket` may be the one that HTTP/2 puts in front, which hands properties through.
 */
export const connectionOf = (socket: object): object | undefined => (socket as { [connection]?: object })[connection]

/**
 * All TLS servers of one application: the one that it has, and those that it opens besides, as for
 * `listen({ host: 'localhost' })` on a machine where that is two addresses. Each gets the same context and listeners.
 */
export class TlsServers {
  readonly #main: Server
  readonly #adopted = new Set<Server>()
  readonly #context: SecureContextOptions
  readonly #requestCertificate: boolean
  readonly #events: ServerEvents

  /** Nothing happens before `open`. */
  constructor (main: Server, context: SecureContextOptions, requestCertificate: boolean, events: ServerEvents) {
    this.#main = main
    this.#context = context
    this.#requestCertificate = requestCertificate
    this.#events = events
  }

  open (): void {
    this.#adopt(this.#main)
    subscribe(listening, this.#onListening)
  }

  /** Takes the listeners away again; the servers keep their context. */
  close (): void {
    unsubscribe(listening, this.#onListening)
    for (const server of this.#adopted) {
      server.off('secureConnection', this.#onSecureConnection)
      server.off('tlsClientError', this.#onClientError)
    }
    this.#adopted.clear()
  }

  #adopt (server: Server): void {
    if (this.#adopted.has(server)) return
    this.#adopted.add(server)
    server.setSecureContext(this.#context)
    // Never rejectUnauthorized: the verdict is ours, and OpenSSL would close connections without a word to the log.
    Object.assign(server, { requestCert: this.#requestCertificate, rejectUnauthorized: false })
    // An ordinary listener comes after that of HTTP, which may have read a request by then.
    server.prependListener('secureConnection', this.#onSecureConnection)
    server.on('tlsClientError', this.#onClientError)
  }

  readonly #onListening = (message: unknown): void => {
    const { server } = message as { server?: unknown }
    if (server instanceof Server && this.#isOurs(server)) this.#adopt(server)
  }

  /** Fastify gives all of its servers the same function to answer requests. */
  #isOurs (server: Server): boolean {
    const handlers = this.#main.listeners('request')
    return server.listeners('request').some((handler) => handlers.includes(handler))
  }

  readonly #onSecureConnection = (socket: TLSSocket): void => {
    try {
      socket.disableRenegotiation()
      const peer = this.#requestCertificate ? peerCertificates(socket) : undefined
      Object.assign(socket, { [connection]: this.#events.connected(peer, socket) })
    } catch (error) {
      // Thrown from here it would end the process, and a stranger's certificate must not be able to do that.
      this.#onClientError(error as Error, socket)
      socket.destroy()
    }
  }

  readonly #onClientError = (error: Error & { code?: string }, socket: TLSSocket): void => {
    this.#events.failed({ code: error.code ?? error.name, reason: error.message, remoteAddress: socket.remoteAddress })
  }
}
