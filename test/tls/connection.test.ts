import t, { type Test } from 'tap'
import { once } from 'node:events'
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Server } from 'node:tls'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import { WebSocket, WebSocketServer } from 'ws'
import { connectionOf, TlsServers, type Connection } from '../../lib/tls/index.js'
import { allClosed, authority, client, contexts, listenOn, open, request, restOf, serve, until, type Serving } from './serving.js'

const both = [false, true]
const over = (http2: boolean) => `over an ${http2 ? 'HTTP/2 server with allowHTTP1' : 'HTTP/1 server'}`

function openHttp2 (t: Test, port: number): ClientHttp2Session {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { servername: 'localhost', ca: authority.pem, key: client.key, cert: client.pem, checkServerIdentity: () => undefined })
  t.teardown(() => session.destroy())
  return session
}

/** The only connection that there is. */
function onlyConnection ({ servers }: Pick<Serving, 'servers'>): Connection {
  const [connection, ...others] = servers.connections
  if (connection === undefined || others.length > 0) throw new Error(`${others.length} others`)
  return connection
}

/** Answers whose end waits for the test. */
function held (): { handler: (request: IncomingMessage, response: ServerResponse) => void, next: () => Promise<ServerResponse>, paths: string[] } {
  const waiting: ServerResponse[] = []
  const paths: string[] = []
  let wake = (): void => {}
  return {
    paths,
    handler (request, response) {
      paths.push(request.url as string)
      waiting.push(response)
      wake()
    },
    async next () {
      while (waiting.length === 0) await new Promise<void>((resolve) => { wake = resolve })
      return waiting.shift() as ServerResponse
    }
  }
}

for (const http2 of both) {
  t.test(`an idle connection of HTTP/1 closes at once, ${over(http2)}`, async (t) => {
    const serving = await serve(t, { http2 })
    const socket = await open(t, serving.port)
    socket.write(request())
    t.match(String(await until(socket, /hello/)), /keep-alive/)
    const connection = onlyConnection(serving)
    t.equal(connection.protocol, 'http/1.1')
    t.equal(connection.isUpgraded, false)
    t.equal(connection.isEnding, false)
    connection.end()
    t.equal(connection.isEnding, true)
    connection.end()
    t.equal(await restOf(socket), '')
    await allClosed(serving)
    t.strictSame(serving.closed, serving.connected, 'its end is told, once')
    t.strictSame([...serving.servers.connections], [])
    connection.end()
  })

  t.test(`an answer of HTTP/1 that has not begun is finished, says that it is the last, and is, ${over(http2)}`, async (t) => {
    const { handler, next, paths } = held()
    const serving = await serve(t, { http2, handler })
    const socket = await open(t, serving.port)
    socket.write(request('/one'))
    const answer = await next()
    onlyConnection(serving).end()
    socket.write(request('/two'))
    await new Promise((resolve) => setImmediate(resolve))
    answer.end('all of it')
    const text = await restOf(socket)
    t.match(text, /^HTTP\/1.1 200 OK\r\nconnection: close\r\n[^]*\r\n\r\nall of it$/i)
    t.strictSame(paths, ['/one'], 'the request behind it reaches no handler')
  })

  t.test(`an answer of HTTP/1 that has begun is finished whole, and is the last, ${over(http2)}`, async (t) => {
    const { handler, next, paths } = held()
    const serving = await serve(t, { http2, handler })
    const socket = await open(t, serving.port)
    socket.write(request('/one') + request('/already-read'))
    const answer = await next()
    const other = await next()
    other.end('of the other')
    answer.write('first part')
    const begun = await until(socket, /first part/)
    onlyConnection(serving).end()
    const rest = restOf(socket)
    socket.write(request('/two', 'connection: upgrade\r\nupgrade: websocket\r\n'))
    answer.write('second part')
    await new Promise((resolve) => setImmediate(resolve))
    answer.end('third part')
    t.match(begun, /keep-alive/)
    t.match(await rest, /^b\r\nsecond part\r\na\r\nthird part\r\n0\r\n\r\n$/)
    t.strictSame(paths, ['/one', '/already-read'])
  })

  t.test(`a connection that is ended as soon as it is there serves nothing, ${over(http2)}`, async (t) => {
    const { handler, paths } = held()
    for (const how of ['end', 'destroy'] as const) {
      const serving = await serve(t, { http2, handler, connected: (connection) => connection[how]() })
      const socket = await open(t, serving.port)
      socket.on('error', () => {}).write(request())
      t.equal(await restOf(socket), '')
      if (http2) {
        const session = openHttp2(t, serving.port)
        session.on('error', () => {})
        await once(session.request().on('error', () => {}), 'close')
      }
      t.strictSame(paths, [])
    }
  })
}

t.test('an upgrade behind the answer under way reaches nobody', async (t) => {
  const { handler, next } = held()
  const serving = await serve(t, { handler })
  let upgrades = 0
  serving.server.on('upgrade', () => { upgrades++ })
  const socket = await open(t, serving.port)
  socket.write(request('/one'))
  const answer = await next()
  onlyConnection(serving).end()
  socket.write(request('/two', 'connection: upgrade\r\nupgrade: websocket\r\n'))
  await new Promise((resolve) => setImmediate(resolve))
  answer.end('all of it')
  t.match(await restOf(socket), /connection: close[^]*all of it$/i)
  t.equal(upgrades, 0)
})

t.test('an answer that does not end in time is cut off', async (t) => {
  const { handler, next } = held()
  const serving = await serve(t, { handler })
  const socket = await open(t, serving.port)
  socket.write(request())
  const answer = await next()
  answer.write('part')
  await until(socket, /part/)
  onlyConnection(serving).end(20)
  t.equal(await restOf(socket), '')
  await allClosed(serving)
  t.strictSame(serving.closed, serving.connected)
})

for (const http2 of both) {
  t.test(`a second end cuts off earlier, and never later, ${over(http2)}`, async (t) => {
    const orders = [[600_000, 20], [20, 600_000], [20, 19, 600_000]]
    for (const graces of orders) {
      const { handler, next } = held()
      const serving = await serve(t, { http2, handler })
      const socket = await open(t, serving.port)
      socket.write(request())
      const answer = await next()
      answer.write('part')
      await until(socket, /part/)
      const connection = onlyConnection(serving)
      for (const grace of graces) connection.end(grace)
      t.equal(await restOf(socket), '', graces.join())
      await allClosed(serving)
    }
  })
}

t.test('HTTP/2 is ended by GOAWAY: the stream under way is finished, and no other begins', async (t) => {
  const { handler, next, paths } = held()
  const serving = await serve(t, { http2: true, handler })
  const session = openHttp2(t, serving.port)
  const stream = session.request({ ':path': '/one' })
  const answer = await next()
  const connection = onlyConnection(serving)
  t.equal(connection.protocol, 'h2')
  t.equal(connection.isUpgraded, false)
  connection.end()
  const [code] = await once(session, 'goaway')
  t.equal(code, constants.NGHTTP2_NO_ERROR)
  answer.end('all of it')
  let text = ''
  for await (const part of stream.setEncoding('latin1')) text += part
  t.equal(text, 'all of it')
  if (!session.closed) await once(session, 'close')
  t.strictSame(paths, ['/one'])
  await allClosed(serving)
  await allClosed(serving)
  t.strictSame(serving.closed, serving.connected)
})

t.test('an idle session of HTTP/2 is closed at once, and one with a stream that does not end in time is cut off', async (t) => {
  const { handler, next } = held()
  const serving = await serve(t, { http2: true, handler })
  const idle = openHttp2(t, serving.port)
  await once(idle, 'connect')
  while (serving.connected.length === 0) await new Promise((resolve) => setImmediate(resolve))
  onlyConnection(serving).end()
  if (!idle.destroyed) await once(idle, 'close')

  const busy = openHttp2(t, serving.port)
  const stream = busy.request().on('error', () => {})
  await next()
  for (const connection of serving.servers.connections) connection.end(20)
  await once(stream, 'close')
  t.notOk(stream.rstCode === constants.NGHTTP2_NO_ERROR && stream.readableEnded, 'without an answer')
})

t.test('a connection tells who is there, also by the socket that HTTP/2 puts in front', async (t) => {
  const found: Array<Connection | undefined> = []
  const serving = await serve(t, { http2: true, handler: (request, response) => { found.push(connectionOf(request.socket)); response.end('hello') } })
  const socket = await open(t, serving.port, { servername: 'LocalHost' })
  socket.write(request())
  await until(socket, /hello/)
  const session = openHttp2(t, serving.port)
  await once(session.request().resume(), 'close')
  await once(session.request().resume(), 'close')
  const nameless = await open(t, serving.port, { servername: '' })
  nameless.write(request())
  await until(nameless, /hello/)

  t.equal(found.length, 4)
  t.equal(found[1], found[2], 'of all streams')
  t.strictSame([found[0], found[1], found[3]].map((each) => each?.protocol), ['http/1.1', 'h2', 'http/1.1'])
  t.strictSame([found[0], found[1], found[3]].map((each) => each?.servername), ['localhost', 'localhost', undefined])
  t.strictSame([found[0], found[1], found[3]].map((each) => each?.caller), serving.connected)
  t.strictSame([...serving.servers.connections], serving.connected.map(({ connection }) => connection))
  t.equal(found[0]?.remoteAddress, '127.0.0.1')
  t.equal(connectionOf({}), undefined)
})

/** A WebSocket of the client's, open. */
async function openWebSocket (t: Test, port: number, path = '/'): Promise<WebSocket> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, { ca: authority.pem, key: client.key, cert: client.pem, servername: 'localhost', checkServerIdentity: () => undefined } as object)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

t.test('a WebSocket is ended by 1008, and nothing that it says or is told goes through any more', async (t) => {
  const serving = await serve(t)
  const wss = new WebSocketServer({ server: serving.server as never })
  const said: string[] = []
  const there = once(wss, 'connection')
  const socket = await openWebSocket(t, serving.port)
  const [served] = await there as [WebSocket]
  served.on('message', (message) => { said.push(String(message)) }).on('error', () => {})
  socket.send('before')
  await once(served, 'message')
  const connection = onlyConnection(serving)
  t.equal(connection.isUpgraded, true)
  t.equal(connection.protocol, 'http/1.1')

  const heard: string[] = []
  socket.on('message', (message) => { heard.push(String(message)) })
  const closed = once(served, 'close')
  connection.end()
  socket.send('after')
  const [code] = await once(socket, 'close')
  t.equal(code, 1008)
  await closed
  served.send('after')
  t.strictSame(said, ['before'])
  t.strictSame(heard, [])
  await allClosed(serving)
  t.strictSame(serving.closed, serving.connected)
})

t.test('a WebSocket whose client does not answer is gone when its time is over', async (t) => {
  const serving = await serve(t)
  const wss = new WebSocketServer({ server: serving.server as never })
  const there = once(wss, 'connection')
  const socket = await open(t, serving.port, { allowHalfOpen: true } as object)
  socket.write(request('/', 'connection: upgrade\r\nupgrade: WebSocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n'))
  await there
  await until(socket, /\r\n\r\n/)
  const frame = once(socket, 'data')
  onlyConnection(serving).end(50)
  t.equal((await frame)[0].toString('hex'), '880203f0')
  await allClosed(serving)
  await allClosed(serving)
  t.strictSame(serving.closed, serving.connected)
})

t.test('a WebSocket is ended whatever has it: nobody hears what comes, and what is written ends nothing but the connection', async (t) => {
  for (const how of ['data', 'readable', 'nothing', 'writing'] as const) {
    const serving = await serve(t)
    const heard: string[] = []
    const taken = new Promise<Duplex>((resolve) => serving.server.on('upgrade', (_request, socket: Duplex) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      if (how === 'data') socket.on('data', (part) => { heard.push(String(part)) })
      if (how === 'readable') socket.on('readable', () => { heard.push(String(socket.read())) })
      resolve(socket)
    }))
    const socket = await open(t, serving.port, { allowHalfOpen: true } as object)
    socket.write(request('/', 'connection: upgrade\r\nupgrade: websocket\r\n'))
    const served = await taken
    t.match(await until(socket, /\r\n\r\n/), /101/)
    const frame = once(socket, 'data')
    onlyConnection(serving).end(60_000)
    t.equal((await frame)[0].toString('hex'), '880203f0', how)
    if (how === 'writing') served.write('too late')
    else socket.end('what comes')
    await allClosed(serving)
    t.strictSame(heard, [])
  }
})

for (const http2 of both) {
  t.test(`@fastify/websocket is ended by 1008, ${over(http2)}`, async (t) => {
    const app = Fastify({ ...(http2 ? { http2: true, https: { allowHTTP1: true } } : { https: {} }), forceCloseConnections: true } as object) as unknown as FastifyInstance
    t.teardown(() => app.close())
    const servers = new TlsServers(app.server as never, contexts(), true, { connected: () => ({}), failed () {}, closed () {} })
    servers.open()
    t.teardown(() => servers.close())
    await app.register(websocket)
    app.get('/', { websocket: true }, (socket) => { socket.send('hello') })
    await app.ready()
    const port = await listenOn(app.server as never)
    const socket = await openWebSocket(t, port)
    onlyConnection({ servers }).end()
    const [code] = await once(socket, 'close')
    t.equal(code, 1008)
  })
}

t.test('another protocol, a tunnel, and a WebSocket that has no answer yet are closed at once', async (t) => {
  const heads = {
    'another protocol': request('/', 'connection: upgrade\r\nupgrade: other\r\n'),
    'a tunnel': 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n',
    'no answer yet': request('/', 'connection: upgrade\r\nupgrade: websocket\r\n')
  }
  for (const [name, head] of Object.entries(heads)) {
    const serving = await serve(t)
    const taken = new Promise<void>((resolve) => {
      const take = (request: IncomingMessage, socket: Duplex) => {
        if (request.headers.upgrade !== 'websocket') socket.write('taken over')
        resolve()
      }
      serving.server.on('upgrade', take).on('connect', take)
    })
    const socket = await open(t, serving.port)
    const text = restOf(socket)
    socket.write(head)
    await taken
    t.equal(onlyConnection(serving).isUpgraded, true, name)
    onlyConnection(serving).end()
    t.match(await text, /^(?:taken over)?$/, name)
    await allClosed(serving)
    t.strictSame(serving.closed, serving.connected, name)
  }
})

t.test('a request for an upgrade is answered like any other as long as nobody listens for it', async (t) => {
  const serving = await serve(t)
  const ask = async () => {
    const socket = await open(t, serving.port)
    socket.write(request('/', 'connection: upgrade\r\nupgrade: websocket\r\n'))
    return until(socket, /hello|taken over/)
  }
  t.match(await ask(), /^HTTP\/1.1 200/)
  const take = (_request: IncomingMessage, socket: Duplex) => { socket.end('taken over') }
  serving.server.on('upgrade', take)
  t.equal(await ask(), 'taken over')
  serving.server.off('upgrade', take)
  t.equal(serving.server.listenerCount('upgrade'), 0)
  t.match(await ask(), /^HTTP\/1.1 200/)
})

t.test('servers that are closed are left with the listeners that they had', async (t) => {
  const server = createServer() as unknown as Server
  server.on('upgrade', () => {})
  const counts = () => server.eventNames().map((name) => `${String(name)} ${server.listenerCount(name)}`).sort()
  const before = counts()
  const servers = new TlsServers(server, contexts(), true, { connected: () => ({}), failed () {}, closed () {} })
  servers.open()
  t.notSame(counts(), before)
  servers.close()
  t.strictSame(counts(), before)
})

t.test('upgrades of an application that listened for them before are seen, too', async (t) => {
  const serving = await serve(t)
  serving.servers.close()
  const wss = new WebSocketServer({ server: serving.server as never })
  const servers = new TlsServers(serving.server, contexts(), true, { connected: () => ({}), failed () {}, closed () {} })
  servers.open()
  t.teardown(() => servers.close())
  const there = once(wss, 'connection')
  const socket = await openWebSocket(t, serving.port)
  await there
  onlyConnection({ servers }).end()
  t.equal((await once(socket, 'close'))[0], 1008)
})
