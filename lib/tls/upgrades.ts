import type { IncomingMessage } from 'node:http'
import type { Server } from 'node:tls'
import { interceptRequests } from './intercept.js'

const upgrades: ReadonlySet<unknown> = new Set(['upgrade'])

/**
 * Calls `asked` with the socket of each client that asks for a WebSocket, before any listener hears of it. It adds no listener: Node
 * answers such requests like any other as long as nobody listens for them, and @fastify/http-proxy counts who does. A server
 * without a listener for upgrades is left as it is: each of its events would take longer.
 * @returns a function that ends it
 */
export function watchUpgrades (server: Server, asked: (socket: object) => void): () => void {
  let end: (() => void) | undefined
  const begin = (): void => { end ??= interceptUpgrades(server, asked) }
  const onNewListener = (event: string | symbol): void => { if (upgrades.has(event)) begin() }
  if (server.listenerCount('upgrade') > 0) begin()
  server.on('newListener', onNewListener)
  return () => {
    server.off('newListener', onNewListener)
    end?.()
  }
}

const interceptUpgrades = (server: Server, asked: (socket: object) => void): () => void =>
  interceptRequests(server, upgrades, (_event, [request, socket], pass) => {
    const { headers } = request as IncomingMessage
    if (headers.upgrade?.toLowerCase() === 'websocket') asked(socket as object)
    pass()
  })
