import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { call, listen, makeWorld } from '../helpers/application.js'

const world = makeWorld()

t.test('the hook of @fastify/rate-limit counts refused clients if the scope has it before the plugin', async (t) => {
  const before = async (app: FastifyInstance) => {
    await app.register(rateLimit, { global: false, max: 2 })
    app.addHook('onRequest', app.rateLimit())
  }
  const { port } = await listen(t, world, { before })
  const statuses: number[] = []
  for (const path of ['/guarded', '/unknown', '/guarded']) statuses.push((await call(world, port, path)).status)
  t.strictSame(statuses, [401, 401, 429])
})

t.test('an onRoute hook opens the routes of a plugin that is registered after it', async (t) => {
  const before = (app: FastifyInstance) => app.addHook('onRoute', (route) => {
    if (route.url === '/metrics') route.config = { ...route.config, clientCertificate: false }
  })
  const routes = (app: FastifyInstance) => app.register(async (app) => { app.get('/metrics', async () => 'metrics') })
  const { port } = await listen(t, world, { before, routes })
  t.match(await call(world, port, '/metrics'), { status: 200, body: 'metrics' })
  t.match(await call(world, port, '/guarded'), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } })
})
