import Fastify from 'fastify'
import t from 'tap'
import clientCertificate from '../../lib/index.js'

t.test('on Bun the start is refused, and the error names the runtime', async (t) => {
  t.intercept(process, 'versions', { value: { ...process.versions, bun: '1.4.5' } })
  const app = Fastify({ https: {} })
  t.teardown(() => app.close())
  await t.rejects(async () => { await app.register(clientCertificate, { ca: 'ca.cer' }) }, {
    code: 'FST_CLIENT_CERTIFICATE_UNSUPPORTED_RUNTIME',
    message: 'fastify-client-certificate does not run on Bun 1.4.5: it was not shown there that clients are asked for a certificate. Use Node.js'
  })
})
