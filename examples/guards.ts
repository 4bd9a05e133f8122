// Who may pass: a policy for all routes, others for some, and a hook where a policy does not reach.
// Run it with `npx tsx examples/guards.ts`; the certificates are the samples of `npm start`.
import Fastify, { type FastifyRequest } from 'fastify'
import clientCertificate, { type Certificate } from 'fastify-client-certificate'
import { makeSampleCertificates } from './sample-certificates.js'

await makeSampleCertificates('certs', new Date(), console.log)

const app = Fastify({ https: {} })

await app.register(clientCertificate, {
  key: 'certs/server.key',
  cert: 'certs/server.cer',
  ca: 'certs/ca.cer',
  // For each route that says nothing else: a certificate for TLS clients.
  authorize: { extendedKeyUsage: 'clientAuth' }
})

const callerOf = ({ clientCertificate }: FastifyRequest) => ({ caller: clientCertificate?.subject.commonName ?? null })

app.get('/', async (request) => callerOf(request))

// Open to everybody, with or without a certificate.
app.get('/open', { config: { clientCertificate: false } }, async (request) => callerOf(request))

// All keys must match; a list matches by any of its members.
const staff = { subject: { organizationalUnitName: ['Operations', 'Support'] } }
app.get('/reports', { config: { clientCertificate: staff } }, async (request) => callerOf(request))

// Policies are combined with allOf, anyOf and not.
const customers = { not: staff }
app.get('/orders', { config: { clientCertificate: customers } }, async (request) => callerOf(request))

// A predicate sees the certificate and the request, and may be async. Only `true` lets in.
const ownAccount = ({ subject }: Certificate, request: FastifyRequest) =>
  subject.commonName === (request.params as { name: string }).name
app.get('/accounts/:name', { config: { clientCertificate: { anyOf: [staff, ownAccount] } } }, async (request) => callerOf(request))

// The hook guards a whole scope: each of its routes asks for what it asks for, and for this besides.
app.register(async (scope) => {
  scope.addHook('preHandler', scope.requireClientCertificate(staff))
  scope.get('/servers', async (request) => callerOf(request))
  scope.get('/open', { config: { clientCertificate: false } }, async (request) => callerOf(request))
}, { prefix: '/internal' })

await app.listen({ port: Number(process.env.PORT ?? 8443) })
const { port } = new URL(app.listeningOrigin)

const curl = 'curl --cacert certs/ca.cer --cert-type P12 --cert'
console.log(`
Listening on https://localhost:${port} (Ctrl+C ends it). Try, in another terminal, from this folder:

  curl --cacert certs/ca.cer https://localhost:${port}/open
  ${curl} certs/client.p12:password https://localhost:${port}/accounts/client
  ${curl} certs/client.p12:password https://localhost:${port}/accounts/operator
  ${curl} certs/operator.p12:password https://localhost:${port}/internal/servers
`)
