import t from 'tap'
import { connect } from 'node:tls'
import { once } from 'node:events'
import Fastify from 'fastify'
import clientCertificate from '../../lib/index.js'
import { writePkcs12 } from '../../lib/certificate/index.js'
import { build, call, listen, makeWorld, tlsOptions } from '../helpers/application.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'

const world = makeWorld()
const { key, pem: cert } = world.server
const none = { key: undefined, cert: undefined }

/** The server's key and certificate, and a foreign CA beside them. */
const foreign = mintAuthority({ subject: 'Foreign CA' })
const pfxWithForeignAuthority = () => writePkcs12({
  privateKey: world.server.privateKey,
  certificate: world.server.certificate,
  chain: [world.authority.certificate, foreign.certificate],
  passphrase: 'secret',
  friendlyName: 'server'
})

t.test('key and certificate may be Fastify\'s own', async (t) => {
  for (const http2 of [false, true]) {
    const { port } = await listen(t, world, { http2, https: { key, cert }, options: none })
    t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200, body: { caller: 'client' } })
    t.match(await call(world, port, '/guarded', { client: world.stranger }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  }
})

t.test('a CA inside a PKCS #12, the plugin\'s or Fastify\'s, may not sign clients', async (t) => {
  const pfx = Buffer.from(await pfxWithForeignAuthority())
  const client = mintClient(foreign, { subject: 'foreign' })
  for (const settings of [{ options: { ...none, pfx, passphrase: 'secret' } }, { https: { pfx, passphrase: 'secret' }, options: none }]) {
    const { port } = await listen(t, world, { ...settings, routes: (app) => app.get('/hint', { config: { clientCertificate: false } }, async (request) => (request.raw.socket as unknown as { authorized: boolean }).authorized) })
    t.match(await call(world, port, '/guarded', { client }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
    t.match(await call(world, port, '/hint', { client }), { body: false }, 'nor does Node think so')
    t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
  }
})

t.test('other https options of Fastify\'s stay when the plugin sets the context', async (t) => {
  const { port } = await listen(t, world, { https: { key, cert, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, options: none })
  const socket = connect({ port, host: '127.0.0.1', ...tlsOptions(world, { client: world.client }) })
  await once(socket, 'secureConnect')
  t.equal(socket.getProtocol(), 'TLSv1.2')
  t.equal(socket.getCipher().name, 'ECDHE-ECDSA-AES256-GCM-SHA384')
  socket.destroy()
})

t.test('options in `tls` count', async (t) => {
  const { port } = await listen(t, world, { options: { tls: { maxVersion: 'TLSv1.2' } } })
  const socket = connect({ port, host: '127.0.0.1', ...tlsOptions(world, { client: world.client }) })
  await once(socket, 'secureConnect')
  t.equal(socket.getProtocol(), 'TLSv1.2')
  socket.destroy()
})

const boot = async (t: { teardown (end: () => unknown): void }, https: object, options: object) => {
  const app = Fastify({ https })
  t.teardown(() => app.close())
  await app.register(clientCertificate, options)
}
const code = 'FST_CLIENT_CERTIFICATE_INVALID_OPTION'
const ca = world.authority.pem

t.test('a server without a key does not start', async (t) => {
  await t.rejects(boot(t, {}, { ca }), { code, key: 'key', message: /^option 'key' is missing: give key and cert, or pfx/ })
})

t.test('two keys, the plugin\'s and Fastify\'s, stop the start', async (t) => {
  const pfx = Buffer.from(await pfxWithForeignAuthority())
  const message = (name: string) => `option '${name}' is given here and in Fastify's own https options: give it once`
  await t.rejects(boot(t, { key, cert }, { ca, key, cert }), { code, key: 'key', message: message('key') })
  await t.rejects(boot(t, { key, cert }, { ca, pfx, passphrase: 'secret' }), { code, key: 'pfx', message: message('pfx') })
  await t.rejects(boot(t, { pfx, passphrase: 'secret' }, { ca, key, cert }), { code, key: 'key', message: message('key') })
})

t.test('a list of PKCS #12 in Fastify\'s options is not unpacked but refused', async (t) => {
  const pfx = Buffer.from(await pfxWithForeignAuthority())
  await t.rejects(boot(t, { pfx: [{ buf: pfx, passphrase: 'secret' }] }, { ca }), { code, key: 'https.pfx', message: /is not one PKCS #12/ })
})

t.test('mode none asks for no certificate, and needs no key of the plugin', async (t) => {
  const mode = { mode: 'none', ca: undefined } as const
  for (const settings of [{ options: mode }, { https: { key, cert }, options: { ...none, ...mode } }]) {
    const { port } = await listen(t, world, settings)
    t.match(await call(world, port, '/open', { client: world.client }), { status: 200, body: { caller: null } })
    t.match(await call(world, port, '/guarded', { client: world.client }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } })
  }
  const { app } = await build(t, world, { options: { ...none, ...mode } })
  t.equal(app.clientCertificates.mode, 'none', 'without a key at all the server is left as it is')
})
