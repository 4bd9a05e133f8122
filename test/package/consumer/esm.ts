import Fastify from 'fastify'
import clientCertificate from 'fastify-client-certificate'
import { readCertificate, type Certificate } from 'fastify-client-certificate/certificate'
import { optionsFromEnvironment, schema, type Environment } from 'fastify-client-certificate/environment'
import { verifyCertificationPath } from 'fastify-client-certificate/trust'

const environment: Environment = { CLIENT_CA_FILE: 'ca.cer', CLIENT_CERTIFICATE_MODE: 'required' }
const app = Fastify({ https: {} })
await app.register(clientCertificate, { key: 'server.key', cert: 'server.cer', ...optionsFromEnvironment(environment) })

app.get('/', async (request) => request.clientCertificate?.subject.commonName)
app.get('/health', { config: { clientCertificate: false } }, async () => 'ok')
app.get('/admin', { config: { clientCertificate: { subject: { organizationalUnitName: 'Operations' } } } }, async () => 'ok')
app.get('/reports', { preHandler: app.requireClientCertificate({ subjectAltName: { rfc822Name: 'a@example.com' } }) }, async () => 'ok')

// @ts-expect-error: a mode is one of three words
await app.register(clientCertificate, { mode: 'mandatory' })

export const names: string[] = Object.keys(schema.properties)
export const read: (octets: Buffer) => Certificate = readCertificate
export const verify: Function = verifyCertificationPath
