import dns from 'node:dns'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ServerHttp2Stream } from 'node:http2'
import { createSecureServer } from 'node:http2'
import httpProxy from '@fastify/http-proxy'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import clientCertificate from '../../lib/index.js'
import { build, call, callHttp2, listen, makeWorld, openHttp2, serverOptions, tlsOptions, type LogLine } from '../helpers/application.js'
import { mintClient, type Minted } from '../helpers/mint.js'
import { addressOf, upgrade } from './upgrade.js'

const world = makeWorld()
const { client, stranger } = world
const operator = mintClient(world.authority, { subject: 'operator' })
const expired = mintClient(world.authority, { subject: 'expired', notAfter: new Date(Date.now() - 60_000) })
const denied = mintClient(world.authority, { subject: 'denied' })

const open = (t: Test, port: number, path: string, by?: Minted) => upgrade(t, world, port, path, by)
const refused = (status: number, reason: string) => ({ status, body: { statusCode: status, code: `FST_CLIENT_CERTIFICATE_${reason}` } })

/** A raw server of ws that takes every path, and the paths that it was asked for. */
function attachWs (app: FastifyInstance): string[] {
  const asked: string[] = []
  const server = new WebSocketServer({ server: app.server })
  app.addHook('onClose', async () => { server.close() })
  server.on('connection', (socket, { url }) => {
    asked.push(String(url))
    socket.send('"hello"')
  })
  return asked
}

for (const order of ['before', 'behind'] as const) {
  t.test(`a server of ws that was attached ${order} the plugin serves those alone whom the policy permits`, async (t) => {
    let asked: string[] = []
    const attach = (place: string) => (app: FastifyInstance) => { if (order === place) asked = attachWs(app) }
    const { app, port, log } = await listen(t, world, {
      options: { authorize: { not: { subject: { commonName: 'operator' } } }, deny: [{ publicKeyFingerprint256: denied.certificate.publicKeyFingerprint256 }] },
      before: attach('before'),
      routes: attach('behind')
    })
    const missing = await open(t, port, '/socket')
    t.strictSame(missing.body, { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_MISSING', error: 'Unauthorized', message: 'A client certificate is required' })
    t.match(missing, { status: 401, headers: { 'www-authenticate': 'ClientCertificate', connection: 'close', 'content-type': 'application/json; charset=utf-8' } })
    t.match(await open(t, port, '/socket', stranger), refused(401, 'UNTRUSTED'))
    t.match(await open(t, port, '/socket', expired), refused(401, 'EXPIRED'))
    t.match(await open(t, port, '/socket', denied), refused(401, 'REVOKED'))
    t.match(await open(t, port, '/socket', operator), refused(403, 'FORBIDDEN'))
    t.strictSame(asked, [], 'ws heard of none of them')
    t.match(await open(t, port, '/socket', client), { status: 101, said: 'hello' })
    t.strictSame(asked, ['/socket'])
    t.strictSame(app.clientCertificates.refusals().map(({ kind, code }) => `${kind} ${code}`), ['MISSING', 'UNTRUSTED', 'EXPIRED', 'REVOKED', 'FORBIDDEN'].map((reason) => `request FST_CLIENT_CERTIFICATE_${reason}`))
    t.equal(log.filter(({ msg }) => msg === 'request refused for its client certificate').length, 5)
    t.match(await call(world, port, '/open'), { status: 200 }, 'routes are as they were')
  })
}

t.test('a refused upgrade is closed, and what its sender goes on sending is dropped', async (t) => {
  const { port } = await listen(t, world, { routes: attachWs })
  const socket = connectTls({ port, host: '127.0.0.1', ...tlsOptions(world, {}) })
  socket.write(`GET /socket HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n${'x'.repeat(100_000)}`)
  let text = ''
  socket.setEncoding('latin1').on('data', (part) => { text += part })
  await once(socket, 'close')
  t.match(text, /^HTTP\/1\.1 401 Unauthorized\r\n[^]*FST_CLIENT_CERTIFICATE_MISSING/)
})

t.test('open routes of @fastify/websocket stay open beside a server of ws', async (t) => {
  const routes = async (app: FastifyInstance) => {
    await app.register(websocket)
    app.get('/anybody', { websocket: true, config: { clientCertificate: false } }, (socket) => { socket.send('"anybody"') })
    app.get('/clients', { websocket: true }, (socket) => { socket.send('"clients"') })
    app.server.on('upgrade', ({ url }) => { asked.push(url) })
  }
  const asked: unknown[] = []
  const { app, port } = await listen(t, world, { routes })
  t.match(await open(t, port, '/anybody'), { status: 101, said: 'anybody' })
  t.match(await open(t, port, '/clients'), refused(401, 'MISSING'))
  t.match(await open(t, port, '/raw'), refused(401, 'MISSING'))
  t.strictSame(asked, [])
  t.match(await open(t, port, '/clients', client), { status: 101, said: 'clients' })
  t.strictSame(asked, ['/clients'])
  t.equal(app.clientCertificates.refusals().length, 2, 'each refusal is there once')
})

t.test('WebSockets that @fastify/http-proxy passes on stay open where their route is, beside a server of ws', async (t) => {
  const upstream = Fastify()
  t.teardown(() => upstream.close())
  await upstream.register(websocket)
  upstream.get('/socket', { websocket: true }, (socket) => { socket.on('message', () => socket.send('"upstream"')) })
  await upstream.listen({ port: 0, host: '127.0.0.1' })
  const proxied = { upstream: addressOf(upstream), websocket: true } as const
  const { port } = await listen(t, world, {
    routes: async (app) => {
      app.addHook('onRoute', (route) => { if (route.url.startsWith('/anybody')) route.config = { ...route.config, clientCertificate: false } })
      await app.register(httpProxy, { ...proxied, prefix: '/anybody' })
      await app.register(httpProxy, { ...proxied, prefix: '/clients' })
      const server = new WebSocketServer({ noServer: true })
      app.server.on('upgrade', (request, socket, head) => { if (request.url === '/raw') server.handleUpgrade(request, socket, head, (opened) => opened.send('"raw"')) })
    }
  })
  t.match(await upgrade(t, world, port, '/clients/socket'), refused(401, 'MISSING'))
  t.match(await upgrade(t, world, port, '/raw'), refused(401, 'MISSING'))
  const socket = new WebSocket(`wss://127.0.0.1:${port}/anybody/socket`, { ...tlsOptions(world, {}), checkServerIdentity: () => undefined } as object)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  socket.send('hello')
  t.equal(String((await once(socket, 'message'))[0]), '"upstream"')
})

t.test('an upgrade below no prefix of @fastify/http-proxy is answered by the guard, or with 404', async (t) => {
  const { port } = await listen(t, world, { routes: (app) => app.register(httpProxy, { upstream: 'http://127.0.0.1:9', prefix: '/proxied', websocket: true }) })
  t.match(await open(t, port, '/elsewhere'), refused(401, 'MISSING'))
  t.match(await open(t, port, '/elsewhere', client), { status: 404 })
})

t.test('a server of ws that is attached while the application listens is guarded at each address of localhost', async (t) => {
  const { lookup } = dns
  t.teardown(() => { dns.lookup = lookup })
  const addresses = [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }]
  dns.lookup = ((host: string, options: { all?: boolean }, found: Function) =>
    host === 'localhost' && options.all === true ? found(null, addresses) : lookup(host, options, found as never)) as unknown as typeof dns.lookup
  const { app, port } = await listen(t, world, { host: 'localhost' })
  t.equal(app.addresses().length, 2)
  const server = new WebSocketServer({ server: app.server })
  server.on('connection', (socket) => socket.send('"hello"'))
  t.teardown(() => server.close())
  for (const { address } of addresses) {
    const connect = (by?: Minted) => new WebSocket(`wss://${address}:${port}/`, { ...tlsOptions(world, { client: by }), checkServerIdentity: () => undefined } as object)
    const anybody = connect().on('error', () => {})
    const first = await Promise.race([once(anybody, 'open').then(() => 101), once(anybody, 'unexpected-response').then(([, { statusCode }]) => statusCode)])
    anybody.terminate()
    t.equal(first, 401, address)
    const known = connect(client)
    t.equal(String((await once(known, 'message'))[0]), '"hello"', address)
    known.terminate()
  }
  t.match(app.clientCertificates.refusals().map(({ code }) => code), Array(2).fill('FST_CLIENT_CERTIFICATE_MISSING'))
})

/** What `request` listeners of libraries do: they answer some paths, and give the others to those who were there before. */
function attachHandler (app: FastifyInstance): string[] {
  const asked: string[] = []
  const before = app.server.listeners('request')
  app.server.removeAllListeners('request')
  app.server.on('request', (request, response) => {
    asked.push(String(request.url))
    if (request.url === '/raw') response.end('"raw"')
    else for (const listener of before) listener.call(app.server, request, response)
  })
  return asked
}

for (const http2 of [false, true]) {
  for (const order of ['before', 'behind'] as const) {
    t.test(`a listener that took the place of Fastify's, ${order} the plugin, gets only requests of clients${http2 ? ', over HTTP/2' : ''}`, async (t) => {
      let asked: string[] = []
      const attach = (place: string) => (app: FastifyInstance) => { if (order === place) asked = attachHandler(app) }
      const { port } = await listen(t, world, { http2, options: { authorize: { subject: { commonName: 'client' } } }, before: attach('before'), routes: attach('behind') })
      const get = async (path: string, by?: Minted) => {
        if (!http2) return call(world, port, path, { client: by })
        const session = openHttp2(world, port, { client: by })
        t.teardown(() => session.destroy())
        return callHttp2(session, path)
      }
      t.match(await get('/raw'), refused(401, 'MISSING'))
      t.match(await get('/raw', stranger), refused(401, 'UNTRUSTED'))
      t.match(await get('/raw', operator), refused(403, 'FORBIDDEN'))
      t.match(await get('/open'), { status: 200, body: { error: 'MISSING' } })
      t.match(await get('/guarded'), refused(401, 'MISSING'))
      t.strictSame(asked, [])
      t.match(await get('/raw', client), { status: 200, body: 'raw' })
      t.match(await get('/guarded', client), { status: 200, body: { caller: 'client' } })
      t.strictSame(asked, ['/raw', '/guarded'])
    })
  }
}

t.test('listeners that Node asks before a body is sent get only requests of clients', async (t) => {
  const asked: unknown[] = []
  const { port } = await listen(t, world, {
    routes: (app) => {
      app.post('/upload', { config: { clientCertificate: false } }, async (request) => request.body)
      for (const event of ['checkContinue', 'checkExpectation']) {
        app.server.on(event, (_request, response) => { asked.push(event); response.end('"raw"') })
      }
    }
  })
  const send = (path: string, expect: string, by?: Minted) => new Promise<[number, string]>((resolve, reject) => {
    const request = requestHttps({ host: '127.0.0.1', port, path, method: 'POST', agent: false, headers: { expect, 'content-type': 'application/json', 'content-length': 7 }, ...tlsOptions(world, { client: by }) }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => { text += part }).on('end', () => resolve([response.statusCode as number, text]))
    })
    request.on('error', reject).on('continue', () => request.end('"hello"'))
    if (expect !== '100-continue') request.end('"hello"')
    else request.flushHeaders()
  })
  t.match(await send('/raw', '100-continue'), [401, 'FST_CLIENT_CERTIFICATE_MISSING'])
  t.match(await send('/raw', 'else'), [401, 'FST_CLIENT_CERTIFICATE_MISSING'])
  t.strictSame(await send('/upload', '100-continue'), [200, 'hello'], 'an open route is asked for its body')
  t.strictSame(asked, [])
  t.strictSame(await send('/raw', '100-continue', client), [200, '"raw"'])
  t.strictSame(await send('/raw', 'else', client), [200, '"raw"'])
  t.strictSame(asked, ['checkContinue', 'checkExpectation'])
})

t.test('tunnels by CONNECT are for clients alone', async (t) => {
  for (const http2 of [false, true]) {
    const { port } = await listen(t, world, {
      http2,
      routes: (app) => app.server.on('connect', (_request: IncomingMessage, to: Duplex) => { to.end(http2 ? 'tunnel' : 'HTTP/1.1 200 OK\r\n\r\ntunnel') })
    })
    for (const [by, found] of [[undefined, /401[^]*FST_CLIENT_CERTIFICATE_MISSING/], [client, /200[^]*tunnel/]] as const) {
      t.match(http2 ? await connectHttp2(t, port, by) : await connectHttp1(port, by), found)
    }
  }
})

async function connectHttp1 (port: number, by?: Minted): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', ...tlsOptions(world, { client: by }) }).setEncoding('latin1')
  let text = ''
  socket.on('data', (part) => { text += part }).write('CONNECT example.com:80 HTTP/1.1\r\nhost: example.com:80\r\n\r\n')
  await once(socket, 'close')
  return text
}

async function connectHttp2 (t: Test, port: number, by?: Minted): Promise<string> {
  const session = openHttp2(world, port, { client: by })
  t.teardown(() => session.destroy())
  const stream = session.request({ ':method': 'CONNECT', ':authority': 'example.com:80' }).setEncoding('utf8')
  const [headers] = await once(stream, 'response')
  let text = String(headers[':status'])
  for await (const part of stream) text += part
  return text
}

t.test('listeners for streams of HTTP/2 get only those of clients', async (t) => {
  const asked: unknown[] = []
  const { app, port } = await listen(t, world, {
    http2: true,
    routes: (app) => app.server.on('stream', (stream: ServerHttp2Stream, headers: Record<string, string>) => {
      asked.push(headers[':path'])
      if (headers[':path'] !== '/raw' || stream.headersSent) return
      stream.respond({ ':status': 200 })
      stream.end('"raw"')
    })
  })
  const [anybody, known] = [openHttp2(world, port), openHttp2(world, port, { client })]
  t.teardown(() => { anybody.destroy(); known.destroy() })
  t.match(await callHttp2(anybody, '/raw'), refused(401, 'MISSING'))
  t.match(await callHttp2(anybody, '/open'), { status: 200, body: { error: 'MISSING' } })
  t.strictSame(asked, [])
  t.match(await callHttp2(known, '/guarded'), { status: 200, body: { caller: 'client' } })
  t.strictSame(asked, ['/guarded'])
  t.equal(app.clientCertificates.refusals().length, 1)
})

t.test('a stream of HTTP/2 that its client reset while the guard waited goes to no listener, which would throw', async (t) => {
  const asked: unknown[] = []
  let begin = () => {}
  const began = new Promise<void>((resolve) => { begin = resolve })
  let conclude = () => {}
  const { app, port } = await listen(t, world, {
    http2: true,
    options: { authorize: () => new Promise<boolean>((resolve) => { conclude = () => resolve(true); begin() }) },
    routes: (app) => app.server.on('stream', (stream: ServerHttp2Stream) => { asked.push(stream.destroyed); if (!stream.headersSent) stream.respond({ ':status': 200 }) })
  })
  let reset = () => {}
  const closed = new Promise<void>((resolve) => { reset = resolve })
  app.server.on('session', (session: { on (event: 'stream', listener: (stream: ServerHttp2Stream) => void): void }) => session.on('stream', (stream) => { stream.once('close', reset) }))
  const session = openHttp2(world, port, { client })
  t.teardown(() => session.destroy())
  const stream = session.request({ ':path': '/raw' })
  stream.on('error', () => {})
  await began
  stream.close(8)
  await closed
  conclude()
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(asked, [])
})

t.test('a server of HTTP/2 by a factory that has no handler of Fastify answers streams of strangers itself', async (t) => {
  const { key, cert } = serverOptions(world) as { key: string, cert: string }
  const app = Fastify({ serverFactory: () => createSecureServer({ key, cert }), http2: true, https: {} } as object) as unknown as FastifyInstance
  t.teardown(() => { app.server.close() })
  await app.register(clientCertificate, { ca: world.authority.pem })
  app.server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 })
    stream.end('"raw"')
  })
  await app.ready()
  await new Promise<void>((resolve) => app.server.listen(0, '127.0.0.1', resolve))
  const { port } = app.server.address() as { port: number }
  const [anybody, known] = [openHttp2(world, port), openHttp2(world, port, { client })]
  t.teardown(() => { anybody.destroy(); known.destroy() })
  t.match(await callHttp2(anybody, '/raw'), { ...refused(401, 'MISSING'), headers: { 'www-authenticate': 'ClientCertificate' } })
  t.match(await callHttp2(known, '/raw'), { status: 200, body: 'raw' })
})

t.test('paths that are exempt are open to all, and no path that could be read otherwise', async (t) => {
  let asked: string[] = []
  const { app, port } = await listen(t, world, {
    options: { rawRequests: { exempt: ['/status', '/live/'] } },
    routes: (app) => { asked = attachWs(app); attachHandler(app); app.get('/status/guarded', async () => 'secret') }
  })
  for (const path of ['/status', '/status?a', '/status/deeper', '/live/x?y=/../z']) t.match(await open(t, port, path), { status: 101 }, path)
  asked.length = 0
  for (const path of ['/statusx', '/', '/status/../secret', '/status/./x', '/status//x', '/status/%2e%2e/secret', '/status\\x', '/Status', 'https://localhost/status', '/live']) {
    const found = await upgradeRaw(port, path)
    if (path === '/live') t.match(found, /^HTTP\/1\.1 101 /, path)
    else t.match(found, /^HTTP\/1\.1 401 /, path)
  }
  t.strictSame(asked, ['/live'])
  t.match(await call(world, port, '/status/guarded'), refused(401, 'MISSING'), 'a route of Fastify is guarded by its hooks all the same')
  t.equal(app.clientCertificates.refusals().length, 10)
})

/** The first bytes of the answer to an upgrade, for paths that clients of WebSockets would tidy up. */
async function upgradeRaw (port: number, path: string): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', ...tlsOptions(world, {}) }).setEncoding('latin1')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n\r\n`)
  const [text] = await once(socket, 'data')
  socket.destroy()
  return text
}

t.test('with rawRequests: true they are guarded although routes are not, and with false the other way round', async (t) => {
  const guarded = await listen(t, world, { options: { global: false, rawRequests: true }, routes: attachWs })
  t.match(await open(t, guarded.port, '/socket'), refused(401, 'MISSING'))
  t.match(await call(world, guarded.port, '/guarded'), { status: 200 })
  for (const options of [{ rawRequests: false }, { global: false }]) {
    const unguarded = await listen(t, world, { options, routes: attachWs })
    t.match(await open(t, unguarded.port, '/socket'), { status: 101 })
  }
})

t.test('rawRequests with a mistake stops the start', async (t) => {
  const path = /must be a path such as '\/status': no query, no percent-encoding, no empty or dot segments/
  const mistakes: Array<[unknown, string, RegExp]> = [
    ['all', 'rawRequests', /must be true, false or { exempt: \[…\] }/],
    [null, 'rawRequests', /must be true, false or/],
    [['/status'], 'rawRequests', /must be true, false or/],
    [{ exempt: [], except: [] }, 'rawRequests.except', /is unknown/],
    [{}, 'rawRequests.exempt', /must be a list of paths/],
    ...['status', '', '/a?b', '/a/../b', '/a//b', '/%61', 7].map((each): [unknown, string, RegExp] => [{ exempt: ['/ok', each] }, 'rawRequests.exempt[1]', path])
  ]
  for (const [rawRequests, key, message] of mistakes) {
    await t.rejects(build(t, world, { options: { rawRequests } as object }), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key, message }, key)
  }
})

const report = (log: readonly LogLine[]) => log.filter(({ msg }) => msg.startsWith('these listeners get requests')).map(({ level, msg, clientCertificate }) => ({ level, msg, clientCertificate }))
const guardedText = 'these listeners get requests without Fastify\'s hooks; the plugin checks the client certificate before them'
const unguardedText = 'these listeners get requests without Fastify\'s hooks, and nothing checks the client certificate: set rawRequests: true, or call app.clientCertificates.check(request) there'

t.test('the log names the listeners that bypass the hooks, when the application listens and when more come', async (t) => {
  const { app, log } = await listen(t, world, { options: { rawRequests: { exempt: ['/status'] } }, before: attachHandler, routes: attachWs })
  const [first, ...others] = report(log)
  t.strictSame(first, { level: 30, msg: guardedText, clientCertificate: { listeners: [{ event: 'request' }, { event: 'upgrade', name: 'upgrade', package: 'ws' }], exempt: ['/status'] } })
  t.strictSame(others, [])
  for (let turn = 0; turn < 3; turn++) app.server.on('upgrade', function later () {})
  t.match(report(log).slice(1), [{ level: 30, msg: guardedText, clientCertificate: { listeners: [{ event: 'upgrade', name: 'later' }] } }])
  t.equal(report(log).length, 2, 'each is named once')
})

t.test('the log warns of listeners that nothing guards', async (t) => {
  const { log } = await listen(t, world, { options: { global: false }, routes: attachWs })
  t.strictSame(report(log), [{ level: 40, msg: unguardedText, clientCertificate: { listeners: [{ event: 'upgrade', name: 'upgrade', package: 'ws' }], exempt: [] } }])
})

t.test('where only Fastify and its plugins listen, the log has no such line', async (t) => {
  const { log } = await listen(t, world, { http2: true, routes: async (app) => { await app.register(websocket); await app.register(httpProxy, { upstream: 'http://127.0.0.1:9', prefix: '/x', websocket: true }) } })
  t.strictSame(report(log), [])
})

t.test('an upgrade waits for a predicate that answers later, and survives a client that does not wait', async (t) => {
  let answer = (_permitted: boolean): void => {}
  const asked: unknown[] = []
  const { app, port } = await listen(t, world, {
    options: { authorize: (_certificate, { raw, headers, method, url, socket }) => new Promise((resolve) => { asked.push([method, url, headers.host === raw.headers.host, socket === raw.socket]); answer = resolve }) },
    routes: attachWs
  })
  const asking = async (count: number) => { while (asked.length < count) await new Promise((resolve) => setTimeout(resolve, 1)) }
  const waiting = open(t, port, '/first', client)
  await asking(1)
  answer(true)
  t.match(await waiting, { status: 101, said: 'hello' })
  const refusedLater = open(t, port, '/second', client)
  await asking(2)
  answer(false)
  t.match(await refusedLater, refused(403, 'FORBIDDEN'))
  const connection = connect(port, '127.0.0.1')
  const gone = connectTls({ socket: connection, ...tlsOptions(world, { client }) }).on('error', () => {})
  gone.write('GET /third HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n')
  await asking(3)
  connection.resetAndDestroy()
  while (app.clientCertificates.connections().length > 1) await new Promise((resolve) => setTimeout(resolve, 1))
  answer(true)
  t.strictSame(asked, ['/first', '/second', '/third'].map((path) => ['GET', path, true, true]))
  t.match(await call(world, port, '/open'), { status: 200 })
})

t.test('a predicate that asks for what only Fastify knows lets nobody in, and the log says so', async (t) => {
  const { port, log } = await listen(t, world, { options: { authorize: (_certificate, request) => request.ip !== '192.0.2.1' }, routes: attachWs })
  t.match(await open(t, port, '/socket', client), refused(403, 'FORBIDDEN'))
  t.match(await call(world, port, '/guarded', { client }), { status: 200 })
  t.match(log.find(({ msg }) => msg === 'client certificate predicate threw'), { err: { message: 'request.ip is not known: the request did not come through Fastify' } })
})

t.test('an error while a request is judged refuses it, and does not end the process', async (t) => {
  let broken = false
  const { app, port } = await listen(t, world, {
    options: { now: () => { if (broken) throw new Error('no clock'); return Date.now() } },
    routes: attachWs
  })
  const socket = connectTls({ port, host: '127.0.0.1', ...tlsOptions(world, { client }) }).setEncoding('latin1')
  await once(socket, 'secureConnect')
  // By then the server has the connection, too.
  await call(world, port, '/open')
  while (app.clientCertificates.connections().length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  broken = true
  socket.write('GET /socket HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n')
  const [answer] = await once(socket, 'data')
  broken = false
  t.match(answer, /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*FST_CLIENT_CERTIFICATE_STATUS_UNKNOWN/)
  t.match(app.clientCertificates.refusals().at(-1), { code: 'FST_CLIENT_CERTIFICATE_STATUS_UNKNOWN', reason: 'no clock' })
})

t.test('a WebSocket that a test injects is judged, too', async (t) => {
  const { app } = await build(t, world, {
    routes: async (app) => {
      await app.register(websocket)
      app.get('/anybody', { websocket: true, config: { clientCertificate: false } }, (socket) => { socket.send('anybody') })
      attachWs(app)
    }
  })
  await t.rejects(app.injectWS('/socket'), { message: 'Unexpected server response: 401' })
  const socket = await app.injectWS('/anybody')
  socket.terminate()
})

t.test('a server whose requests all go to Fastify is left as it is, and costs nothing more', async (t) => {
  const { app } = await listen(t, world, {})
  t.notOk(Object.hasOwn(app.server, 'emit'))
  app.server.on('upgrade', () => {})
  t.ok(Object.hasOwn(app.server, 'emit'))
})
