import type { EventEmitter } from 'node:events'

/** The events by which a server of Node gives a request to its listeners. */
export const requestEvents = ['request', 'checkContinue', 'checkExpectation', 'upgrade', 'connect', 'stream'] as const

export type RequestEvent = typeof requestEvents[number]

/**
 * Calls `arrived` instead of the listeners of these events: what it does not pass on, they do not get. `events` may change at any
 * time. A server emits many other events, so that no more than a look into the set is done for those.
 * @returns a function that lets all events through again
 */
export function interceptRequests (server: EventEmitter, events: ReadonlySet<unknown>, arrived: (event: RequestEvent, args: readonly unknown[], pass: () => void) => void): () => void {
  const { emit } = server
  let isOver = false
  server.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (isOver || !events.has(event)) return emit.call(server, event, ...args)
    arrived(event as RequestEvent, args, () => { emit.call(server, event, ...args) })
    return true
  }
  return () => { isOver = true }
}
