import type { ServerHttp2Session } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { CutOff, defaultGrace, endHttp1, endUpgraded, type HttpSocket } from './ending.js'

/** A live connection, from the end of its handshake on. */
export interface Connection {
  /** What `connected` returned for it; not there before it has. */
  readonly caller: object
  readonly remoteAddress: string | undefined
  /** The host name that the client asked for by SNI, in lower case; a session that TLS 1.2 resumed does not tell it. */
  readonly servername: string | undefined
  readonly protocol: 'http/1.1' | 'h2'
  /** Whether a WebSocket, or another protocol, took it over from HTTP/1. */
  readonly isUpgraded: boolean
  /** Whether `end` was called: it serves nothing new. */
  readonly isEnding: boolean
  /**
   * Closes it as its protocol does: HTTP/2 by GOAWAY, a WebSocket by status 1008, HTTP/1 at once when idle, else after
   * the answer under way; any other protocol at once. After `grace` milliseconds (default 5,000) it is destroyed in any
   * case. To end it again can only bring that nearer.
   */
  end (grace?: number): void
  /** Closes it at once, with whatever is under way. */
  destroy (): void
}

const key = Symbol('fastify-client-certificate.connection')

interface Marked { [key]?: TlsConnection }

/**
 * The connection that `socket` belongs to, or `undefined` where it did not come through the servers of this package.
 * `socket` may be the one that HTTP/2 puts in front, which hands properties through, or `undefined`, as of a request that a test made up.
 */
export const connectionOf = (socket: object | undefined): Connection | undefined => (socket as Marked | undefined)?.[key]

/** One per connection, so it holds what cannot be asked for when it is needed, and nothing else. */
export class TlsConnection implements Connection {
  readonly #socket: HttpSocket
  #caller: object | undefined
  #session: ServerHttp2Session | undefined
  /** What had been written when a WebSocket was asked for. */
  #writtenBefore: number | undefined
  #closed: ((connection: TlsConnection) => void) | undefined
  #cutOff: CutOff | undefined

  constructor (socket: TLSSocket) {
    this.#socket = socket as HttpSocket
    const marked: TLSSocket & Marked = socket
    marked[key] = this
  }

  /** Its caller is known; `closed` is called when it is gone. */
  begin (caller: object, closed: (connection: TlsConnection) => void): void {
    this.#caller = caller
    this.#closed = closed
    this.#socket.on('close', onClose)
  }

  get caller (): object {
    return this.#caller as object
  }

  get remoteAddress (): string | undefined {
    return this.#socket.remoteAddress
  }

  get servername (): string | undefined {
    const { servername } = this.#socket
    return typeof servername === 'string' ? servername.toLowerCase() : undefined
  }

  get protocol (): 'http/1.1' | 'h2' {
    return this.#socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1'
  }

  get isUpgraded (): boolean {
    return this.#socket.parser === null
  }

  get isEnding (): boolean {
    return this.#cutOff !== undefined
  }

  end (grace = defaultGrace): void {
    if (this.#socket.destroyed) return
    if (this.#cutOff !== undefined) return this.#cutOff.after(grace)
    this.#cutOff = new CutOff(this.#socket)
    this.#cutOff.after(grace)
    if (this.#session !== undefined) this.#session.close()
    else if (this.isUpgraded) endUpgraded(this.#socket, this.#writtenBefore)
    else endHttp1(this.#socket)
  }

  destroy (): void {
    this.#socket.destroy()
  }

  /** HTTP/2 begins on it. */
  static beginHttp2 (session: ServerHttp2Session): void {
    const connection = (session.socket as Marked)[key]
    if (connection !== undefined) connection.#session = session
  }

  /** A client of HTTP/1 asks for a WebSocket; nothing is answered yet. */
  static beginWebSocket (socket: object): void {
    const connection = (socket as Marked)[key]
    if (connection !== undefined) connection.#writtenBefore = connection.#socket.bytesWritten
  }

  static close (connection: TlsConnection): void {
    connection.#cutOff?.clear()
    connection.#closed?.(connection)
  }
}

// One function for all connections: thousands of them may be idle.
function onClose (this: HttpSocket): void {
  TlsConnection.close((this as Marked)[key] as TlsConnection)
}
