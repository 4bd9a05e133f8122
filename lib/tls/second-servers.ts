import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { EventEmitter } from 'node:events'
import { Server } from 'node:net'

// Fires for each server that Fastify opens, before it is bound.
const listening = 'tracing:net.server.listen:asyncStart'

/**
 * Fastify opens more servers where a host has several addresses, as `localhost`, and gives each the `emit` that `main` has at that
 * moment for its upgrades. What replaces `emit` later, as a guard does, would not see them: here they go to the `emit` of their time.
 * `router` is the function by which all of these servers answer requests.
 * @returns a function that ends the watch for more servers
 */
export function redirectUpgrades (main: EventEmitter, router: Function): () => void {
  const onListening = (message: unknown): void => {
    const { server } = message as { server?: unknown }
    if (server instanceof Server && server !== main && server.listeners('request').includes(router)) redirect(server, main)
  }
  subscribe(listening, onListening)
  return () => { unsubscribe(listening, onListening) }
}

function redirect (server: EventEmitter, main: EventEmitter): void {
  server.removeAllListeners('upgrade')
  server.on('upgrade', (...args: unknown[]) => { main.emit('upgrade', ...args) })
}
