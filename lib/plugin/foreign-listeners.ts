import type { EventEmitter } from 'node:events'
import { requestEvents, type RequestEvent } from '../tls/index.js'

/** A listener that gets requests without Fastify's hooks. */
export interface ForeignListener {
  readonly event: RequestEvent
  /** Of its function, where it has one. */
  readonly name: string | undefined
  /** The package that added it, where the call stack shows it. */
  readonly package: string | undefined
}

/** The listeners of a server that get requests without Fastify's hooks, as those of Socket.IO and ws do. */
export class ForeignListeners {
  readonly #server: EventEmitter
  readonly #router: Function
  readonly #found: (listener: ForeignListener) => void
  readonly #events = new Set<RequestEvent>()
  #onFirst: (() => void) | undefined

  /** `router` is the function by which Fastify answers requests. `found` is called for each listener, those that are there already first. */
  constructor (server: EventEmitter, router: Function, found: (listener: ForeignListener) => void) {
    this.#server = server
    this.#router = router
    this.#found = found
  }

  /** `first` is called before the first such listener gets anything: until then a server that has none is left as it is. */
  onFirst (first: () => void): void {
    this.#onFirst = first
  }

  watch (): void {
    for (const event of requestEvents) {
      for (const listener of this.#server.listeners(event)) this.#look(event, listener, '')
    }
    this.#server.on('newListener', (event: RequestEvent, listener: Function) => {
      if (requestEvents.includes(event)) this.#look(event, listener, String(new Error().stack))
    })
  }

  /** The events that have such listeners, or had some. */
  get events (): ReadonlySet<unknown> {
    return this.#events
  }

  /** The other listeners of an event: what they get, Fastify's hooks see. */
  hookedOf (event: RequestEvent): readonly Function[] {
    return this.#server.listeners(event).filter((listener) => !this.#isForeign(event, listener))
  }

  #look (event: RequestEvent, listener: Function, stack: string): void {
    if (!this.#isForeign(event, listener)) return
    if (this.#events.size === 0) this.#onFirst?.()
    this.#events.add(event)
    this.#found({ event, name: listener.name || undefined, package: packageOn(stack) })
  }

  #isForeign (event: RequestEvent, listener: Function): boolean {
    if (listener === this.#router) return false
    if (event === 'stream') return listener.name !== compatibilityLayer
    return event !== 'upgrade' || !this.#routesUpgrades(listener)
  }

  /** The listeners of @fastify/websocket and @fastify/http-proxy answer nothing themselves: they give each upgrade to Fastify's router. */
  #routesUpgrades (listener: Function): boolean {
    return isOfWebsocket(Function.prototype.toString.call(listener)) || this.#isOfHttpProxy(listener)
  }

  #isOfHttpProxy (listener: Function): boolean {
    const server = this.#server as EventEmitter & Record<symbol, unknown>
    return Object.getOwnPropertySymbols(server).some((key) => key.description === 'wsUpgradeListener' && server[key] === listener)
  }
}

// The listener by which Node makes a `request` event of a stream of HTTP/2.
const compatibilityLayer = 'bound onServerStream'

/** By the code of the listener of @fastify/websocket. A bundler that shortens names leaves those of methods. */
const isOfWebsocket = (source: string): boolean =>
  source.includes('.assignSocket(') && source.includes('.routing(') && !source.includes('handleUpgrade')

/** The first package on a call stack besides this one. */
function packageOn (stack: string): string | undefined {
  const packages = [...stack.matchAll(/node_modules[\\/]((?:@[\w.-]+[\\/])?[\w.-]+)/g)].map(([, name]) => name)
  return packages.find((name) => name !== 'fastify-client-certificate')
}
