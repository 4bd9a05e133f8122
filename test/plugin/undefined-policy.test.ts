import t from 'tap'
import { build, makeWorld } from '../helpers/application.js'

// As when a policy is taken from a table by a misspelt name.
const policies: Record<string, object> = {}
const world = makeWorld()

t.test('a route whose policy is undefined stops the start', async (t) => {
  const routes = (app: any) => app.get('/admin', { config: { clientCertificate: policies.admni } }, async () => 'secret')
  for (const global of [true, false]) {
    await t.rejects(build(t, world, { options: { global }, routes }), {
      code: 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION',
      message: "option 'config.clientCertificate' of route GET /admin is neither true, false nor a policy"
    })
  }
})

t.test('a hook whose policy is undefined stops the start', async (t) => {
  await t.rejects(build(t, world, { routes: (app) => app.addHook('onRequest', app.requireClientCertificate(policies.admni)) }), {
    code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION',
    message: "option 'policy' must be a policy, an object or a predicate, not undefined"
  })
})

t.test('a standard policy that is undefined stops the start', async (t) => {
  await t.rejects(build(t, world, { options: { authorize: policies.admni } }), {
    code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION',
    message: "option 'authorize' is undefined: leave it out, or give a policy"
  })
})
