import auth from '@fastify/auth'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { call, listen, makeWorld } from '../helpers/application.js'

const world = makeWorld()

const missing = { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } }
const forbidden = { status: 403, headers: { 'www-authenticate': undefined }, body: { code: 'FST_CLIENT_CERTIFICATE_FORBIDDEN' } }
const noToken = { status: 401, headers: { 'www-authenticate': undefined }, body: { message: 'no token' } }
const ok = { status: 200, headers: { 'www-authenticate': undefined }, body: 'ok' }

const token = { authorization: 'Bearer secret' }

async function verifyToken (request: FastifyRequest): Promise<void> {
  if (request.headers.authorization !== token.authorization) throw Object.assign(new Error('no token'), { statusCode: 401 })
}

/** Routes under @fastify/auth on an application in which nothing else guards. */
async function start (t: Test, routes: (app: FastifyInstance) => unknown): Promise<number> {
  const { port } = await listen(t, world, { options: { global: false }, before: (app) => app.register(auth), routes })
  return port
}

t.test('a certificate or a token', async (t) => {
  const port = await start(t, (app) => {
    app.get('/certificate-first', { preHandler: app.auth([app.requireClientCertificate(), verifyToken]) }, async () => 'ok')
    app.get('/token-first', { preHandler: app.auth([verifyToken, app.requireClientCertificate()]) }, async () => 'ok')
    app.get('/all', { onRequest: app.auth([app.requireClientCertificate(), verifyToken], { run: 'all' }) }, async () => 'ok')
  })
  for (const path of ['/certificate-first', '/token-first', '/all']) {
    t.match(await call(world, port, path, { client: world.client }), ok, path)
    t.match(await call(world, port, path, { headers: token }), ok, 'no challenge of the alternative that failed is left')
    t.match(await call(world, port, path, { client: world.stranger, headers: token }), ok)
    t.match(await call(world, port, path, { client: world.client, headers: token }), ok)
  }
  t.match(await call(world, port, '/certificate-first'), noToken)
  t.match(await call(world, port, '/token-first'), missing)
  t.match(await call(world, port, '/token-first', { client: world.stranger }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
})

t.test('a certificate and a token', async (t) => {
  const port = await start(t, (app) => {
    app.get('/both', { preHandler: app.auth([app.requireClientCertificate(), verifyToken], { relation: 'and' }) }, async () => 'ok')
  })
  t.match(await call(world, port, '/both'), missing)
  t.match(await call(world, port, '/both', { headers: token }), missing)
  t.match(await call(world, port, '/both', { client: world.client }), noToken)
  t.match(await call(world, port, '/both', { client: world.client, headers: token }), ok)
})

t.test('one of several policies, or a certificate and a token together', async (t) => {
  const port = await start(t, (app) => {
    const named = (commonName: string) => app.requireClientCertificate({ subject: { commonName } })
    app.get('/policies', { preHandler: app.auth([named('operator'), named('client')]) }, async () => 'ok')
    app.get('/operator', { preHandler: app.auth([verifyToken, named('operator')]) }, async () => 'ok')
    app.get('/groups', { preHandler: app.auth([named('operator'), [named('client'), verifyToken]]) }, async () => 'ok')
  })
  t.match(await call(world, port, '/policies', { client: world.client }), ok)
  t.match(await call(world, port, '/operator', { client: world.client }), forbidden)
  t.match(await call(world, port, '/groups', { client: world.client }), noToken)
  t.match(await call(world, port, '/groups', { client: world.client, headers: token }), ok)
  t.match(await call(world, port, '/groups', { headers: token }), missing)
})

t.test('a route that is open to strangers gives them another way in, and the global guard stays before the rest', async (t) => {
  const { port } = await listen(t, world, {
    before: (app) => app.register(auth),
    routes: (app) => app.get('/either', { config: { clientCertificate: false }, preHandler: app.auth([app.requireClientCertificate(), verifyToken]) }, async (request) => request.clientCertificate?.subject.commonName ?? 'by token')
  })
  t.match(await call(world, port, '/either', { client: world.client }), { status: 200, body: 'client' })
  t.match(await call(world, port, '/either', { headers: token }), { status: 200, body: 'by token' })
  t.match(await call(world, port, '/guarded', { headers: token }), missing)
})

t.test('the default of @fastify/auth may be and', async (t) => {
  const { port } = await listen(t, world, {
    options: { global: false },
    before: (app) => app.register(auth, { defaultRelation: 'and' }),
    routes: (app) => { app.get('/both', { preHandler: app.auth([verifyToken, app.requireClientCertificate()]) }, async () => 'ok') }
  })
  t.match(await call(world, port, '/both', { headers: token }), missing)
  t.match(await call(world, port, '/both', { headers: token, client: world.client }), ok)
})
