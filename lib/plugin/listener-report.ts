import type { FastifyInstance } from 'fastify'
import type { ForeignListener } from './foreign-listeners.js'
import type { CheckedRawRequests } from './raw-request-options.js'

const guarded = 'these listeners get requests without Fastify\'s hooks; the plugin checks the client certificate before them'
const unguarded = 'these listeners get requests without Fastify\'s hooks, and nothing checks the client certificate: set rawRequests: true, or call app.clientCertificates.check(request) there'

/** Logs which listeners bypass the hooks, each once: those of the start together when the application listens, and later ones at once. */
export function listenerReport (app: FastifyInstance, { isGuarded, exempt }: CheckedRawRequests): (listener: ForeignListener) => void {
  const known = new Set<string>()
  const waiting: ForeignListener[] = []
  let isListening = false
  const log = (listeners: readonly ForeignListener[]): void => {
    app.log[isGuarded ? 'info' : 'warn']({ clientCertificate: { listeners, exempt } }, isGuarded ? guarded : unguarded)
  }
  app.addHook('onListen', async () => {
    isListening = true
    if (waiting.length > 0) log(waiting)
  })
  return (listener) => {
    const key = JSON.stringify(listener)
    if (known.has(key)) return
    known.add(key)
    if (isListening) log([listener])
    else waiting.push(listener)
  }
}
