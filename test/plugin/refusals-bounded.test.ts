import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { Agent } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import t from 'tap'
import type { Certificate } from '../../lib/certificate/index.js'
import { Journal } from '../../lib/plugin/journal.js'
import { DenyList } from '../../lib/plugin/deny-list.js'
import { TrustProfile } from '../../lib/plugin/trust-profile.js'
import type { RefusalRecord } from '../../lib/index.js'
import { call, callHttp2, listen, makeWorld, openHttp2 } from '../helpers/application.js'
import { mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { behind, bytes, proxyAddress } from './forwarding-scene.js'

const world = makeWorld()
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

t.test('a client of a long name that is refused 100 times on one connection writes three lines', async (t) => {
  const records: RefusalRecord[] = []
  const listener = (record: unknown) => { records.push(record as RefusalRecord) }
  subscribe('fastify-client-certificate:refusal', listener)
  t.teardown(() => unsubscribe('fastify-client-certificate:refusal', listener))
  const { app, port, log } = await listen(t, world)
  const client = mint({ subject: `${'\u00e9'.repeat(15_000)}` })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  for (let request = 0; request < 100; request++) t.equal((await call(world, port, '/guarded', { client, agent })).status, 401)

  t.strictSame(app.clientCertificates.refusals().map(({ count }) => count), [1, 10, 100])
  t.strictSame(records.map(({ count }) => count), Array.from({ length: 100 }, (_, index) => index + 1))
  t.ok(records.every((record) => bytesOf(record) < 2048))
  t.match(records[0].subject, /^CN=é+… \(\d+ more characters\)$/)
  const lines = log.filter(({ clientCertificate }) => clientCertificate !== undefined)
  t.strictSame(lines.map(({ clientCertificate }) => (clientCertificate as RefusalRecord).count), [undefined, 10, 100])
  t.strictSame(log.filter(({ err }) => err !== undefined), [], 'Fastify does not repeat it')
  const [{ reqId }] = lines
  t.ok(bytesOf(log.filter((line) => line.reqId === reqId)) < 4096)
})

t.test('each connection and each code is counted by itself, and errors of the application are logged as ever', async (t) => {
  const { app, port, log } = await listen(t, world, {
    routes (app) {
      app.setErrorHandler(async (error, _request, reply) => {
        reply.log.info({ err: new Error('of the application') }, 'kept')
        reply.log.error('a text alone')
        return reply.code(401).send({ code: (error as { code: string }).code })
      })
    }
  })
  for (let connection = 0; connection < 2; connection++) t.equal((await call(world, port, '/guarded', { client: world.stranger })).status, 401)
  t.equal((await call(world, port, '/guarded')).status, 401)
  t.strictSame(app.clientCertificates.refusals().map(({ code, count }) => `${code.slice(23)} ${count}`), ['UNTRUSTED 1', 'UNTRUSTED 1', 'MISSING 1'])
  t.equal(log.filter(({ msg }) => msg === 'kept').length, 3)
  t.equal(log.filter(({ msg }) => msg === 'a text alone').length, 3)
})

t.test('a refusal is remembered for a minute, by all that was presented, until trust changes', async (t) => {
  const profile = new TrustProfile([world.authority.certificate], { name: 'default', denyList: new DenyList(undefined) })
  const issuer = mintAuthority({ subject: 'unknown' })
  const client = mintClient(issuer)
  const other = mintClient(issuer)
  const peer = (certificate = client, intermediates = [issuer]) =>
    ({ fingerprint256: certificate.certificate.fingerprint256, certificate: certificate.der, intermediates: intermediates.map(({ der }) => der) })
  const at = Date.now()
  const first = profile.look(peer(), at)
  t.equal(first.verdict.refusal?.reason, 'UNTRUSTED')
  t.equal(profile.look(peer(), at + 59_000), first)
  t.not(profile.look(peer(client, []), at), first)
  t.not(profile.look(peer(other), at), first)
  const later = profile.look(peer(), at + 60_000)
  t.not(later, first)
  t.equal(profile.look(peer(), at + 61_000), later)
  profile.forget(other.certificate)
  t.equal(profile.look(peer(), at + 61_000), later)
  profile.forget(client.certificate)
  const forgotten = profile.look(peer(), at + 61_000)
  t.not(forgotten, later)
  profile.revise()
  t.not(profile.look(peer(), at + 61_000), forgotten)
  profile.trust([issuer.certificate])
  t.equal(profile.look(peer(), at + 61_000).verdict.refusal, null)
})

t.test('of more refusals than are remembered the first go', async (t) => {
  const profile = new TrustProfile([world.authority.certificate], { name: 'default', denyList: new DenyList(undefined) })
  const { certificate: { fingerprint256 }, der } = world.stranger
  const look = (number: number) => profile.look({ fingerprint256, certificate: der, intermediates: [Buffer.from([number >> 8, number & 0xff])] }, 0)
  const [first, second] = [look(0), look(1)]
  for (let number = 2; number <= 256; number++) look(number)
  t.equal(look(1), second)
  t.not(look(0), first)
})

t.test('a forwarded certificate that was refused is not verified again, and one with another chain is', async (t) => {
  const intermediate = mintAuthority({ subject: 'intermediate', issuer: world.authority })
  const client = mintClient(intermediate)
  const { ask } = await behind(t, { ca: world.authority.pem, forwarding: { from: 'rfc9440', trustedProxies: proxyAddress } })
  for (let request = 0; request < 3; request++) t.equal((await ask({ 'client-cert': bytes(client) })).status, 401)
  t.equal((await ask({ 'client-cert': bytes(client), 'client-cert-chain': bytes(intermediate) })).status, 200)
})

t.test('a connection that OpenSSL breaks behind the handshake is reported', async (t) => {
  const { app, port } = await listen(t, world)
  const client = mint({ extensions: [{ type: '1.2.3.4', critical: false, value: Buffer.alloc(70_000) }] })
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: world.authority.pem, key: client.key, cert: client.pem })
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  while (app.clientCertificates.refusals().length === 0) await new Promise((resolve) => setImmediate(resolve))
  t.match(app.clientCertificates.refusals(), [{ kind: 'handshake', code: 'ERR_SSL_INTERNAL_ERROR', reason: /internal error/, hint: /more than 64 KB, which OpenSSL cannot keep in a session/, remoteAddress: '127.0.0.1' }])
})

const removalsIn = (log: ReadonlyArray<{ msg: string, [key: string]: unknown }>) => log
  .filter(({ msg }) => msg === 'removed header fields about client certificates: the sender is not a trusted proxy')
  .map(({ clientCertificate }) => clientCertificate as Record<string, unknown>)

t.test('header fields of a stranger are logged once per name, and at the rate of refusals', async (t) => {
  const options = { forwarding: { from: 'nginx', trustedProxies: '10.0.0.1' } } as const
  for (const http2 of [false, true]) {
    const { app, port, log } = await listen(t, world, { options, http2 })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const session = http2 ? openHttp2(world, port) : undefined
    t.teardown(() => { agent.destroy(); session?.destroy() })
    const headers = { 'x-ssl-client-cert': http2 ? 'a' : Array.from({ length: 500 }, () => 'a') }
    const ask = () => session === undefined ? call(world, port, '/guarded', { agent, headers }) : callHttp2(session, '/guarded', { headers })
    for (let request = 0; request < 11; request++) t.equal((await ask()).status, 401)
    const facts = { removed: ['x-ssl-client-cert'], remoteAddress: '127.0.0.1' }
    t.strictSame(removalsIn(log), [facts, { ...facts, count: 10 }])
    t.strictSame(app.clientCertificates.refusals().map(({ count }) => count), [1, 10], 'refusals of one session of HTTP/2 are counted together')
    t.equal(app.clientCertificates.gauges().requestsWithForeignFields, 11)
  }
})

t.test('clients that come through one connection of a proxy are counted each by itself, and their counters are bounded', async (t) => {
  const info = () => {}
  const journal = new Journal({ info } as never)
  const request = { raw: { socket: {} }, log: { info } } as never
  const refuse = (fingerprint256: string) => {
    const presented = { fingerprint256, subject: world.stranger.certificate.subject } as unknown as Certificate
    journal.requestRefused(request, { reason: 'UNTRUSTED', cause: new Error('a reason') }, presented)
  }
  for (const client of ['a', 'b', 'a', 'b']) refuse(client)
  const latest = () => journal.latest.map(({ fingerprint256, count }) => `${fingerprint256} ${count}`)
  t.strictSame(latest(), ['a 1', 'b 1'])
  for (let client = 0; client < 256; client++) refuse(String(client))
  refuse('a')
  t.equal(latest().at(-1), 'a 1', 'the oldest counter is gone')
})

t.test('many and long names of removed fields are cut, and streams without a session are counted together', async (t) => {
  const log: Array<{ msg: string, [key: string]: unknown }> = []
  const info = (facts: object, msg: string) => { log.push({ ...facts, msg }) }
  const journal = new Journal({ info } as never)
  const names = Array.from({ length: 1000 }, (_, number) => `${'n'.repeat(300)}${number}`)
  for (let stream = 0; stream < 9; stream++) journal.fieldsRemoved({ raw: { stream: {} }, log: { info } } as never, names, undefined)
  const [facts, ...others] = removalsIn(log)
  t.strictSame(others, [])
  t.match(facts, { more: 990, removed: [/^n+… \(201 more characters\)$/] })
  t.ok(bytesOf(facts) < 2048)
  journal.handshakeFailed({ code: 'E', reason: 'é'.repeat(5000), remoteAddress: undefined })
  t.match(journal.latest[0].reason, /^é+… \(\d+ more characters\)$/)
  t.ok(bytesOf(journal.latest[0]) < 2048)
})

t.test('a hook or a function that has the reply reports a refusal once, and without it all lines together stay under 4 KB', async (t) => {
  const { port, log } = await listen(t, world, {
    options: { global: false },
    routes (app) {
      app.get('/hook', { onRequest: app.requireClientCertificate() }, async () => 'never')
      app.get('/handler', async (request) => app.requireClientCertificate()(request))
    }
  })
  const client = mint({ subject: 'é'.repeat(15_000) })
  const linesOf = async (path: string) => {
    const before = log.length
    t.match(await call(world, port, path, { client }), { status: 401, headers: { 'www-authenticate': 'ClientCertificate' } })
    return log.slice(before).filter(({ err, clientCertificate }) => err !== undefined || clientCertificate !== undefined)
  }
  t.match(await linesOf('/hook'), { length: 1, 0: { clientCertificate: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' }, err: undefined } })
  const lines = await linesOf('/handler')
  t.match(lines, { length: 2, 1: { err: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } } })
  t.ok(bytesOf(lines) < 4096, `${bytesOf(lines)} bytes`)
})

t.test('a long URL of a certificate list is cut in every line about it', async (t) => {
  const nobody = createServer().listen(0, '127.0.0.1')
  await once(nobody, 'listening')
  const { port } = nobody.address() as AddressInfo
  nobody.close()
  const { log } = await listen(t, world, { options: { crl: `http://127.0.0.1:${port}/${'a'.repeat(5000)}` } })
  const find = () => log.find(({ msg }) => msg.startsWith('no certificate list was had from http://'))
  while (find() === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  t.match(find(), { msg: /a… \(\d+ more characters\)$/, revocation: { error: /\(\d+ more characters\)/, url: /a… \(\d+ more characters\)$/ } })
  t.ok(bytesOf(find()) < 4096, `${bytesOf(find())} bytes`)
})
