import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import clientCertificate, { type ClientCertificateOptions } from '../../lib/index.js'
import { listen, tlsOptions } from '../helpers/application.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'
import { byNginx, world } from './forwarding-scene.js'

// A proxy's connection becomes one client's alone with its WebSocket: what ends the client's own connections ends this one.

const { authority, client } = world
const other = mintAuthority({ subject: 'Other CA' })
const bystander = mintClient(other, { subject: 'bystander' })

const echo = async (app: FastifyInstance) => {
  await app.register(websocket)
  app.get('/socket', { websocket: true }, (socket, { clientCertificate }) => { socket.on('message', () => socket.send(String(clientCertificate?.subject.commonName))) })
  app.get('/anybody', { websocket: true, config: { clientCertificate: false } }, (socket) => { socket.on('message', () => socket.send('anybody')) })
}

async function start (t: Test, options: ClientCertificateOptions): Promise<{ app: FastifyInstance, port: number }> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(clientCertificate, { mode: 'none', forwarding: { from: 'nginx', trustedProxies: '127.0.0.1' }, ...options })
  await echo(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, port: (app.server.address() as AddressInfo).port }
}

/** What the proxy opens for a client. */
async function open (t: Test, port: number, of: Minted, path = '/socket'): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: byNginx(of) })
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

async function ask (socket: WebSocket): Promise<string> {
  socket.send('who am I?')
  return String((await once(socket, 'message'))[0])
}

const names = ({ clientCertificates }: FastifyInstance) => clientCertificates.connections().map(({ certificate }) => certificate?.subject.commonName)

interface Case {
  name: string
  options?: (folder: string) => ClientCertificateOptions
  notAfter?: () => Date
  happen: (app: FastifyInstance, client: Minted, folder: string) => unknown
  reason: string
}

const vouched = (): ClientCertificateOptions => ({ ca: undefined, forwarding: { from: 'nginx', trustedProxies: '127.0.0.1', verified: 'proxy' } })
const soon = () => new Date(Date.now() + 12_000)
const deny: Case['happen'] = (app, { certificate: { fingerprint256 } }) => app.clientCertificates.deny({ fingerprint256 })
const nothing = (): void => {}

const cases: readonly Case[] = [
  { name: 'the end of its validity', notAfter: soon, happen: nothing, reason: 'EXPIRED' },
  { name: 'the deny list', happen: deny, reason: 'REVOKED' },
  {
    name: 'a certificate list with the certificate on it',
    options: (folder) => ({ crl: join(folder, 'lists.pem') }),
    happen: (_app, { certificate }, folder) => writeFileSync(join(folder, 'lists.pem'), mintList(authority, { number: 2, revoked: [certificate.serialNumber] }) + mintList(other)),
    reason: 'REVOKED'
  },
  { name: 'its CA taken out of the file', options: (folder) => ({ ca: join(folder, 'ca.pem') }), happen: (_app, _client, folder) => writeFileSync(join(folder, 'ca.pem'), other.pem), reason: 'UNTRUSTED' },
  { name: 'the end of its validity, where the proxy verifies', options: vouched, notAfter: soon, happen: nothing, reason: 'EXPIRED' },
  { name: 'the deny list, where the proxy verifies', options: vouched, happen: deny, reason: 'REVOKED' }
]

for (const { name, options = () => ({}), notAfter, happen, reason } of cases) {
  t.test(`${name} ends the WebSocket that a proxy opened for it`, async (t) => {
    const folder = t.testdir({ 'ca.pem': authority.pem + other.pem, 'lists.pem': mintList(authority) + mintList(other) })
    const { app, port } = await start(t, { ca: authority.pem + other.pem, ...options(folder) })
    const brief = mintClient(authority, { subject: 'brief', notAfter: notAfter?.() })
    const [ended, undisturbed] = [await open(t, port, brief), await open(t, port, bystander)]
    t.strictSame([await ask(ended), await ask(undisturbed)], ['brief', 'bystander'])
    t.strictSame(names(app), ['brief', 'bystander'])
    const closed = once(ended, 'close')
    await happen(app, brief, folder)
    t.equal((await closed)[0], 1008)
    t.equal(await ask(undisturbed), 'bystander', 'others go on')
    t.strictSame(names(app), ['bystander'])
    const { fingerprint256 } = brief.certificate
    t.match(app.clientCertificates.refusals(), [{ kind: 'connection', code: `FST_CLIENT_CERTIFICATE_${reason}`, fingerprint256, remoteAddress: '127.0.0.1' }])
  })
}

t.test('what is known of it is what is known of any connection, and it ends as any does', async (t) => {
  const before = Date.now()
  const { app, port } = await start(t, { ca: authority.pem })
  const socket = await open(t, port, client)
  const { validity: { notAfter } } = client.certificate
  const [known] = app.clientCertificates.connections()
  t.match(known, { trust: 'default', remoteAddress: '127.0.0.1', servername: '127.0.0.1', protocol: 'http/1.1', until: new Date(notAfter.getTime() + 1000) })
  t.ok(known.since.getTime() >= before && known.since.getTime() <= Date.now())
  t.equal(app.clientCertificates.disconnect(({ certificate }) => certificate?.subject.commonName === 'client'), 1)
  t.equal((await once(socket, 'close'))[0], 1008)
})

t.test('what trust profiles say that did not let it in does not end it', async (t) => {
  for (const options of [{}, vouched()]) {
    const { app, port } = await start(t, { ...options, ca: authority.pem, trust: { partners: { ca: other.pem } } })
    const socket = await open(t, port, client)
    app.clientCertificates.deny({ fingerprint256: bystander.certificate.fingerprint256 })
    t.equal(await ask(socket), 'client')
    t.match(app.clientCertificates.connections(), [{ trust: 'default', until: new Date(client.certificate.validity.notAfter.getTime() + 1000) }])
  }
})

t.test('what the profile says that had let it in is why it ends', async (t) => {
  for (const [of, name] of [[client, 'default'], [bystander, 'partners']] as const) {
    const { app, port } = await start(t, { ca: authority.pem, trust: { partners: { ca: other.pem } } })
    const socket = await open(t, port, of, '/anybody')
    t.match(app.clientCertificates.connections(), [{ trust: name }])
    const closed = once(socket, 'close')
    app.clientCertificates.deny({ fingerprint256: of.certificate.fingerprint256 })
    t.equal((await closed)[0], 1008)
    t.strictSame(app.clientCertificates.refusals().map(({ code }) => code), ['FST_CLIENT_CERTIFICATE_REVOKED'], name)
  }
})

t.test('it ends when its time is up', async (t) => {
  const { port } = await start(t, { ca: authority.pem, maxConnectionAge: 300 })
  t.equal((await once(await open(t, port, client), 'close'))[0], 1008)
})

t.test('who was never let in has nothing that could end', async (t) => {
  for (const options of [{ ca: authority.pem }, vouched()]) {
    const { app, port } = await start(t, options)
    const expired = mintClient(authority, { notAfter: new Date(Date.now() - 5000) })
    const socket = await open(t, port, expired, '/anybody')
    app.clientCertificates.deny({ fingerprint256: expired.certificate.fingerprint256 })
    await app.clientCertificates.reload()
    t.equal(await ask(socket), 'anybody')
    t.match(app.clientCertificates.connections(), [{ until: undefined }])
  }
})

t.test('where the proxy is known by its own certificate, the client\'s WebSocket ends, and the proxy goes on', async (t) => {
  const proxies = mintAuthority({ subject: 'Proxies' })
  const proxy = mintClient(proxies, { subject: 'proxy' })
  const { app, port } = await listen(t, world, {
    options: { trust: { proxies: { ca: proxies.pem } }, forwarding: { from: 'nginx', trustedProxies: { certificate: { trust: 'proxies', subject: { commonName: 'proxy' } } } } },
    routes: echo
  })
  const { ca, key, cert, servername } = tlsOptions(world, { client: proxy })
  const socket = new WebSocket(`wss://127.0.0.1:${port}/socket`, { ca, key, cert, servername, headers: byNginx(client), checkServerIdentity: () => undefined } as object)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  t.equal(await ask(socket), 'client')
  t.strictSame(names(app).sort(), ['client', 'proxy'])
  const closed = once(socket, 'close')
  app.clientCertificates.deny({ fingerprint256: client.certificate.fingerprint256 })
  t.equal((await closed)[0], 1008)
  t.match(app.clientCertificates.refusals(), [{ kind: 'connection', code: 'FST_CLIENT_CERTIFICATE_REVOKED', fingerprint256: client.certificate.fingerprint256 }])
})
