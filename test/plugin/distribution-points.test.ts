import { once } from 'node:events'
import { Agent } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ClientCertificateOptions } from '../../lib/index.js'
import { cRLDistributionPointsExtension } from '../../lib/certificate/index.js'
import { call, callHttp2, listen, makeWorld, openHttp2, type Answer, type Call } from '../helpers/application.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mintAuthority, mintClient, type Minted, type MintOptions } from '../helpers/mint.js'
import { mintList, type ListOptions } from '../helpers/mint-list.js'
import { listServer, type ListServer } from '../revocation/scene.js'

// The owner of a certificate wrote the URLs in it: nothing may be fetched from them before its path was verified.

const world = makeWorld()
const { authority } = world
const day = 24 * 60 * 60 * 1000

const naming = (url: string, issuer: Minted, { extensions = [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth')], ...options }: MintOptions = {}): Minted =>
  mintClient(issuer, { ...options, extensions: [...extensions, cRLDistributionPointsExtension(url)] })

const path = '/ca.crl'
const urlAt = ({ url }: ListServer): string => `${url}${path}`

/** A server of the authority's list. */
const serverOf = (t: Test, list: ListOptions = {}): Promise<ListServer> => listServer(t, { [path]: Buffer.from(mintList(authority, list)) })

const asking = ({ host }: { host: string }, more: ClientCertificateOptions['revocation'] = {}): ClientCertificateOptions =>
  ({ revocation: { distributionPoints: { allowedHosts: [host] }, allowPrivateAddresses: true, ...more } })

const codeOf = ({ status, body }: Answer): string => `${status} ${body.code?.replace('FST_CLIENT_CERTIFICATE_', '') ?? body.caller}`

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false
  promise.then(() => { settled = true }, () => { settled = true })
  for (let turns = 0; turns < 20; turns++) await turn()
  return settled
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await turn()
}

t.test('no URL of a certificate is fetched whose path is not good', async (t) => {
  const server = await serverOf(t)
  const url = urlAt(server)
  const past = new Date(Date.now() - day)
  const expiredAuthority = mintAuthority({ subject: 'Expired CA', notBefore: new Date(Date.now() - 2 * day), notAfter: past })
  const lookAlike = mintAuthority({ subject: 'Test CA' })
  const strangeIntermediate = mintAuthority({ subject: 'Issuing CA', issuer: lookAlike, extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign'), cRLDistributionPointsExtension(url)] })
  const notToSign = naming(url, authority, { subject: 'no CA' })
  const denied = naming(url, authority, { subject: 'denied' })
  const notBefore = new Date(Date.now() - 2 * day)
  const clients: Array<[name: string, options: Call, code: string]> = [
    ['by a look-alike of the CA', { client: naming(url, lookAlike) }, 'UNTRUSTED'],
    ['by a look-alike of the CA that is sent along', { client: naming(url, lookAlike), chain: [lookAlike] }, 'UNTRUSTED'],
    ['by an intermediate of a look-alike', { client: naming(url, strangeIntermediate), chain: [strangeIntermediate, lookAlike] }, 'UNTRUSTED'],
    ['by itself', { client: mintAuthority({ subject: 'self-made', extensions: [extendedKeyUsage('clientAuth'), cRLDistributionPointsExtension(url)] }) }, 'UNTRUSTED'],
    ['by a CA that has expired', { client: naming(url, expiredAuthority) }, 'UNTRUSTED'],
    ['for another purpose', { client: naming(url, authority, { extensions: [basicConstraints(false), extendedKeyUsage('serverAuth')] }) }, 'UNTRUSTED'],
    ['by one who is no CA', { client: naming(url, notToSign), chain: [notToSign] }, 'UNTRUSTED'],
    ['with a critical extension that is not known', { client: naming(url, authority, { extensions: [{ type: '1.2.3.4', critical: true, value: Buffer.from([5, 0]) }] }) }, 'UNTRUSTED'],
    ['that has expired', { client: naming(url, authority, { notBefore, notAfter: past }) }, 'EXPIRED'],
    ['that is denied', { client: denied }, 'REVOKED']
  ]
  const options = { ...asking(server), ca: [authority.pem, expiredAuthority.pem], deny: [{ fingerprint256: denied.certificate.fingerprint256 }] }
  const { port } = await listen(t, world, { http2: true, options })
  const required = await listen(t, world, { options: { ...options, mode: 'required' } })
  for (const [name, tls, code] of clients) {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      t.match(codeOf(await call(world, port, '/guarded', { ...tls, maxVersion: version })), new RegExp(`^401 ${code}$`), `${name}, ${version}`)
    }
    t.match(codeOf(await call(world, port, '/open', tls)), /^200 /, `${name}, an open route`)
    await t.rejects(call(world, required.port, '/guarded', tls), name)
    const session = openHttp2(world, port, { ...tls, ...{ ALPNProtocols: ['h2'] } })
    t.equal(codeOf(await callHttp2(session, '/guarded')), `401 ${code}`, `${name}, HTTP/2`)
    session.destroy()
  }
  t.equal(server.connections(), 0, 'not one connection')

  t.equal(codeOf(await call(world, port, '/guarded', { client: naming(url, authority) })), '200 client', 'but for a good one')
  t.equal(server.connections(), 1)
})

t.test('the list of a good certificate is fetched once, and its first request waits for it', async (t) => {
  const server = await serverOf(t)
  let open = () => {}
  server.gate = new Promise<void>((resolve) => { open = resolve })
  const { port, app } = await listen(t, world, { http2: true, options: asking(server) })
  const one = naming(urlAt(server), authority, { subject: 'one' })
  const other = naming(urlAt(server), authority, { subject: 'other' })
  const session = openHttp2(world, port, { client: other })
  t.teardown(() => session.destroy())
  const first = [...[one, one, other].map((client) => call(world, port, '/guarded', { client })), callHttp2(session, '/guarded')]
  await until(() => server.connections() > 0 && app.clientCertificates.connections().length === first.length)
  t.notOk(await isSettled(Promise.race(first)), 'nobody is answered before')
  t.match(app.clientCertificates.refusals(), [], 'and nobody is refused')
  open()
  t.strictSame((await Promise.all(first)).map(codeOf), ['200 one', '200 one', '200 other', '200 other'])
  for (const client of [one, other]) t.match(codeOf(await call(world, port, '/guarded', { client })), /^200/)
  t.strictSame([server.connections(), server.asked], [1, [path]])
  t.match(app.clientCertificates.gauges().lists, [{ profile: 'default', issuer: 'CN=Test CA', source: urlAt(server), number: '1', entries: 0 }])
})

t.test('a hook waits for the list too', async (t) => {
  const server = await serverOf(t)
  const { port } = await listen(t, world, {
    options: { ...asking(server), global: false },
    routes (app) { app.get('/hook', { preHandler: app.requireClientCertificate() }, async () => ({ caller: 'known' })) }
  })
  t.equal(codeOf(await call(world, port, '/hook', { client: naming(urlAt(server), authority) })), '200 known')
  t.equal(server.connections(), 1)
})

for (const mode of ['optional', 'required'] as const) {
  t.test(`who is on the list is not let in, mode ${mode}`, async (t) => {
    const serialNumber = Buffer.from('5eed', 'hex')
    const server = await serverOf(t, { revoked: ['5eed'] })
    const { port, app } = await listen(t, world, { options: { ...asking(server), mode } })
    const ask = (client: Minted) => call(world, port, '/guarded', { client }).then(codeOf, () => 'closed')
    t.equal(await ask(naming(urlAt(server), authority)), '200 client')
    t.equal(await ask(naming(urlAt(server), authority, { serialNumber, subject: 'revoked' })), mode === 'required' ? 'closed' : '401 REVOKED')
    t.match(app.clientCertificates.refusals(), [{
      kind: mode === 'required' ? 'connection' : 'request',
      code: 'FST_CLIENT_CERTIFICATE_REVOKED',
      hint: 'the client needs a new certificate',
      subject: 'CN=revoked'
    }])
    t.equal(server.connections(), 1)
  })
}

for (const http2 of [false, true]) {
  t.test(`mode required answers nothing before the list is there, over ${http2 ? 'HTTP/2' : 'HTTP/1'}`, async (t) => {
    const server = await serverOf(t, { revoked: ['5eed'] })
    let open = () => {}
    server.gate = new Promise<void>((resolve) => { open = resolve })
    let handled = 0
    const { port, app } = await listen(t, world, {
      http2,
      options: { ...asking(server), mode: 'required', trust: { partners: { ca: mintAuthority({ subject: 'Partners CA' }).pem } } },
      routes (app) { app.get('/counted', { config: { clientCertificate: false } }, async () => { handled++; return {} }) }
    })
    const ask = async (client: Minted) => {
      if (!http2) return call(world, port, '/counted', { client }).then(({ status }) => status, () => 'closed')
      const session = openHttp2(world, port, { client }).on('error', () => {})
      t.teardown(() => session.destroy())
      return Promise.race([callHttp2(session, '/counted').then(({ status }) => status ?? 'closed', () => 'closed'), once(session, 'close').then(() => 'closed')])
    }
    const good = ask(naming(urlAt(server), authority))
    const revoked = ask(naming(urlAt(server), authority, { serialNumber: Buffer.from('5eed', 'hex') }))
    await until(() => server.asked.length > 0 && app.clientCertificates.connections().length === 2)
    t.notOk(await isSettled(Promise.race([good, revoked])))
    t.equal(handled, 0)
    open()
    t.strictSame([await good, await revoked, handled], [200, 'closed', 1], 'and nothing but to those who stay, also where a route is open')
    t.match(app.clientCertificates.refusals(), [{ kind: 'connection', code: 'FST_CLIENT_CERTIFICATE_REVOKED' }])
    t.equal(app.clientCertificates.refusals().length, 1)
  })

  t.test(`a client that goes while its list is fetched disturbs nobody, over ${http2 ? 'HTTP/2' : 'HTTP/1'}`, async (t) => {
    const server = await serverOf(t)
    let open = () => {}
    server.gate = new Promise<void>((resolve) => { open = resolve })
    let arrived = 0
    const { port, app } = await listen(t, world, { http2, options: asking(server), before: (app) => app.addHook('onRequest', async () => { arrived++ }) })
    const client = naming(urlAt(server), authority)
    const agent = new Agent()
    const session = http2 ? openHttp2(world, port, { client }).on('error', () => {}) : undefined
    const asked = (session === undefined ? call(world, port, '/guarded', { client, agent }) : callHttp2(session, '/guarded')).then(() => 'answered', () => 'gone')
    await until(() => server.asked.length > 0 && arrived === 1)
    session?.destroy()
    agent.destroy()
    await until(() => app.clientCertificates.connections().length === 0)
    open()
    t.equal(codeOf(await call(world, port, '/guarded', { client })), '200 client')
    if (!http2) t.equal(await asked, 'gone')
  })
}

t.test('where the list cannot be had, the policy says what becomes of its clients', async (t) => {
  const dead = await serverOf(t)
  const url = urlAt(dead)
  dead.answers.clear()
  const client = naming(url, authority)
  const strict = await listen(t, world, { options: asking(dead) })
  t.match(await call(world, strict.port, '/guarded', { client }), {
    status: 503,
    body: { code: 'FST_CLIENT_CERTIFICATE_STATUS_UNKNOWN', message: 'The status of the client certificate cannot be told' }
  })
  t.match(await call(world, strict.port, '/open', { client }), { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_STATUS_UNKNOWN' } })
  t.match(strict.log.find(({ msg }) => msg.startsWith('no certificate list was had from')), { level: 40, revocation: { profile: 'default', url } })
  t.match(strict.app.clientCertificates.refusals(), [{ hint: 'check that the CRL of the issuer is configured and current, or that its OCSP responder answers', subject: 'CN=client' }])

  const lenient = await listen(t, world, { options: asking(dead, { whenUnknown: 'accept' }) })
  t.equal(codeOf(await call(world, lenient.port, '/guarded', { client })), '200 client')
  t.equal(codeOf(await call(world, lenient.port, '/guarded', { client: world.stranger })), '401 UNTRUSTED', 'but no stranger')
  t.equal(dead.connections(), 2, 'one of each server')

  const required = await listen(t, world, { options: { ...asking(dead), mode: 'required' } })
  await t.rejects(call(world, required.port, '/guarded', { client }))
})

t.test('where nobody listens there is no list either', async (t) => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const host = `127.0.0.1:${(gone.address() as AddressInfo).port}`
  gone.close()
  const { port } = await listen(t, world, { options: asking({ host }) })
  t.equal(codeOf(await call(world, port, '/guarded', { client: naming(`http://${host}${path}`, authority) })), '503 STATUS_UNKNOWN')
})

t.test('hosts that are not named, and addresses of the own network, are not asked', async (t) => {
  const server = await serverOf(t)
  const client = naming(urlAt(server), authority)
  const others: Array<ClientCertificateOptions['revocation']> = [
    { distributionPoints: { allowedHosts: ['lists.example'] }, allowPrivateAddresses: true },
    { distributionPoints: { allowedHosts: ['127.0.0.1:80'] }, allowPrivateAddresses: true },
    { distributionPoints: { allowedHosts: [server.host] } },
    { distributionPoints: { allowedHosts: [server.host] }, allowPrivateAddresses: false }
  ]
  for (const revocation of others) {
    const { port } = await listen(t, world, { options: { revocation } })
    t.equal(codeOf(await call(world, port, '/guarded', { client })), '503 STATUS_UNKNOWN')
  }
  const without = await listen(t, world, { options: {} })
  t.equal(codeOf(await call(world, without.port, '/guarded', { client })), '200 client', 'where revocation is not looked up')
  t.equal(server.connections(), 0)
})

t.test('a list that has run out is fetched anew, and ends the connections of those on it', async (t) => {
  let ahead = 0
  const server = await serverOf(t)
  const { port, app } = await listen(t, world, { http2: true, options: { ...asking(server), now: () => Date.now() + ahead } })
  const revoked = naming(urlAt(server), authority, { subject: 'revoked', serialNumber: Buffer.from('5eed', 'hex') })
  const other = naming(urlAt(server), authority, { subject: 'other' })
  const [ofRevoked, ofOther] = [revoked, other].map((client) => openHttp2(world, port, { client }))
  t.teardown(() => { ofRevoked.destroy(); ofOther.destroy() })
  t.equal(codeOf(await callHttp2(ofRevoked, '/guarded')), '200 revoked')
  t.equal(codeOf(await callHttp2(ofOther, '/guarded')), '200 other')

  ahead = 2 * 60 * 60 * 1000
  const later = { thisUpdate: new Date(Date.now() + ahead - 1000), nextUpdate: new Date(Date.now() + 2 * ahead) }
  server.answers.set(path, Buffer.from(mintList(authority, { ...later, number: 2, revoked: ['5eed'] })))
  const closed = once(ofRevoked, 'close')
  t.equal(codeOf(await callHttp2(ofRevoked, '/guarded')), '401 REVOKED', 'its request waits for the new list')
  await closed
  t.equal(codeOf(await callHttp2(ofOther, '/guarded')), '200 other', 'over the connection that it had')
  t.equal(server.connections(), 2)
  t.match(app.clientCertificates.refusals().map(({ kind, code }) => [kind, code]).sort(), [['connection', 'FST_CLIENT_CERTIFICATE_REVOKED'], ['request', 'FST_CLIENT_CERTIFICATE_REVOKED']])
})

t.test('each profile fetches for itself', async (t) => {
  const server = await serverOf(t)
  const partners = mintAuthority({ subject: 'Partners CA' })
  server.answers.set('/partners.crl', Buffer.from(mintList(partners, { revoked: ['5eed'] })))
  const { port } = await listen(t, world, {
    options: { ...asking(server), trust: { partners: { ca: partners.pem }, others: { ca: partners.pem, revocation: false } } },
    routes (app) {
      for (const trust of ['partners', 'others']) app.get(`/${trust}`, { config: { clientCertificate: { trust } } }, async () => ({ caller: trust }))
    }
  })
  const partner = naming(`${server.url}/partners.crl`, partners, { serialNumber: Buffer.from('5eed', 'hex') })
  const ask = async (path: string, client: Minted) => codeOf(await call(world, port, path, { client }))
  t.equal(await ask('/partners', partner), '401 REVOKED', 'what the option revocation says counts for profiles')
  t.equal(await ask('/others', partner), '200 others', 'unless they have one of their own')
  t.equal(await ask('/guarded', partner), '401 UNTRUSTED')
  t.strictSame(server.asked, ['/partners.crl'])
  t.equal(await ask('/partners', naming(`${server.url}/stranger.crl`, authority)), '401 UNTRUSTED')
  t.strictSame(server.asked.filter((each) => each === '/partners.crl').length, 1)
})

t.test('a list at a URL of the options is kept for a start without network', async (t) => {
  const cacheDirectory = join(t.testdir({}), 'lists')
  const server = await serverOf(t, { revoked: ['5eed'] })
  const options = { crl: urlAt(server), revocation: { cacheDirectory } }
  const good = mintClient(authority)
  const revoked = mintClient(authority, { serialNumber: Buffer.from('5eed', 'hex') })
  const ask = async (port: number) => [codeOf(await call(world, port, '/guarded', { client: good })), codeOf(await call(world, port, '/guarded', { client: revoked }))]
  const first = await listen(t, world, { options })
  t.strictSame(await ask(first.port), ['200 client', '401 REVOKED'])
  t.strictSame(server.asked, [path], 'once, at the start')

  server.answers.clear()
  const second = await listen(t, world, { options })
  t.strictSame(await ask(second.port), ['200 client', '401 REVOKED'])
  t.match(second.app.clientCertificates.gauges().lists, [{ source: urlAt(server), entries: 1 }])

  const without = await listen(t, world, { options: { crl: urlAt(server) } })
  t.strictSame(await ask(without.port), ['503 STATUS_UNKNOWN', '503 STATUS_UNKNOWN'], 'without a copy it starts, and lets nobody in')
  t.match(without.log.find(({ msg }) => msg.startsWith('no certificate list was had from')), { level: 40, revocation: { profile: 'default', url: urlAt(server) } })
})
