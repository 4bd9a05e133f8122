import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'

/**
 * Waits until a server has no connection left; to be called when its clients are gone, or about to go. Its own ends are cut off, for two reasons
 * that are there with Fastify alone, too: a server of HTTP/2 that is closed while a client is just leaving never says that it is closed; and
 * where Node's write over TLS meets a client that is gone (EPIPE), it takes the next one for being under way for ever, and HTTP/2 reads no
 * more: it never hears of the end.
 */
export function cutter (app: FastifyInstance): () => Promise<unknown> {
  const sockets = new Set<TLSSocket>()
  app.server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () => Promise.all([...sockets].map((socket) => once(socket.destroy(), 'close')))
}
