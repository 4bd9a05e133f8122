import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, get, request } from 'node:https'
import { join } from 'node:path'
import t from 'tap'
import { ask, commandsIn, portOf, run } from './running.js'

t.test('who is revoked is out, and the others are not', async (t) => {
  const directory = t.testdir()
  const example = run(t, 'revocation', directory)
  const port = await portOf(example)
  const read = (name: string) => readFileSync(join(directory, 'certs/revocation', name))
  const client = (name: string) => ({ ca: read('ca.cer'), cert: read(`${name}.cer`), key: read(`${name}.key`) })
  const agents = Object.fromEntries(['alice', 'bob'].map((name) => [name, new Agent({ keepAlive: true, maxSockets: 1, ...client(name) })]))
  t.teardown(() => Object.values(agents).forEach((agent) => agent.destroy()))

  t.match(await over(agents.alice, port), { status: 200, reused: false, text: '{"caller":"alice"}' })
  t.match(await over(agents.alice, port), { status: 200, reused: true })
  t.match(await over(agents.bob, port), { status: 200, reused: false })

  // An answer that goes on, over a connection of its own.
  const [clock] = await once(get({ host: 'localhost', port, path: '/clock', agent: false, ...client('alice') }), 'response')
  await once(clock, 'data')
  // It is cut off, which a client hears as an error.
  const clockEnded = new Promise((resolve) => clock.on('error', () => {}).on('close', resolve).resume())

  t.match(await ask(port, '/connections', client('operator')), { status: 200, text: /"CN=alice"[^]*"CN=bob"/ })
  t.equal((await revoke(port, 'nobody', client('operator'))), 404)
  t.equal((await revoke(port, 'alice', client('bob'))), 403)
  const idle = Object.values(agents.alice.freeSockets).flat()[0]
  t.equal((await revoke(port, 'alice', client('operator'))), 200)
  await once(idle!, 'close')
  t.match(await ask(port, '/', client('alice')), { status: 401, text: /FST_CLIENT_CERTIFICATE_REVOKED/ })
  t.match(await over(agents.bob, port), { status: 200, reused: true }, 'bob goes on over the same connection')
  await clockEnded
  t.match(await ask(port, '/connections', client('operator')), { status: 200, text: /^(?![^]*CN=alice)[^]*"CN=bob"/ })
  t.match(await ask(port, '/refusals', client('operator')), { status: 200, text: /"kind":"connection"[^]*"code":"FST_CLIENT_CERTIFICATE_REVOKED","reason":"the certificate was revoked at \S+ \(keyCompromise\)/ })
  t.equal(commandsIn(example.output()).length, 6)
})

function over (agent: Agent, port: number): Promise<{ status: number | undefined, reused: boolean, text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: 'localhost', port, path: '/', agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => { text += part }).on('end', () => resolve({ status: response.statusCode, reused: asked.reusedSocket, text }))
    })
    asked.on('error', reject).end()
  })
}

function revoke (port: number, name: string, client: object): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: 'localhost', port, path: `/revocations/${name}`, method: 'POST', agent: false, ...client }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    }).on('error', reject).end()
  })
}
