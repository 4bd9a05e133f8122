import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import clientCertificate, { type ClientCertificateOptions } from '../../lib/index.js'
import { call, listen, makeWorld, serverOptions } from '../helpers/application.js'
import { mintList } from '../helpers/mint-list.js'
import { mintAuthority } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'

const world = makeWorld()
const { serialNumber } = world.client.certificate
const minute = 60_000

async function portOf (t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A host that accepts connections and says nothing. */
async function silentHost (t: Test): Promise<string> {
  const server = createServer((socket) => { socket.on('error', () => {}); t.teardown(() => socket.destroy()) })
  return `http://127.0.0.1:${await portOf(t, server)}/ca.crl`
}

/** A host that answers with what stands in `answer`, and 503 where that is nothing. */
async function listHost (t: Test) {
  const host = { answer: undefined as string | undefined, url: '', count: 0 }
  const server = createHttpServer((_request, response) => {
    host.count++
    response.statusCode = host.answer === undefined ? 503 : 200
    response.end(host.answer)
  })
  host.url = `http://127.0.0.1:${await portOf(t, server)}/ca.crl`
  return host
}

const start = (options: ClientCertificateOptions, pluginTimeout: number) => {
  const app = Fastify({ https: {}, pluginTimeout })
  app.register(clientCertificate, { ...serverOptions(world), ...options })
  return app
}

// Not a promise, though it can be awaited.
const ready = async (app: ReturnType<typeof start>): Promise<void> => { await app.ready() }

const whoIs = async (port: number): Promise<string> => {
  const { status, body } = await call(world, port, '/guarded', { client: world.client })
  return `${status} ${body.caller ?? String(body.code).replace('FST_CLIENT_CERTIFICATE_', '')}`
}

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!await isSo()) await new Promise((resolve) => setTimeout(resolve, 20))
}

t.test('CRL hosts that say nothing keep no application from starting, however little time Fastify gives', async (t) => {
  const [one, two, three] = [await silentHost(t), await silentHost(t), await silentHost(t)]
  const other = mintAuthority({ subject: 'Partner CA' })
  const app = start({ crl: one, trust: { partner: { ca: other.pem, crl: [two, three] } } }, 2000)
  t.teardown(() => app.close())
  await t.resolves(ready(app))
})

t.test('where Fastify gives all the time there is, a start waits for its lists', async (t) => {
  const host = await listHost(t)
  host.answer = mintList(world.authority)
  const app = start({ crl: host.url }, 0)
  t.teardown(() => app.close())
  await app.ready()
  t.equal(host.count, 1)
})

t.test('a profile that cannot be opened is told by its name, and the others are closed', async (t) => {
  const app = start({ crl: await silentHost(t), trust: { partner: { ca: '/nowhere/ca.pem', revocation: false } } }, 2000)
  t.teardown(() => app.close())
  await t.rejects(ready(app), { message: /trust\.partner\.ca.*does not exist/ })
})

t.test('after a step of the clock past nextUpdate the list is fetched by the first request, and nobody is refused', async (t) => {
  const host = await listHost(t)
  host.answer = mintList(world.authority, { number: 1 })
  let step = 0
  const { port } = await listen(t, world, { options: { crl: host.url, now: () => Date.now() + step } })
  t.equal(await whoIs(port), '200 client')
  step = 2 * 60 * minute
  host.answer = mintList(world.authority, { number: 2, thisUpdate: new Date(Date.now() + step - minute), nextUpdate: new Date(Date.now() + step + 60 * minute) })
  t.equal(await whoIs(port), '200 client')
  t.equal(host.count, 2)
})

t.test('reload() fetches the lists of URLs, too', async (t) => {
  const host = await listHost(t)
  host.answer = mintList(world.authority, { number: 1 })
  const { app, port } = await listen(t, world, { options: { crl: host.url } })
  t.equal(await whoIs(port), '200 client')
  host.answer = mintList(world.authority, { number: 2, revoked: [serialNumber] })
  t.equal(await app.clientCertificates.reload(), true)
  t.equal(await whoIs(port), '401 REVOKED')
  t.equal(await app.clientCertificates.reload(), false)
})

t.test('a file that changes does not wait for a host that says nothing', async (t) => {
  const folder = t.testdir({ 'ca.crl': mintList(world.authority, { number: 1 }) })
  const crl = join(folder, 'ca.crl')
  const options = { crl: [crl, await silentHost(t)], revocation: { fetchTimeout: 600_000 } }
  const { app, port } = await listen(t, world, { options })
  t.equal(await whoIs(port), '200 client')
  let isOver = false
  app.clientCertificates.reload().finally(() => { isOver = true })
  writeFileSync(crl, mintList(world.authority, { number: 2, revoked: [serialNumber] }))
  await until(async () => await whoIs(port) === '401 REVOKED')
  t.notOk(isOver, 'reload() still waits for the host')
})

t.test('a list in a file that is of a time to come does not push out the one held, and takes its place when it begins', async (t) => {
  const crl = join(t.testdir({ 'ca.crl': mintList(world.authority, { number: 1 }) }), 'ca.crl')
  let step = 0
  const { app, port, log } = await listen(t, world, { options: { crl, watch: false, now: () => Date.now() + step } })
  const begins = new Date(Date.now() + 30 * minute)
  writeFileSync(crl, mintList(world.authority, { number: 2, thisUpdate: begins, nextUpdate: new Date(begins.getTime() + 60 * minute), revoked: [serialNumber] }))
  t.equal(await app.clientCertificates.reload(), false)
  t.equal(await whoIs(port), '200 client')
  t.match(log.find(({ msg }) => /is not taken/.test(msg)), { level: 40, msg: `the certificate list of CN=Test CA in ${crl} is not taken: it was issued at ${begins.toISOString().slice(0, 19)}.000Z, which is not yet` })
  step = 30 * minute
  t.equal(await app.clientCertificates.reload(), true)
  t.equal(await whoIs(port), '401 REVOKED')
})

t.test('a list whose issuer\'s clock is a few minutes ahead counts', async (t) => {
  const ahead = { thisUpdate: new Date(Date.now() + 4 * minute), nextUpdate: new Date(Date.now() + 60 * minute) }
  const crl = join(t.testdir({ 'ca.crl': mintList(world.authority, ahead) }), 'ca.crl')
  const { port } = await listen(t, world, { options: { crl } })
  t.equal(await whoIs(port), '200 client')
})

t.test('a named pipe stops the start at once, and the error names it', { skip: parts.missing('mkfifo') }, async (t) => {
  const pipe = join(t.testdir({ crls: { 'ca.crl': mintList(world.authority) } }), 'pipe.crl')
  execFileSync('mkfifo', [pipe, join(pipe, '../crls/other.crl')])
  for (const [options, key] of [[{ ca: pipe }, 'ca'], [{ crl: pipe }, 'crl'], [{ crl: join(pipe, '../crls') }, 'crl']] as const) {
    const app = start(options, 10_000)
    await t.rejects(ready(app), { message: new RegExp(`'${key}'.*\\.crl, which is not a regular file but a named pipe or a device`) })
    await app.close()
  }
})

t.test('a named pipe among the files that are watched does not keep a revocation out', { skip: parts.missing('mkfifo') }, async (t) => {
  const folder = t.testdir({ 'ca.crl': mintList(world.authority, { number: 1 }) })
  const { port } = await listen(t, world, { options: { crl: folder } })
  t.equal(await whoIs(port), '200 client')
  execFileSync('mkfifo', [join(folder, 'notes'), join(folder, 'README')])
  writeFileSync(join(folder, 'ca.crl'), mintList(world.authority, { number: 2, revoked: [serialNumber] }))
  await until(async () => await whoIs(port) === '401 REVOKED')
})

t.test('a named pipe in the place of a list is told, and the lists of before stay; where it is gone, all is well', { skip: parts.missing('mkfifo') }, async (t) => {
  const folder = t.testdir({ 'ca.crl': mintList(world.authority, { number: 1 }) })
  const { port, log } = await listen(t, world, { options: { crl: folder } })
  execFileSync('mkfifo', [join(folder, 'other.crl')])
  await until(() => log.some(({ msg }) => /is not good/.test(msg)))
  t.match(log.find(({ msg }) => /is not good/.test(msg)), { level: 50, err: { message: /other\.crl, which is not a regular file/ } })
  t.equal(await whoIs(port), '200 client')
  execFileSync('rm', [join(folder, 'other.crl')])
  writeFileSync(join(folder, 'ca.crl'), mintList(world.authority, { number: 2, revoked: [serialNumber] }))
  await until(async () => await whoIs(port) === '401 REVOKED')
})

t.test('a named pipe in the folder of the cache does not delay what the network has', { skip: parts.missing('mkfifo') }, async (t) => {
  const host = await listHost(t)
  const cacheDirectory = t.testdir()
  const options = { crl: host.url, revocation: { cacheDirectory } }
  host.answer = mintList(world.authority)
  const first = await listen(t, world, { options })
  const [copy] = execFileSync('ls', [cacheDirectory], { encoding: 'utf8' }).trim().split('\n')
  await first.app.close()
  execFileSync('rm', [join(cacheDirectory, copy)])
  execFileSync('mkfifo', [join(cacheDirectory, copy)])
  const { port } = await listen(t, world, { options })
  t.equal(await whoIs(port), '200 client')
})

t.test('a file of a size that none of its kind has is not read', async (t) => {
  const folder = t.testdir({ 'huge.pem': '', 'huge.crl': '' })
  const [ca, crl] = [join(folder, 'huge.pem'), join(folder, 'huge.crl')]
  truncateSync(ca, 500_000_000)
  truncateSync(crl, 500_000_000)
  const cases: Array<[ClientCertificateOptions, RegExp]> = [
    [{ ca }, /'ca' .*huge\.pem, which has more than 16777216 bytes/],
    [{ key: ca, cert: world.server.pem }, /'key' .*huge\.pem, which has more than 1048576 bytes/],
    [{ crl }, /'crl' .*huge\.crl, which has more than 67108864 bytes/],
    [{ crl, revocation: { maxListOctets: 1000 } }, /'crl' .*huge\.crl, which has more than 1000 bytes/]
  ]
  for (const [options, message] of cases) {
    const app = start(options, 10_000)
    await t.rejects(ready(app), { message })
    await app.close()
  }
})
