import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import Fastify from 'fastify'
import clientCertificate from 'fastify-client-certificate'
import { createAuthority } from 'fastify-client-certificate/authority'
import { writePem } from 'fastify-client-certificate/certificate'

const at = new Date()
const authority = await createAuthority({ subject: 'CN=CA', at })
const server = await authority.issue({ profile: 'server', subject: 'CN=localhost', subjectAltName: [{ type: 'dNSName', value: 'localhost' }], at, days: 1 })
const client = await authority.issue({ profile: 'client', subject: 'CN=client', at, days: 1 })
const ca = writePem('CERTIFICATE', authority.certificate.raw)

const app = Fastify({ https: {} })
await app.register(clientCertificate, { ...pairOf(server), ca })
app.get('/', async (request) => request.clientCertificate.subject.commonName)
await app.listen({ host: '127.0.0.1', port: 0 })

assert.deepEqual(await get(pairOf(client)), [200, 'client'])
const [status, text] = await get({})
assert.deepEqual([status, JSON.parse(text).code], [401, 'FST_CLIENT_CERTIFICATE_MISSING'])
await app.close()

function pairOf ({ privateKey, certificate }) {
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: writePem('CERTIFICATE', certificate.raw) }
}

async function get (credentials) {
  const { port } = app.server.address()
  const sent = request({ host: '127.0.0.1', servername: 'localhost', port, ca, agent: false, ...credentials }).end()
  const [reply] = await once(sent, 'response')
  return [reply.statusCode, Buffer.concat(await reply.toArray()).toString()]
}
