import { Agent } from 'node:https'
import { connect, type TLSSocket } from 'node:tls'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import clientCertificate, { ClientCertificateError } from '../../lib/index.js'
import { build, call, listen, makeWorld, openHttp2, tlsOptions } from '../helpers/application.js'

const world = makeWorld()

const missing = { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING', message: 'A client certificate is required' } }

/** What came back until `enough` matched, or until the end. */
async function received (socket: TLSSocket, enough: RegExp): Promise<string> {
  let text = ''
  for await (const part of socket.setEncoding('utf8')) {
    text += part
    if (enough.test(text)) break
  }
  return text
}

const hundredMegabytes = 100 * 1024 * 1024

/** Counts what of a body gets as far as Fastify. */
function countOctets (app: FastifyInstance): { read: number } {
  const octets = { read: 0 }
  app.addContentTypeParser('application/octet-stream', { bodyLimit: 2 * hundredMegabytes }, (_request, payload, done) => {
    payload.on('data', (part: Buffer) => { octets.read += part.length }).on('end', () => done(null, octets.read))
  })
  app.post('/upload', async (request) => request.body)
  return octets
}

t.test('a stranger is refused before a body is read', async (t) => {
  let octets = { read: NaN }
  const { port } = await listen(t, world, { routes: (app) => { octets = countOctets(app) } })
  const heads = {
    'that is announced and never sent': `content-length: ${hundredMegabytes}\r\n\r\n`,
    'of which the first part is sent': `content-length: ${hundredMegabytes}\r\n\r\n${'a'.repeat(1000)}`,
    'in chunks without end': `transfer-encoding: chunked\r\n\r\n3e8\r\n${'a'.repeat(1000)}\r\n`
  }
  for (const [which, rest] of Object.entries(heads)) {
    const socket = connect({ port, host: '127.0.0.1', ...tlsOptions(world, {}) })
    socket.write(`POST /upload HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\n${rest}`)
    const answer = await received(socket, /"FST_[A-Z_]+"/)
    t.match(answer, /^HTTP\/1\.1 401 .*"code":"FST_CLIENT_CERTIFICATE_MISSING"/s, `a body ${which}`)
    t.match(answer, /^www-authenticate: ClientCertificate\r$/m)
  }
  t.equal(octets.read, 0)

  t.match(await call(world, port, '/upload', { method: 'POST', client: world.client, headers: { 'content-type': 'application/octet-stream' }, body: 'a'.repeat(1000) }), { status: 200, body: 1000 })
  t.equal(octets.read, 1000, 'the count counts')
})

t.test('a stranger is refused before a body is read, over HTTP/2', async (t) => {
  let octets = { read: NaN }
  const { port } = await listen(t, world, { http2: true, routes: (app) => { octets = countOctets(app) } })
  const session = openHttp2(world, port)
  const stream = session.request({ ':method': 'POST', ':path': '/upload', 'content-type': 'application/octet-stream', 'content-length': hundredMegabytes })
  stream.write('a'.repeat(1000))
  const headers = await new Promise<Record<string, unknown>>((resolve, reject) => stream.on('response', resolve).on('error', reject))
  t.match(headers, { ':status': 401, 'www-authenticate': 'ClientCertificate' })
  t.equal(octets.read, 0)
  session.destroy()
})

t.test('an error handler of the application gets the error, and the challenge stays', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => app.setErrorHandler((error, _request, reply) => {
      const { reason, statusCode, cause } = error as ClientCertificateError
      return reply.code(statusCode).send({ problem: reason, refusal: error instanceof ClientCertificateError, details: cause !== undefined })
    })
  })
  t.match(await call(world, port, '/guarded'), { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { problem: 'MISSING', refusal: true, details: false } })
  t.match(await call(world, port, '/guarded', { client: world.stranger }), { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { problem: 'UNTRUSTED', refusal: true, details: true } })
})

t.test('an error handler of a route or a scope gets the error of the hook, with the headers for the reply', async (t) => {
  const { port } = await listen(t, world, {
    options: { global: false },
    routes: (app) => {
      app.get('/route', {
        preHandler: app.requireClientCertificate(),
        errorHandler: (error, _request, reply) => reply.code(401).headers((error as unknown as ClientCertificateError).headers).send({ handler: 'route' })
      }, async () => 'never')
      app.register(async (scope) => {
        scope.setErrorHandler((error, _request, reply) => reply.code(401).headers((error as ClientCertificateError).headers).send({ handler: 'scope' }))
        scope.addHook('onRequest', scope.requireClientCertificate())
        scope.get('/scope', async () => 'never')
      })
    }
  })
  t.match(await call(world, port, '/route'), { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { handler: 'route' } })
  t.match(await call(world, port, '/scope'), { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { handler: 'scope' } })
})

t.test('the caller of inject has no certificate, and no header gives it one', async (t) => {
  const { app } = await build(t, world)
  const answer = await app.inject({ url: '/guarded', headers: { 'x-client-cert': world.client.pem, 'client-cert': world.client.der.toString('base64') } })
  t.match({ status: answer.statusCode, headers: answer.headers, body: answer.json() }, missing)
  t.match((await app.inject('/open')).json(), { caller: null, error: 'FST_CLIENT_CERTIFICATE_MISSING' })
  t.equal((await app.inject({ method: 'HEAD', url: '/guarded' })).statusCode, 401)
  t.equal((await app.inject({ method: 'POST', url: '/nothing', payload: { a: 1 } })).statusCode, 401)
})

t.test('over plain HTTP, with mode \'none\', nobody has a certificate', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(clientCertificate, { mode: 'none' })
  app.get('/guarded', async () => 'never')
  app.get('/open', { config: { clientCertificate: false } }, async (request) => [request.clientCertificate, request.clientCertificateError?.reason])
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })

  t.match(app.clientCertificates, { mode: 'none', trustAnchors: [] })
  t.equal(await app.clientCertificates.reload(), false)
  t.same(app.clientCertificates.connections(), [])
  t.match(app.clientCertificates.gauges(), { clientsWithoutCertificate: 0, lists: [], serverCertificateDaysLeft: undefined })
  t.type(app.clientCertificates.deny({ fingerprint256: 'ab'.repeat(32) }), 'function')
  const guarded = await fetch(`${origin}/guarded`)
  t.match({ status: guarded.status, headers: Object.fromEntries(guarded.headers), body: await guarded.json() }, missing)
  t.strictSame(await (await fetch(`${origin}/open`)).json(), [null, 'MISSING'])
})

t.test('with TLS and mode \'none\', no certificate is asked for', async (t) => {
  const { port } = await listen(t, world, { options: { mode: 'none', ca: undefined } })
  t.match(await call(world, port, '/guarded', { client: world.client }), missing)
  t.match(await call(world, port, '/open', { client: world.client }), { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_MISSING' } })
})

t.test('with mode \'none\' and credentials in Fastify\'s own https options', async (t) => {
  const app = Fastify({ https: { key: world.server.key, cert: world.server.pem } })
  t.teardown(() => app.close())
  await app.register(clientCertificate, { mode: 'none' })
  app.get('/guarded', async () => 'never')
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  t.match(await call(world, Number(new URL(origin).port), '/guarded', { client: world.client }), missing)
})

t.test('what a handler is given cannot be changed', async (t) => {
  const seen: unknown[] = []
  const { port } = await listen(t, world, {
    routes: (app) => app.get('/seen', async (request) => {
      const certificate = request.clientCertificate!
      t.throws(() => { Object.assign(request, { clientCertificate: null }) }, TypeError)
      t.throws(() => { Object.assign(request, { clientCertificateError: null }) }, TypeError)
      t.throws(() => { Object.assign(certificate, { serialNumber: '00' }) }, TypeError)
      t.throws(() => { Object.assign(certificate.subject, { commonName: 'root' }) }, TypeError)
      t.ok([certificate, certificate.subject, certificate.validity, certificate.path, certificate.subjectAltName].every((part) => part === undefined || Object.isFrozen(part)))
      t.equal(request.clientCertificateError, null)
      t.equal(certificate.path?.length, 2)
      t.equal(certificate.path?.at(-1)?.fingerprint256, app.clientCertificates.trustAnchors[0].fingerprint256)
      seen.push(certificate)
      return 'ok'
    })
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  for (let i = 0; i < 2; i++) t.match(await call(world, port, '/seen', { client: world.client, agent }), { status: 200, body: 'ok' })
  t.equal(seen[0], seen[1], 'one connection, one certificate')
})

t.test('what the application is told of the plugin cannot be changed', async (t) => {
  const { app } = await build(t, world)
  t.equal(app.clientCertificates.mode, 'optional')
  t.strictSame(app.clientCertificates.trustAnchors.map((each) => each.fingerprint256), [world.authority.certificate.fingerprint256])
  t.ok(Object.isFrozen(app.clientCertificates) && Object.isFrozen(app.clientCertificates.trustAnchors))
})

for (const name of ['clientCertificate', 'clientCertificateError']) {
  t.test(`a request decorator '${name}' of another plugin stops the start`, async (t) => {
    await t.rejects(build(t, world, { before: (app) => { app.decorateRequest(name, null) } }), { code: 'FST_ERR_DEC_ALREADY_PRESENT', message: `The decorator '${name}' has already been added!` })
  })
}

for (const name of ['clientCertificates', 'requireClientCertificate']) {
  t.test(`a decorator '${name}' of another plugin stops the start`, async (t) => {
    await t.rejects(build(t, world, { before: (app) => { app.decorate(name, null) } }), { code: 'FST_ERR_DEC_ALREADY_PRESENT', message: `The decorator '${name}' has already been added!` })
  })
}
