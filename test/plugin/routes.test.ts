import t from 'tap'
import { build, call, callHttp2, listen, makeWorld, openHttp2 } from '../helpers/application.js'
import { mintClient } from '../helpers/mint.js'
import type { Policy } from '../../lib/index.js'
import type { FastifyRequest } from 'fastify'

const world = makeWorld()
const operator = mintClient(world.authority, { subject: [['organizationalUnitName', 'Operations'], ['commonName', 'operator']] })
const operations = { subject: { organizationalUnitName: 'Operations' } }

const missing = { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_MISSING', error: 'Unauthorized', message: 'A client certificate is required' } }
const untrusted = { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', message: 'The client certificate is not trusted' } }
const forbidden = { status: 403, headers: { 'www-authenticate': undefined }, body: { statusCode: 403, code: 'FST_CLIENT_CERTIFICATE_FORBIDDEN', error: 'Forbidden', message: 'The client certificate does not permit this' } }

t.test('HEAD is guarded as the GET that it was made from', async (t) => {
  const { port } = await listen(t, world, { routes: (app) => app.get('/operations', { config: { clientCertificate: operations } }, async () => 'ok') })
  const head = (path: string, client = world.client) => call(world, port, path, { client, method: 'HEAD' })

  t.match(await call(world, port, '/guarded', { method: 'HEAD' }), { status: 401, headers: { 'www-authenticate': 'ClientCertificate' } })
  t.match(await head('/guarded'), { status: 200 })
  t.match(await head('/operations'), { status: 403 })
  t.match(await head('/operations', operator), { status: 200 })
  t.match(await call(world, port, '/open', { method: 'HEAD' }), { status: 200 })
})

t.test('a HEAD route of its own has its own requirement', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => {
      app.head('/probe', { config: { clientCertificate: false } }, async () => '')
      app.get('/probe', async () => 'ok')
    }
  })
  t.match(await call(world, port, '/probe', { method: 'HEAD' }), { status: 200 })
  t.match(await call(world, port, '/probe'), missing)
})

t.test('OPTIONS is guarded as any method', async (t) => {
  const { port } = await listen(t, world, { routes: (app) => app.options('/guarded', async (_request, reply) => reply.header('allow', 'GET, HEAD, OPTIONS').send()) })
  t.match(await call(world, port, '/guarded', { method: 'OPTIONS' }), missing)
  t.match(await call(world, port, '/guarded', { method: 'OPTIONS', client: world.client }), { status: 200, headers: { allow: 'GET, HEAD, OPTIONS' } })
})

// A browser sends no certificate with a preflight request.
const preflight = { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } }

t.test('a preflight request is answered by an open OPTIONS route', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => app.options('*', { config: { clientCertificate: false } }, async (_request, reply) => reply.code(204).header('access-control-allow-origin', 'https://a.example').send())
  })
  t.match(await call(world, port, '/guarded', preflight), { status: 204, headers: { 'access-control-allow-origin': 'https://a.example' } })
  t.match(await call(world, port, '/guarded', { headers: preflight.headers }), missing)
})

t.test('a preflight request is answered by a hook from before the plugin', async (t) => {
  const { port } = await listen(t, world, {
    before: (app) => app.addHook('onRequest', async (request, reply) => {
      if (request.method === 'OPTIONS') return reply.code(204).header('access-control-allow-origin', 'https://a.example').send()
    })
  })
  t.match(await call(world, port, '/guarded', preflight), { status: 204, headers: { 'access-control-allow-origin': 'https://a.example' } })
  t.match(await call(world, port, '/guarded'), missing)
})

t.test('config.clientCertificate: what a route may say', async (t) => {
  const { port, log } = await listen(t, world, {
    options: { authorize: operations },
    routes: (app) => {
      app.get('/true', { config: { clientCertificate: true } }, async () => 'ok')
      app.get('/policy', { config: { clientCertificate: { subject: { commonName: ['client', 'nobody'] } } } }, async () => 'ok')
      app.get('/predicate', { config: { clientCertificate: (certificate, request) => certificate.subject.commonName === request.headers.who } }, async () => 'ok')
      app.get('/promise', { config: { clientCertificate: async (certificate) => certificate.subject.commonName === 'client' } }, async () => 'ok')
      app.route({ method: ['GET', 'PUT'], url: '/several', config: { clientCertificate: { subject: { commonName: 'client' } } }, handler: async (request) => request.method })
    }
  })
  const as = (client: typeof operator, path: string, more = {}) => call(world, port, path, { client, ...more })

  t.match(await as(operator, '/guarded'), { status: 200 }, 'the policy of the option `authorize`')
  t.match(await as(world.client, '/guarded'), forbidden)
  t.match(await as(operator, '/true'), { status: 200 }, 'true asks for that policy, too')
  t.match(await as(world.client, '/true'), forbidden)
  t.match(await as(world.client, '/open'), { status: 200, body: { caller: 'client', error: null } })

  t.match(await as(world.client, '/policy'), { status: 200 }, 'a policy of its own stands instead')
  t.match(await as(operator, '/policy'), forbidden)
  t.match(await call(world, port, '/policy'), missing)
  t.match(await as(world.client, '/several'), { status: 200, body: 'GET' })
  t.match(await as(world.client, '/several', { method: 'PUT' }), { status: 200, body: 'PUT' })
  t.match(await as(operator, '/several', { method: 'PUT' }), forbidden)

  t.match(await as(world.client, '/predicate', { headers: { who: 'client' } }), { status: 200 }, 'a predicate sees the request')
  t.match(await as(world.client, '/predicate', { headers: { who: 'operator' } }), forbidden)
  t.match(await as(world.client, '/promise'), { status: 200 })
  t.match(await as(operator, '/promise'), forbidden)
  t.match(await as(world.stranger, '/promise'), untrusted)
  t.match(log.filter((line) => line.clientCertificate).at(-2), {
    level: 30,
    clientCertificate: { code: 'FST_CLIENT_CERTIFICATE_FORBIDDEN', reason: 'the predicate config.clientCertificate said no', subject: 'CN=operator,OU=Operations', fingerprint256: operator.certificate.fingerprint256, remoteAddress: '127.0.0.1' },
    msg: 'request refused for its client certificate'
  })
})

t.test('a predicate that fails denies, and is logged as an error', async (t) => {
  const wrong: Record<string, [Policy<FastifyRequest>, string]> = {
    throws: [() => { throw new Error('no database') }, 'threw'],
    rejects: [async () => { throw new Error('no database') }, 'rejected'],
    number: [(() => 1) as unknown as Policy<FastifyRequest>, 'answered a number and not a boolean'],
    truthy: [(async () => ({})) as unknown as Policy<FastifyRequest>, 'answered an object and not a boolean']
  }
  const { port, log } = await listen(t, world, {
    routes: (app) => {
      for (const [name, [clientCertificate]] of Object.entries(wrong)) app.get(`/${name}`, { config: { clientCertificate } }, async () => 'never')
    }
  })
  for (const [name, [, problem]] of Object.entries(wrong)) {
    t.match(await call(world, port, `/${name}`, { client: world.client }), forbidden, name)
    const line = log.findLast((line) => line.level >= 50)
    t.match(line, { level: 50, key: 'config.clientCertificate', msg: `client certificate predicate ${problem}` })
    if (problem === 'threw' || problem === 'rejected') t.match(line, { err: { message: 'no database' } })
  }
})

t.test('without `global` only those routes are guarded that say so', async (t) => {
  const { port } = await listen(t, world, {
    options: { global: false },
    routes: (app) => {
      app.get('/true', { config: { clientCertificate: true } }, async () => 'ok')
      app.get('/policy', { config: { clientCertificate: operations } }, async () => 'ok')
    }
  })
  t.match(await call(world, port, '/guarded'), { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_MISSING' } })
  t.match(await call(world, port, '/guarded', { client: world.stranger }), { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200, body: { caller: 'client', error: null } })
  t.match(await call(world, port, '/true'), missing)
  t.match(await call(world, port, '/true', { client: world.client }), { status: 200 })
  t.match(await call(world, port, '/policy', { client: world.client }), forbidden)
  t.match(await call(world, port, '/policy', { client: operator }), { status: 200 })
  t.match(await call(world, port, '/nothing'), { status: 404 })
})

for (const http2 of [false, true]) {
  t.test(`app.requireClientCertificate is a hook for onRequest, preHandler and a scope${http2 ? ' over HTTP/2' : ''}`, async (t) => {
    const { port } = await listen(t, world, {
      http2,
      options: { global: false, authorize: operations },
      routes: (app) => {
        app.get('/on-request', { onRequest: app.requireClientCertificate() }, async () => 'ok')
        app.get('/pre-handler', { preHandler: [app.requireClientCertificate({ subject: { commonName: 'client' } })] }, async () => 'ok')
        app.get('/predicate', { preHandler: app.requireClientCertificate(async (certificate, request) => certificate.subject.commonName === request.headers.who) }, async () => 'ok')
        app.register(async (scope) => {
          scope.addHook('onRequest', scope.requireClientCertificate({ subject: { commonName: 'client' } }))
          scope.get('/scope', async () => 'ok')
        })
      }
    })
    async function answers (path: string, client?: typeof operator, headers = {}): Promise<unknown> {
      if (!http2) return call(world, port, path, { client, headers })
      const session = openHttp2(world, port, { client })
      return callHttp2(session, path, { headers }).finally(() => session.close())
    }

    t.match(await answers('/on-request'), missing)
    t.match(await answers('/on-request', world.stranger), untrusted)
    t.match(await answers('/on-request', world.client), forbidden, 'without a policy that of `authorize`')
    t.match(await answers('/on-request', operator), { status: 200 })
    t.match(await answers('/pre-handler'), missing)
    t.match(await answers('/pre-handler', operator), forbidden, 'a policy stands instead')
    t.match(await answers('/pre-handler', world.client), { status: 200 })
    t.match(await answers('/predicate', world.client, { who: 'client' }), { status: 200 })
    t.match(await answers('/predicate', world.client, { who: 'operator' }), forbidden)
    t.match(await answers('/scope'), missing)
    t.match(await answers('/scope', operator), forbidden)
    t.match(await answers('/scope', world.client), { status: 200 })
    t.match(await answers('/guarded'), { status: 200 })
  })
}

t.test('the hook comes on top of what the route asks', async (t) => {
  const { port } = await listen(t, world, {
    routes: (app) => app.get('/both', { config: { clientCertificate: operations }, preHandler: app.requireClientCertificate({ subject: { commonName: 'client' } }) }, async () => 'ok')
  })
  t.match(await call(world, port, '/both', { client: operator }), forbidden)
  t.match(await call(world, port, '/both', { client: world.client }), forbidden)
})

t.test('the hook refuses a policy that is none when it is made', async (t) => {
  const { app } = await build(t, world)
  t.throws(() => app.requireClientCertificate({ subject: { CN: 'client' } } as object), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'policy.subject.CN', message: /^option 'policy\.subject\.CN' / })
  t.throws(() => app.requireClientCertificate(true as unknown as object), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'policy' })
})

const invalid: Array<[string, unknown, string, RegExp]> = [
  ['a text', 'required', 'config.clientCertificate', /^option 'config\.clientCertificate' of route GET \/wrong is neither true, false nor a policy$/],
  ['a number', 1, 'config.clientCertificate', /^option 'config\.clientCertificate' of route GET \/wrong is neither true, false nor a policy$/],
  ['null', null, 'config.clientCertificate', /^option 'config\.clientCertificate' of route GET \/wrong is neither true, false nor a policy$/],
  ['an unknown key', { subjekt: 'CN=client' }, 'config.clientCertificate.subjekt', /^option 'config\.clientCertificate\.subjekt' of route GET \/wrong is unknown/],
  ['an unknown attribute', { subject: { commonNam: 'client' } }, 'config.clientCertificate.subject.commonNam', /^option 'config\.clientCertificate\.subject\.commonNam' of route GET \/wrong is unknown/],
  ['a policy that asks for nothing', {}, 'config.clientCertificate', /^option 'config\.clientCertificate' of route GET \/wrong /]
]

for (const [what, clientCertificate, key, message] of invalid) {
  t.test(`${what} as config.clientCertificate stops the start`, async (t) => {
    const wrong = { code: 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION', key, message }
    await t.rejects(build(t, world, { routes: (app) => { app.get('/wrong', { config: { clientCertificate } } as object, async () => 'never') } }), wrong)
    await t.rejects(build(t, world, {
      routes: (app) => { app.register(async (scope) => { scope.get('/wrong', { config: { clientCertificate } } as object, async () => 'never') }) }
    }), wrong, 'in a scope')
  })

  t.test(`${what} as config.clientCertificate of a route from before the plugin serves nothing`, async (t) => {
    const served: string[] = []
    const { port } = await listen(t, world, {
      before: (app) => { app.get('/wrong', { config: { clientCertificate } } as object, async () => served.push('handler')) }
    })
    const answer = { status: 500, body: { code: 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION', message } }
    t.match(await call(world, port, '/wrong'), answer)
    t.match(await call(world, port, '/wrong', { client: world.client }), answer)
    t.match(await call(world, port, '/wrong', { client: world.client }), answer, 'and again')
    t.strictSame(served, [])
    t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
  })
}

t.test('routes from before the plugin are guarded as those behind it', async (t) => {
  const { port } = await listen(t, world, {
    before: (app) => {
      app.get('/early', async () => 'ok')
      app.get('/early/open', { config: { clientCertificate: false } }, async () => 'ok')
      app.get('/early/operations', { config: { clientCertificate: operations } }, async () => 'ok')
    }
  })
  t.match(await call(world, port, '/early'), missing)
  t.match(await call(world, port, '/early', { client: world.client }), { status: 200 })
  t.match(await call(world, port, '/early/open'), { status: 200 })
  t.match(await call(world, port, '/early/operations', { client: world.client }), forbidden)
  t.match(await call(world, port, '/early/operations', { client: operator }), { status: 200 })
})

t.test('changing a policy object after the route was declared changes nothing', async (t) => {
  const clientCertificate = { subject: { commonName: 'client' } }
  const { port } = await listen(t, world, { routes: (app) => app.get('/policy', { config: { clientCertificate } }, async () => 'ok') })
  clientCertificate.subject.commonName = 'operator'
  t.match(await call(world, port, '/policy', { client: world.client }), { status: 200 })
  t.match(await call(world, port, '/policy', { client: operator }), forbidden)
})
