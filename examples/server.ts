// A service that knows who calls, and how to try it: `npm start`.
import type { AddressInfo } from 'node:net'
import fastifyEnv from '@fastify/env'
import Fastify from 'fastify'
import clientCertificate from 'fastify-client-certificate'
import { makeSampleCertificates } from './sample-certificates.js'
import { explain } from './server/failure.js'
import { readableLines, RequestLog } from './server/log.js'
import { routes } from './server/routes.js'
import { samples, settingsOf, settingsSchema, type ServerEnvironment } from './server/settings.js'
import { originOf, startText, welcomeOf } from './server/start-text.js'

// The log is silent until the text of the start is out.
const app = Fastify({ https: {}, logger: { level: 'warn', stream: readableLines }, logController: new RequestLog(), forceCloseConnections: true })

async function start (): Promise<void> {
  await app.register(fastifyEnv, { schema: settingsSchema, dotenv: true })
  const settings = settingsOf(app.getEnvs<ServerEnvironment>())
  if (settings.sampleServer || settings.sampleClients) await makeSampleCertificates(samples, new Date(), console.log)
  await app.register(clientCertificate, settings.options)
  const origin = () => originOf(settings.host, (app.server.address() as AddressInfo).port)
  await app.register(routes, { welcome: () => welcomeOf(settings, origin()) })
  await app.listen({ host: settings.host, port: settings.port })
  console.log(startText(settings, origin()))
  app.log.level = 'info'
}

// Whoever is in the middle of a handshake then has three seconds for the rest of it.
function stop (): void {
  setTimeout(() => process.exit(), 3000).unref()
  app.close()
}

process.once('SIGINT', stop)
process.once('SIGTERM', stop)

try {
  await start()
} catch (error) {
  const explanation = explain(error)
  if (explanation === undefined) throw error
  console.error(explanation)
  process.exit(1)
}
