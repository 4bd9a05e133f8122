const assert = require('node:assert/strict')
const Fastify = require('fastify')
const clientCertificate = require('fastify-client-certificate')

async function main () {
  assert.equal(typeof clientCertificate, 'function')
  assert.equal((await import('fastify-client-certificate')).default, clientCertificate)

  const app = Fastify()
  app.register(clientCertificate, { mode: 'none' })
  app.register(async (scope) => scope.get('/', async () => 'in'))

  const refused = await app.inject('/')
  assert.equal(refused.statusCode, 401)
  assert.equal(refused.json().code, 'FST_CLIENT_CERTIFICATE_MISSING')
  await app.close()
}

main()
