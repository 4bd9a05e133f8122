import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import dns from 'node:dns'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import websocket from '@fastify/websocket'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import type { FastifyInstance } from 'fastify'
import { callHttp2, listen, makeWorld, openHttp2, tlsOptions, type Call } from '../helpers/application.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'

// What has to end with a certificate: every way to go on speaking for it, over real sockets. Each way is opened while the
// certificate is good, then it stops to be, and nothing may be answered for it any more.

const world = makeWorld()
const other = mintAuthority({ subject: 'Other CA' })
const bystander = mintClient(other, { subject: 'bystander' })

/** One way to speak to the server, once it is open. */
interface Way {
  readonly name: string
  /** The status of one more request, or `closed`. */
  ask (): Promise<number | 'closed'>
  /** Settles when the server has closed it; `undefined` where there is nothing open. */
  readonly closed: Promise<unknown> | undefined
}

interface Scene { readonly app: FastifyInstance, readonly port: number, readonly client: Minted }

type Opener = (t: Test, scene: Scene) => Promise<Way>

async function open (t: Test, port: number, { host = '127.0.0.1', ...options }: Call): Promise<TLSSocket> {
  const socket = connect({ port, host, checkServerIdentity: () => undefined, ...tlsOptions(world, options) })
  t.teardown(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket.on('error', () => {})
}

/** One request by hand over a socket that stays open. */
function ask (socket: TLSSocket): Promise<number | 'closed'> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.readableEnded) return resolve('closed')
    let text = ''
    socket.on('close', () => resolve('closed')).on('end', () => resolve('closed')).on('data', function more (part) {
      text += part.toString('latin1')
      const [status] = /^HTTP\/1\.1 (\d+)[^]*\r\n\r\n.+/.exec(text)?.slice(1) ?? []
      if (status === undefined) return
      socket.off('data', more)
      resolve(Number(status))
    })
    socket.write('GET /guarded HTTP/1.1\r\nhost: localhost\r\n\r\n')
  })
}

const keptAlive = (name: string, options: Call): Opener => async (t, { port, client }) => {
  const socket = await open(t, port, { client, ...options })
  return { name, ask: () => ask(socket), closed: once(socket, 'close') }
}

const overHttp2: Opener = async (t, { port, client }) => {
  const session = openHttp2(world, port, { client, ...({ ALPNProtocols: ['h2'] }) })
  t.teardown(() => session.destroy())
  session.on('error', () => {})
  let goaway = false
  session.on('goaway', () => { goaway = true })
  const closed = once(session, 'close').then(() => { if (!goaway) throw new Error('there was no GOAWAY') })
  const asked = async () => session.closed || session.destroyed ? 'closed' : callHttp2(session, '/guarded').then(({ status }) => status, () => 'closed' as const)
  return { name: 'HTTP/2', ask: asked, closed }
}

/** A session of a good connection, presented by a new one. */
const resumed = (version: 'TLSv1.2' | 'TLSv1.3'): Opener => async (t, { port, client }) => {
  const tls = { minVersion: version, maxVersion: version } as const
  const first = await open(t, port, { client, ...tls })
  const session = first.getSession() !== undefined && version === 'TLSv1.2' ? first.getSession() as Buffer : (await once(first, 'session'))[0] as Buffer
  first.destroy()
  return {
    name: `a resumed session, ${version}`,
    closed: undefined,
    async ask () {
      const socket = await open(t, port, { client, session, ...tls })
      return ask(socket)
    }
  }
}

const overWebSocket: Opener = async (t, { port, client }) => {
  const { ca, key, cert, servername } = tlsOptions(world, { client })
  const socket = new WebSocket(`wss://127.0.0.1:${port}/socket`, { ca, key, cert, servername, checkServerIdentity: () => undefined } as object)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  const closed = once(socket, 'close').then(([code]) => { if (code !== 1008) throw new Error(`closed with ${code}`) })
  const asked = async () => {
    if (socket.readyState !== WebSocket.OPEN) return 'closed'
    socket.send('more')
    return Promise.race([once(socket, 'message').then(() => 200), once(socket, 'close').then(() => 'closed' as const)])
  }
  return { name: 'a WebSocket', ask: asked, closed }
}

const openers: readonly Opener[] = [
  keptAlive('a kept-alive connection', {}),
  keptAlive('a kept-alive connection, TLS 1.2', { maxVersion: 'TLSv1.2' }),
  keptAlive('the second address', { host: '127.0.0.2' }),
  keptAlive('another SNI', { servername: 'other.example' }),
  overHttp2,
  resumed('TLSv1.2'),
  resumed('TLSv1.3'),
  overWebSocket
]

interface Files { ca: string, crl: string }

interface Event {
  readonly name: string
  readonly notAfter?: () => Date
  /** Makes the certificate stop being good. */
  happen (files: Files, client: Minted, app: FastifyInstance): unknown
  readonly code: string
}

const events: readonly Event[] = [
  {
    name: 'a reload with other CAs',
    code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED',
    async happen ({ ca }, _client, app) {
      writeFileSync(ca, other.pem)
      await app.clientCertificates.reload()
    }
  },
  { name: 'the CA is taken out of its file', code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', happen: ({ ca }) => writeFileSync(ca, other.pem) },
  {
    name: 'a certificate list with the certificate on it',
    code: 'FST_CLIENT_CERTIFICATE_REVOKED',
    happen: ({ crl }, client) => writeFileSync(crl, mintList(world.authority, { number: 2, revoked: [client.certificate.serialNumber] }) + mintList(other))
  },
  { name: 'the end of its validity', code: 'FST_CLIENT_CERTIFICATE_EXPIRED', notAfter: () => new Date(Date.now() + 20_000), happen: (_files, client) => until(client.certificate.validity.notAfter.getTime() + 1000) }
]

const until = (at: number) => new Promise((resolve) => setTimeout(resolve, at - Date.now()))

// The connection is closed within a second of what is then known, but a busy machine may learn of a change much later. Less
// than after what else would close it: see keepAliveTimeout below.
const bound = 300_000

function twoAddresses (t: Test): void {
  const { lookup } = dns
  t.teardown(() => { dns.lookup = lookup })
  dns.lookup = ((host: string, options: { all?: boolean }, found: Function) => host === 'localhost' && options.all === true
    ? found(null, [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }])
    : lookup(host, options, found as never)) as unknown as typeof dns.lookup
}

const within = <Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> => Promise.race([
  promise,
  new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error(`it took longer than ${milliseconds} ms`)), milliseconds).unref())
])

async function start (t: Test, files: Files, ticketKeys: Buffer | undefined): Promise<{ app: FastifyInstance, port: number }> {
  twoAddresses(t)
  writeFileSync(files.ca, world.authority.pem + other.pem)
  writeFileSync(files.crl, mintList(world.authority) + mintList(other))
  return listen(t, world, {
    http2: true,
    host: 'localhost',
    // Newer versions of Node close idle connections of HTTP/1 to a server of HTTP/2 after five seconds, and the end of a validity takes longer.
    https: { http1Options: { keepAliveTimeout: 3_600_000 } },
    options: { ca: files.ca, crl: files.crl, tls: { ticketKeys } },
    before: (app) => app.register(websocket),
    routes: (app) => app.get('/socket', { websocket: true }, (socket) => { socket.on('message', () => socket.send('answer')) })
  })
}

for (const event of events) {
  for (const ticketKeys of [undefined, Buffer.alloc(48, 7)]) {
    t.test(`${event.name} ends every way to speak for it${ticketKeys === undefined ? '' : ', with explicit ticketKeys'}`, async (t) => {
      const folder = t.testdir({})
      const files = { ca: join(folder, 'ca.pem'), crl: join(folder, 'lists.pem') }
      const { app, port } = await start(t, files, ticketKeys)
      const client = mintClient(world.authority, { notAfter: event.notAfter?.() })
      const ways: Way[] = []
      for (const opener of openers) ways.push(await opener(t, { app, port, client }))
      const undisturbed = await open(t, port, { client: bystander })
      for (const way of ways) t.equal(await way.ask(), 200, `${way.name}: good at first`)
      t.equal(await ask(undisturbed), 200)

      await event.happen(files, client, app)
      const closing = Promise.all(ways.map(async ({ name, closed }) => {
        if (closed !== undefined) await t.resolves(within(bound, closed), `${name}: closed`)
      }))
      await closing
      for (const way of ways) t.match(await way.ask(), way.closed === undefined ? 401 : 'closed', `${way.name}: not answered any more`)
      t.equal(await ask(undisturbed), 200, 'others go on, over the connection that they had')
      t.match(app.clientCertificates.refusals().filter(({ kind }) => kind === 'connection'), ways.filter(({ closed }) => closed !== undefined).map(() => ({ code: event.code })), 'each is in the journal')
      t.equal(app.clientCertificates.connections().filter(({ certificate }) => certificate?.subject.commonName === 'bystander').length, 1)
    })
  }
}
