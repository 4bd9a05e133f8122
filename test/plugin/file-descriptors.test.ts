import { spawn } from 'node:child_process'
import fs, { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect, type TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { listen, makeWorld } from '../helpers/application.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'

const world = makeWorld()
const program = fileURLToPath(new URL('file-descriptors-server.ts', import.meta.url))

t.test('a client that holds all file descriptors of the process does not keep its own revocation out', { skip: process.platform === 'win32' && 'needs ulimit' }, async (t) => {
  const folder = t.testdir({ 'ca.crl': mintList(world.authority, { number: 1 }), 'ca.pem': world.authority.pem, 'server.pem': world.server.pem, 'server.key': world.server.key })
  // What is counted as covered is counted in this process alone.
  const shell = 'unset NODE_OPTIONS NODE_V8_COVERAGE; ulimit -n 128; exec "$@"'
  const server = spawn('sh', ['-c', shell, 'sh', process.execPath, '--import', 'tsx', program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => { server.kill('SIGKILL') })
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]()
  const port = Number((await lines.next()).value)
  const sockets = await fill(port)
  t.teardown(() => { for (const socket of sockets) socket.destroy() })
  t.ok(sockets.length > 50, `${sockets.length} connections are open`)
  writeFileSync(join(folder, 'ca.crl'), mintList(world.authority, { number: 2, revoked: [world.client.certificate.serialNumber] }))
  await Promise.all(sockets.map((socket) => socket.closed || new Promise((resolve) => socket.once('close', resolve))))
  t.pass('all are closed')
})

const outOfDescriptors = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })

/** Files cannot be opened so many times. */
function refuseToOpen (t: Test, times: number): void {
  const genuine = fs.promises.open
  let left = times
  const put = (open: typeof genuine) => { fs.promises.open = open; syncBuiltinESMExports() }
  put((async (...given: Parameters<typeof genuine>) => {
    if (left-- > 0) throw outOfDescriptors
    return genuine(...given)
  }) as typeof genuine)
  t.teardown(() => put(genuine))
}

async function open (port: number, client?: Minted): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca: world.authority.pem, servername: 'localhost', key: client?.key, cert: client?.pem })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  await answers(socket)
  return socket
}

t.test('a reload without file descriptors closes the oldest connections of the client that has most, and is tried again', async (t) => {
  const crl = join(t.testdir({ 'ca.crl': mintList(world.authority, { number: 1 }) }), 'ca.crl')
  const { app, port, log } = await listen(t, world, { options: { crl, watch: false } })
  const other = mintClient(world.authority, { subject: 'other' })
  const sockets = [await open(port, other), await open(port)]
  for (let count = 0; count < 10; count++) sockets.push(await open(port, world.client))
  t.teardown(() => { for (const socket of sockets) socket.destroy() })
  writeFileSync(crl, mintList(world.authority, { number: 2 }))
  refuseToOpen(t, 1)
  t.equal(await app.clientCertificates.reload(), true)
  const left = app.clientCertificates.connections().map(({ certificate }) => certificate?.subject.commonName)
  t.strictSame(left, ['other', undefined, 'client', 'client'])
  t.match(log.find(({ msg }) => /no file descriptors/.test(msg)), { level: 50, closed: 8, client: 'CN=client' })
})

t.test('a stranger with a new certificate for each connection counts as one client, by its address', async (t) => {
  const crl = join(t.testdir({ 'ca.crl': mintList(world.authority, { number: 1 }) }), 'ca.crl')
  const { app, port } = await listen(t, world, { options: { crl, watch: false } })
  const strange = mintAuthority({ subject: 'Strange CA' })
  const sockets = [await open(port, world.client), await open(port, world.client)]
  for (let count = 0; count < 10; count++) sockets.push(await open(port, mintClient(strange)))
  t.teardown(() => { for (const socket of sockets) socket.destroy() })
  writeFileSync(crl, mintList(world.authority, { number: 2 }))
  refuseToOpen(t, 1)
  t.equal(await app.clientCertificates.reload(), true)
  const left = app.clientCertificates.connections().map(({ certificate }) => certificate?.subject.commonName)
  t.strictSame(left, ['client', 'client', undefined, undefined])
})

t.test('where there is nothing to close, or it does not help, the reload fails and the state of before stays', async (t) => {
  const crl = join(t.testdir({ 'ca.crl': mintList(world.authority, { number: 1 }) }), 'ca.crl')
  const { app, port } = await listen(t, world, { options: { crl, watch: false } })
  refuseToOpen(t, Infinity)
  await t.rejects(app.clientCertificates.reload(), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', cause: { code: 'EMFILE' } })
  const socket = await open(port)
  t.teardown(() => socket.destroy())
  await t.rejects(app.clientCertificates.reload(), { cause: { code: 'EMFILE' } })
  t.strictSame(app.clientCertificates.trustAnchors.map(({ subject }) => subject.commonName), ['Test CA'])
})

/** As many connections as the server accepts: no further one is answered. */
async function fill (port: number): Promise<TLSSocket[]> {
  const sockets: TLSSocket[] = []
  for (let count = 0; count < 128; count++) {
    const socket = connect({ port, host: '127.0.0.1', ca: world.authority.pem, servername: 'localhost', key: world.client.key, cert: world.client.pem })
    socket.on('error', () => {})
    if (!await answers(socket)) {
      socket.destroy()
      break
    }
    sockets.push(socket)
  }
  return sockets
}

/** Whether there is an answer, and soon: a server without descriptors may say nothing at all. */
function answers (socket: TLSSocket): Promise<boolean> {
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  return new Promise((resolve) => {
    socket.once('data', () => resolve(true)).once('close', () => resolve(false))
    setTimeout(resolve, 2000, false).unref()
  })
}
