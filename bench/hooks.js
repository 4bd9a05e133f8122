// What the plugin adds inside the server's process, over live TLS sockets: its hooks on a request, its listener on a connection.
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import clientCertificate from '../dist/index.js'
import { summary } from './figures.js'
import { makeAuthority } from './material.js'

const clients = 8500
// What a process does first says little of what it does all day (V8 compiles what is called often): these are not timed.
const warmingUp = 8000
const turns = 200_000

const file = fileURLToPath(import.meta.url)

/** Microseconds. Each figure is the median of a fresh process: of one the least says what is possible, of all the median what is usual. */
export function measureHooks (rounds, log) {
  const found = Array.from({ length: rounds }, (_, round) => {
    log(`hooks and listeners, round ${round + 1} of ${rounds}`)
    return JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
  })
  const over = (of) => summary(found.map((each) => of(each).median))
  const all = (part) => Object.fromEntries(Object.keys(found[0][part]).map((kind) => [kind, over((each) => each[part][kind])]))
  return { request: over((each) => each.request), connection: all('connection'), ofNode: all('ofNode') }
}

if (process.argv[1] === file) process.stdout.write(JSON.stringify(await measureOnce()))

/** Each figure of a connection is one connection's, each of a request a batch's mean. */
async function measureOnce () {
  const { authority, issue, pem, pkcs8 } = await makeAuthority()
  const server = await issue('server', 'CN=localhost', [{ type: 'dNSName', value: 'localhost' }])
  const { app, hooks } = await makeApplication({ key: pkcs8(server.privateKey), cert: pem(server.certificate), ca: pem(authority.certificate) })
  const found = {}
  app.get('/', (request, reply) => { found.request = timeHooks(request, reply, hooks); reply.send('ok') })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const identities = await Promise.all(Array.from({ length: clients }, (_, number) => issue('client', `CN=client ${number},O=Example`, [{ type: 'rfc822Name', value: `client${number}@example.com` }])))
  const visit = visitor(app, pem(authority.certificate), identities.map((each) => ({ key: pkcs8(each.privateKey), cert: pem(each.certificate) })))
  const timeVisits = async (timed, from, to, options) => {
    timed.figures.length = 0
    await visit(from, to, options)
    return summary(timed.figures)
  }
  const timed = timeListener(app.server)
  await visit(0, warmingUp)
  const neverSeen = await timeVisits(timed, warmingUp, clients)
  const seenBefore = await timeVisits(timed, warmingUp, clients)
  const withRoot = await timeVisits(timed, warmingUp, clients, { sendRoot: true })
  await visit(0, 1, { ask: true })
  const ofNode = {
    certificate: await timeVisits(timeInstead(app.server, (socket) => socket.getPeerX509Certificate().fingerprint256), warmingUp, clients),
    signature: await timeVisits(timeInstead(app.server, oneSignature()), warmingUp, clients)
  }
  await app.close()
  return { ...found, connection: { neverSeen, seenBefore, withRoot }, ofNode }
}

async function makeApplication (options) {
  const app = Fastify({ https: {} })
  const hooks = {}
  const addHook = app.addHook
  // The plugin's own functions, as Fastify is given them.
  app.addHook = function (name, hook) { hooks[name] ??= hook; return addHook.call(this, name, hook) }
  await app.register(clientCertificate, options)
  app.addHook = addHook
  return { app, hooks }
}

/** Both hooks, called again and again with the live request of a kept-alive connection, less two empty ones. */
function timeHooks (request, reply, hooks) {
  const nothing = (_request, _reply, done) => done()
  const batches = []
  for (let batch = -2; batch < 15; batch++) {
    const empty = run([nothing, nothing], request, reply)
    const ours = run([hooks.onRequest, hooks.preHandler], request, reply)
    if (batch >= 0) batches.push(ours - empty)
  }
  return summary(batches)
}

function run ([first, second], request, reply) {
  let calls = 0
  const done = (error) => { if (error) throw error; calls++ }
  const begin = process.hrtime.bigint()
  for (let left = turns; left > 0; left--) {
    // What a request is asked once, each turn is to be asked again.
    request.clientCertificateCalled = null
    first(request, reply, done)
    second(request, reply, done)
  }
  const elapsed = Number(process.hrtime.bigint() - begin) / 1000 / turns
  if (calls !== 2 * turns) throw new Error('a hook did not let the request through')
  return elapsed
}

/** Puts a clock around the plugin's listener, which is the first there. */
function timeListener (server) {
  const figures = []
  const [listener] = server.listeners('secureConnection')
  server.off('secureConnection', listener)
  server.prependListener('secureConnection', function (socket) {
    const begin = process.hrtime.bigint()
    listener.call(this, socket)
    figures.push(Number(process.hrtime.bigint() - begin) / 1000)
  })
  return { figures }
}

/** What Node itself takes in the same place: one call between two handshakes finds caches as cold as the listener does. */
function timeInstead (server, call) {
  const figures = []
  server.removeAllListeners('secureConnection')
  server.on('secureConnection', (socket) => {
    const begin = process.hrtime.bigint()
    call(socket)
    figures.push(Number(process.hrtime.bigint() - begin) / 1000)
    socket.on('error', () => {})
  })
  return { figures }
}

function oneSignature () {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const content = Buffer.alloc(400)
  const signature = sign('sha256', content, privateKey)
  return () => { if (!verify('sha256', content, publicKey, signature)) throw new Error('the signature is not good') }
}

function visitor (app, ca, identities) {
  const { port } = app.server.address()
  return async (from, to, { ask = false, sendRoot = false } = {}) => {
    for (const identity of identities.slice(from, to)) {
      // OpenSSL's clients send along whatever they trust of their own path, so a client that trusts nobody sends its certificate alone.
      const trust = sendRoot ? { ca } : { rejectUnauthorized: false }
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...trust, ...identity })
      const accepted = once(app.server, 'secureConnection')
      await Promise.all([once(socket, 'secureConnect'), accepted])
      if (ask) {
        socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
        await once(socket, 'data')
      }
      socket.destroy()
    }
  }
}
