import { request as requestHttp } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import clientCertificate, { type ClientCertificateOptions } from '../../lib/index.js'
import { call, callHttp2, listen, openHttp2, type ListenOptions } from '../helpers/application.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { revoked } from '../certificate/raw-ocsp-response.js'
import { answerTo, responder } from '../revocation/ocsp-scene.js'
import { behind, byNginx, bytes, escaped, proxyAddress, reasons, said, world } from './forwarding-scene.js'

const { authority, client, stranger } = world
const proxies = mintAuthority({ subject: 'Proxies' })
const proxy = mintClient(proxies, { subject: 'proxy' })
const direct = mintClient(authority, { subject: 'direct' })

/** An application with TLS whose proxies are known by their own certificate, of an authority of their own. */
const withProxies = (t: Test, options: ClientCertificateOptions = {}, more: Partial<ListenOptions> = {}) => listen(t, world, {
  ...more,
  options: { trust: { proxies: { ca: proxies.pem } }, forwarding: { from: 'nginx', trustedProxies: { certificate: { trust: 'proxies', subject: { commonName: 'proxy' } } } }, ...options }
})

t.test('a proxy may be known by its own certificate, which is never its client\'s', async (t) => {
  const scene = await withProxies(t)
  const ask = async (by: Minted | undefined, headers: Record<string, string>) => said(await call(world, scene.port, '/guarded', { client: by, headers }))
  t.equal(await ask(proxy, byNginx(client)), '200 client')
  t.equal(await ask(proxy, {}), '401 MISSING')
  t.equal(await ask(proxy, byNginx(stranger)), '401 UNTRUSTED')
  t.equal(await ask(direct, byNginx(client)), '200 direct', 'who is no proxy speaks for nobody else')
  t.equal(await ask(direct, byNginx(stranger)), '200 direct')
  t.equal(await ask(undefined, byNginx(client)), '401 MISSING')
  t.equal(await ask(mintClient(authority, { subject: 'proxy' }), byNginx(client)), '200 proxy', 'nor who has the name of one, signed by somebody else')
  t.equal(await ask(mintClient(proxies, { subject: 'other' }), byNginx(client)), '401 UNTRUSTED')
  t.equal(await ask(mintClient(proxies, { subject: 'proxy', notAfter: new Date(Date.now() - 1000) }), byNginx(client)), '401 UNTRUSTED')
  t.equal(scene.app.clientCertificates.gauges().requestsWithForeignFields, 6)
})

t.test('in mode required, too, and over HTTP/2', async (t) => {
  const scene = await withProxies(t, { mode: 'required' }, { http2: true })
  const session = openHttp2(world, scene.port, { client: proxy, ...({ ALPNProtocols: ['h2'] }) })
  t.teardown(() => session.destroy())
  t.equal(said(await callHttp2(session, '/guarded', { headers: byNginx(client) })), '200 client')
  t.equal(said(await callHttp2(session, '/guarded', { headers: byNginx(stranger) })), '401 UNTRUSTED')
  t.equal(said(await callHttp2(session, '/guarded')), '401 MISSING')
  t.equal(said(await callHttp2(session, '/guarded', { headers: { ...byNginx(client), 'x-ssl-client-cert': 'nonsense' } })), '400 MALFORMED')
  t.equal(said(await callHttp2(session, '/guarded', { headers: { x_ssl_client_cert: escaped(client) } })), '400 MALFORMED')
  const own = openHttp2(world, scene.port, { client: direct, ...({ ALPNProtocols: ['h2'] }) })
  t.teardown(() => own.destroy())
  t.equal(said(await callHttp2(own, '/guarded', { headers: byNginx(client) })), '200 direct')
})

t.test('a predicate over a proxy\'s certificate has to answer at once', async (t) => {
  const ask = async (predicate: () => unknown) => {
    const { port } = await withProxies(t, { forwarding: { from: 'nginx', trustedProxies: { certificate: { trust: 'proxies', anyOf: [predicate as () => boolean] } } } })
    return said(await call(world, port, '/guarded', { client: proxy, headers: byNginx(client) }))
  }
  t.equal(await ask(() => true), '200 client')
  for (const predicate of [() => false, async () => true, () => 1, () => { throw new Error('no') }]) t.equal(await ask(predicate), '401 UNTRUSTED', String(predicate))
})

t.test('a proxy whose own certificate is revoked speaks for nobody, and until that is known its requests wait', async (t) => {
  const answers = [{}, { certStatus: revoked(new Date(), Buffer.from('0a0101', 'hex')) }]
  const { url } = await responder(t, (request) => answerTo(request, Date.now(), { issuer: proxies, of: proxy.certificate, ...answers[0] }))
  for (const wanted of ['200 client', '401 UNTRUSTED']) {
    const { port } = await withProxies(t, { trust: { proxies: { ca: proxies.pem, revocation: { ocsp: { responder: url } } } } })
    t.equal(said(await call(world, port, '/guarded', { client: proxy, headers: byNginx(client) })), wanted)
    answers.shift()
  }
})

t.test('the status of a forwarded certificate is asked for, and waited for', async (t) => {
  const answers = [{}, { certStatus: revoked(new Date(), Buffer.from('0a0101', 'hex')) }]
  const { url, asked } = await responder(t, (request) => answerTo(request, Date.now(), { issuer: authority, of: client.certificate, ...answers[0] }))
  for (const wanted of ['200 client', '401 REVOKED']) {
    const { ask } = await behind(t, { revocation: { ocsp: { responder: url } } })
    t.strictSame([said(await ask(byNginx(client))), said(await ask(byNginx(client)))], [wanted, wanted])
    answers.shift()
  }
  t.equal(asked.length, 2)
})

t.test('a proxy may be known by a secret, which no handler sees', async (t) => {
  const secret = 'correct horse battery'
  const scene = await behind(t, { forwarding: { from: 'nginx', trustedProxies: [{ secret, secretHeader: 'X-Secret' }, { address: '10.0.0.7', secret: 'another one of sixteen' }] } })
  const { body } = await scene.ask({ ...byNginx(client), 'x-secret': secret }, { url: '/open' })
  t.match(body, { caller: 'client' })
  t.notOk(JSON.stringify(body).includes(secret))
  for (const given of ['', 'correct horse', `${secret} `, secret.toUpperCase(), [secret, secret]]) {
    const answer = await scene.ask({ ...byNginx(client), 'x-secret': given }, { url: '/open' })
    t.match(answer.body, { caller: null }, JSON.stringify(given))
    t.notOk(JSON.stringify(answer.body).includes('horse'), 'nor one that is wrong')
  }
  t.equal(said(await scene.ask(byNginx(client))), '401 MISSING')
  t.equal(said(await scene.ask({ ...byNginx(client), 'x-proxy-secret': 'another one of sixteen' })), '401 MISSING', 'the address has to fit, too')
  t.equal(said(await scene.ask({ ...byNginx(client), 'x-proxy-secret': 'another one of sixteen' }, { remoteAddress: '10.0.0.7' })), '200 client')
  t.notOk(JSON.stringify(scene.log).includes('horse'))
})

t.test('the other end of a Unix domain socket is a proxy where that is said', async (t) => {
  for (const [trustedProxies, wanted] of [['unix', 'client'], ['127.0.0.1', null]] as const) {
    const scene = await behind(t, { forwarding: { from: 'nginx', trustedProxies } })
    // Its name may have some hundred octets, which a folder of the tests may have by itself.
    const folder = mkdtempSync(join(tmpdir(), 'socket-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'socket')
    await scene.app.listen({ path })
    const request = requestHttp({ socketPath: path, path: '/open', headers: byNginx(client) }).end()
    const [response] = await once(request, 'response')
    let text = ''
    for await (const part of response) text += part
    t.equal(JSON.parse(text).caller, wanted)
  }
})

t.test('a form of one\'s own gives octets, and is looked at as closely', async (t) => {
  const answers: Record<string, () => unknown> = {
    octets: () => client.der,
    array: () => new Uint8Array(client.der),
    object: () => ({ certificate: client.der }),
    chain: () => ({ certificate: client.der, intermediates: [authority.der] }),
    nothing: () => undefined,
    stranger: () => stranger.der,
    garbage: () => Buffer.from('garbage'),
    text: () => client.pem,
    nothingAtAll: () => null,
    empty: () => '',
    noList: () => ({ certificate: client.der, intermediates: null }),
    promise: async () => client.der,
    strange: () => ({ certificate: client.pem }),
    brokenChain: () => ({ certificate: client.der, intermediates: [Buffer.from('x')] }),
    long: () => ({ certificate: client.der, intermediates: Array.from({ length: 11 }, () => authority.der) }),
    throws: () => { throw new TypeError('oh') }
  }
  const scene = await behind(t, { forwarding: { from: 'custom', headers: ['X-My-Cert'], trustedProxies: proxyAddress, read: (({ headers }: { headers: Record<string, string> }) => answers[headers['x-my-cert']]()) as never } })
  const ask = async (name: string) => said(await scene.ask({ 'x-my-cert': name }))
  for (const name of ['octets', 'array', 'object', 'chain']) t.equal(await ask(name), '200 client', name)
  t.equal(await ask('nothing'), '401 MISSING')
  t.equal(await ask('stranger'), '401 UNTRUSTED')
  for (const name of ['nothingAtAll', 'empty', 'noList', 'promise', 'garbage', 'text', 'strange', 'brokenChain', 'long', 'throws']) t.equal(await ask(name), '400 MALFORMED', name)
  t.match(reasons(scene).slice(-4), ['forwarding.read answered neither octets nor { certificate, intermediates }', 'DER ends inside a header at octet 0', 'forwarding.read answered more than 10 intermediates', 'forwarding.read threw'])
  t.equal(said(await scene.ask({ x_my_cert: 'octets' })), '400 MALFORMED')
  t.equal(said(await scene.ask({ 'x-my-cert': 'octets' }, { remoteAddress: '10.0.0.2' })), '401 MISSING')
})

t.test('where the proxy verifies, it has to say so, and nothing is known but dates and the deny list', async (t) => {
  const foreign = mintAuthority({ subject: 'Unknown here' })
  const theirs = mintClient(foreign, { subject: 'theirs' })
  const scene = await behind(t, {
    ca: undefined, forwarding: { from: 'nginx', trustedProxies: proxyAddress, verified: 'proxy' }, deny: [{ issuer: 'CN=Unknown here', serialNumber: '0bad' }]
  }, (app) => {
    const guarded = (url: string, policy: object) => app.get(url, { config: { clientCertificate: policy } }, async (request) => ({ caller: request.clientCertificate?.subject.commonName, path: request.clientCertificate?.path?.length }))
    guarded('/name', { subject: { commonName: 'theirs' } })
    guarded('/anchor', { anchor: { commonName: 'Unknown here' } })
    guarded('/not-anchor', { not: { anchor: { commonName: 'Other' } } })
  })
  t.equal(said(await scene.ask(byNginx(theirs))), '200 theirs')
  t.match((await scene.ask(byNginx(theirs), { url: '/name' })).body, { caller: 'theirs', path: 1 })
  for (const verdict of ['FAILED:unable to verify the first certificate', 'success', '', 'GENEROUS', 'SUCCESS,SUCCESS']) {
    t.equal(said(await scene.ask({ 'x-ssl-client-cert': escaped(theirs), 'x-ssl-client-verify': verdict })), '401 UNTRUSTED', verdict)
  }
  t.equal(said(await scene.ask({ 'x-ssl-client-cert': escaped(theirs) })), '401 UNTRUSTED')
  t.match(scene.app.clientCertificates.refusals().at(-1), { reason: 'the proxy does not say that it verified the certificate', subject: 'CN=theirs' })
  t.equal(said(await scene.ask(byNginx(theirs), { url: '/anchor' })), '403 FORBIDDEN')
  t.equal(said(await scene.ask(byNginx(theirs), { url: '/not-anchor' })), '403 FORBIDDEN')
  t.equal(said(await scene.ask(byNginx(mintClient(foreign, { notAfter: new Date(Date.now() - 1000) })))), '401 EXPIRED')
  t.equal(said(await scene.ask(byNginx(mintClient(foreign, { notBefore: new Date(Date.now() + 1e6) })))), '401 NOT_YET_VALID')
  t.equal(said(await scene.ask(byNginx(mintClient(foreign, { serialNumber: Buffer.from('0bad', 'hex') })))), '401 REVOKED')
  t.equal(said(await scene.ask({ 'x-ssl-client-cert': 'x', 'x-ssl-client-verify': 'SUCCESS' })), '400 MALFORMED')
  t.equal(said(await scene.ask(byNginx(theirs), { remoteAddress: '10.0.0.2' })), '401 MISSING')
})

t.test('a form of one\'s own may come with a verdict of the proxy', async (t) => {
  const { ask } = await behind(t, {
    ca: undefined, forwarding: { from: 'custom', headers: ['x-my-cert'], verdictHeader: 'X-My-Verdict', verdict: 'yes', verified: 'proxy', trustedProxies: proxyAddress, read: () => stranger.der }
  })
  t.equal(said(await ask({ 'x-my-verdict': 'yes' })), '200 client')
  t.equal(said(await ask({ 'x-my-verdict': 'no' })), '401 UNTRUSTED')
  t.equal(said(await ask({})), '401 UNTRUSTED')
})

t.test('who was verified by a proxy was not by a trust profile', async (t) => {
  const { ask } = await behind(t, { forwarding: { from: 'nginx', trustedProxies: proxyAddress, verified: 'proxy' }, trust: { partners: { ca: authority.pem } } }, (app) => {
    app.get('/partners', { config: { clientCertificate: { trust: 'partners' } } }, async () => ({}))
  })
  t.equal(said(await ask(byNginx(client))), '200 client')
  t.equal(said(await ask(byNginx(client), { url: '/partners' })), '401 UNTRUSTED')
})

t.test('trust profiles count for what is forwarded, those of a host by the host of the request', async (t) => {
  const partners = mintAuthority({ subject: 'Partners' })
  const partner = mintClient(partners, { subject: 'partner' })
  const { ask } = await behind(t, { trust: { devices: { ca: partners.pem }, partners: { ca: partners.pem, hosts: ['partners.test'] } } }, (app) => {
    app.get('/devices', { config: { clientCertificate: { trust: 'devices' } } }, async (request) => ({ caller: request.clientCertificate?.subject.commonName }))
    app.get('/deliveries', { config: { clientCertificate: { trust: 'partners' } } }, async (request) => ({ caller: request.clientCertificate?.subject.commonName }))
  })
  const at = async (of: Minted, host: string, url = '/guarded') => said(await ask({ ...byNginx(of), host }, { url }))
  t.equal(await at(client, 'localhost'), '200 client')
  t.equal(await at(partner, 'localhost'), '401 UNTRUSTED')
  t.equal(await at(partner, 'localhost', '/devices'), '200 partner')
  t.equal(await at(client, 'localhost', '/devices'), '401 UNTRUSTED')
  t.equal(await at(partner, 'partners.test'), '200 partner')
  t.equal(await at(partner, 'PARTNERS.test:8443', '/deliveries'), '200 partner')
  t.equal(await at(client, 'partners.test'), '401 UNTRUSTED')
  t.equal(await at(partner, 'localhost', '/deliveries'), '421 MISDIRECTED')
  t.equal(await at(client, 'partners.test', '/devices'), '421 MISDIRECTED')
})

t.test('a WebSocket that a proxy passes on is opened for who may', async (t) => {
  const app: FastifyInstance = Fastify()
  t.teardown(() => app.close())
  await app.register(websocket)
  await app.register(clientCertificate, { mode: 'none', ca: authority.pem, forwarding: { from: 'rfc9440', trustedProxies: '127.0.0.1' } })
  app.get('/socket', { websocket: true }, (socket, request) => { socket.on('message', () => socket.send(String(request.clientCertificate?.subject.commonName))) })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const open = (of: Minted) => new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers: { 'client-cert': bytes(of) } })
  const socket = open(client)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  socket.send('who am I?')
  t.equal(String((await once(socket, 'message'))[0]), 'client')
  const [error] = await once(open(stranger), 'error')
  t.match(error.message, /401/)
})

t.test('two fields of one name stay two, however Node joins them', async (t) => {
  const scene = await behind(t, { forwarding: { from: 'envoy', trustedProxies: '127.0.0.1', whenMoreElements: 'ignore' } })
  await scene.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = scene.app.server.address() as AddressInfo
  const element = (of: Minted) => `Cert="${escaped(of)}"`
  const ask = async (...lines: string[]) => {
    const request = requestHttp({ port, host: '127.0.0.1', path: '/guarded', headers: ['Host', 'localhost', ...lines.flatMap((line) => ['X-Forwarded-Client-Cert', line])] }).end()
    const [response] = await once(request, 'response')
    let text = ''
    for await (const part of response) text += part
    return said({ status: response.statusCode, body: JSON.parse(text) })
  }
  t.equal(await ask(element(client)), '200 client')
  t.equal(await ask(`${element(stranger)},${element(client)}`), '200 client')
  t.equal(await ask(element(stranger), element(client)), '400 MALFORMED')
})
