import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { Server, type TLSSocket } from 'node:tls'
import { TlsConnection, type Connection } from './connection.js'
import { peerCertificates, type PeerCertificates } from './peer.js'
import { prepareContexts, setContexts, type PreparedContexts, type SecureContexts } from './secure-contexts.js'
import { watchUpgrades } from './upgrades.js'

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
  connected (peer: PeerCertificates | undefined, connection: Connection): object
  failed (failure: HandshakeFailure): void
  /** A connection is gone; `caller` is what `connected` returned for it. */
  closed (caller: object): void
}

// Fires for each server that Fastify opens, before it is bound; Fastify tells nothing of those behind the first.
const listening = 'tracing:net.server.listen:asyncStart'

/**
 * All TLS servers of one application: the one that it has, and those that it opens besides, as for
 * `listen({ host: 'localhost' })` on a machine where that is two addresses. Each gets the same contexts and listeners.
 */
export class TlsServers {
  readonly #main: Server
  /** With what ends the watch over its upgrades. */
  readonly #adopted = new Map<Server, () => void>()
  readonly #connections = new Set<TlsConnection>()
  readonly #requestCertificate: boolean
  readonly #events: ServerEvents
  readonly #router: Function | undefined
  #contexts: PreparedContexts

  /**
   * Nothing happens before `open`. `router` is the function by which the application answers requests; by default, each
   * `request` listener of `main` is taken for it.
   * @throws what `tls.createSecureContext` throws
   */
  constructor (main: Server, contexts: SecureContexts, requestCertificate: boolean, events: ServerEvents, router?: Function) {
    this.#main = main
    this.#router = router
    this.#contexts = prepareContexts(contexts)
    this.#requestCertificate = requestCertificate
    this.#events = events
  }

  open (): void {
    this.#adopt(this.#main)
    subscribe(listening, this.#onListening)
  }

  /**
   * Other contexts, for every server and host name. Sessions and tickets of before are not resumed; those made with
   * explicit `ticketKeys` are where CAs and certificates are the very same. Connections that are open stay, and those whose
   * handshake is under way end it with the contexts of before: `connected` is called, and has to judge, afterwards.
   * @throws what `tls.createSecureContext` throws, and then nothing has changed
   */
  replace (contexts: SecureContexts): void {
    const prepared = prepareContexts(contexts)
    for (const server of this.#adopted.keys()) setContexts(server, prepared)
    this.#contexts = prepared
  }

  /** The live connections of all servers. */
  get connections (): Iterable<Connection> {
    return this.#connections.values()
  }

  /** Takes the listeners away again; the servers keep their contexts. */
  close (): void {
    unsubscribe(listening, this.#onListening)
    for (const [server, unwatch] of this.#adopted) {
      unwatch()
      server.off('secureConnection', this.#onSecureConnection)
      server.off('connection', keepAddress)
      server.off('tlsClientError', this.#onClientError)
      server.off('session', TlsConnection.beginHttp2)
    }
    this.#adopted.clear()
  }

  #adopt (server: Server): void {
    if (this.#adopted.has(server)) return
    this.#adopted.set(server, watchUpgrades(server, TlsConnection.beginWebSocket))
    setContexts(server, this.#contexts)
    // Never rejectUnauthorized: the verdict is ours, and OpenSSL would close connections without a word to the log.
    Object.assign(server, { requestCert: this.#requestCertificate, rejectUnauthorized: false })
    // An ordinary listener comes after that of HTTP, which may have read a request by then.
    server.prependListener('secureConnection', this.#onSecureConnection)
    server.prependListener('connection', keepAddress)
    server.on('tlsClientError', this.#onClientError)
    server.on('session', TlsConnection.beginHttp2)
  }

  readonly #onListening = (message: unknown): void => {
    const { server } = message as { server?: unknown }
    if (server instanceof Server && this.#isOurs(server)) this.#adopt(server)
  }

  /**
   * Fastify gives all of its servers the same function to answer requests. The main server may no longer have it as a listener:
   * Socket.IO puts one of its own in its place.
   */
  #isOurs (server: Server): boolean {
    const handlers = [this.#router, ...this.#main.listeners('request')]
    return server.listeners('request').some((handler) => handlers.includes(handler))
  }

  readonly #onSecureConnection = (socket: TLSSocket): void => {
    try {
      const peer = this.#requestCertificate ? peerCertificates(socket) : undefined
      const connection = new TlsConnection(socket)
      connection.begin(this.#events.connected(peer, connection), this.#onClose)
      this.#connections.add(connection)
      socket.on('error', this.#onError)
    } catch (error) {
      // Thrown from here it would end the process, and a stranger's certificate must not be able to do that.
      this.#onClientError(error as Error, socket)
      socket.destroy()
    }
  }

  /** After the handshake OpenSSL still writes session tickets: one with a certificate of more than 64 KB breaks the connection. */
  readonly #onError = onSocketError((error, socket) => { if (error.code?.startsWith('ERR_SSL_') === true) this.#onClientError(error, socket) })

  readonly #onClose = (connection: TlsConnection): void => {
    this.#connections.delete(connection)
    this.#events.closed(connection.caller)
  }

  readonly #onClientError = (error: Error & { code?: string }, socket: TLSSocket): void => {
    this.#events.failed({ code: error.code ?? error.name, reason: error.message.trim(), remoteAddress: addressOf(socket) })
  }
}

/** One listener for all connections: thousands of them may be idle. */
const onSocketError = (report: (error: Error & { code?: string }, socket: TLSSocket) => void) =>
  function (this: TLSSocket, error: Error & { code?: string }): void { report(error, this) }

/** Node looks an address up when it is first asked for, and cannot once the client is gone: then it has the one of before. */
const keepAddress = ({ remoteAddress }: Socket): unknown => remoteAddress

/** A TLS socket that failed has lost its handle; the one below it, which Node keeps, was asked in time. */
const addressOf = (socket: TLSSocket & { readonly _parent?: Socket }): string | undefined => socket.remoteAddress ?? socket._parent?.remoteAddress
