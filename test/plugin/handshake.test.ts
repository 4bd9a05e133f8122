import t from 'tap'
import { once } from 'node:events'
import { connect as connectTcp, type AddressInfo } from 'node:net'
import dns from 'node:dns'
import { Agent } from 'node:https'
import { connect, type TLSSocket } from 'node:tls'
import { call, listen, makeWorld, tlsOptions, type Call, type Listening, type LogLine } from '../helpers/application.js'
import { mintClient } from '../helpers/mint.js'

const world = makeWorld()
const versions = ['TLSv1.2', 'TLSv1.3'] as const
const hour = 60 * 60 * 1000

/** Waits for a log line of this message; the log is appended to as the server goes on. */
async function logged (log: LogLine[], message: string): Promise<LogLine> {
  for (let turn = 0; turn < 1000; turn++) {
    const line = log.find((each) => each.msg === message)
    if (line !== undefined) return line
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`nothing was logged as "${message}"`)
}

/** A connection, once its handshake has ended for the client. */
async function open (port: number, options: Call): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ...tlsOptions(world, options) })
  await once(socket, 'secureConnect')
  return socket
}

/** What a raw request over the socket is answered with, until the server closes. */
async function rawGet (socket: TLSSocket, path: string): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (part) => { text += part })
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
  await once(socket, 'close')
  return text
}

/** The session ticket of a connection: with TLS 1.3 it comes after the handshake. */
async function sessionOf (port: number, options: Call): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', ...tlsOptions(world, options) })
  const [session] = await once(socket, 'session')
  socket.destroy()
  return session
}

for (const http2 of [false, true]) {
  for (const version of versions) {
    const tls = { minVersion: version, maxVersion: version }
    const name = `over ${http2 ? 'an HTTP/2 server' : 'HTTP/1'} and ${version}`

    t.test(`a session without a certificate, resumed, gives nobody an identity, ${name}`, async (t) => {
      const { port } = await listen(t, world, { http2 })
      const session = await sessionOf(port, tls)
      const socket = await open(port, { session, ...tls })
      t.equal(socket.isSessionReused(), true)
      t.match(await rawGet(socket, '/guarded'), /^HTTP\/1.1 401 [^]*FST_CLIENT_CERTIFICATE_MISSING/)
    })

    t.test(`a session of an untrusted client, resumed, stays untrusted, ${name}`, async (t) => {
      const { port } = await listen(t, world, { http2 })
      const session = await sessionOf(port, { client: world.stranger, ...tls })
      const socket = await open(port, { session, client: world.client, ...tls })
      t.equal(socket.isSessionReused(), true)
      t.match(await rawGet(socket, '/guarded'), /^HTTP\/1.1 401 [^]*FST_CLIENT_CERTIFICATE_UNTRUSTED/)
    })

    t.test(`mode required closes the connection of whoever is not let in, and logs why, ${name}`, async (t) => {
      const late = mintClient(world.authority, { subject: 'late', notBefore: new Date(Date.now() - 2 * hour), notAfter: new Date(Date.now() - hour) })
      const cases: Array<[Call, object]> = [
        [{}, { code: 'FST_CLIENT_CERTIFICATE_MISSING', reason: 'no certificate was presented', remoteAddress: '127.0.0.1' }],
        [{ client: world.stranger }, { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', fingerprint256: world.stranger.certificate.fingerprint256, subject: 'CN=client', remoteAddress: '127.0.0.1' }],
        [{ client: late }, { code: 'FST_CLIENT_CERTIFICATE_EXPIRED', fingerprint256: late.certificate.fingerprint256, subject: 'CN=late', remoteAddress: '127.0.0.1' }]
      ]
      for (const [options, line] of cases) {
        let handled = 0
        const { port, log } = await listen(t, world, { http2, options: { mode: 'required' }, routes: (app) => app.addHook('onRequest', async () => { handled++ }) })
        await t.rejects(call(world, port, '/open', { ...options, ...tls }), 'the connection ends')
        t.match((await logged(log, 'connection refused for its client certificate')).clientCertificate, line)
        t.equal(handled, 0, 'no hook ran')
        t.match(await call(world, port, '/guarded', { client: world.client, ...tls }), { status: 200 })
      }
    })
  }
}

t.test('a client that renegotiates does not get to put another certificate in place', async (t) => {
  const { port } = await listen(t, world)
  const socket = await open(port, { client: world.client, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })
  t.teardown(() => socket.destroy())
  let renegotiated = false
  socket.on('error', () => {})
  socket.renegotiate({ rejectUnauthorized: false }, (error) => { renegotiated = error === null })
  // A client of OpenSSL is told no and waits, so there is no end to wait for: other requests go by, each a longer way.
  for (let turn = 0; turn < 3; turn++) t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
  t.equal(renegotiated, false)
})

t.test('a handshake that fails is logged with its reason and address', async (t) => {
  const { port, log } = await listen(t, world)
  const socket = connectTcp(port, '127.0.0.1')
  socket.on('error', () => {}).end('GET / HTTP/1.0\r\n\r\n')
  const line = await logged(log, 'TLS handshake failed')
  t.match(line.handshake, { code: 'ERR_SSL_HTTP_REQUEST', reason: /http request/, remoteAddress: '127.0.0.1' })
})

t.test('versions below TLS 1.2 are refused', async (t) => {
  const { port, log } = await listen(t, world)
  await t.rejects(call(world, port, '/open', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ...({ ciphers: 'DEFAULT@SECLEVEL=0' }) }))
  t.match((await logged(log, 'TLS handshake failed')).handshake, { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' })
})

t.test('the second server of a name with two addresses asks for certificates like the first', async (t) => {
  const lookup = dns.lookup
  t.teardown(() => { dns.lookup = lookup })
  const addresses = [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }]
  dns.lookup = ((host: string, options: { all?: boolean }, found: Function) =>
    host === 'localhost' && options.all === true ? found(null, addresses) : lookup(host, options, found as never)) as unknown as typeof dns.lookup
  for (const http2 of [false, true]) {
    const { app, port, log } = await listen(t, world, { http2, host: 'localhost' })
    t.equal(app.addresses().length, 2)
    for (const host of (app.addresses() as AddressInfo[]).map(({ address }) => address)) {
      t.match(await call(world, port, '/guarded', { host, client: world.client }), { status: 200, body: { caller: 'client' } }, `client at ${host}`)
      t.match(await call(world, port, '/guarded', { host }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } }, `nobody at ${host}`)
      t.match(await call(world, port, '/guarded', { host, client: world.stranger }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } }, `stranger at ${host}`)
    }
    t.equal(log.filter((line) => line.clientCertificate).length, 4)
  }
})

t.test('an error while a certificate is looked at ends the connection, not the process', async (t) => {
  const malformed = Object.assign(new Error('made up'), { code: 'ERR_MADE_UP' })
  for (const [error, code] of [[malformed, 'ERR_MADE_UP'], [new TypeError('made up'), 'TypeError']] as const) {
    let isBroken = false
    const now = () => {
      if (isBroken) throw error
      return Date.now()
    }
    const { port, log } = await listen(t, world, { options: { mode: 'required', now } })
    isBroken = true
    await t.rejects(call(world, port, '/open', { client: world.client }))
    t.match((await logged(log, 'TLS handshake failed')).handshake, { code, reason: 'made up' })
  }
})

t.test('after the application is closed nothing of it listens any more', async (t) => {
  const { channel } = await import('node:diagnostics_channel')
  const before = channel('tracing:net.server.listen:asyncStart').hasSubscribers
  const { app }: Listening = await listen(t, world)
  t.equal(channel('tracing:net.server.listen:asyncStart').hasSubscribers, true)
  await app.close()
  t.equal(channel('tracing:net.server.listen:asyncStart').hasSubscribers, before)
})

t.test('connections of one client share what is known of it', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => {
      const seen = new Set<unknown>()
      app.get('/seen', async (request) => { seen.add(request.clientCertificate); return seen.size })
    }
  })
  for (let turn = 0; turn < 3; turn++) t.match(await call(world, port, '/seen', { client: world.client, agent: new Agent({ maxCachedSessions: 0 }) }), { body: 1 })
})
