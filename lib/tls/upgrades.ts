import type { IncomingMessage } from 'node:http'
import type { Server } from 'node:tls'

/**
 * Calls `asked` with the socket of each client that asks for a WebSocket, before anyone else hears of it. Node answers
 * such requests like any other as long as nobody listens for them, so this listens only while others do.
 * @returns a function that takes the listeners away again
 */
export function watchUpgrades (server: Server, asked: (socket: object) => void): () => void {
  const onUpgrade = ({ headers }: IncomingMessage, socket: object) => {
    if (headers.upgrade?.toLowerCase() === 'websocket') asked(socket)
  }
  const onNewListener = (event: unknown, listener: unknown) => {
    if (event === 'upgrade' && listener !== onUpgrade && server.listenerCount('upgrade') === 0) server.prependListener('upgrade', onUpgrade)
  }
  const onRemoveListener = (event: unknown) => {
    if (event === 'upgrade' && server.listenerCount('upgrade') === 1) server.off('upgrade', onUpgrade)
  }
  if (server.listenerCount('upgrade') > 0) server.prependListener('upgrade', onUpgrade)
  server.on('newListener', onNewListener).on('removeListener', onRemoveListener)
  return () => {
    server.off('newListener', onNewListener).off('removeListener', onRemoveListener).off('upgrade', onUpgrade)
  }
}
