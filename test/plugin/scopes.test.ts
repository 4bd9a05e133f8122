import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import t, { type Test } from 'tap'
import clientCertificate from '../../lib/index.js'
import { build, call, listen, makeWorld, serverOptions } from '../helpers/application.js'
import { mintClient } from '../helpers/mint.js'

const world = makeWorld()
const operator = mintClient(world.authority, { subject: [['organizationalUnitName', 'Operations'], ['commonName', 'operator']] })
const operations = { subject: { organizationalUnitName: 'Operations' } }

const missing = { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING', message: 'A client certificate is required' } }
const forbidden = { status: 403, body: { code: 'FST_CLIENT_CERTIFICATE_FORBIDDEN', message: 'The client certificate does not permit this' } }

/** An application of which the test itself registers everything. */
async function start (t: Test, declare: (app: FastifyInstance) => unknown): Promise<number> {
  const app = Fastify({ https: {} })
  t.teardown(() => app.close())
  await declare(app as unknown as FastifyInstance)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

t.test('registered at the root, it stands before every scope, declared before or behind it', async (t) => {
  const scope = (path: string) => async (scope: FastifyInstance) => {
    scope.get(`/${path}`, async (request) => request.clientCertificate?.subject.commonName)
    scope.get(`/${path}/open`, { config: { clientCertificate: false } }, async () => 'ok')
    scope.get(`/${path}/operations`, { config: { clientCertificate: operations } }, async () => 'ok')
    scope.register(async (inner) => { inner.get(`/${path}/inner`, async () => 'ok') })
  }
  const { port } = await listen(t, world, {
    before: (app) => {
      app.register(scope('before'))
      app.register(fp(scope('plugin-before')))
    },
    routes: (app) => {
      app.register(scope('behind'), { prefix: '/v1' })
      app.register(fp(scope('plugin-behind')))
    }
  })
  for (const path of ['/before', '/plugin-before', '/v1/behind', '/plugin-behind']) {
    t.match(await call(world, port, path), missing, path)
    t.match(await call(world, port, path, { client: world.client }), { status: 200, body: 'client' })
    t.match(await call(world, port, `${path}/inner`), missing)
    t.match(await call(world, port, `${path}/open`), { status: 200 })
    t.match(await call(world, port, `${path}/operations`, { client: world.client }), forbidden)
    t.match(await call(world, port, `${path}/operations`, { client: operator }), { status: 200 })
  }
})

t.test('registered without waiting for it, it stands before the routes beneath', async (t) => {
  const port = await start(t, (app) => {
    app.get('/before', async () => 'ok')
    app.register(clientCertificate, serverOptions(world))
    app.get('/beneath', async () => 'ok')
    app.register(async (scope) => { scope.get('/scope', { preHandler: scope.requireClientCertificate(operations) }, async () => 'ok') })
  })
  for (const path of ['/before', '/beneath', '/scope']) t.match(await call(world, port, path), missing, path)
  t.match(await call(world, port, '/beneath', { client: world.client }), { status: 200 })
  t.match(await call(world, port, '/scope', { client: world.client }), forbidden)
})

t.test('registered in a scope, it stands before that scope alone, with the TLS of the whole server', async (t) => {
  const port = await start(t, (app) => {
    app.get('/outside', async (request) => [request.clientCertificate === undefined, app.hasDecorator('requireClientCertificate')])
    app.register(async (scope) => {
      await scope.register(clientCertificate, serverOptions(world))
      scope.get('/inside', async (request) => request.clientCertificate?.subject.commonName)
      scope.register(async (inner) => { inner.get('/inside/inner', async () => 'ok') })
    })
    app.register(async (beside) => { beside.get('/beside', async () => 'ok') })
  })
  t.match(await call(world, port, '/inside'), missing)
  t.match(await call(world, port, '/inside/inner'), missing)
  t.match(await call(world, port, '/inside', { client: world.client }), { status: 200, body: 'client' })
  t.match(await call(world, port, '/inside/inner', { client: world.stranger }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  t.match(await call(world, port, '/outside'), { status: 200, body: [true, false] })
  t.match(await call(world, port, '/beside', { client: world.stranger }), { status: 200, body: 'ok' })
  t.match(await call(world, port, '/nothing'), { status: 404 })
})

t.test('a scope gives its routes a policy by the hook', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => app.register(async (scope) => {
      scope.addHook('preHandler', scope.requireClientCertificate(operations))
      scope.get('/', async () => 'ok')
      scope.get('/open', { config: { clientCertificate: false } }, async () => 'ok')
    }, { prefix: '/admin' })
  })
  t.match(await call(world, port, '/admin'), missing)
  t.match(await call(world, port, '/admin', { client: world.client }), forbidden)
  t.match(await call(world, port, '/admin', { client: operator }), { status: 200 })
  t.match(await call(world, port, '/admin/open'), missing, 'the config of a route does not take the hook of its scope away')
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
})

t.test('a second registration for one server stops the start', async (t) => {
  const twice = {
    name: 'RegistrationError',
    code: 'FST_CLIENT_CERTIFICATE_ALREADY_REGISTERED',
    message: 'fastify-client-certificate is already registered for this server: register it once, and give scopes and routes ' +
      'their own policies by config.clientCertificate or app.requireClientCertificate(policy)'
  }
  const options = serverOptions(world)
  await t.rejects(build(t, world, { routes: (app) => app.register(clientCertificate, options) }), twice, 'in the same scope')
  await t.rejects(build(t, world, { routes: (app) => { app.register(async (scope) => { await scope.register(clientCertificate, options) }) } }), twice, 'in a scope beneath')
  await t.rejects(start(t, (app) => {
    app.register(async (scope) => { await scope.register(clientCertificate, options) })
    app.register(async (scope) => { await scope.register(clientCertificate, { ...options, authorize: operations }) })
  }), twice, 'in scopes beside each other')
})

t.test('two applications in one process know nothing of each other', async (t) => {
  const other = makeWorld()
  const { port } = await listen(t, world)
  const { port: otherPort } = await listen(t, other)
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
  t.match(await call(other, otherPort, '/guarded', { client: other.client }), { status: 200 })
  t.match(await call(other, otherPort, '/guarded', { client: world.client }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  t.match(await call(world, port, '/guarded', { client: other.client }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
})
