import type { FastifyInstance } from 'fastify'
import { Callers } from './callers.js'
import { checker } from './check.js'
import { clientCertificates, type ClientCertificates } from './client-certificates.js'
import { OptionFiles } from './file-watch.js'
import { Forwarding } from './forwarding.js'
import { Guard } from './guard.js'
import { Journal } from './journal.js'
import { LiveConnections } from './live-connections.js'
import { hasTls, type CheckedOptions } from './options.js'
import { guardRawRequests } from './raw-guard.js'
import { Reload, type Served } from './reload.js'
import { Requirements } from './requirement.js'
import { secureContexts, ServerIdentitySource } from './server-identity.js'
import { openServers } from './servers.js'
import { Trust } from './trust.js'
import { Tunnels } from './tunnels.js'
import { Warnings } from './warnings.js'

/** All that goes on beside the requests, from the start of an application to its end. */
export interface Service {
  readonly guard: Guard
  readonly requirements: Requirements
  readonly state: ClientCertificates
}

/** @throws OptionError */
export async function startService (app: FastifyInstance, options: CheckedOptions): Promise<Service> {
  const deadline = performance.now() + startTime(app)
  const { mode, now } = options
  const { log } = app
  const journal = new Journal(log)
  const files = await OptionFiles.watch(options)
  app.addHook('onClose', async () => files.close())
  const live = new LiveConnections({ journal, now, maxAge: options.maxConnectionAge })
  app.addHook('onClose', async () => live.close())
  const trust = await Trust.open(options, log, (certificate) => { certificate === undefined ? live.sweep() : live.reconsider(certificate) }, Math.max(deadline - performance.now(), startTime(app) / 2))
  app.addHook('onClose', async () => trust.close())
  const requirements = new Requirements(trust, options.authorize, options.global, (warning) => log.warn(warning))
  const tunnels = new Tunnels({ live, trust, now })
  const forwarding = options.forwarding.length === 0 ? undefined : new Forwarding(options.forwarding, { requirements, denyList: trust.denyList, tunnels }, journal)
  const callers = new Callers({ forwarding, now, isOnUnixSocket: () => typeof app.server.address() === 'string' })
  const guard = new Guard({ trust, requirements, callers, journal, now })
  guardRawRequests(app, { guard, requirements, callers, rawRequests: options.rawRequests })
  // What the servers do with an upgrade comes first, so that it is done for refused clients, too.
  const reload = new Reload({ trust, log, live, served: hasTls(app) ? await startTls(app, options, { trust, journal, live }) : undefined })
  files.onChange(() => { reload.attempt() })
  const warnings = new Warnings({ trust, serverCertificate: () => reload.serverCertificate, log, now })
  app.addHook('onClose', async () => warnings.close())
  const check = checker({ guard, requirements, callers, log })
  return { guard, requirements, state: clientCertificates({ mode, trust, journal, live, now, reload, forwarding, check }) }
}

// Milliseconds.
const longestStart = 5000

/** Half of what Fastify gives a plugin, so that a CRL host that does not answer keeps no server from starting. */
function startTime ({ initialConfig }: FastifyInstance): number {
  // Fastify gives it 10 seconds by default, and all the time where it is 0.
  const limit = Number(initialConfig.pluginTimeout) || Infinity
  return Math.min(limit / 2, longestStart)
}

/** `undefined` where Fastify's own options are all that there is: no key is given here, and no certificate asked for. */
async function startTls (app: FastifyInstance, options: CheckedOptions, parts: { trust: Trust, journal: Journal, live: LiveConnections }): Promise<Served | undefined> {
  const { trust, live } = parts
  const source = new ServerIdentitySource(app, options)
  const identity = await source.read()
  if (identity === undefined) return undefined
  const servers = openServers(app, options, secureContexts(identity, trust, trust.sources.map((source) => source.authorities), app.log), parts)
  live.follow(servers)
  app.addHook('onClose', async () => servers.close())
  return { source, identity, servers }
}
