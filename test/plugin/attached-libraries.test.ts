import dns from 'node:dns'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { io as connectIo, type Socket } from 'socket.io-client'
import { Server } from 'socket.io'
import ts from 'typescript'
import { WebSocket } from 'ws'
import { call, listen, makeWorld, tlsOptions, type Listening, type ListenOptions } from '../helpers/application.js'
import { mintClient, type Minted } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'
import { blocks } from '../helpers/walk.js'
import { upgrade } from './upgrade.js'

// The guide's examples, each attached to a server as a user would.

const world = makeWorld()
t.setTimeout(900_000)
const { authority, client, stranger } = world
const operator = mintClient(authority, { subject: [['organizationalUnitName', 'Operations'], ['commonName', 'olga']] })

/** A function of an application that does what the guide's block says. */
async function example (t: Test, heading: string, place = 0): Promise<(app: FastifyInstance) => unknown> {
  const lines = blocks('docs/raw-requests.md', heading, heading === 'tRPC' ? 'ts' : 'js')[place].split('\n')
  const isImport = (line: string) => line.startsWith('import ')
  const result = heading === 'Socket.IO' ? 'io' : 'undefined'
  const text = [...lines.filter(isImport), 'export default (app) => {', ...lines.filter((line) => !isImport(line)), `return ${result}`, '}'].join('\n')
  const { outputText } = ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } })
  const folder = t.testdir({ 'example.mjs': outputText })
  return (await import(join(folder, 'example.mjs'))).default
}

async function start (t: Test, attach: (app: FastifyInstance) => unknown, order: 'before' | 'behind' = 'behind', options: ListenOptions = {}): Promise<Listening> {
  const place = (when: string) => (app: FastifyInstance) => { if (order === when) attach(app) }
  return listen(t, world, { before: place('before'), routes: place('behind'), ...options })
}

/** The next event of a client of Socket.IO. */
const next = (socket: Socket, event: 'welcome' | 'connect' | 'connect_error' | 'disconnect') => new Promise<any>((resolve) => { socket.once(event as never, resolve as never) })

/** A client of Socket.IO that is connected, or the error that it got instead. */
async function openIo (t: Test, port: number, transport: string, by?: Minted, path = '/socket.io/', host = '127.0.0.1'): Promise<{ socket: Socket, welcome?: string, error?: string }> {
  const socket = connectIo(`https://${host}:${port}`, { ...tlsOptions(world, { client: by }), rejectUnauthorized: false, transports: [transport], reconnection: false, forceNew: true, path } as object)
  t.teardown(() => socket.disconnect())
  const said = next(socket, 'welcome').then((welcome) => ({ socket, welcome }))
  const failed = next(socket, 'connect_error').then(({ description }) => ({ socket, error: String(description) }))
  // The other example says nothing.
  const silent = new Promise<{ socket: Socket }>((resolve) => { if (path !== '/socket.io/') next(socket, 'connect').then(() => resolve({ socket })) })
  return Promise.race([said, failed, silent])
}

for (const transport of ['polling', 'websocket']) {
  for (const order of ['before', 'behind'] as const) {
    t.test(`Socket.IO by ${transport}, attached ${order} the plugin, serves clients alone, until their certificate is denied`, async (t) => {
      let io = undefined as unknown as Server
      const attach = await example(t, 'Socket.IO')
      const { app, port, log } = await start(t, (app) => { io = attach(app) as Server }, order)
      const connected: unknown[] = []
      io.on('connection', (socket) => { connected.push(socket.data.certificate.subject.commonName) })
      for (const by of [undefined, stranger]) t.ok((await openIo(t, port, transport, by)).error, 'refused')
      t.strictSame(connected, [])
      t.match(app.clientCertificates.refusals().map(({ code }) => code), ['FST_CLIENT_CERTIFICATE_MISSING', 'FST_CLIENT_CERTIFICATE_UNTRUSTED'])
      const { socket, welcome } = await openIo(t, port, transport, client)
      t.equal(welcome, 'client')
      const left = once([...io.sockets.sockets.values()][0], 'disconnect')
      const ended = next(socket, 'disconnect')
      const lift = app.clientCertificates.deny({ publicKeyFingerprint256: client.certificate.publicKeyFingerprint256 })
      await ended
      // Between two polls there is no connection, and so Socket.IO waits for its own timeout.
      if (transport === 'websocket') await left
      t.ok((await openIo(t, port, transport, client)).error, 'and comes back no more')
      t.strictSame(connected, ['client'])
      const reasons = app.clientCertificates.refusals().slice(2).map(({ kind, code }) => `${kind} ${code}`)
      t.ok(reasons.includes('request FST_CLIENT_CERTIFICATE_REVOKED'))
      if (transport === 'websocket') t.equal(reasons[0], 'connection FST_CLIENT_CERTIFICATE_REVOKED')
      lift()
      t.match(await call(world, port, '/open'), { status: 200 }, 'routes are as they were')
      t.match(await call(world, port, '/guarded'), { status: 401 })
      t.match(log.find(({ msg }) => msg.startsWith('these listeners get requests')), { level: 30, clientCertificate: { listeners: [{ event: 'request' }, { event: 'upgrade' }] } })
      await io.close()
    })
  }
}

t.test('allowRequest of Socket.IO lets in whom its policy permits', async (t) => {
  let io = undefined as unknown as Server
  const attach = await example(t, 'Socket.IO', 1)
  const { app, port } = await start(t, (app) => { io = attach(app) as Server })
  for (const transport of ['polling', 'websocket']) {
    t.ok((await openIo(t, port, transport, client, '/operators/')).error)
    t.notOk((await openIo(t, port, transport, operator, '/operators/')).error)
  }
  t.strictSame(app.clientCertificates.refusals().map(({ code }) => code), Array(2).fill('FST_CLIENT_CERTIFICATE_FORBIDDEN'))
  await io.close()
})

t.test('the second server of listen({ host: \'localhost\' }) has the key, and is guarded, with Socket.IO attached', async (t) => {
  const { lookup } = dns
  t.teardown(() => { dns.lookup = lookup })
  const addresses = [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }]
  dns.lookup = ((host: string, options: { all?: boolean }, found: Function) =>
    host === 'localhost' && options.all === true ? found(null, addresses) : lookup(host, options, found as never)) as unknown as typeof dns.lookup
  for (const order of ['before', 'behind'] as const) {
    let io = undefined as unknown as Server
    const attach = await example(t, 'Socket.IO')
    const { app, port } = await start(t, (app) => { io = attach(app) as Server }, order, { host: 'localhost' })
    t.equal(app.addresses().length, 2)
    for (const { address: host } of addresses) {
      t.match(await call(world, port, '/guarded', { host }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } }, host)
      t.match(await call(world, port, '/guarded', { host, client }), { status: 200, body: { caller: 'client' } }, host)
      t.ok((await openIo(t, port, 'websocket', undefined, undefined, host)).error, host)
      t.equal((await openIo(t, port, 'websocket', client, undefined, host)).welcome, 'client', host)
    }
    await io.close()
  }
})

t.test('verifyClient of ws lets in whom its policy permits', async (t) => {
  const { port } = await start(t, await example(t, 'ws'))
  const socket = new WebSocket(`wss://127.0.0.1:${port}/operators`, { ...tlsOptions(world, { client }), checkServerIdentity: () => undefined } as object)
  const [, { statusCode }] = await once(socket, 'unexpected-response')
  t.equal(statusCode, 403)
  socket.on('error', () => {}).terminate()
  t.match(await upgrade(t, world, port, '/operators'), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } })
  const opened = new WebSocket(`wss://127.0.0.1:${port}/operators`, { ...tlsOptions(world, { client: operator }), checkServerIdentity: () => undefined } as object)
  t.teardown(() => opened.terminate())
  t.equal(String((await once(opened, 'message'))[0]), 'hello olga')
})

t.test('applyWSSHandler of tRPC knows the client in its context', async (t) => {
  const { app, port } = await start(t, await example(t, 'tRPC'))
  for (const by of [undefined, stranger]) t.match(await upgrade(t, world, port, '/', by), { status: 401 })
  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { ...tlsOptions(world, { client }), checkServerIdentity: () => undefined } as object)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  socket.send(JSON.stringify({ id: 1, method: 'query', params: { path: 'whoami' } }))
  t.match(JSON.parse(String((await once(socket, 'message'))[0])), { id: 1, result: { data: 'client' } })
  const closed = once(socket, 'close')
  app.clientCertificates.deny({ publicKeyFingerprint256: client.certificate.publicKeyFingerprint256 })
  t.equal((await closed)[0], 1008)
})

for (const transport of ['polling', 'websocket']) {
  t.test(`connections of Socket.IO by ${transport} end when the certificate expires, and when it is revoked`, async (t) => {
    let io = undefined as unknown as Server
    const attach = await example(t, 'Socket.IO')
    const folder = t.testdir({ 'lists.pem': mintList(authority) })
    const crl = join(folder, 'lists.pem')
    const { app, port } = await start(t, (app) => { io = attach(app) as Server }, 'behind', { options: { crl } })
    const revoked = mintClient(authority, { subject: 'revoked' })
    const brief = mintClient(authority, { subject: 'brief', notAfter: new Date(Date.now() + 5000) })
    const ended = []
    for (const by of [brief, revoked]) {
      const { socket, welcome } = await openIo(t, port, transport, by)
      t.equal(welcome, by.certificate.subject.commonName)
      ended.push(next(socket, 'disconnect'))
    }
    writeFileSync(crl, mintList(authority, { number: 2, revoked: [revoked.certificate.serialNumber] }))
    await app.clientCertificates.reload()
    await Promise.all(ended)
    const ends = app.clientCertificates.refusals().map(({ code, subject }) => `${subject} ${code}`)
    t.strictSame([...new Set(ends)].sort(), ['CN=brief FST_CLIENT_CERTIFICATE_EXPIRED', 'CN=revoked FST_CLIENT_CERTIFICATE_REVOKED'])
    await io.close()
  })
}
