// A small application, to be bundled: it says when it starts, and where it listens.
import Fastify from 'fastify'
import clientCertificate from './package/index.js'

console.log('started')

async function start () {
  const app = Fastify({ https: {}, logger: { level: 'warn' } })
  const { KEY: key, CERT: cert, CA: ca, CRL: crl } = process.env
  await app.register(clientCertificate, { key, cert, ca, crl, global: true })
  app.get('/', async () => 'served')
  console.log('listening', new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
}

start().catch((error) => {
  console.error(error)
  process.exit(1)
})
