import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import clientCertificate, { type Certificate, type Checkable, type ClientCertificateOptions } from '../../lib/index.js'
import { build, call, callHttp2, listen, openHttp2, tlsOptions } from '../helpers/application.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { byNginx, world } from './forwarding-scene.js'
import { addressOf } from './upgrade.js'

const { client, stranger } = world
const commonName = (certificate: Certificate) => String(certificate.subject.commonName)
const missing = { name: 'ClientCertificateError', code: 'FST_CLIENT_CERTIFICATE_MISSING', statusCode: 401, message: 'A client certificate is required' }

/** What `check` says of what a server's listener gets; the listener stands where no hook is. */
const checking = (given: (request: IncomingMessage) => Checkable) => (app: FastifyInstance) => {
  app.server.removeAllListeners('request')
  app.server.on('request', (request, response) => {
    app.clientCertificates.check(given(request)).then(commonName, ({ code }) => code).then((said) => { response.end(JSON.stringify(said)) })
  })
}

t.test('it takes a request of Node, over HTTP/1 and HTTP/2, or the socket', async (t) => {
  for (const given of [(request: IncomingMessage) => request, ({ socket }: IncomingMessage) => socket]) {
    for (const http2 of [false, true]) {
      const { app, port } = await listen(t, world, { http2, options: { rawRequests: false }, routes: checking(given) })
      const said = []
      for (const by of [undefined, stranger, client]) {
        const session = http2 ? openHttp2(world, port, { client: by }) : undefined
        t.teardown(() => session?.destroy())
        said.push((await (session === undefined ? call(world, port, '/', { client: by }) : callHttp2(session, '/'))).body)
      }
      t.strictSame(said, ['FST_CLIENT_CERTIFICATE_MISSING', 'FST_CLIENT_CERTIFICATE_UNTRUSTED', 'client'])
      t.match(app.clientCertificates.refusals(), [
        { kind: 'request', code: 'FST_CLIENT_CERTIFICATE_MISSING', remoteAddress: '127.0.0.1' },
        { kind: 'request', code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', fingerprint256: stranger.certificate.fingerprint256 }
      ])
    }
  }
})

t.test('it takes a request of Fastify, and a policy', async (t) => {
  const policy = { subject: { commonName: 'operator' } }
  const { port } = await listen(t, world, {
    options: { authorize: { not: policy } },
    routes: (app) => {
      app.get('/standard', { config: { clientCertificate: false } }, async (request) => commonName(await app.clientCertificates.check(request)))
      app.get('/policy', { config: { clientCertificate: false } }, async (request) => commonName(await app.clientCertificates.check(request, policy)))
      app.get('/predicate', { config: { clientCertificate: false } }, async (request) => commonName(await app.clientCertificates.check(request.raw, async (_certificate, { raw }) => raw === request.raw)))
    }
  })
  const operator = mintClient(world.authority, { subject: 'operator' })
  t.match(await call(world, port, '/standard', { client }), { status: 200, body: 'client' })
  t.match(await call(world, port, '/standard', { client: operator }), { status: 403, body: { code: 'FST_CLIENT_CERTIFICATE_FORBIDDEN' } })
  t.match(await call(world, port, '/policy', { client }), { status: 403, body: { code: 'FST_CLIENT_CERTIFICATE_FORBIDDEN' } })
  t.match(await call(world, port, '/policy', { client: operator }), { status: 200, body: 'operator' })
  t.match(await call(world, port, '/predicate', { client }), { status: 200, body: 'client' })
  t.match(await call(world, port, '/predicate'), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } })
})

t.test('a mistake in what it is given rejects, and lets nobody in', async (t) => {
  const { app } = await build(t, world)
  const { check } = app.clientCertificates
  const request = { raw: { headers: {}, rawHeaders: [] }, log: app.log, clientCertificateCalled: null } as never
  await t.rejects(check(request), missing)
  await t.rejects(check({} as never), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'subject', message: /is neither a request nor the socket of a connection/ })
  await t.rejects(check(request, undefined), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'policy' })
  await t.rejects(check(request, { comonName: 'client' } as never), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'policy.comonName' })
  await t.rejects(check(request, { trust: 'nobody' }), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'policy.trust' })
})

t.test('where trust depends on the host, a socket is judged by the name in SNI, and a request by its host, too', async (t) => {
  const partners = mintAuthority({ subject: 'Partners' })
  const partner = mintClient(partners, { subject: 'partner' })
  const { port } = await listen(t, world, {
    options: { rawRequests: false, trust: { partners: { ca: partners.pem, hosts: ['localhost'] } } },
    routes: checking((request) => request.url === '/socket' ? request.socket : request)
  })
  t.match(await call(world, port, '/socket', { client: partner, headers: { host: 'elsewhere' } }), { body: 'partner' })
  t.match(await call(world, port, '/socket', { client }), { body: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' })
  t.match(await call(world, port, '/request', { client: partner, headers: { host: 'localhost' } }), { body: 'partner' })
  t.match(await call(world, port, '/request', { client: partner, headers: { host: 'elsewhere' } }), { body: 'FST_CLIENT_CERTIFICATE_MISDIRECTED' })
})

/** An application behind a proxy, with a server of ws that asks for the client of each socket. */
async function behindProxy (t: Test, options: ClientCertificateOptions, attach: (app: FastifyInstance) => unknown): Promise<{ app: FastifyInstance, port: string }> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(clientCertificate, { mode: 'none', ca: world.authority.pem, forwarding: { from: 'nginx', trustedProxies: '127.0.0.1' }, ...options })
  await attach(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, port: addressOf(app).replace('http', 'ws') }
}

async function open (t: Test, url: string, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers })
  t.teardown(() => socket.terminate())
  const [first] = await Promise.race([once(socket, 'open'), once(socket, 'unexpected-response').then(([, response]) => [response.statusCode])])
  if (first !== undefined) throw new Error(`answered ${first}`)
  return socket
}

/** Says who its client is, by the request and by the socket. */
function attachWs (app: FastifyInstance): void {
  const server = new WebSocketServer({ server: app.server })
  app.addHook('onClose', async () => { server.close() })
  server.on('connection', (socket, request) => {
    socket.on('message', async () => {
      const { check } = app.clientCertificates
      const found = await Promise.all([check(request), check(request.socket)])
      socket.send(found.map(commonName).join())
    })
  })
}

t.test('a server of ws behind a proxy serves those whom the proxy names, until their certificate is denied', async (t) => {
  for (const options of [{}, { forwarding: { from: 'nginx', trustedProxies: { address: '127.0.0.1', secret: 'a secret that is long enough', secretHeader: 'x-secret' } } }] as ClientCertificateOptions[]) {
    const { app, port } = await behindProxy(t, options, attachWs)
    const headers = (fields: object) => ({ ...fields, 'x-secret': 'a secret that is long enough' })
    await t.rejects(open(t, `${port}/socket`, headers({})), { message: 'answered 401' })
    await t.rejects(open(t, `${port}/socket`, headers(byNginx(stranger))), { message: 'answered 401' })
    const socket = await open(t, `${port}/socket`, headers(byNginx(client)))
    socket.send('who am I?')
    t.equal(String((await once(socket, 'message'))[0]), 'client,client')
    t.equal(app.clientCertificates.connections().length, 1, 'the connection is known once')
    const closed = once(socket, 'close')
    app.clientCertificates.deny({ publicKeyFingerprint256: client.certificate.publicKeyFingerprint256 })
    t.equal((await closed)[0], 1008)
    await t.rejects(open(t, `${port}/socket`, headers(byNginx(client))), { message: 'answered 401' })
  }
})

t.test('a request that Fastify has seen is the same client\'s when it is asked for again', async (t) => {
  const secret = { 'x-secret': 'a secret that is long enough' }
  const proxy = mintClient(world.authority, { subject: 'proxy' })
  const { app, port } = await listen(t, world, {
    options: { forwarding: { from: 'nginx', trustedProxies: { address: '127.0.0.1', secret: secret['x-secret'], secretHeader: 'x-secret' } } },
    routes: async (app) => {
      await app.register(websocket)
      app.get('/again', async ({ raw }) => commonName(await app.clientCertificates.check(raw)))
      app.get('/socket', async ({ raw }) => app.clientCertificates.check(raw.socket).then(commonName, ({ cause }) => cause.message))
    }
  })
  t.match(await call(world, port, '/again', { client: proxy, headers: { ...byNginx(client), ...secret } }), { status: 200, body: 'client' })
  t.match(await call(world, port, '/socket', { client: proxy, headers: { ...byNginx(client), ...secret } }), { status: 200, body: 'the connection may be a proxy\'s, and only a request says for which client: check the request' })
  t.match(app.clientCertificates.refusals(), [{ code: 'FST_CLIENT_CERTIFICATE_MISSING' }])
})

t.test('a socket from an address that is no proxy\'s is judged by its own certificate', async (t) => {
  const { port } = await listen(t, world, {
    options: { rawRequests: false, forwarding: { from: 'nginx', trustedProxies: '192.0.2.1' } },
    routes: checking(({ socket }) => socket)
  })
  t.match(await call(world, port, '/', { client }), { body: 'client' })
  t.match(await call(world, port, '/'), { body: 'FST_CLIENT_CERTIFICATE_MISSING' })
})

t.test('it waits for what is being asked, and takes a socket of another server for nobody\'s', async (t) => {
  const { app, port } = await listen(t, world)
  const socket: Socket = connectTls({ port, host: '127.0.0.1', ...tlsOptions(world, { client }) })
  await once(socket, 'secureConnect')
  await t.rejects(app.clientCertificates.check(socket), missing)
  socket.destroy()
})
