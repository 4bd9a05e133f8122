import t from 'tap'
import { call, listen, makeWorld } from '../helpers/application.js'

const world = makeWorld()

const missing = { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING', message: 'A client certificate is required' } }
const untrusted = { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } }
const notFound = { status: 404, body: { message: 'Route GET:/nothing not found' } }

t.test('what is not there is told to clients alone', async (t) => {
  const { port } = await listen(t, world)
  t.match(await call(world, port, '/nothing'), missing)
  t.match(await call(world, port, '/nothing', { method: 'DELETE' }), missing)
  t.match(await call(world, port, '/guarded', { method: 'POST' }), missing, 'a method that the path does not have')
  t.match(await call(world, port, '/nothing', { client: world.stranger }), untrusted)
  t.match(await call(world, port, '/nothing', { client: world.client }), notFound)
})

t.test('without `global` it is told to everybody', async (t) => {
  const { port } = await listen(t, world, { options: { global: false } })
  t.match(await call(world, port, '/nothing'), notFound)
})

t.test('the policy of `authorize` holds for what is not there', async (t) => {
  const { port } = await listen(t, world, { options: { authorize: { subject: { commonName: 'operator' } } } })
  t.match(await call(world, port, '/nothing', { client: world.client }), { status: 403, body: { code: 'FST_CLIENT_CERTIFICATE_FORBIDDEN' } })
})

t.test('a handler of the application is guarded as a route', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => app.setNotFoundHandler(async (request, reply) => reply.code(404).send({ nothing: request.clientCertificate?.subject.commonName }))
  })
  t.match(await call(world, port, '/nothing'), missing)
  t.match(await call(world, port, '/nothing', { client: world.client }), { status: 404, body: { nothing: 'client' } })
})

t.test('a handler of the application takes the hook', async (t) => {
  const { port } = await listen(t, world, {
    options: { global: false },
    routes: (app) => app.setNotFoundHandler({ preHandler: app.requireClientCertificate({ subject: { commonName: 'client' } }) }, async (_request, reply) => reply.code(404).send({ nothing: true }))
  })
  t.match(await call(world, port, '/nothing'), missing)
  t.match(await call(world, port, '/nothing', { client: world.stranger }), untrusted)
  t.match(await call(world, port, '/nothing', { client: world.client }), { status: 404, body: { nothing: true } })
})

t.test('a handler of a scope is guarded, and takes the hook', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => {
      app.register(async (scope) => { scope.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ scope: true })) }, { prefix: '/scope' })
      app.register(async (scope) => {
        scope.setNotFoundHandler({ preHandler: [scope.requireClientCertificate({ subject: { commonName: 'operator' } })] }, async (_request, reply) => reply.code(404).send({ scope: true }))
      }, { prefix: '/operators' })
    }
  })
  t.match(await call(world, port, '/scope/nothing'), missing)
  t.match(await call(world, port, '/scope/nothing', { client: world.client }), { status: 404, body: { scope: true } })
  t.match(await call(world, port, '/operators/nothing', { client: world.client }), { status: 403 })
})

t.test('a handler calls reply.callNotFound for clients alone', async (t) => {
  const { port } = await listen(t, world, { routes: (app) => app.get('/hidden', async (_request, reply) => { reply.callNotFound(); return reply }) })
  t.match(await call(world, port, '/hidden'), missing)
  t.match(await call(world, port, '/hidden', { client: world.client }), { status: 404 })
})

t.test('a path that cannot be read is refused before any route, and says nothing', async (t) => {
  const { port } = await listen(t, world)
  t.match(await call(world, port, '/%E0%A4%A'), { status: 400, body: { code: 'FST_ERR_BAD_URL' } })
})

t.test('a handler of the application is open where its config says so', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => app.setNotFoundHandler({ config: { clientCertificate: false } } as object, async (request, reply) => reply.code(404).send({ error: request.clientCertificateError?.reason ?? null }))
  })
  t.match(await call(world, port, '/nothing'), { status: 404, body: { error: 'MISSING' } })
  t.match(await call(world, port, '/nothing', { client: world.client }), { status: 404, body: { error: null } })
})
