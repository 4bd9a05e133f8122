import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import t, { type Test } from 'tap'
import { isUpgraded, UpgradedConnection } from '../../lib/tls/index.js'

const caller = {}

/** A client that asked for another protocol, and the server's side of it, which has not answered. */
async function upgrade (t: Test, protocol = 'websocket'): Promise<{ client: Socket, request: IncomingMessage, socket: Duplex }> {
  const server = createServer()
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => client.destroy())
  client.write(`GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\n\r\n`)
  const [request, socket] = await once(server, 'upgrade')
  return { client, request, socket }
}

const accepted = 'HTTP/1.1 101 Switching Protocols\r\n\r\n'

async function readAll (client: Socket): Promise<string> {
  let text = ''
  client.on('data', (part) => { text += part.toString('latin1') })
  await once(client, 'end')
  return text
}

t.test('a WebSocket that was answered ends by a close frame', async (t) => {
  const { client, request, socket } = await upgrade(t, 'WebSocket')
  t.ok(isUpgraded(request))
  const connection = new UpgradedConnection(request, caller, 'localhost')
  t.match(connection, { caller, servername: 'localhost', remoteAddress: '127.0.0.1', protocol: 'http/1.1', isUpgraded: true, isEnding: false })
  const closed = new Promise<void>((resolve) => connection.onClose(resolve))
  socket.write(accepted)
  connection.end()
  connection.end()
  t.equal(connection.isEnding, true)
  t.equal(await readAll(client), `${accepted}\x88\x02\x03\xf0`)
  client.end()
  await closed
  connection.end()
})

t.test('what was not answered yet, and other protocols, are closed without a word', async (t) => {
  for (const [protocol, answer] of [['websocket', ''], ['other', accepted]]) {
    const { client, request, socket } = await upgrade(t, protocol)
    const connection = new UpgradedConnection(request, caller, undefined)
    socket.write(answer)
    connection.end()
    t.equal(socket.destroyed, true, protocol)
    client.on('error', () => {})
  }
})

t.test('who does not close is closed', async (t) => {
  const { client, request, socket } = await upgrade(t)
  const connection = new UpgradedConnection(request, caller, undefined)
  socket.write(accepted)
  connection.end(20)
  // It reads on, and never closes its own side.
  client.resume()
  await once(socket, 'close')
  t.equal(socket.destroyed, true)
})

t.test('a second end only brings the cut nearer', async (t) => {
  const { client, request, socket } = await upgrade(t)
  const connection = new UpgradedConnection(request, caller, undefined)
  socket.write(accepted)
  for (const grace of [600_000, 700_000, 20]) connection.end(grace)
  client.resume()
  await once(socket, 'close')
  t.equal(socket.destroyed, true)
})

t.test('it can be cut off', async (t) => {
  const { request, socket } = await upgrade(t)
  new UpgradedConnection(request, caller, undefined).destroy()
  t.equal(socket.destroyed, true)
})

t.test('an ordinary request is none, nor is one whose client is gone', async (t) => {
  const server = createServer()
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const [request] = await once(server, 'request')
  t.notOk(isUpgraded(request))
  request.on('error', () => {})
  client.destroy()
  await once(request.socket, 'close')
  t.equal(request.socket.parser, null)
  t.notOk(isUpgraded(request))
})
