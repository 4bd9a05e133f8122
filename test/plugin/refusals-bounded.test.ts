import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Agent } from 'node:https'
import { connect } from 'node:tls'
import t from 'tap'
import { DenyList } from '../../lib/plugin/deny-list.js'
import { TrustProfile } from '../../lib/plugin/trust-profile.js'
import type { RefusalRecord } from '../../lib/index.js'
import { call, listen, makeWorld } from '../helpers/application.js'
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
  t.match(app.clientCertificates.refusals(), [{ kind: 'handshake', code: 'ERR_SSL_INTERNAL_ERROR', reason: /internal error/, remoteAddress: '127.0.0.1' }])
})
