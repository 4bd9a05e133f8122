import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import clientCertificate from '../../lib/index.js'
import { call, listen, makeWorld, tlsOptions } from '../helpers/application.js'
import { mintClient, type Minted } from '../helpers/mint.js'

const world = makeWorld()
const operator = mintClient(world.authority, { subject: 'operator' })

interface Upgrade { status: number, headers?: Record<string, unknown>, body?: any, said?: any }

/** Tries to upgrade: what the server answered instead, or the first message once upgraded. */
async function upgrade (t: Test, port: number, path: string, client?: Minted): Promise<Upgrade> {
  const { ca, key, cert, servername } = tlsOptions(world, { client })
  const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, { ca, key, cert, servername, checkServerIdentity: () => undefined } as object)
  t.teardown(() => socket.terminate())
  const refused = new Promise<Upgrade>((resolve, reject) => socket.on('error', reject).on('unexpected-response', (_request, response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => { text += part })
    response.on('end', () => resolve({ status: response.statusCode as number, headers: response.headers, body: JSON.parse(text) }))
  }))
  const upgraded = once(socket, 'message').then(([message]) => ({ status: 101, said: JSON.parse(String(message)) }))
  return Promise.race([refused, upgraded])
}

const upgrades: string[] = []

function routes (app: FastifyInstance): void {
  for (const [path, clientCertificate] of Object.entries({ '/socket': true, '/socket/open': false, '/socket/operator': { subject: { commonName: 'operator' } } })) {
    app.get(path, { websocket: true, config: { clientCertificate } }, (socket, request) => {
      upgrades.push(path)
      socket.send(JSON.stringify({ caller: request.clientCertificate?.subject.commonName ?? null, error: request.clientCertificateError?.reason ?? null }))
    })
  }
}

const refused = (status: number, reason: string) => ({ status, body: { code: `FST_CLIENT_CERTIFICATE_${reason}` } })

for (const http2 of [false, true]) {
  for (const order of ['before', 'behind']) {
    t.test(`@fastify/websocket, registered ${order} the plugin${http2 ? ', on an HTTP/2 server with allowHTTP1' : ''}`, async (t) => {
      const { port } = await listen(t, world, {
        http2,
        before: async (app) => { if (order === 'before') await app.register(websocket) },
        routes: async (app) => {
          if (order === 'behind') await app.register(websocket)
          routes(app)
        }
      })
      upgrades.length = 0
      t.match(await upgrade(t, port, '/socket'), { ...refused(401, 'MISSING'), headers: { 'www-authenticate': 'ClientCertificate' } })
      t.match(await upgrade(t, port, '/socket', world.stranger), refused(401, 'UNTRUSTED'))
      t.match(await upgrade(t, port, '/socket/operator', world.client), refused(403, 'FORBIDDEN'))
      t.match(await upgrade(t, port, '/nothing'), refused(401, 'MISSING'))
      t.strictSame(upgrades, [], 'nobody was upgraded')

      t.strictSame(await upgrade(t, port, '/socket', world.client), { status: 101, said: { caller: 'client', error: null } })
      t.strictSame(await upgrade(t, port, '/socket/operator', operator), { status: 101, said: { caller: 'operator', error: null } })
      t.strictSame(await upgrade(t, port, '/socket/open'), { status: 101, said: { caller: null, error: 'MISSING' } })
      t.strictSame(await upgrade(t, port, '/socket/open', world.stranger), { status: 101, said: { caller: null, error: 'UNTRUSTED' } })
      t.match(await call(world, port, '/socket'), refused(401, 'MISSING'), 'the same path without an upgrade')
    })
  }
}

/** What comes over a connection that asks for an upgrade, until it is closed. */
async function untilClosed (socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (part) => { text += part })
  socket.write('GET /socket HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n\r\n')
  await once(socket, 'close')
  return text
}

for (const order of ['before', 'behind']) {
  t.test(`a connection whose upgrade was refused is closed, with @fastify/websocket ${order} the plugin`, async (t) => {
    const register = async (app: FastifyInstance, place: string) => { if (order === place) await app.register(websocket) }
    const { port } = await listen(t, world, { before: (app) => register(app, 'before'), routes: async (app) => { await register(app, 'behind'); routes(app) } })
    t.match(await untilClosed(connectTls({ port, host: '127.0.0.1', ...tlsOptions(world, {}) })), /^HTTP\/1\.1 401 [^]*FST_CLIENT_CERTIFICATE_MISSING/)

    const plain = Fastify()
    t.teardown(() => plain.close())
    await register(plain, 'before')
    await plain.register(clientCertificate, { mode: 'none' })
    await register(plain, 'behind')
    routes(plain)
    await plain.listen({ port: 0, host: '127.0.0.1' })
    t.match(await untilClosed(connect((plain.server.address() as AddressInfo).port, '127.0.0.1')), /^HTTP\/1\.1 401 [^]*FST_CLIENT_CERTIFICATE_MISSING/)
  })
}

t.test('a request for an upgrade that nobody listens for is one like any other', async (t) => {
  const { port } = await listen(t, world)
  const socket = connectTls({ port, host: '127.0.0.1', ...tlsOptions(world, {}) }).setEncoding('latin1')
  t.teardown(() => socket.destroy())
  for (let turn = 0; turn < 2; turn++) {
    socket.write('GET /guarded HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n')
    const [answer] = await once(socket, 'data')
    t.match(answer, /^HTTP\/1\.1 401 /)
    t.notMatch(answer, /connection: close/i)
  }
})
