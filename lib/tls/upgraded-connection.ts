import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Connection } from './connection.js'
import { CutOff, defaultGrace, endUpgraded } from './ending.js'

/**
 * Whether Node handed the socket of the request over, to whoever listens for upgrades, and reads no other request from it. The header is
 * looked at last, for Node makes it when it is first asked for; of a socket that is closed the parser is gone, too.
 */
export const isUpgraded = ({ socket, headers }: IncomingMessage): boolean => (socket as { parser?: unknown } | undefined)?.parser === null && headers.upgrade !== undefined

/** A proxy's connection that another protocol took over from HTTP/1, with TLS or without: from then on it is one client's alone. */
export class UpgradedConnection implements Connection {
  readonly caller: object
  readonly servername: string | undefined
  readonly protocol = 'http/1.1'
  readonly isUpgraded = true
  readonly #socket: Socket
  readonly #writtenBefore: number | undefined
  #cutOff: CutOff | undefined

  /** To be made while the request is not answered yet. `servername` is the host that it was made for. */
  constructor ({ socket, headers }: IncomingMessage, caller: object, servername: string | undefined) {
    this.caller = caller
    this.servername = servername
    this.#socket = socket
    this.#writtenBefore = headers.upgrade?.toLowerCase() === 'websocket' ? socket.bytesWritten : undefined
  }

  get remoteAddress (): string | undefined {
    return this.#socket.remoteAddress
  }

  get isEnding (): boolean {
    return this.#cutOff !== undefined
  }

  end (grace = defaultGrace): void {
    if (this.#socket.destroyed) return
    if (this.#cutOff !== undefined) return this.#cutOff.after(grace)
    this.#cutOff = new CutOff(this.#socket)
    this.#cutOff.after(grace)
    endUpgraded(this.#socket, this.#writtenBefore)
  }

  destroy (): void {
    this.#socket.destroy()
  }

  /** Calls back when it is gone. */
  onClose (closed: () => void): void {
    this.#socket.once('close', () => {
      this.#cutOff?.clear()
      closed()
    })
  }
}
