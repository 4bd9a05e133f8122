import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import t, { type Test } from 'tap'
import clientCertificate, { type ClientCertificateOptions } from '../../lib/index.js'
import { makeWorld, serverOptions, type LogLine } from '../helpers/application.js'
import { refusesOption } from '../helpers/option-error.js'

const world = makeWorld()
const handler = async () => 'hello'

/** A file as @fastify/autoload loads it, without fastify-plugin. */
const file = (options: ClientCertificateOptions = {}, routes: (app: FastifyInstance) => unknown = () => {}): FastifyPluginAsync => async function security (app) {
  routes(app)
  await app.register(clientCertificate, { ...serverOptions(world), ...options })
}

async function warningsOf (t: Test, make: (app: FastifyInstance) => unknown): Promise<Array<Pick<LogLine, 'msg'> & Record<string, unknown>>> {
  const log: LogLine[] = []
  const app = Fastify({ https: {}, logger: { level: 'warn', stream: { write: (line: string) => { log.push(JSON.parse(line)) } } } }) as unknown as FastifyInstance
  t.teardown(() => app.close())
  await make(app)
  await app.ready()
  return log
}

const fix = 'guards that scope alone. Wrap the function that registers it in fastify-plugin, or register it in the scope of the routes; the option warnAboutScope: false turns this warning off'

t.test('a scope without a route guards nothing, and the log says so', async (t) => {
  for (const global of [true, false]) {
    const [line, ...more] = await warningsOf(t, (app) => app.register(file({ global })).get('/secret', handler))
    t.match(line, { level: 40, scope: 'security', msg: `no route is behind the guard: fastify-client-certificate is registered in the scope 'security' and ${fix}` })
    t.strictSame(more, [])
  }
})

t.test('routes outside of the scope are named, also those from before the plugin', async (t) => {
  const inside = (app: FastifyInstance) => app.get('/inside', handler)
  const [one] = await warningsOf(t, (app) => app.register(file({}, inside), { prefix: '/api' }).post('/secret', handler))
  t.equal(one.msg, `the route /secret (POST) is not behind the guard: fastify-client-certificate is registered in the scope 'security' (prefix '/api') and ${fix}`)
  const [many] = await warningsOf(t, (app) => {
    for (let number = 0; number < 4; number++) app.get(`/r${number}`, { exposeHeadRoute: false }, handler)
    app.register(file({}, inside))
    for (let number = 4; number < 8; number++) app.get(`/r${number}`, { exposeHeadRoute: false }, handler)
  })
  t.match(many, { routes: 8, msg: /^the routes .*r0 \(GET\), .* and 3 more are not behind the guard: / })
})

t.test('nothing is said in the ordinary use', async (t) => {
  const inside = (app: FastifyInstance) => app.get('/inside', handler)
  const cases: Array<(app: FastifyInstance) => unknown> = [
    (app) => app.register(clientCertificate, serverOptions(world)),
    (app) => app.get('/before', handler).register(clientCertificate, serverOptions(world)).get('/behind', handler).register(async (child) => { child.get('/child', handler) }),
    (app) => app.register(fp(file())).get('/secret', handler),
    (app) => app.register(file({}, inside)),
    (app) => app.register(file({}, (scope) => scope.get('/open', { config: { clientCertificate: false } }, handler))),
    (app) => app.register(file({ global: false }, inside)).get('/public', handler),
    (app) => app.register(file({ warnAboutScope: false })).get('/secret', handler)
  ]
  for (const [number, make] of cases.entries()) t.strictSame(await warningsOf(t, make), [], String(number))
})

t.test('the option is true or false', async (t) => {
  await refusesOption(t, warningsOf(t, (app) => app.register(clientCertificate, { ...serverOptions(world), warnAboutScope: 'no' as never })), 'warnAboutScope', 'must be true or false')
})
