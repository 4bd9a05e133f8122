import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import t, { type Test } from 'tap'
import type { ClientCertificateOptions, ReloadRecord } from '../../lib/index.js'
import { call, listen, makeWorld, tlsOptions, type LogLine } from '../helpers/application.js'
import { mintAuthority, mintClient, mint, type Minted } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'

const world = makeWorld()
const otherAuthority = mintAuthority({ subject: 'Other CA' })
const otherClient = mintClient(otherAuthority, { subject: 'other client' })

interface Files { key: string, cert: string, ca: string }

const write = (files: Files, { key, cert, ca }: Partial<Files>): void => {
  if (key !== undefined) writeFileSync(files.key, key)
  if (cert !== undefined) writeFileSync(files.cert, cert)
  if (ca !== undefined) writeFileSync(files.ca, ca)
}

/** An application whose key, certificate and CA are files. */
async function withFiles (t: Test, options: ClientCertificateOptions = { watch: false }) {
  const folder = t.testdir({})
  const files = { key: join(folder, 'server.key'), cert: join(folder, 'server.cer'), ca: join(folder, 'ca.cer') }
  write(files, { key: world.server.key, cert: world.server.pem, ca: world.authority.pem })
  return { files, ...await listen(t, world, { options: { ...files, ...options } }) }
}

const statusFor = async (port: number, client: Minted) => (await call(world, port, '/guarded', { client })).status

/** Waits for a log line, for as long as the test may take. */
async function logged (log: LogLine[], message: string): Promise<LogLine> {
  for (;;) {
    const line = log.find((each) => each.msg === message)
    if (line !== undefined) return line
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const reloaded = 'trust was reloaded: connections are judged by it from now on'
const refused = 'what was to be reloaded is not good: of that the last good state stays'

t.test('who is trusted, and who the server is, follow the files', async (t) => {
  const { app, port, files, log } = await withFiles(t)
  t.same(app.clientCertificates.trustAnchors.map(({ subject }) => subject.commonName), ['Test CA'])
  t.equal(await statusFor(port, otherClient), 401)
  const { publicKey, privateKey } = world.server
  const renewed = mint({ subject: 'renewed', issuer: world.authority, keys: { publicKey, privateKey }, extensions: world.server.certificate.extensions.filter(({ type }) => type === '2.5.29.17') })
  write(files, { ca: otherAuthority.pem, cert: renewed.pem })
  const { revision } = app.clientCertificates.gauges()
  t.equal(await app.clientCertificates.reload(), true)
  t.ok(app.clientCertificates.gauges().revision > revision)
  t.equal(await statusFor(port, otherClient), 200)
  t.equal(await statusFor(port, world.client), 401)
  t.same(app.clientCertificates.trustAnchors.map(({ subject }) => subject.commonName), ['Other CA'])
  const socket = connect({ port, ...tlsOptions(world, {}) })
  await once(socket, 'secureConnect')
  t.equal(socket.getPeerCertificate().subject.CN, 'renewed')
  socket.destroy()
  t.equal(log.filter(({ msg }) => msg === reloaded).length, 1)
})

t.test('where nothing is new, nothing happens', async (t) => {
  const { app, log } = await withFiles(t)
  const { revision } = app.clientCertificates.gauges()
  t.equal(await app.clientCertificates.reload(), false)
  t.equal(app.clientCertificates.gauges().revision, revision)
  t.notOk(log.some(({ msg }) => msg === reloaded))
})

t.test('a set that is not good is refused, with the option that is to change, and the last good one stays', async (t) => {
  const { app, port, files, log } = await withFiles(t)
  const strangeKey = mintAuthority().key
  const cases: Array<[Partial<Files>, string, RegExp]> = [
    [{ ca: '' }, 'ca', /is empty$/],
    [{ ca: otherAuthority.pem.slice(0, 100) }, 'ca', /cannot be read|PEM/],
    [{ ca: otherClient.pem }, 'ca', /which is not a CA's/],
    [{ key: strangeKey }, 'key', /does not fit 'cert'/],
    [{ cert: otherAuthority.pem }, 'key', /does not fit 'cert'/]
  ]
  for (const [broken, key, message] of cases) {
    write(files, { key: world.server.key, cert: world.server.pem, ca: otherAuthority.pem, ...broken })
    await t.rejects(app.clientCertificates.reload(), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key, message })
    t.equal(await statusFor(port, world.client), 200)
    t.equal(await statusFor(port, otherClient), 401, 'no part of it is taken')
  }
  t.equal(log.filter(({ msg, level }) => msg === refused && level === 50).length, cases.length)
  write(files, { key: world.server.key, cert: world.server.pem, ca: otherAuthority.pem })
  t.equal(await app.clientCertificates.reload(), true)
  t.equal(await statusFor(port, otherClient), 200)
})

t.test('what is broken does not hold up the rest: lists and CAs are taken each by themselves', async (t) => {
  const folder = t.testdir({ 'ca.cer': world.authority.pem, 'ca.crl': mintList(world.authority) })
  const [ca, crl] = [join(folder, 'ca.cer'), join(folder, 'ca.crl')]
  const { app, port } = await listen(t, world, { options: { ca, crl, watch: false } })
  t.equal(await statusFor(port, world.client), 200)
  writeFileSync(ca, 'nonsense')
  writeFileSync(crl, mintList(world.authority, { number: 2, revoked: [world.client.certificate.serialNumber] }))
  await t.rejects(app.clientCertificates.reload(), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'ca' })
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_REVOKED' } })
  writeFileSync(ca, otherAuthority.pem)
  writeFileSync(crl, 'nonsense')
  await t.rejects(app.clientCertificates.reload(), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'crl' })
  t.match(await call(world, port, '/guarded', { client: otherClient }), { status: 503, body: { code: 'FST_CLIENT_CERTIFICATE_STATUS_UNKNOWN' } })
  writeFileSync(crl, mintList(otherAuthority))
  t.equal(await app.clientCertificates.reload(), true)
  t.equal(await statusFor(port, otherClient), 200)
})

t.test('subscribers hear of each reload, and of what was wrong', async (t) => {
  const { app, files } = await withFiles(t)
  const records: ReloadRecord[] = []
  const listener = (record: unknown) => { records.push(record as ReloadRecord) }
  subscribe('fastify-client-certificate:reload', listener)
  t.teardown(() => unsubscribe('fastify-client-certificate:reload', listener))
  await app.clientCertificates.reload()
  write(files, { ca: otherAuthority.pem })
  await Promise.all([app.clientCertificates.reload(), app.clientCertificates.reload()])
  write(files, { ca: '' })
  await t.rejects(app.clientCertificates.reload())
  t.match(records, [{ changed: false, error: undefined }, { changed: true, error: undefined }, { changed: false, error: undefined }, { changed: false, error: { key: 'ca' } }])
  t.equal(records.length, 4)
})

t.test('files are watched: a mounted secret of Kubernetes, which is exchanged by a link, is followed', async (t) => {
  const folder = t.testdir({})
  const publish = (name: string, ca: string) => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'ca.cer'), ca)
    symlinkSync(name, join(folder, '..new'))
    renameSync(join(folder, '..new'), join(folder, '..data'))
  }
  publish('..first', world.authority.pem)
  symlinkSync(join('..data', 'ca.cer'), join(folder, 'ca.cer'))
  const { port, log } = await listen(t, world, { options: { ca: join(folder, 'ca.cer') } })
  t.equal(await statusFor(port, world.client), 200)
  publish('..second', otherAuthority.pem)
  rmSync(join(folder, '..first'), { recursive: true })
  await logged(log, reloaded)
  t.equal(await statusFor(port, otherClient), 200)
  t.equal(await statusFor(port, world.client), 401)
})

t.test('a file that is watched and breaks is in the log, and once it is good again it is taken', async (t) => {
  const { port, files, log } = await withFiles(t, {})
  write(files, { ca: 'nonsense' })
  t.match((await logged(log, refused)).err, { message: /^option 'ca' names the file .* which is neither PEM nor DER$/ })
  t.equal(await statusFor(port, world.client), 200)
  write(files, { ca: otherAuthority.pem })
  await logged(log, reloaded)
  t.equal(await statusFor(port, otherClient), 200)
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  t.test(`a connection that was accepted before a reload and shakes hands after it is judged by the new trust, ${version}`, async (t) => {
    const { app, port, files } = await withFiles(t)
    const tcp = connectTcp(port, '127.0.0.1')
    await once(tcp, 'connect')
    // The server has accepted it once it has answered another.
    t.equal(await statusFor(port, world.client), 200)
    write(files, { ca: otherAuthority.pem })
    await app.clientCertificates.reload()
    const socket = connect({ socket: tcp, ...tlsOptions(world, { client: world.client, minVersion: version, maxVersion: version }) })
    t.teardown(() => socket.destroy())
    await once(socket, 'secureConnect')
    socket.write('GET /guarded HTTP/1.1\r\nhost: localhost\r\n\r\n')
    const [part] = await once(socket, 'data')
    t.match(String(part), /^HTTP\/1.1 401 [^]*FST_CLIENT_CERTIFICATE_UNTRUSTED/)
  })
}

t.test('key and certificate of Fastify\'s own options stay over a reload', async (t) => {
  const folder = t.testdir({ 'ca.cer': world.authority.pem })
  const { app, port } = await listen(t, world, {
    https: { key: world.server.key, cert: world.server.pem },
    options: { key: undefined, cert: undefined, ca: join(folder, 'ca.cer'), watch: false }
  })
  writeFileSync(join(folder, 'ca.cer'), otherAuthority.pem)
  t.equal(await app.clientCertificates.reload(), true)
  t.equal(await statusFor(port, otherClient), 200)
  t.equal(app.clientCertificates.gauges().serverCertificateDaysLeft, undefined)
})
