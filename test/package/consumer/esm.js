import assert from 'node:assert/strict'
import Fastify from 'fastify'
import clientCertificate from 'fastify-client-certificate'

const app = Fastify()
await app.register(clientCertificate, { mode: 'none' })
app.get('/', async () => 'in')
app.get('/open', { config: { clientCertificate: false } }, async (request) => String(request.clientCertificate))

const refused = await app.inject('/')
assert.equal(refused.statusCode, 401)
assert.equal(refused.json().code, 'FST_CLIENT_CERTIFICATE_MISSING')
assert.equal((await app.inject('/open')).body, 'null')
await app.close()
