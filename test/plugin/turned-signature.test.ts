import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import type { ClientCertificateOptions } from '../../lib/index.js'
import { nextUpdateOf, revoked } from '../certificate/raw-ocsp-response.js'
import { call, listen, makeWorld, tlsOptions, type Call } from '../helpers/application.js'
import { basicConstraints, keyUsage, mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'
import { twin } from '../helpers/twin.js'
import { answerTo, responder } from '../revocation/ocsp-scene.js'
import { behind, byNginx, said, world as proxied } from './forwarding-scene.js'

// A client can replace s by n − s in the ECDSA signature of its certificate, without any key. Whatever is said of one of the two
// certificates has to count for the other.

const world = makeWorld()
const { client } = world
const turned = twin(client)
const both = [client, turned]
const { fingerprint256 } = client.certificate

const open = async (t: Test, port: number, options: Call): Promise<TLSSocket> => {
  const socket = connect({ port, host: '127.0.0.1', ...tlsOptions(world, options) })
  t.teardown(() => socket.destroy())
  await once(socket, 'secureConnect')
  socket.write('GET /guarded HTTP/1.1\r\nhost: localhost\r\n\r\n')
  t.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 200 /)
  return socket
}

const closed = async (socket: TLSSocket) => socket.destroyed || once(socket.resume(), 'close')

const answers = (port: number, callers: readonly Minted[] = both, options: Call = {}) =>
  Promise.all(callers.map(async (each) => said(await call(world, port, '/guarded', { client: each, ...options }))))

const bothRefused = ['401 REVOKED', '401 REVOKED']

t.test('a certificate that is denied is denied in both forms, by whichever fingerprint', async (t) => {
  for (const [listed, curve] of [[client, 'P-256'], [turned, 'P-256'], [undefined, 'P-384'], [undefined, 'P-521']] as const) {
    const authority = listed === undefined ? mintAuthority({ keys: newKeys(curve) }) : world.authority
    const original = listed ?? mintClient(authority, { subject: 'other' })
    const { port, app } = await listen(t, world, { options: { ca: [world.authority.pem, authority.pem], deny: [{ fingerprint256: original.certificate.fingerprint256 }] } })
    t.strictSame(await answers(port, [original, twin(original, curve)]), bothRefused, curve)
    t.match(app.clientCertificates.refusals().at(-1), { reason: /^the certificate is on the deny list \(certificate 0: CN=/ })
    t.strictSame(await answers(port, [mintClient(world.authority)]), ['200 client'], 'and no other')
  }
})

t.test('deny() closes the connections of both forms, and refuses both until it is taken back', async (t) => {
  const { app, port } = await listen(t, world)
  const sockets = await Promise.all(both.map((each) => open(t, port, { client: each })))
  const release = app.clientCertificates.deny({ fingerprint256 })
  await Promise.all(sockets.map(closed))
  t.strictSame(await answers(port), bothRefused)
  release()
  t.strictSame(await answers(port), ['200 client', '200 client'])
})

t.test('a denied intermediate lets nobody in in either form', async (t) => {
  const intermediate = mintAuthority({ subject: 'Intermediate', issuer: world.authority })
  const leaf = mintClient(intermediate)
  const { port } = await listen(t, world, { options: { deny: [{ fingerprint256: intermediate.certificate.fingerprint256 }] } })
  for (const chain of [[intermediate], [twin(intermediate)]]) {
    t.strictSame(await answers(port, [leaf, twin(leaf)], { chain }), bothRefused)
  }
})

t.test('policies by fingerprint say the same of both forms', async (t) => {
  const policies: Record<string, ClientCertificateOptions['authorize']> = {
    200: { fingerprint256 },
    403: { not: { fingerprint256 } }
  }
  for (const [status, authorize] of Object.entries(policies)) {
    const { port } = await listen(t, world, { options: { authorize } })
    t.strictSame((await answers(port)).map((each) => each.slice(0, 3)), [status, status])
    const other = await answers(port, [mintClient(world.authority)])
    t.equal(other[0].slice(0, 3), status === '200' ? '403' : '200')
  }
})

t.test('disconnect() finds both forms by hasFingerprint256', async (t) => {
  const { app, port } = await listen(t, world)
  const sockets = await Promise.all(both.map((each) => open(t, port, { client: each })))
  const other = await open(t, port, { client: mintClient(world.authority) })
  t.equal(app.clientCertificates.disconnect(({ certificate }) => certificate?.hasFingerprint256(fingerprint256) === true), 2)
  await Promise.all(sockets.map(closed))
  t.notOk(other.destroyed)
})

t.test('the responder is asked about both forms once, and its answer ends the connections of both', async (t) => {
  let isRevoked = false
  const soon = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000)
  const { url, asked } = await responder(t, (request) => answerTo(request, Date.now(), {
    issuer: world.authority, of: client.certificate, ...(isRevoked ? { certStatus: revoked(new Date()) } : { nextUpdate: nextUpdateOf(soon) })
  }))
  const { port } = await listen(t, world, { options: { revocation: { ocsp: { responder: url } } } })
  const sockets = [await open(t, port, { client }), await open(t, port, { client: turned })]
  t.equal(asked.length, 1)
  isRevoked = true
  await Promise.all(sockets.map(closed))
  t.strictSame(await answers(port), bothRefused)
  t.equal(asked.length, 2)
})

t.test('a client whose own certificate is a trust anchor is let in in both forms, and denied in both', async (t) => {
  const own = mintAuthority({ subject: 'own', extensions: [basicConstraints(true), keyUsage('keyCertSign', 'digitalSignature')] })
  const pair = [own, twin(own)]
  const { app, port } = await listen(t, world, { options: { ca: [world.authority.pem, own.pem] } })
  t.strictSame(await answers(port, pair), ['200 own', '200 own'])
  app.clientCertificates.deny({ fingerprint256: pair[1].certificate.fingerprint256 })
  t.strictSame(await answers(port, pair), bothRefused)
})

t.test('certificates that a proxy forwards are denied in both forms, whoever verifies them', async (t) => {
  const pair = [proxied.client, twin(proxied.client)]
  const deny = [{ fingerprint256: pair[0].certificate.fingerprint256 }]
  const nginx = { from: 'nginx', trustedProxies: '10.0.0.1' } as const
  for (const options of [{ forwarding: nginx }, { ca: undefined, forwarding: { ...nginx, verified: 'proxy' } as const }]) {
    const free = await behind(t, options)
    for (const each of pair) t.equal(said(await free.ask(byNginx(each))), '200 client')
    const strict = await behind(t, { ...options, deny })
    for (const each of [...pair, ...pair]) t.equal(said(await strict.ask(byNginx(each))), '401 REVOKED')
    t.equal(said(await strict.ask(byNginx(mintClient(proxied.authority, { subject: 'other' })))), '200 other')
  }
})
