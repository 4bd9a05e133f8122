import Fastify from 'fastify'
import { X509Certificate } from 'node:crypto'
import clientCertificate from '../../dist/index.js'
import { ca, listenFastify } from './common.js'

// Behind a proxy that ends TLS: who reads the certificate in the header, and how.
const app = Fastify()
const kind = process.argv[3]
const issuer = new X509Certificate(ca)

const ways = {
  // Nobody does.
  ignored: () => {},
  // As it is written by hand today, for the form of nginx, on each request.
  byHand: () => app.addHook('onRequest', async (request, reply) => {
    const certificate = new X509Certificate(decodeURIComponent(request.headers['x-ssl-client-cert']))
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return reply.code(401).send('no')
    if (new Date(certificate.validTo) < new Date() || certificate.toLegacyObject().subject.CN !== 'client') return reply.code(403).send('no')
  })
}

const plugin = () => app.register(clientCertificate, { mode: 'none', ca, forwarding: { from: kind, trustedProxies: '127.0.0.1' }, authorize: { subject: { commonName: 'client' } } })

await (ways[kind] ?? plugin)()
await listenFastify(app)
