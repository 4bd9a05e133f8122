import type { FastifyInstance } from 'fastify'
import { clientCertificates, type ClientCertificates } from './client-certificates.js'
import { OptionFiles } from './file-watch.js'
import { Journal } from './journal.js'
import { LiveConnections } from './live-connections.js'
import { hasTls, type CheckedOptions } from './options.js'
import { Reload } from './reload.js'
import { secureContexts, ServerIdentitySource } from './server-identity.js'
import { openServers } from './servers.js'
import { Trust } from './trust.js'
import { Warnings } from './warnings.js'

/** All that goes on beside the requests, from the start of an application to its end. */
export interface Service {
  readonly trust: Trust
  readonly journal: Journal
  readonly state: ClientCertificates
  readonly now: () => number
}

/** @throws OptionError */
export async function startService (app: FastifyInstance, options: CheckedOptions): Promise<Service> {
  const { mode, now } = options
  const { log } = app
  const journal = new Journal(log)
  const files = await OptionFiles.watch(options)
  app.addHook('onClose', async () => files.close())
  const trust = await Trust.open(options, log)
  app.addHook('onClose', async () => trust.close())
  const live = new LiveConnections({ journal, now, maxAge: options.maxConnectionAge })
  const reload = hasTls(app) ? await startTls(app, options, { trust, journal, live }) : undefined
  if (reload !== undefined) files.onChange(() => { reload.attempt() })
  return { trust, journal, now, state: clientCertificates({ mode, trust, journal, live, now, reload }) }
}

async function startTls (app: FastifyInstance, options: CheckedOptions, parts: { trust: Trust, journal: Journal, live: LiveConnections }): Promise<Reload | undefined> {
  const { trust, live } = parts
  const { log } = app
  const identitySource = new ServerIdentitySource(app, options)
  const identity = await identitySource.read()
  if (identity === undefined) return undefined
  const servers = openServers(app, options, secureContexts(identity, trust, trust.sources.map(({ profile }) => profile.authorities)), parts)
  live.follow(servers)
  const reload = new Reload(identity, { trust, log, identitySource, servers })
  trust.onChange = (fingerprint256) => { fingerprint256 === undefined ? live.sweep() : live.reconsider(fingerprint256) }
  const warnings = new Warnings({ trust, serverCertificate: () => reload.identity.credentials.certificate, log, now: options.now })
  app.addHook('onClose', async () => {
    for (const part of [warnings, live, servers]) part.close()
  })
  return reload
}
