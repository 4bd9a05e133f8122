import { deepStrictEqual } from 'node:assert'
import { createRequire } from 'node:module'
import swagger from '@fastify/swagger'
import fc from 'fast-check'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import clientCertificate from '../../lib/index.js'
import { writeYaml } from '../../lib/plugin/yaml.js'
import { build, makeWorld, serverOptions, type ListenOptions } from '../helpers/application.js'

const world = makeWorld()

// The reader behind @fastify/swagger's own YAML.
const yaml: { parse (text: string, options?: object): unknown } = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))('yaml')

interface Operation { security?: unknown, operationId?: string, summary?: string, [extension: string]: unknown }
interface Document {
  openapi?: string
  swagger?: string
  security?: unknown
  components?: { securitySchemes?: Record<string, unknown>, schemas?: Record<string, unknown> }
  paths: Record<string, Record<string, Operation>>
  [extension: string]: unknown
}

const version = '3.1.0'
const mutualTLS = { type: 'mutualTLS' }
const needed = [{ mutualTLS: [] }]
const apiKey = { type: 'apiKey', in: 'header', name: 'x-api-key' } as const
const bearer = { type: 'http', scheme: 'bearer' } as const

interface Documented { document: Document, app: FastifyInstance, log: Array<{ level: number, msg: string }> }

/** The document of an application, in which @fastify/swagger is registered before the plugin or behind it. */
async function documented (t: Test, order: 'before' | 'behind', options: object, routes: (app: FastifyInstance) => unknown = () => {}, more: ListenOptions = {}): Promise<Documented> {
  const { app, log } = await build(t, world, {
    ...more,
    before: async (app) => { if (order === 'before') await app.register(swagger, options) },
    routes: async (app) => {
      if (order === 'behind') await app.register(swagger, options)
      await routes(app)
    }
  })
  return { document: app.swagger() as unknown as Document, app, log }
}

for (const order of ['before', 'behind'] as const) {
  t.test(`with @fastify/swagger registered ${order} the plugin, guarded routes show mutualTLS`, async (t) => {
    const { document, app, log } = await documented(t, order, { openapi: { openapi: version } }, (app) => {
      app.get('/plain', async () => 'ok')
      app.get('/with-schema/:id', { schema: { summary: 'one of them', querystring: { type: 'object', properties: { a: { type: 'string' } } } } }, async () => 'ok')
      app.get('/true', { config: { clientCertificate: true } }, async () => 'ok')
      app.get('/false', { config: { clientCertificate: false }, schema: { summary: 'open' } }, async () => 'ok')
      app.post('/policy', { config: { clientCertificate: { subject: 'CN=client' } } }, async () => 'ok')
      app.route({ method: ['PUT', 'PATCH'], url: '/policy', handler: async () => 'ok' })
      app.register(async (scope) => { scope.get('/', async () => 'ok') }, { prefix: '/scope' })
    })
    const { paths, components } = document
    t.strictSame(components?.securitySchemes, { mutualTLS })
    for (const operation of [paths['/plain'].get, paths['/with-schema/{id}'].get, paths['/true'].get, paths['/policy'].post, paths['/policy'].put, paths['/policy'].patch, paths['/scope/'].get]) {
      t.strictSame(operation.security, needed)
    }
    t.match(paths['/with-schema/{id}'].get, { summary: 'one of them', parameters: [{ name: 'a', in: 'query' }, { name: 'id', in: 'path' }] })
    t.notHas(paths['/false'].get, { security: [] })
    t.equal(paths['/false'].get.summary, 'open')
    t.notMatch(JSON.stringify(document), /x-client-certificate/)

    t.equal(app.swagger(), document, 'the document is made once')
    t.strictSame(yaml.parse(app.swagger({ yaml: true })), JSON.parse(JSON.stringify(document)))
    t.match(app.swagger({ yaml: true }), /^ {2}securitySchemes:\n {4}mutualTLS:\n {6}type: mutualTLS$/m)
    t.strictSame(log.filter(({ level }) => level >= 40), [])
  })
}

t.test('where nothing is guarded, nothing is shown', async (t) => {
  const { document, app } = await documented(t, 'before', { openapi: { openapi: version } }, () => {}, { options: { global: false } })
  t.notHas(document.components, { securitySchemes: {} })
  t.notHas(document.paths['/guarded'].get, { security: [] })
  t.match(app.swagger({ yaml: true }), /^openapi: 3\.1\.0$/m, 'not even the YAML is ours')
})

t.test('without `global`, routes that ask for a certificate show it', async (t) => {
  const { document } = await documented(t, 'behind', { openapi: { openapi: version } }, (app) => app.get('/true', { config: { clientCertificate: true } }, async () => 'ok'), { options: { global: false } })
  t.strictSame(document.paths['/true'].get.security, needed)
})

t.test('the certificate is needed beside every alternative of the route\'s own', async (t) => {
  const openapi = { openapi: version, components: { securitySchemes: { apiKey, bearer } } }
  const { document } = await documented(t, 'before', { openapi }, (app) => {
    const route = (url: string, security: ReadonlyArray<Record<string, readonly string[]>>, config = {}) => app.get(url, { schema: { security, headers: { type: 'object', properties: { 'x-api-key': { type: 'string' }, other: { type: 'string' } } } }, config }, async () => 'ok')
    route('/one', [{ apiKey: [] }])
    route('/or', [{ apiKey: [] }, { bearer: ['read'] }])
    route('/and', [{ apiKey: [], bearer: [] }])
    route('/optional', [{}, { apiKey: [] }])
    route('/none', [])
    route('/exempt', [{ apiKey: [] }], { clientCertificate: false })
  })
  const security = (path: string) => document.paths[path].get.security
  t.strictSame(security('/one'), [{ mutualTLS: [], apiKey: [] }])
  t.strictSame(security('/or'), [{ mutualTLS: [], apiKey: [] }, { mutualTLS: [], bearer: ['read'] }])
  t.strictSame(security('/and'), [{ mutualTLS: [], apiKey: [], bearer: [] }])
  t.strictSame(security('/optional'), [{ mutualTLS: [] }, { mutualTLS: [], apiKey: [] }])
  t.strictSame(security('/none'), needed)
  t.strictSame(security('/exempt'), [{ apiKey: [] }])
  t.strictSame(document.components?.securitySchemes, { mutualTLS, apiKey, bearer })
  t.strictSame((document.paths['/one'].get.parameters as Array<{ name: string }>).map(({ name }) => name), ['other'], 'what @fastify/swagger makes of the other schemes stays')
  t.strictSame(openapi.components.securitySchemes, { apiKey, bearer }, 'the object of the application is as it was')
})

t.test('the certificate is needed beside what the document asks of every route', async (t) => {
  const { document } = await documented(t, 'before', { openapi: { openapi: version, security: [{ apiKey: [] }, { bearer: [] }], components: { securitySchemes: { apiKey, bearer } } } },
    (app) => app.get('/own', { schema: { security: [{ bearer: [] }] } }, async () => 'ok'))
  t.strictSame(document.security, [{ apiKey: [] }, { bearer: [] }])
  t.strictSame(document.paths['/guarded'].get.security, [{ mutualTLS: [], apiKey: [] }, { mutualTLS: [], bearer: [] }])
  t.strictSame(document.paths['/own'].get.security, [{ mutualTLS: [], bearer: [] }])
  t.notHas(document.paths['/open'].get, { security: [] }, 'open routes inherit it')
})

t.test('a scheme mutualTLS of the application\'s own, and where it stands, is kept', async (t) => {
  const own = { type: 'mutualTLS', description: 'ask the operator for one' }
  const { document } = await documented(t, 'before', { openapi: { openapi: version, components: { securitySchemes: { mutualTLS: own } } } },
    (app) => app.get('/own', { schema: { security: [{ mutualTLS: ['staff'] }] } }, async () => 'ok'))
  t.strictSame(document.components?.securitySchemes, { mutualTLS: own })
  t.strictSame(document.paths['/own'].get.security, [{ mutualTLS: ['staff'] }])
  t.strictSame(document.paths['/guarded'].get.security, needed)
})

t.test('everything else of the document is kept: components, extensions, shared schemas', async (t) => {
  const openapi = { openapi: version, info: { title: 'orders', version: '1' }, 'x-team': 'a', tags: [{ name: 'b' }], components: { responses: { gone: { description: 'gone' } } } }
  const { document, app } = await documented(t, 'before', { openapi }, (app) => {
    app.addSchema({ $id: 'order', type: 'object', properties: { id: { type: 'string' } } })
    app.get('/order', { schema: { tags: ['b'], response: { 200: { $ref: 'order#' } } } }, async () => ({ id: '1', secret: true }))
  })
  t.match(document, { info: openapi.info, 'x-team': 'a', tags: openapi.tags, components: { responses: openapi.components.responses, schemas: { 'def-0': { title: 'order' } }, securitySchemes: { mutualTLS } } })
  t.match(document.paths['/order'].get, { tags: ['b'], security: needed, responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/def-0' } } } } } })
  t.strictSame(yaml.parse(app.swagger({ yaml: true })), JSON.parse(JSON.stringify(document)))
})

t.test('transforms of the application are kept', async (t) => {
  const seen: string[] = []
  const transform = ({ schema, url }: { schema: object, url: string }) => {
    seen.push(url)
    return { schema: { ...schema, summary: `see ${url}` }, url: `/v1${url}` }
  }
  const transformObject = ({ openapiObject }: { openapiObject: object }) => ({ ...openapiObject, 'x-transformed': true })
  const { document } = await documented(t, 'before', { openapi: { openapi: version }, transform, transformObject }, (app) => {
    app.get('/own', { config: { swaggerTransform: ({ schema, url }) => ({ schema: { ...schema, summary: 'by the route' }, url }) } }, async () => 'ok')
    app.get('/untouched', { config: { swaggerTransform: false } }, async () => 'ok')
    app.get('/forgotten', { config: { swaggerTransform: ({ url }) => ({ schema: { summary: 'all anew' }, url }) } }, async () => 'ok')
  })
  t.strictSame(seen, ['/open', '/guarded'])
  t.match(document.paths['/v1/guarded'].get, { summary: 'see /guarded', security: needed })
  t.match(document.paths['/own'].get, { summary: 'by the route', security: needed })
  t.match(document.paths['/untouched'].get, { security: needed })
  t.equal(document['x-transformed'], true)
  t.strictSame(document.paths['/forgotten'].get.security, undefined, 'a transform that drops the extensions of a schema drops this one')
})

t.test('what a transform makes of the whole document is kept, be it no document at all', async (t) => {
  for (const made of ['a text', { openapi: version, info: { title: 'without paths', version: '1' } }]) {
    const { document, app } = await documented(t, 'before', { openapi: { openapi: version }, transformObject: () => made })
    t.strictSame(document, made)
    t.strictSame(yaml.parse(app.swagger({ yaml: true })), made)
  }
})

t.test('hidden routes stay hidden', async (t) => {
  const { document } = await documented(t, 'before', { openapi: { openapi: version } }, (app) => app.get('/hidden', { schema: { hide: true } }, async () => 'ok'))
  t.notOk(document.paths['/hidden'])
})

for (const order of ['before', 'behind'] as const) {
  t.test(`HEAD routes show what their GET does, with @fastify/swagger ${order} the plugin`, async (t) => {
    const { document: { paths } } = await documented(t, order, { openapi: { openapi: version }, exposeHeadRoutes: true }, (app) => {
      app.get('/one', async () => 'ok')
      app.get('/exempt', { config: { clientCertificate: false } }, async () => 'ok')
      app.get('/named', { schema: { operationId: 'named' } }, async () => 'ok')
      app.get('/exempt/named', { config: { clientCertificate: false }, schema: { operationId: 'exempt' } }, async () => 'ok')
    })
    t.strictSame(paths['/one'].head.security, needed)
    t.strictSame(paths['/exempt'].head.security, undefined)
    t.match(paths['/named'].head, { operationId: 'named-head', security: needed })
    t.match(paths['/exempt/named'].head, { operationId: 'exempt-head', security: undefined })
  })
}

t.test('OpenAPI 3.2 has a place for other methods, which show it, too', async (t) => {
  const { document } = await documented(t, 'behind', { openapi: { openapi: '3.2.0' } }, (app) => {
    app.addHttpMethod('REPORT')
    app.route({ method: 'REPORT', url: '/guarded', handler: async () => 'ok' })
    app.route({ method: 'REPORT', url: '/open', config: { clientCertificate: false }, handler: async () => 'ok' })
  })
  const operations = (path: string) => document.paths[path].additionalOperations as Record<string, Operation>
  t.strictSame(operations('/guarded').REPORT.security, needed)
  t.strictSame(operations('/open').REPORT.security, undefined)
})

t.test('OpenAPI 3.0, which is the default, has no such scheme: it is shown, the version stays, and the log says so once', async (t) => {
  for (const openapi of [{}, { openapi: '3.0.3' }]) {
    const { document, app, log } = await documented(t, 'before', { openapi })
    t.equal(document.openapi, '3.0.3')
    t.strictSame(document.paths['/guarded'].get.security, needed)
    app.swagger({ yaml: true })
    app.swagger()
    t.match(log.filter(({ level }) => level >= 40), [{
      level: 40,
      msg: "OpenAPI 3.0.3 has no security scheme of type mutualTLS, which the document shows: give @fastify/swagger openapi: { openapi: '3.1.0' }"
    }])
    t.equal(log.filter(({ level }) => level >= 40).length, 1)
  }
})

t.test('Swagger 2.0 has no such scheme, and nothing that takes its place', async (t) => {
  const { document, app, log } = await documented(t, 'before', {}, (app) => app.get('/described', { schema: { summary: 'one', security: [] } }, async () => 'ok'))
  t.equal(document.swagger, '2.0')
  t.notOk(document.components)
  t.strictSame(document.paths['/guarded'].get, { responses: { 200: { description: 'Default Response' } } })
  t.match(document.paths['/described'].get, { summary: 'one' })
  t.notMatch(app.swagger({ yaml: true }), /x-client-certificate/)
  t.strictSame(log.filter(({ level }) => level >= 40), [])
})

t.test('a document from a file is served as it is', async (t) => {
  const specification = { document: { openapi: version, info: { title: 'static', version: '1' }, paths: { '/guarded': { get: {} } } } }
  const { document, app } = await documented(t, 'before', { mode: 'static', specification })
  t.equal(document as object, specification.document)
  t.match(app.swagger({ yaml: true }), /title: static/)
})

t.test('another decorator than `swagger` shows nothing of it', async (t) => {
  const { app } = await build(t, world, { before: (app) => app.register(swagger, { openapi: { openapi: version }, decorator: 'documents' } as object) })
  const document = (app as unknown as { documents (): Document }).documents()
  t.strictSame(Object.keys(document.paths['/guarded'].get), ['responses'])
})

t.test('a decorator `swagger` that is not of @fastify/swagger is left alone', async (t) => {
  const own = () => 'ours'
  const { app } = await build(t, world, { before: (app) => { app.decorate('swagger', own as never) } })
  t.equal(app.swagger, own)
})

t.test('the function of @fastify/swagger is replaced once, not for each route', async (t) => {
  const functions = new Set<unknown>()
  await documented(t, 'before', { openapi: { openapi: version } }, (app) => {
    for (const path of ['/a', '/b', '/c']) {
      functions.add(app.swagger)
      app.get(path, async () => 'ok')
    }
  })
  t.equal(functions.size, 1)
})

t.test('before the application is ready, @fastify/swagger says so', async (t) => {
  await documented(t, 'before', { openapi: { openapi: version } }, (app) => {
    t.throws(() => app.swagger(), { message: '.swagger() must be called after .ready()' })
  })
})

t.test('the plugin in a scope, @fastify/swagger at the root: one document, in which that scope is guarded', async (t) => {
  const app = Fastify({ https: {} })
  t.teardown(() => app.close())
  await app.register(swagger, { openapi: { openapi: version } })
  app.get('/outside', async () => 'ok')
  app.register(async (scope) => {
    await scope.register(clientCertificate, serverOptions(world))
    scope.get('/inside', async () => 'ok')
    scope.register(async (inner) => { inner.get('/inside/inner', async () => 'ok') })
  })
  await app.ready()
  const { paths, components } = app.swagger() as unknown as Document
  t.strictSame([paths['/outside'].get.security, paths['/inside'].get.security, paths['/inside/inner'].get.security], [undefined, needed, needed])
  t.strictSame(components?.securitySchemes, { mutualTLS })
})

t.test('@fastify/swagger in a scope, and another beside it: two documents', async (t) => {
  const scopes: FastifyInstance[] = []
  const scope = (path: string, config = {}) => async (scope: FastifyInstance) => {
    await scope.register(swagger, { openapi: { openapi: version, info: { title: path, version: '1' } } })
    scope.get(path, { config }, async () => 'ok')
    scopes.push(scope)
  }
  const { app } = await build(t, world, {
    routes: (app) => {
      app.register(scope('/guarded/a'))
      app.register(scope('/guarded/b'))
      app.register(scope('/open/c', { clientCertificate: false }))
    }
  })
  t.notOk(app.hasDecorator('swagger'))
  const documents = scopes.map((each) => each.swagger() as unknown as Document)
  t.strictSame(documents.map(({ paths }) => Object.entries(paths).map(([path, { get }]) => [path, get.security])), [[['/guarded/a', needed]], [['/guarded/b', needed]], [['/open/c', undefined]]])
})

t.test('without @fastify/swagger the schema of a route stays as it is', async (t) => {
  const schemas: unknown[] = []
  const schema = { summary: 'one' }
  await build(t, world, {
    routes: (app) => {
      app.addHook('onRoute', (route) => { schemas.push(route.schema) })
      app.get('/one', { schema, exposeHeadRoute: false }, async () => 'ok')
      app.get('/two', { exposeHeadRoute: false }, async () => 'ok')
    }
  })
  t.equal(schemas[0], schema)
  t.equal(schemas[1], undefined)
})

t.test('a schema object that routes share is not marked for all of them', async (t) => {
  const schema = { summary: 'shared' }
  const { document } = await documented(t, 'before', { openapi: { openapi: version } }, (app) => {
    app.get('/a', { schema }, async () => 'ok')
    app.get('/b', { schema, config: { clientCertificate: false } }, async () => 'ok')
  })
  t.strictSame([document.paths['/a'].get.security, document.paths['/b'].get.security], [needed, undefined])
  t.strictSame(Object.keys(schema), ['summary'])
})

t.test('what is written as YAML reads as it was', async (t) => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('true', 'No', 'null', '~', '1.5', '1e3', 'E0', 'e-1', '0x1f', '2001-01-01', '- a', 'a: b', 'a #b', '#a', '&a', '*a', '!a', '%a', '@a', '`a', '{a', 'a}', '', ' a', 'a ', 'a\nb', '\u2028', '\u0085', '\ufeff', 'https://a.example', '/a/{b}', '$ref', '<<', '=', '.inf', '---', '...', 'y', "it's", "'a'", 'a, b'))
  const { value: json } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, texts, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(texts, tie('value'), { maxKeys: 4 }))
  }))
  t.doesNotThrow(() => fc.assert(fc.property(json, (value) => {
    const plain = JSON.parse(JSON.stringify(value))
    const text = writeYaml(plain)
    for (const version of ['1.2', '1.1']) deepStrictEqual(yaml.parse(text, { version }), plain)
  }), { numRuns: 200 }))
})

t.test('YAML leaves out what JSON does', async (t) => {
  t.equal(writeYaml({ a: undefined, b: [], c: {}, d: [[1, { e: 'f g', h: 'true' }], []] }), 'b: []\nc: {}\nd:\n  - - 1\n    - e: f g\n      h: "true"\n  - []\n')
})
