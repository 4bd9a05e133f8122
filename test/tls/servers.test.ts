import t, { type Test } from 'tap'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { createServer } from 'node:https'
import { randomBytes } from 'node:crypto'
import { connect, type ConnectionOptions, type Server } from 'node:tls'
import type { RequestListener } from 'node:http'
import { inheritedCredentials, inheritedOptions, type SecureContexts, type TlsOptions } from '../../lib/tls/index.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { authority, client, contextOf, contexts, listenOn, mintServer, open, request, serve, standard, until } from './serving.js'

const versions = ['TLSv1.2', 'TLSv1.3'] as const
const other = mintServer('other')
const third = mintServer('third')
// Another CA of the same name and dates, as one that was made anew is.
const sameName = mintAuthority({ notBefore: authority.certificate.validity.notBefore, notAfter: authority.certificate.validity.notAfter })

/** Whose certificate the server shows to a client that names a host. */
async function shown (t: Test, port: number, options: ConnectionOptions = {}): Promise<string> {
  const socket = await open(t, port, options)
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return String(subject.CN)
}

const named = (name: string) => ({ servername: name })

/** A session that can be tried again; with TLS 1.3 it comes after the handshake. Newer clients would keep to the host name, which is written before it. */
async function sessionOf (t: Test, port: number, options: ConnectionOptions): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.pem, key: client.key, cert: client.pem, checkServerIdentity: () => undefined, ...options })
  t.teardown(() => socket.destroy())
  const [session] = await once(socket, 'session') as [Buffer]
  socket.destroy()
  const prefix = Buffer.from('\0nodejs:tls:session:1\0')
  if (!session.subarray(0, prefix.length).equals(prefix)) return session
  return session.subarray(prefix.length + 2 + session.readUInt16BE(prefix.length))
}

async function resumes (t: Test, port: number, session: Buffer, options: ConnectionOptions): Promise<boolean> {
  const socket = await open(t, port, { session, rejectUnauthorized: false, ...options })
  const isReused = socket.isSessionReused()
  socket.destroy()
  return isReused
}

t.test('every server gets other contexts, and connections that are open stay', async (t) => {
  const handler: RequestListener = (_request, response) => { response.end('hello') }
  const { servers, port, connected } = await serve(t, { handler })
  const second = createServer({}, handler) as unknown as Server
  t.teardown(() => second.close())
  const secondPort = await listenOn(second)
  const stranger = createServer({ key: third.key, cert: third.pem }, () => {}) as unknown as Server
  t.teardown(() => stranger.close())
  const strangerPort = await listenOn(stranger)
  const live = await open(t, secondPort)
  live.write(request())
  await until(live, /hello/)
  t.equal(await shown(t, port), 'standard')
  t.equal(await shown(t, secondPort), 'standard')

  servers.replace(contexts(contextOf(other)))
  t.equal(await shown(t, port), 'other')
  t.equal(await shown(t, secondPort), 'other')
  t.equal(await shown(t, strangerPort), 'third', 'a server of something else keeps its own')
  const late = createServer({}, handler) as unknown as Server
  t.teardown(() => late.close())
  t.equal(await shown(t, await listenOn(late)), 'other', 'one that opens later gets them, too')
  live.write(request())
  t.match(await until(live, /hello/), /200/)
  t.ok([...servers.connections].includes(connected[0].connection))
  live.destroy()
})

t.test('a client that names a host is shown that host\'s certificate, and a host that is gone falls back', async (t) => {
  const { server, servers, port } = await serve(t, { given: contexts(undefined, { 'a.example.com': contextOf(other), '*.example.com': contextOf(third) }) })
  server.addContext('own.example.net', { key: other.key, cert: other.pem })
  const all = async () => Promise.all(['a.example.com', 'A.Example.COM', 'b.example.com', 'a.b.example.com', 'own.example.net', 'localhost'].map((name) => shown(t, port, named(name))))
  t.strictSame(await all(), ['other', 'other', 'third', 'standard', 'other', 'standard'])
  servers.replace(contexts(undefined, { '*.example.com': contextOf(third) }))
  t.strictSame(await all(), ['third', 'third', 'third', 'standard', 'other', 'standard'], 'the name is gone')
  servers.replace(contexts(undefined, { '*.example.com': contextOf(other), 'a.example.com': contextOf(third) }))
  t.strictSame(await all(), ['third', 'third', 'other', 'standard', 'other', 'standard'], 'others took their place')
  servers.replace(contexts(contextOf(third)))
  t.strictSame(await all(), ['third', 'third', 'third', 'third', 'other', 'third'], 'all are gone, but the application\'s own')
  t.equal((server as unknown as { _contexts: unknown[] })._contexts.length, 1, 'and nothing of them is kept')
})

t.test('where one context cannot be made, nothing changes', async (t) => {
  const { server, servers, port } = await serve(t, { given: contexts(undefined, { 'a.example.com': contextOf(other) }) })
  const broken = { ...contextOf(third), key: other.key }
  const bad: Array<[SecureContexts, object]> = [
    [contexts(broken), { code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' }],
    [contexts(contextOf(third), { 'a.example.com': contextOf(third), 'b.example.com': broken }), { code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' }],
    [contexts(contextOf(third, [authority], { ticketKeys: randomBytes(47) })), { code: 'ERR_INVALID_ARG_VALUE' }],
    [contexts(contextOf(third), { '': contextOf(third) }), { name: 'TypeError', message: "'' is not a host name" }],
    [contexts(contextOf(third), { 'a.*.com': contextOf(third) }), { name: 'TypeError', message: "'a.*.com' is not a host name" }]
  ]
  for (const [given, error] of bad) {
    t.throws(() => servers.replace(given), error as never)
    t.match(inheritedCredentials(server), { key: standard.key, cert: standard.pem }, 'also to be seen on the server')
    t.equal(inheritedOptions(server).ticketKeys, undefined)
    t.equal(await shown(t, port), 'standard')
    t.equal(await shown(t, port, named('a.example.com')), 'other')
  }
})

t.test('a Node that keeps host names in another way is told of before anything changes, unless there are none', async (t) => {
  const { server, servers, port } = await serve(t)
  Object.assign(server, { _contexts: undefined })
  const message = 'contexts by host name cannot be replaced with this version of Node'
  t.throws(() => servers.replace(contexts(contextOf(third), { 'a.example.com': contextOf(other) })), { message })
  Object.assign(server, { _contexts: [] })
  t.equal(await shown(t, port), 'standard')
  Object.assign(server, { _contexts: undefined })
  servers.replace(contexts(contextOf(third)))
  Object.assign(server, { _contexts: [] })
  t.equal(await shown(t, port), 'third')
})

for (const version of versions) {
  const tls = { minVersion: version, maxVersion: version }
  const ticketKeys = randomBytes(48)

  for (const [keys, options] of Object.entries<TlsOptions>({ 'Node\'s own ticket keys': {}, 'explicit ticket keys': { ticketKeys } })) {
    t.test(`a ticket of before is not resumed once a CA is gone, with ${version} and ${keys}`, async (t) => {
      const given = (authorities: Array<typeof authority>) => contexts(contextOf(standard, authorities, options))
      const { server, servers, port } = await serve(t, { given: given([authority, sameName]) })
      const before = server.getTicketKeys()
      const session = await sessionOf(t, port, tls)
      t.equal(await resumes(t, port, session, tls), true)
      servers.replace(given([authority]))
      t.equal(await resumes(t, port, session, tls), false)
      t.notSame(server.getTicketKeys(), before)
      const later = await sessionOf(t, port, tls)
      t.equal(await resumes(t, port, later, tls), true)
      servers.replace(given([sameName]))
      t.equal(await resumes(t, port, later, tls), false, 'also where the new one has the same name and dates')
    })
  }

  t.test(`processes with the same ticket keys resume each other's sessions only in the same state of trust, with ${version}`, async (t) => {
    const given = (authorities: Array<typeof authority>, keys = ticketKeys) => contexts(contextOf(standard, authorities, { ticketKeys: keys }))
    const one = await serve(t, { given: given([authority]) })
    const session = await sessionOf(t, one.port, tls)
    const same = await serve(t, { given: given([authority]) })
    t.equal(await resumes(t, same.port, session, tls), true)
    for (const different of [given([sameName]), given([authority], randomBytes(48))]) {
      const { port } = await serve(t, { given: different })
      t.equal(await resumes(t, port, session, tls), false)
    }
  })

  t.test(`a session of one host is not resumed at another, nor at its own, with ${version}`, async (t) => {
    for (const options of [{}, { ticketKeys }]) {
      const hosts = { 'a.example.com': contextOf(other), 'b.example.com': contextOf(third, [sameName]) }
      const { servers, port } = await serve(t, { given: contexts(contextOf(standard, [authority], options), hosts) })
      const session = await sessionOf(t, port, { ...tls, ...named('a.example.com') })
      for (const name of ['b.example.com', 'a.example.com', 'localhost']) t.equal(await resumes(t, port, session, { ...tls, ...named(name) }), false, name)
      servers.replace(contexts(contextOf(standard, [authority], options)))
      const plain = await sessionOf(t, port, tls)
      t.equal(await resumes(t, port, plain, tls), true, 'without hosts they are')
      servers.replace(contexts(contextOf(standard, [authority], options), hosts))
      t.equal(await resumes(t, port, plain, { ...tls, ...named('a.example.com') }), false, 'until there are hosts again')
    }
  })

  t.test(`the certificates of a connection whose handshake began before are judged afterwards, with ${version}`, async (t) => {
    const revisions: number[] = []
    let revision = 1
    const { servers, server, port, connected } = await serve(t, { connected: () => { revisions.push(revision) } })
    const accepted = once(server, 'connection')
    const raw = connectTcp(port, '127.0.0.1')
    t.teardown(() => raw.destroy())
    await accepted
    revision = 2
    servers.replace(contexts(contextOf(other, [sameName])))
    const socket = connect({ socket: raw, servername: 'localhost', ca: authority.pem, key: client.key, cert: client.pem, checkServerIdentity: () => undefined, ...tls })
    await once(socket, 'secureConnect')
    socket.write(request())
    await until(socket, /hello/)
    t.strictSame(revisions, [2])
    t.equal(connected[0].peer?.fingerprint256, client.certificate.fingerprint256)
    socket.destroy()
  })
}

t.test('ticket keys that are given no more are not used any more', async (t) => {
  const { server, servers, port } = await serve(t, { given: contexts(contextOf(standard, [authority], { ticketKeys: randomBytes(48), sessionTimeout: 60 })) })
  const before = server.getTicketKeys()
  t.match(inheritedOptions(server), { sessionTimeout: 60 })
  servers.replace(contexts(contextOf(standard, [authority])))
  t.notSame(server.getTicketKeys(), before)
  t.match(inheritedOptions(server), { ticketKeys: undefined, sessionTimeout: undefined })
  t.equal(await shown(t, port), 'standard')
})

t.test('a session of an application\'s own store is not resumed in another state of trust', async (t) => {
  const tls = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const
  for (const sessionIdContext of [undefined, 'its own']) {
    const store = new Map<string, Buffer>()
    const { server, servers, port } = await serve(t, { given: contexts(contextOf(standard, [authority], { sessionIdContext, secureOptions: 1 << 14 })) })
    server.on('newSession', (id, session, done) => { store.set(id.toString('hex'), session); done() })
    server.on('resumeSession', (id, done) => { done(null, store.get(id.toString('hex')) ?? null) })
    const session = await sessionOf(t, port, tls)
    t.equal(await resumes(t, port, session, tls), true)
    servers.replace(contexts(contextOf(standard, [authority, sameName], { sessionIdContext, secureOptions: 1 << 14 })))
    t.equal(await resumes(t, port, session, tls), false)
  }
})

t.test('in a context of the application\'s own, clients are asked and told of like anywhere, and cannot renegotiate', async (t) => {
  const intermediate = mintAuthority({ subject: 'Intermediate CA', issuer: authority })
  const below = mintClient(intermediate)
  const by = { ...below, pem: below.pem + intermediate.pem }
  const { server, port, connected } = await serve(t)
  server.addContext('own.example.com', { key: other.key, cert: other.pem, ca: authority.pem })
  const socket = await open(t, port, { by, servername: 'own.example.com', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })
  t.equal(socket.getPeerCertificate().subject.CN, 'other')
  socket.write(request())
  await until(socket, /hello/)
  const { peer, connection } = connected[0]
  t.same(peer?.certificate, below.der)
  t.equal(connection.servername, 'own.example.com')
  // Node 24.21 takes the intermediates off a session that OpenSSL finds good.
  t.ok((peer?.intermediates.length as number) <= 1)
  t.comment(`${peer?.intermediates.length} intermediates`)
  let renegotiated = false
  socket.on('error', () => {})
  socket.renegotiate({ rejectUnauthorized: false }, (error) => { renegotiated = error === null })
  for (let turn = 0; turn < 3; turn++) t.equal(await shown(t, port), 'standard')
  t.equal(renegotiated, false)
})

t.test('without asking for certificates there are none', async (t) => {
  const { port, connected, failed } = await serve(t, { requestCertificate: false })
  const socket = await open(t, port)
  socket.write(request())
  await until(socket, /hello/)
  t.equal(connected[0].peer, undefined)
  t.strictSame(failed, [])
})

t.test('a context of the least is enough', async (t) => {
  const { key, pem: cert } = standard
  const { port } = await serve(t, { given: contexts({ key, cert, ca: [] }, { 'a.example.com': { key: other.key, cert: other.pem, ca: [] } }) })
  t.equal(await shown(t, port, named('a.example.com')), 'other')
})

t.test('a handshake that fails, and a connection that nobody can judge, are told of and end', async (t) => {
  const made = Object.assign(new Error('made up'), { code: 'ERR_MADE_UP' })
  for (const [error, code] of [[made, 'ERR_MADE_UP'], [new TypeError('made up'), 'TypeError']] as const) {
    const { servers, port, failed, closed } = await serve(t, { connected: () => { throw error } })
    const socket = await open(t, port)
    socket.on('error', () => {})
    if (!socket.closed) await once(socket, 'close')
    t.strictSame(failed, [{ code, reason: 'made up', remoteAddress: '127.0.0.1' }])
    t.strictSame([[...servers.connections], closed], [[], []], 'it never was one')
  }
  const { port, failed } = await serve(t)
  const plain = connectTcp(port, '127.0.0.1')
  plain.on('error', () => {}).end('GET / HTTP/1.0\r\n\r\n')
  await once(plain, 'close')
  t.match(failed, [{ code: 'ERR_SSL_HTTP_REQUEST', reason: /http request/, remoteAddress: '127.0.0.1' }])
})
