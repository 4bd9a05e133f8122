import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** A socket of HTTP/1, with what Node keeps on it: no public event tells of it without a cost to each request. */
export interface HttpSocket extends TLSSocket {
  /** Absent before HTTP takes the socket up, `null` once it has handed it over to another protocol. */
  readonly parser?: { onIncoming?: unknown } | null
  /** The answer under way. */
  readonly _httpMessage?: ServerResponse | null
}

/** Milliseconds that what is under way may go on for. */
export const defaultGrace = 5000

/** Destroys a socket some time after its end has begun. A later call can only bring that nearer. */
export class CutOff {
  readonly #socket: Socket
  readonly #timers: NodeJS.Timeout[] = []
  #shortest = Infinity

  constructor (socket: Socket) {
    this.#socket = socket
  }

  /** `grace` is in milliseconds. One that is not shorter than those before it would end later than they do. */
  after (grace: number): void {
    if (grace >= this.#shortest) return
    this.#shortest = grace
    // The timers of before stay: a shorter time that begins later may end later.
    this.#timers.push(setTimeout(destroy, grace, this.#socket).unref())
  }

  clear (): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }
}

const destroy = (socket: Socket): unknown => socket.destroy()

/**
 * Ends a connection of HTTP/1: at once when it is idle, else after the answer under way, which says so if it has not
 * begun. Of requests behind that one nothing is done (RFC 9112, section 9.6).
 */
export function endHttp1 (socket: HttpSocket): void {
  const { parser, _httpMessage: answer } = socket
  if (!parser) {
    socket.destroy()
    return
  }
  parser.onIncoming = drop
  if (!answer) return socket.destroySoon()
  if (!answer.headersSent) answer.setHeader('connection', 'close')
  // Node then closes behind it, and does not begin with the answers to requests that it had read already.
  Object.assign(answer, { _last: true })
}

function drop (request: IncomingMessage & { upgrade?: boolean }): number {
  request.upgrade = false
  return 0
}

// RFC 6455, section 5.5.1: the last frame, not masked, two octets: 1008, that the endpoint's policy was violated.
const closeFrame = Buffer.from([0x88, 2, 1008 >> 8, 1008 & 0xff])

/**
 * Ends a connection that another protocol took over. `writtenBefore` are the octets that had been written when a WebSocket was asked
 * for; `undefined` where it is no WebSocket. Before that is answered there is nobody who would understand a frame.
 */
export function endUpgraded (socket: Socket, writtenBefore: number | undefined): void {
  const isWebSocket = writtenBefore !== undefined && socket.bytesWritten > writtenBefore
  if (isWebSocket) endWebSocket(socket)
  else socket.destroy()
}

/** Whatever library has it: nothing that it says or is told from now on goes through. */
function endWebSocket (socket: Socket): void {
  socket.removeAllListeners('data').removeAllListeners('readable')
  // A library that writes on is told by an error. Node 20.19 and 22.12 end the process over it where nobody listens.
  socket.on('error', ignore)
  socket.end(closeFrame)
  // What comes is read and dropped: with it unread, the system would tell the client of a broken connection.
  socket.resume()
}

const ignore = (): void => {}
