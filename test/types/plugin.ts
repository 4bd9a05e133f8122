import { createServer } from 'node:https'
import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyRequest, type FastifyTypeProvider } from 'fastify'
import clientCertificate, { clientCertificate as named, type Certificate, type ClientCertificateError, type ClientCertificateOptions, type ClientCertificates, type Policy } from '../../lib/index.js'

// Checked by tsc alone: what an application that uses the plugin may write, and what it may not.

const options: ClientCertificateOptions = { key: 'server.key', cert: 'server.cer', ca: ['ca.cer', Buffer.of(0x30)], mode: 'optional' }

export const plain = Fastify()
export const http = Fastify({ http: {} })
export const https = Fastify({ https: {} })
export const http2 = Fastify({ http2: true, https: { allowHTTP1: true } })
export const http2WithoutTls = Fastify({ http2: true })
export const made = Fastify({ serverFactory: (handler) => createServer(handler) })

// Each kind of server takes the plugin.
await plain.register(clientCertificate, { mode: 'none' })
await http.register(clientCertificate, { mode: 'none' })
await https.register(clientCertificate, options)
await http2.register(clientCertificate, options)
await http2WithoutTls.register(clientCertificate, { mode: 'none' })
await made.register(named, options)
await https.register(clientCertificate)
await https.register(clientCertificate, () => options)
await https.register(import('../../lib/index.js'), { ...options, prefix: '/v1', logLevel: 'warn' })
https.register(clientCertificate, options).after((error) => error?.message)

// Every option.
await https.register(clientCertificate, {
  key: Buffer.of(1),
  cert: '',
  pfx: new Uint8Array(1),
  passphrase: 'secret',
  ca: 'ca.cer',
  caPassphrase: 'secret',
  mode: 'required',
  global: false,
  authorize: (certificate, request) => certificate.subject.commonName === request.id,
  tls: { minVersion: 'TLSv1.3', ciphers: 'HIGH' },
  now: () => 0
})

// @ts-expect-error: an unknown option
await https.register(clientCertificate, { ...options, cn: 'client' })
// @ts-expect-error: an unknown option, also over HTTP/2
await http2.register(clientCertificate, { certificate: 'server.cer' })
// @ts-expect-error: a mode is one of three words
await https.register(clientCertificate, { mode: 'mandatory' })
// @ts-expect-error: a private key is not a number
await https.register(clientCertificate, { key: 1 })
// @ts-expect-error: certificates can not be asked for twice
await https.register(clientCertificate, { tls: { requestCert: true } })
// @ts-expect-error: a policy has no such key
await https.register(clientCertificate, { authorize: { commonName: 'client' } })
// @ts-expect-error: the clock tells milliseconds
await https.register(clientCertificate, { now: () => new Date() })

// Every application is told who calls.
https.get('/', async (request) => {
  const certificate: Certificate | null = request.clientCertificate
  const error: ClientCertificateError | null = request.clientCertificateError
  // @ts-expect-error: there may be none
  request.clientCertificate.subject.toString()
  // @ts-expect-error: nobody sets it
  request.clientCertificate = null
  return [certificate?.subject.commonName, error?.code, error?.reason]
})
plain.get('/', async (request) => request.clientCertificate?.serialNumber)
http.get('/', async (request) => request.clientCertificate?.subjectAltName)
http2.get('/', async (request) => request.clientCertificate?.validity.notAfter)
http2WithoutTls.get('/', async (request) => request.clientCertificateError?.cause)
made.get('/', async (request) => request.clientCertificate?.path?.at(-1)?.fingerprint256)

const known: ClientCertificates = https.clientCertificates
export const names = [...known.trustAnchors, ...http2.clientCertificates.trustAnchors].map((each) => each.subject.toString())
// @ts-expect-error: nobody sets it
known.mode = 'none'

// What a route may ask.
https.get('/open', { config: { clientCertificate: false } }, async () => 'ok')
https.get('/guarded', { config: { clientCertificate: true } }, async () => 'ok')
https.get('/policy', { config: { clientCertificate: { subject: { organizationalUnitName: ['Operations', 'Security'] } } } }, async () => 'ok')
https.get('/predicate', { config: { clientCertificate: async (certificate, request) => request.headers.host === certificate.serialNumber } }, async () => 'ok')
http2.get('/http2', { config: { clientCertificate: { anyOf: [{ serialNumber: '01', issuer: 'CN=CA' }, () => true] } } }, async () => 'ok')
https.route<{ Params: { name: string } }>({
  method: ['GET', 'POST'],
  url: '/:name',
  config: { clientCertificate: (certificate, request) => certificate.subject.commonName === (request.params as { name: string }).name },
  handler: async (request) => request.params.name
})
// @ts-expect-error: neither true, false nor a policy
https.get('/text', { config: { clientCertificate: 'required' } }, async () => 'ok')
// Fastify takes whatever else stands in `config` for the application's own, so a policy's typing error in place is found at boot, not by the compiler.
// @ts-expect-error: a policy has no such key
https.get('/typo', { config: { clientCertificate: { subjectt: 'CN=client' } satisfies Policy } }, async () => 'ok')

// The hook, wherever a hook may stand.
const policy: Policy<FastifyRequest> = { subjectAltName: { rfc822Name: 'a@example.com' } }
https.get('/hook', { onRequest: https.requireClientCertificate(), preHandler: [https.requireClientCertificate(policy)] }, async () => 'ok')
https.addHook('onRequest', https.requireClientCertificate())
https.addHook('preHandler', https.requireClientCertificate(policy))
https.setNotFoundHandler({ preHandler: https.requireClientCertificate() }, async () => 'nothing')
http2.get('/hook', { onRequest: http2.requireClientCertificate(), preHandler: [http2.requireClientCertificate(policy)] }, async () => 'ok')
http2.addHook('onRequest', http2.requireClientCertificate())
http2.setNotFoundHandler({ preHandler: http2.requireClientCertificate() }, async () => 'nothing')
plain.addHook('preHandler', plain.requireClientCertificate((certificate) => certificate.isValidAt(new Date(0))))
// @ts-expect-error: a policy has no such key
https.requireClientCertificate({ cn: 'client' })

// Type providers, and plugins that are typed on their own.
interface Upper extends FastifyTypeProvider { validator: this['schema'] extends { upper: unknown } ? 'UPPER' : unknown }
const provided = Fastify({ https: {} }).withTypeProvider<Upper>()
await provided.register(clientCertificate, options)
provided.get('/', { schema: { querystring: { upper: true } }, preHandler: provided.requireClientCertificate(), config: { clientCertificate: true } }, async (request) => {
  const query: 'UPPER' = request.query
  return [query, request.clientCertificate?.subject.commonName]
})
const providedHttp2 = Fastify({ http2: true, https: {} }).withTypeProvider<Upper>()
await providedHttp2.register(clientCertificate, options)
providedHttp2.get('/', { preHandler: providedHttp2.requireClientCertificate() }, async (request) => request.clientCertificate?.raw)

export const routes: FastifyPluginAsync<{ who: string }> = async (app, { who }) => {
  app.get('/', { preHandler: app.requireClientCertificate({ subject: { commonName: who } }) }, async (request) => request.clientCertificate?.subject.commonName)
}
export const scope = async (app: FastifyInstance): Promise<void> => { await app.register(clientCertificate, options) }

// Forms of proxies have options of their own, and a form of one's own has others.
await plain.register(clientCertificate, {
  mode: 'none',
  ca: 'ca.cer',
  forwarding: [
    { from: 'nginx', trustedProxies: '127.0.0.1' },
    { from: 'envoy', trustedProxies: [{ address: ['10.0.0.0/8'], certificate: { subject: { commonName: 'edge' } }, secret: 'a text of at least 16' }], hops: 2, whenMoreElements: 'ignore' },
    { from: 'custom', trustedProxies: 'unix', headers: ['x-cert'], read: ({ headers }) => Buffer.from(String(headers['x-cert']), 'base64') }
  ]
})
// @ts-expect-error who may send it has to be said
await plain.register(clientCertificate, { forwarding: { from: 'nginx' } })
// @ts-expect-error there is no such form
await plain.register(clientCertificate, { forwarding: { from: 'ngnix', trustedProxies: '127.0.0.1' } })
// @ts-expect-error a form of one's own has to be read
await plain.register(clientCertificate, { forwarding: { from: 'custom', trustedProxies: '127.0.0.1', headers: ['x-cert'] } })
