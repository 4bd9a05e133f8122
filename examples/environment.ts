// The options come from the environment, or from a file: see environment.env beside this one.
// Run it with `npx tsx examples/environment.ts`, or set any of it: `CLIENT_CERTIFICATE_MODE=required npx tsx examples/environment.ts`.
import { fileURLToPath } from 'node:url'
import fastifyEnv from '@fastify/env'
import Fastify from 'fastify'
import clientCertificate from 'fastify-client-certificate'
import { optionsFromEnvironment, schema, type Environment } from 'fastify-client-certificate/environment'
import { makeSampleCertificates } from './sample-certificates.js'

await makeSampleCertificates('certs', new Date(), console.log)

const app = Fastify({ https: {} })

// The application's own variables stand beside those of the plugin.
await app.register(fastifyEnv, {
  schema: { type: 'object', properties: { ...schema.properties, PORT: { type: 'integer', default: 8443 } } },
  dotenv: { path: fileURLToPath(new URL('environment.env', import.meta.url)) }
})
const environment = app.getEnvs<Environment & { PORT: number }>()

await app.register(clientCertificate, optionsFromEnvironment(environment))

app.get('/', async (request) => ({ caller: request.clientCertificate?.subject.commonName, mode: app.clientCertificates.mode }))

await app.listen({ port: environment.PORT })
const { port } = new URL(app.listeningOrigin)

console.log(`
Listening on https://localhost:${port} (Ctrl+C ends it). Try, in another terminal, from this folder:

  curl --cacert certs/ca.cer --cert certs/client.cer --key certs/client.key https://localhost:${port}/
`)
