import Fastify from 'fastify'
import { ca, cert, key, listenFastify } from './common.js'

// As it is written by hand today: the verdict of OpenSSL, and the certificate read off the socket on each request.
const app = Fastify({ https: { key, cert, ca, requestCert: true, rejectUnauthorized: false } })
app.addHook('onRequest', async (request, reply) => {
  const { socket } = request.raw
  if (!socket.authorized) return reply.code(401).send('no')
  const { subject, valid_to: validTo } = socket.getPeerCertificate()
  if (new Date(validTo) < new Date() || subject.CN !== 'client') return reply.code(403).send('no')
})
await listenFastify(app)
