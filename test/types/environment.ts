import fastifyEnv from '@fastify/env'
import Fastify from 'fastify'
import clientCertificate from '../../lib/index.js'
import { optionsFromEnvironment, schema, type Environment, type OptionsFromEnvironment } from '../../lib/plugin/environment.js'

// Checked by tsc alone: how an application takes its options from the environment.

const app = Fastify({ https: {} })
const properties = { ...schema.properties, PORT: { type: 'integer', default: 8443 } }

await app.register(fastifyEnv, { schema })
await app.register(fastifyEnv, { schema: { type: 'object', required: ['PORT'], properties }, dotenv: true })

const config = app.getEnvs<Environment & { PORT: number }>()
await app.register(clientCertificate, optionsFromEnvironment(config))
await app.register(clientCertificate, optionsFromEnvironment(app.getEnvs<Environment>()))
await app.register(clientCertificate, { ...optionsFromEnvironment(config), key: 'server.key', mode: 'required' })

// What is in the environment is text.
const options: OptionsFromEnvironment = optionsFromEnvironment({ CLIENT_CA_FILE: 'ca.cer' })
export const ca: string | undefined = options.ca

// @ts-expect-error: a mode is one of three words
optionsFromEnvironment({ CLIENT_CERTIFICATE_MODE: 'mandatory' })
// @ts-expect-error: a file name is a text
optionsFromEnvironment({ TLS_KEY_FILE: 1 })
// @ts-expect-error: there is no such variable
optionsFromEnvironment({ CLIENT_CA: 'ca.cer' })
// @ts-expect-error: the environment has to be read first
optionsFromEnvironment(app)
