import type { Server } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Certificate } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { checkTlsOptions, contextOptions, inheritedCredentials, inheritedOptions, readServerCredentials, TlsServers, type ContextCredentials, type ServerEvents } from '../tls/index.js'
import { Callers } from './callers.js'
import { logFailedHandshake, logRefusedConnection } from './journal.js'
import type { CheckedOptions } from './options.js'

/** Gives key, certificate and CA to every server of the application, and hears of their handshakes. */
export async function openServers (app: FastifyInstance, options: CheckedOptions, authorities: readonly Certificate[]): Promise<void> {
  const server = app.server as unknown as Server
  const tls = { ...inheritedOptions(server), ...checkTlsOptions(options.tls) }
  const credentials = await credentialsOf(server, options)
  if (credentials === undefined) {
    if (options.mode === 'none') return
    throw new OptionError('key', 'is missing: give key and cert, or pfx, here or in Fastify\'s own https options')
  }
  const context = contextOptions(tls, credentials, authorities)
  const servers = new TlsServers(server, { standard: context, hosts: new Map() }, options.mode !== 'none', serverEvents(app, options, new Callers(authorities)))
  servers.open()
  app.addHook('onClose', async () => servers.close())
}

async function credentialsOf (server: Server, options: CheckedOptions): Promise<ContextCredentials | undefined> {
  const given = await readServerCredentials(options)
  const { key, cert, passphrase, pfx } = inheritedCredentials(server)
  if (given === undefined) return pfx === undefined ? pair(key, cert, passphrase) : unpack(pfx, passphrase)
  if (key !== undefined || pfx !== undefined) {
    throw new OptionError(options.pfx === undefined ? 'key' : 'pfx', 'is given here and in Fastify\'s own https options: give it once')
  }
  return given
}

const pair = (key: ContextCredentials['key'], cert: ContextCredentials['cert'], passphrase: string | undefined) =>
  key === undefined ? undefined : { key, cert, passphrase }

/** Node would take the CA certificates in a PKCS #12 for ones that may sign clients, so only its key and chain are passed on. */
async function unpack (pfx: unknown, passphrase: string | undefined): Promise<ContextCredentials | undefined> {
  if (!(pfx instanceof Uint8Array)) throw new OptionError('https.pfx', 'is not one PKCS #12: give the plugin pfx, or key and cert')
  return readServerCredentials({ pfx, passphrase })
}

function serverEvents ({ log }: FastifyInstance, { mode, now }: CheckedOptions, callers: Callers): ServerEvents {
  return {
    connected (peer, connection) {
      const caller = callers.caller(peer, now())
      if (mode !== 'required') return caller
      const { refusal, presented } = caller.verdictAt(now())
      if (refusal !== null) {
        logRefusedConnection(log, refusal, presented, connection.remoteAddress)
        connection.destroy()
      }
      return caller
    },
    failed: (failure) => logFailedHandshake(log, failure),
    closed () {}
  }
}
