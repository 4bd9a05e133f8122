import { once } from 'node:events'
import { Readable } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { callHttp2, listen, makeWorld, openHttp2, tlsOptions, type Call } from '../helpers/application.js'
import { mintClient, type Minted } from '../helpers/mint.js'

const world = makeWorld()
const second = mintClient(world.authority, { subject: 'second' })

async function open (t: Test, port: number, options: Call): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ...tlsOptions(world, options) })
  t.teardown(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

/** The text of one answer. */
async function ask (socket: TLSSocket, path = '/guarded'): Promise<string> {
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  const [part] = await once(socket, 'data')
  return String(part)
}

t.test('an application sees who is connected', async (t) => {
  const { app, port } = await listen(t, world, { http2: true })
  const began = Date.now()
  const socket = await open(t, port, { client: world.client })
  await ask(socket)
  const session = openHttp2(world, port, { client: second, ...({ ALPNProtocols: ['h2'] }) })
  t.teardown(() => session.destroy())
  await callHttp2(session, '/guarded')
  const nobody = await open(t, port, {})
  await ask(nobody, '/open')
  const found = [...app.clientCertificates.connections()].sort((one, other) => Number(one.since) - Number(other.since))
  t.match(found.map(({ certificate, trust, revision, remoteAddress, servername, protocol }) => [certificate?.subject.commonName, trust, revision, remoteAddress, servername, protocol]), [
    ['client', 'default', 0, '127.0.0.1', 'localhost', 'http/1.1'],
    ['second', 'default', 0, '127.0.0.1', 'localhost', 'h2'],
    [undefined, undefined, undefined, '127.0.0.1', 'localhost', 'http/1.1']
  ])
  t.ok(found.every(({ since }) => since.getTime() >= began && since.getTime() <= Date.now()))
  // The path ends with its authority, which was made a moment before.
  const endOf = ({ certificate }: Minted) => new Date(Math.min(...[certificate, world.authority.certificate].map(({ validity }) => validity.notAfter.getTime())) + 1000)
  t.same(found.map(({ until }) => until), [endOf(world.client), endOf(second), undefined])
  socket.destroy()
  while (app.clientCertificates.connections().length > 2) await new Promise((resolve) => setImmediate(resolve))
  t.same(app.clientCertificates.connections().map(({ protocol }) => protocol).sort(), ['h2', 'http/1.1'])
})

t.test('an application closes the connections that it chooses, and only where the answer is true', async (t) => {
  const { app, port } = await listen(t, world)
  const [one, two] = [await open(t, port, { client: world.client }), await open(t, port, { client: second })]
  await Promise.all([ask(one), ask(two)])
  t.equal(app.clientCertificates.disconnect((() => 1) as never), 0)
  t.equal(app.clientCertificates.disconnect(({ certificate }) => certificate?.subject.commonName === 'second'), 1)
  await once(two, 'close')
  t.match(await ask(one), /^HTTP\/1.1 200 /)
})

t.test('a connection is closed when it has its greatest age, also one without a certificate', async (t) => {
  const { port } = await listen(t, world, { options: { maxConnectionAge: 1500 } })
  const began = Date.now()
  const sockets = [await open(t, port, { client: world.client }), await open(t, port, {})]
  await Promise.all(sockets.map((socket) => ask(socket, '/open')))
  await Promise.all(sockets.map((socket) => once(socket, 'close')))
  const took = Date.now() - began
  t.ok(took >= 1490, `${took} ms`)
})

t.test('a certificate that is denied is refused at once, its connections are closed, and lifting that lets it in again', async (t) => {
  const { fingerprint256, publicKeyFingerprint256, serialNumber, issuer } = second.certificate
  const entries = [{ fingerprint256 }, { publicKeyFingerprint256 }, { issuer: issuer.toString(), serialNumber }]
  for (const entry of entries) {
    const { app, port } = await listen(t, world)
    const [socket, other] = [await open(t, port, { client: second }), await open(t, port, { client: world.client })]
    await Promise.all([ask(socket), ask(other)])
    const lift = app.clientCertificates.deny(entry)
    await once(socket, 'close')
    t.match(await ask(await open(t, port, { client: second })), /^HTTP\/1.1 401 [^]*FST_CLIENT_CERTIFICATE_REVOKED/)
    t.match(await ask(other), /^HTTP\/1.1 200 /)
    t.match(app.clientCertificates.refusals().at(-1), { code: 'FST_CLIENT_CERTIFICATE_REVOKED', reason: 'the certificate is on the deny list (certificate 0: CN=second)', hint: /^an entry of the deny list refuses it: /, kind: 'request', subject: 'CN=second' })
    lift()
    t.match(await ask(await open(t, port, { client: second })), /^HTTP\/1.1 200 /)
  }
})

t.test('a CA that is denied, by an option, takes everyone below with it', async (t) => {
  const { port } = await listen(t, world, { options: { deny: [{ fingerprint256: [world.authority.certificate.fingerprint256] }] } })
  t.match(await ask(await open(t, port, { client: second })), /FST_CLIENT_CERTIFICATE_REVOKED/)
})

t.test('an entry that denies nothing that can be told is refused', async (t) => {
  const { app } = await listen(t, world)
  const message = "option 'deny' is none of { issuer, serialNumber }, { fingerprint256 }, { publicKeyFingerprint256 }"
  for (const entry of [{}, { serialNumber: '01' }, { subject: 'CN=a' }, { fingerprint256: 'ab', issuer: 'CN=a' }, null, 'ab']) {
    t.throws(() => app.clientCertificates.deny(entry as never), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', message })
  }
  t.throws(() => app.clientCertificates.deny({ fingerprint256: 'ab' }), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'deny.fingerprint256' })
  await t.rejects(listen(t, world, { options: { deny: [{ fingerprint256: second.certificate.fingerprint256 }, {}] as never } }), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'deny[1]' })
  await t.rejects(listen(t, world, { options: { deny: {} as never } }), { key: 'deny', message: "option 'deny' is not a list" })
})

t.test('more connections than are looked at in one go are all looked at', async (t) => {
  const { app, port } = await listen(t, world)
  const sockets = await Promise.all(Array.from({ length: 60 }, () => open(t, port, { client: world.client })))
  await ask(sockets[59])
  app.clientCertificates.deny({ fingerprint256: world.client.certificate.fingerprint256 })
  app.clientCertificates.deny({ fingerprint256: second.certificate.fingerprint256 })
  await Promise.all(sockets.map((socket) => socket.destroyed ? undefined : once(socket, 'close')))
  while (app.clientCertificates.connections().length > 0) await new Promise((resolve) => setImmediate(resolve))
})

t.test('a connection whose answer is under way is ended once, after it', async (t) => {
  let answer = () => {}
  const waits = new Promise<void>((resolve) => { answer = resolve })
  const { app, port } = await listen(t, world, { routes: (app) => app.get('/slow', async () => { await waits; return 'done' }) })
  const socket = await open(t, port, { client: second })
  socket.write('GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n')
  t.match(await ask(await open(t, port, { client: world.client })), /^HTTP\/1.1 200 /, 'the slow one has been read')
  app.clientCertificates.deny({ fingerprint256: second.certificate.fingerprint256 })
  app.clientCertificates.deny({ fingerprint256: 'ab'.repeat(32) })
  while (app.clientCertificates.refusals().length === 0) await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  answer()
  const [part] = await once(socket, 'data')
  t.match(String(part), /^HTTP\/1.1 200 [^]*connection: close[^]*done$/i)
  await once(socket, 'close')
  t.match(app.clientCertificates.refusals(), [{ kind: 'connection', code: 'FST_CLIENT_CERTIFICATE_REVOKED' }])
  t.equal(app.clientCertificates.refusals().length, 1)
})

/** A download that goes on until its connection ends: a part every few milliseconds. */
function endless (app: FastifyInstance): void {
  app.get('/download', async (_request, reply) => {
    const parts = async function * () {
      for (;;) {
        yield 'part '
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    return reply.send(Readable.from(parts()))
  })
}

/** What a client has of a download so far, how many bytes that are, and the end of it. */
interface Download { readonly bytes: number, readonly ended: Promise<unknown> }

/** Begins a download as the client `second`; its first part has come. */
type Begin = (t: Test, port: number) => Promise<Download>

const overHttp1: Begin = async (t, port) => {
  const socket = await open(t, port, { client: second })
  const ended = once(socket, 'close')
  await ask(socket, '/download')
  socket.on('error', () => {}).resume()
  return { get bytes () { return socket.bytesRead }, ended }
}

const overHttp2: Begin = async (t, port) => {
  const session = openHttp2(world, port, { client: second, ...({ ALPNProtocols: ['h2'] }) })
  t.teardown(() => session.destroy())
  session.on('error', () => {})
  const stream = session.request({ ':path': '/download' }).on('error', () => {})
  let bytes = 0
  stream.on('data', (part: Buffer) => { bytes += part.length })
  await once(stream, 'data')
  return { get bytes () { return bytes }, ended: once(session, 'close') }
}

/** It goes on: a hundred bytes more have come. */
async function goesOn (download: Download): Promise<void> {
  const enough = download.bytes + 100
  while (download.bytes < enough) await new Promise((resolve) => setTimeout(resolve, 2))
}

// No test waits for so long: a download that such a grace lets go on is cut off by a shorter one, or by the end of the test.
const long = { grace: 600_000 }

for (const [protocol, begin] of Object.entries({ 'HTTP/1.1': overHttp1, 'HTTP/2': overHttp2 })) {
  const serve = (t: Test) => listen(t, world, { http2: true, routes: endless })
  const denied = { publicKeyFingerprint256: second.certificate.publicKeyFingerprint256 }
  const ofSecond = ({ certificate }: { certificate: { subject: { commonName?: string } } | null }) => certificate?.subject.commonName === 'second'

  t.test(`a download over ${protocol} goes on for the grace of deny, and grace 0 cuts it off`, async (t) => {
    const { app, port } = await serve(t)
    const download = await begin(t, port)
    app.clientCertificates.deny(denied, long)
    await goesOn(download)
    t.equal(app.clientCertificates.connections().length, 1)
    app.clientCertificates.deny({ fingerprint256: second.certificate.fingerprint256 }, { grace: 0 })
    await download.ended
    t.strictSame(app.clientCertificates.refusals().map(({ kind, code }) => [kind, code]), [['connection', 'FST_CLIENT_CERTIFICATE_REVOKED']])
  })

  t.test(`a download over ${protocol} is cut off when the shortest grace of all entries has passed`, async (t) => {
    const { app, port } = await serve(t)
    app.clientCertificates.deny({ fingerprint256: 'ab'.repeat(32) }, { grace: 0 })
    const download = await begin(t, port)
    app.clientCertificates.deny(denied, { grace: 20 })
    app.clientCertificates.deny(denied, long)
    await download.ended
    t.pass('the longer one does not prolong it')
  })

  t.test(`a download over ${protocol} of a client below a denied CA is cut off`, async (t) => {
    const { app, port } = await serve(t)
    const download = await begin(t, port)
    app.clientCertificates.deny(denied, long)
    app.clientCertificates.deny({ fingerprint256: world.authority.certificate.fingerprint256 }, { grace: 0 })
    await download.ended
    t.match(app.clientCertificates.refusals(), [{ reason: 'the certificate is on the deny list (certificate 0: CN=second)' }])
  })

  t.test(`a download over ${protocol} goes on for the grace of disconnect, and grace 0 cuts it off`, async (t) => {
    const { app, port } = await serve(t)
    const download = await begin(t, port)
    t.equal(app.clientCertificates.disconnect(ofSecond, long), 1)
    t.equal(app.clientCertificates.disconnect(ofSecond), 1)
    await goesOn(download)
    t.equal(app.clientCertificates.disconnect(ofSecond, { grace: 0 }), 1)
    await download.ended
    t.strictSame(app.clientCertificates.refusals(), [])
  })
}

t.test('deny and disconnect give a connection as many milliseconds as they are asked for, and 5000 otherwise', async (t) => {
  const { app, port } = await listen(t, world, { routes: endless })
  const { deny, disconnect } = app.clientCertificates
  const entry = { fingerprint256: second.certificate.fingerprint256 }
  const endings = { deny: (options?: object) => deny(entry, options), disconnect: (options?: object) => disconnect(() => true, options) }
  for (const end of Object.values(endings)) {
    for (const [options, grace] of [[undefined, 5000], [{}, 5000], [{ grace: 4321 }, 4321], [{ grace: 0 }, 0]] as const) {
      const download = await overHttp1(t, port)
      const timers = t.capture(globalThis, 'setTimeout', setTimeout)
      const lift = end(options)
      timers.restore()
      t.ok(timers().some(({ args }) => args[1] === grace), `${grace}`)
      disconnect(() => true, { grace: 0 })
      await download.ended
      if (typeof lift === 'function') lift()
    }
  }
})

t.test('a WebSocket whose client does not close it is cut off when the grace has passed', async (t) => {
  const routes = async (app: FastifyInstance) => {
    await app.register(websocket)
    app.get('/socket', { websocket: true }, (socket) => socket.send('hello'))
  }
  const { app, port } = await listen(t, world, { routes })
  const socket = await open(t, port, { client: second, ...({ allowHalfOpen: true }) })
  socket.write(`GET /socket HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${'A'.repeat(22)}==\r\n\r\n`)
  await once(socket, 'data')
  app.clientCertificates.deny({ fingerprint256: second.certificate.fingerprint256 }, long)
  await once(socket, 'end')
  t.equal(app.clientCertificates.connections().length, 1, 'the client has not closed its side')
  app.clientCertificates.disconnect(() => true, { grace: 0 })
  while (app.clientCertificates.connections().length > 0) await new Promise((resolve) => setImmediate(resolve))
})

t.test('a grace that is not a number of milliseconds is refused, and nothing is denied or closed', async (t) => {
  const { app, port } = await listen(t, world)
  const socket = await open(t, port, { client: second })
  await ask(socket)
  const entry = { fingerprint256: second.certificate.fingerprint256 }
  const { clientCertificates } = app
  const calls = {
    deny: (options: unknown) => clientCertificates.deny(entry, options as never),
    disconnect: (options: unknown) => clientCertificates.disconnect(() => true, options as never)
  }
  for (const [name, call] of Object.entries(calls)) {
    const refused = (options: unknown, key: string, problem: string) =>
      t.throws(() => call(options), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key, message: `option '${key}' ${problem}` })
    for (const grace of [-1, NaN, Infinity, 2 ** 31, '0', null, true, 1n]) {
      refused({ grace }, `${name}.grace`, 'is not a number of milliseconds from 0 to 2147483647')
    }
    refused({ grase: 0 }, `${name}.grase`, 'is unknown')
    for (const options of [0, null, 'now']) refused(options, name, 'has options that are not an object: write { grace: 0 }')
  }
  t.match(await ask(socket), /^HTTP\/1.1 200 /)
  clientCertificates.deny(entry, { grace: undefined })
  await once(socket, 'close')
})
