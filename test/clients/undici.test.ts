import t, { type Test } from 'tap'
import { Agent, request, type Dispatcher } from 'undici'
import type { Certificate } from '../../lib/certificate/index.js'
import { listen, makeWorld } from '../helpers/application.js'
import type { Minted } from '../helpers/mint.js'

const world = makeWorld()

/** An application that counts its connections, and keeps every certificate that a handler saw. */
async function open (t: Test, http2: boolean) {
  const seen: Array<Certificate | null> = []
  const versions = new Set<string>()
  const barrier = gate(4)
  const { app, port } = await listen(t, world, {
    http2,
    routes: (app) => {
      app.addHook('onRequest', async ({ clientCertificate, raw }) => { seen.push(clientCertificate); versions.add(raw.httpVersion) })
      app.post('/guarded', async ({ body, clientCertificate }) => ({ caller: clientCertificate!.subject.commonName, body }))
      app.get('/together', async ({ clientCertificate }) => ({ caller: clientCertificate!.subject.commonName, together: await barrier() }))
    }
  })
  let connections = 0
  app.server.on('secureConnection', () => { connections++ })
  return { origin: `https://127.0.0.1:${port}`, seen, versions, connections: () => connections }
}

/** Lets nobody through before so many have come; all are told how many came. */
function gate (size: number): () => Promise<number> {
  let came = 0
  let letThrough: (came: number) => void
  const full = new Promise<number>((resolve) => { letThrough = resolve })
  return () => {
    if (++came === size) letThrough(came)
    return full
  }
}

function agentOf (t: Test, client: Minted | undefined, options: Agent.Options): Agent {
  const agent = new Agent({ ...options, connect: { ca: world.authority.pem, servername: 'localhost', ...(client && { key: client.key, cert: client.pem }) } })
  t.teardown(() => agent.destroy())
  return agent
}

async function ask (dispatcher: Dispatcher, url: string, options: object = {}) {
  const { statusCode, headers, body } = await request(url, { dispatcher, ...options })
  return { status: statusCode, challenge: headers['www-authenticate'], body: await body.json() }
}

for (const [name, http2] of [['HTTP/1.1', false], ['HTTP/2', true]] as const) {
  const version = http2 ? '2.0' : '1.1'
  const settings = { allowH2: http2, connections: 1 }

  t.test(`undici over ${name} keeps one connection, whose requests all see the same certificate object`, async (t) => {
    const { origin, seen, versions, connections } = await open(t, http2)
    const agent = agentOf(t, world.client, settings)
    for (let turn = 0; turn < 3; turn++) t.strictSame(await ask(agent, `${origin}/guarded`), { status: 200, challenge: undefined, body: { caller: 'client', error: null } })
    const post = { method: 'POST', body: JSON.stringify({ order: 1 }), headers: { 'content-type': 'application/json' } }
    t.strictSame(await ask(agent, `${origin}/guarded`, post), { status: 200, challenge: undefined, body: { caller: 'client', body: { order: 1 } } })
    t.equal(connections(), 1)
    t.strictSame([...versions], [version])
    t.equal(seen.length, 4)
    t.equal(new Set(seen).size, 1, 'decoded once')
    t.strictSame(seen[0]?.raw, world.client.der)
  })

  t.test(`undici over ${name} has several requests under way on one connection, all of one caller`, async (t) => {
    const { origin, seen, connections } = await open(t, http2)
    const agent = agentOf(t, world.client, { ...settings, pipelining: 4 })
    // The first one opens the connection.
    await ask(agent, `${origin}/guarded`)
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(agent, `${origin}/together`, { blocking: false })))
    t.strictSame(answers, Array(4).fill({ status: 200, challenge: undefined, body: { caller: 'client', together: 4 } }))
    t.equal(connections(), 1)
    t.equal(new Set(seen).size, 1)
  })

  t.test(`undici over ${name} without a certificate, or with one of another CA, is told why it is refused`, async (t) => {
    const { origin, connections } = await open(t, http2)
    const missing = { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_MISSING', error: 'Unauthorized', message: 'A client certificate is required' }
    const untrusted = { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', error: 'Unauthorized', message: 'The client certificate is not trusted' }
    for (const [client, body] of [[undefined, missing], [world.stranger, untrusted]] as const) {
      const agent = agentOf(t, client, settings)
      t.strictSame(await ask(agent, `${origin}/guarded`), { status: 401, challenge: 'ClientCertificate', body })
      t.strictSame(await ask(agent, `${origin}/open`), { status: 200, challenge: undefined, body: { caller: null, error: body.code } })
    }
    t.equal(connections(), 2)
  })
}
