import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { Certificate } from '../certificate/index.js'
import { ClientCertificateError, RegistrationError } from '../errors.js'
import type {} from './augmentation.js'
import { showInOpenApi } from './openapi.js'
import { checkOptions, type ClientCertificateOptions } from './options.js'
import type { Requirements, Requirement } from './requirement.js'
import { checkRuntime } from './runtime.js'
import { nameGuard, warnAboutScope } from './scope-warning.js'
import { startService, type Service } from './service.js'

/** The plugin, before it is wrapped: its decorators and hooks are for the scope that registers it. */
async function clientCertificate (app: FastifyInstance, given: ClientCertificateOptions): Promise<void> {
  checkRuntime(process.versions)
  if (registered.has(app.server)) throw new RegistrationError()
  const options = checkOptions(given, app)
  registered.add(app.server)
  const service = await startService(app, options)
  decorate(app, service)
  if (options.warnAboutScope) warnAboutScope(app, options.global)
}

// Scopes beside each other would pass for the only one by their decorators.
const registered = new WeakSet<object>()

function decorate (app: FastifyInstance, { state, guard, requirements }: Service): void {
  app.decorate('clientCertificates', state)
  app.decorate('requireClientCertificate', guard.requireClientCertificate.bind(guard))
  app.decorateRequest('clientCertificateCalled', null)
  app.decorateRequest('clientCertificateVerdict', null)
  app.decorateRequest('clientCertificate', { getter: certificateOf })
  app.decorateRequest('clientCertificateError', { getter: errorOf })
  app.addHook('onRequest', nameGuard(guard.onRequest))
  app.addHook('preHandler', guard.preHandler)
  app.addHook('onRoute', function (route) {
    if (requirementOf(route, requirements) !== null) showInOpenApi(this, route)
  })
}

function certificateOf (this: FastifyRequest): Certificate | null {
  return this.clientCertificateVerdict?.certificate ?? null
}

function errorOf (this: FastifyRequest): ClientCertificateError | null {
  const refusal = this.clientCertificateVerdict?.refusal
  return refusal ? new ClientCertificateError(refusal.reason, refusal.cause) : null
}

/** Routes that were declared before the plugin are checked at their first request: Fastify does not tell of them. */
function requirementOf (route: RouteOptions, requirements: Requirements): Requirement | null {
  return requirements.read(route.config, `${String(route.method)} ${route.url}`)
}

export const plugin = fp(clientCertificate, { fastify: '5.x || 6.x', name: 'fastify-client-certificate' })
