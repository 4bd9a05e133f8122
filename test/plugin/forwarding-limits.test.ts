import { once } from 'node:events'
import { createServer, request as requestHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import websocket from '@fastify/websocket'
import t, { type Test } from 'tap'
import type { ForwardingOptions } from '../../lib/index.js'
import { callHttp2, listen, openHttp2 } from '../helpers/application.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { behind, byNginx, escaped, reasons, said, world, type Behind } from './forwarding-scene.js'

type Proxies = ForwardingOptions['trustedProxies']

const { client, stranger } = world

const fillers = (count: number): string[] => Array.from({ length: count }, () => ['a', '']).flat()

interface Serving extends Behind {
  /** A request over a real socket, with these fields in this order. */
  send (fields: readonly string[], more?: { url?: string, method?: string, trailers?: readonly string[] }): Promise<string>
}

async function serving (t: Test, trustedProxies: Proxies = '127.0.0.1'): Promise<Serving> {
  const scene = await behind(t, { forwarding: { from: 'nginx', trustedProxies } }, async (app) => {
    await app.register(websocket)
    app.get('/socket', { websocket: true }, () => {})
    app.post('/post', async (request) => ({ caller: request.clientCertificate?.subject.commonName }))
    app.get('/distinct', { config: { clientCertificate: false } }, async ({ raw }) => ({ caller: Object.keys(raw.headersDistinct).join() }))
  })
  await scene.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = scene.app.server.address() as AddressInfo
  const send: Serving['send'] = async (fields, { url = '/guarded', method = 'GET', trailers = [] } = {}) => {
    const request = requestHttp({ port, host: '127.0.0.1', path: url, method, agent: false, headers: ['Host', 'localhost', ...fields] })
    if (trailers.length > 0) request.addTrailers([[trailers[0], trailers[1]]])
    request.end()
    const [response] = await once(request, 'response')
    let text = ''
    for await (const part of response) text += part
    return said({ status: response.statusCode, body: JSON.parse(text) })
  }
  return { ...scene, send }
}

const forged = ['X-SSL-Client-Cert', escaped(client)]
const own = ['X-SSL-Client-Cert', escaped(stranger)]

/** Newer releases of Node answer 431 to a header of more fields than they keep; the others cut it off and go on. */
const nodeRefuses = await (async () => {
  const server = createServer((_request, response) => response.end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const request = requestHttp({ port, host: '127.0.0.1', agent: false, headers: ['Host', 'localhost', ...fillers(1100)] }).end()
  const [response] = await once(request, 'response')
  response.resume()
  server.close()
  return response.statusCode === 431
})()

const unlessNodeRefuses = (answer: string): string => nodeRefuses ? '431 undefined' : answer

t.test('a header with more fields than Node keeps is malformed, for the proxy\'s own field may be cut off', async (t) => {
  const scene = await serving(t)
  t.equal(await scene.send([...forged, ...fillers(900)]), '200 client', 'as long as it is whole')
  t.equal(await scene.send([...forged, ...fillers(997)]), '400 MALFORMED', 'as many as Node keeps: nobody can tell whether there were more')
  t.equal(await scene.send([...forged, ...fillers(1100), ...own]), unlessNodeRefuses('400 MALFORMED'))
  t.equal(await scene.send([...forged, ...fillers(2000), ...own]), unlessNodeRefuses('400 MALFORMED'))
  t.equal(await scene.send([...fillers(1100), ...own]), unlessNodeRefuses('400 MALFORMED'), 'and not one without a certificate')
  t.equal(await scene.send([...forged, ...fillers(1100), ...own], { url: '/open' }), unlessNodeRefuses('200 null'))
  t.match(reasons(scene)[0], /^the header has \d+ fields or more: Node may have cut fields off \(server\.maxHeadersCount\)$/)
})

t.test('the limit is that of the server', async (t) => {
  const scene = await serving(t)
  scene.app.server.maxHeadersCount = 40
  t.equal(await scene.send([...forged, ...fillers(30)]), '200 client')
  t.equal(await scene.send([...forged, ...fillers(100), ...own]), unlessNodeRefuses('400 MALFORMED'))
  scene.app.server.maxHeadersCount = 0
  t.equal(await scene.send([...forged, ...fillers(1000), ...own]), '400 MALFORMED', 'without a limit both fields are seen')
  t.equal(reasons(scene).at(-1), 'the field x-ssl-client-cert is there more than once')
  t.equal(await scene.send([...fillers(1000), ...forged]), '200 client')
})

t.test('a WebSocket is refused, too', async (t) => {
  const scene = await serving(t)
  const upgrade = ['Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Version', '13', 'Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA==']
  t.equal(await scene.send([...upgrade, ...forged, ...fillers(1100), ...own], { url: '/socket' }), unlessNodeRefuses('400 MALFORMED'))
  t.equal(await scene.send([...upgrade, ...own], { url: '/socket' }), '401 UNTRUSTED')
})

t.test('a secret that is cut off makes nobody a proxy', async (t) => {
  const secret = 'a text that the proxy alone knows'
  const scene = await serving(t, { secret })
  t.equal(await scene.send([...forged, 'X-Proxy-Secret', secret]), '200 client')
  t.equal(await scene.send([...forged, ...fillers(1000), 'X-Proxy-Secret', secret]), unlessNodeRefuses('401 MISSING'))
})

t.test('fields in a trailer do not count', async (t) => {
  const scene = await serving(t)
  t.equal(await scene.send(['Transfer-Encoding', 'chunked', 'Trailer', 'X-SSL-Client-Cert'], { trailers: forged, method: 'POST', url: '/post' }), '401 MISSING')
})

t.test('HTTP/2 ends a stream with too many fields', async (t) => {
  const proxies = mintAuthority({ subject: 'Proxies' })
  const proxy = mintClient(proxies, { subject: 'proxy' })
  const { port } = await listen(t, world, {
    http2: true, options: { trust: { proxies: { ca: proxies.pem } }, forwarding: { from: 'nginx', trustedProxies: { certificate: { trust: 'proxies' } } } }
  })
  const session = openHttp2(world, port, { client: proxy, ...({ ALPNProtocols: ['h2'] }) })
  t.teardown(() => session.destroy())
  const headers = { ...byNginx(client), ...Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`a${at}`, ''])) }
  t.equal(said(await callHttp2(session, '/guarded', { headers: byNginx(client) })), '200 client')
  const stream = session.request({ ':path': '/guarded', ...headers })
  const [error] = await once(stream, 'error')
  t.match(error.message, /NGHTTP2_ENHANCE_YOUR_CALM/)
})

t.test('fields that are taken away are also gone from headersDistinct', async (t) => {
  const scene = await serving(t, '10.0.0.1')
  t.equal(await scene.send([...forged, 'X-Other', '1'], { url: '/distinct' }), '200 host,x-other,connection')
})

t.test('an injected request is not from a proxy on this machine, unless its caller says so', async (t) => {
  const { app, ask, log } = await behind(t, { forwarding: { from: 'nginx', trustedProxies: ['127.0.0.1', '::1'] } })
  const inject = async (options: object) => {
    const answer = await app.inject({ url: '/guarded', headers: byNginx(client), ...options })
    return said({ status: answer.statusCode, body: answer.json() })
  }
  t.equal(await inject({}), '401 MISSING')
  t.match(log.find(({ msg }) => msg.startsWith('removed header fields')), { clientCertificate: { removed: ['x-ssl-client-cert', 'x-ssl-client-verify'] } })
  t.equal(await inject({ remoteAddress: '127.0.0.1' }), '401 MISSING', 'which is what inject says of a caller that says nothing')
  for (const remoteAddress of ['::ffff:127.0.0.1', '::1']) t.equal(await inject({ remoteAddress }), '200 client', remoteAddress)
  t.equal(said(await ask(byNginx(client), { remoteAddress: '::1' })), '200 client')
})
