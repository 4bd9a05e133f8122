import t from 'tap'
import { writeFileSync } from 'node:fs'
import { extendedKeyUsage, mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'
import { behind, byNginx, bytes, escaped, proxyAddress, reasons, said, world } from './forwarding-scene.js'

const { authority, client, stranger } = world
const hour = 60 * 60 * 1000
const expired = mintClient(authority, { notAfter: new Date(Date.now() - hour) })
const early = mintClient(authority, { notBefore: new Date(Date.now() + hour) })
const server = mint({ subject: 'server', issuer: authority, extensions: [extendedKeyUsage('serverAuth')] })

t.test('a certificate in the header is judged like one of a connection', async (t) => {
  const scene = await behind(t, {}, (app) => {
    app.get('/admin', { config: { clientCertificate: { subject: { organizationalUnitName: 'Operations' } } } }, async () => ({}))
  })
  t.equal(said(await scene.ask(byNginx(client))), '200 client')
  t.match(await scene.ask(), { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { message: 'A client certificate is required' } })
  t.equal(said(await scene.ask(byNginx(stranger))), '401 UNTRUSTED')
  t.equal(said(await scene.ask(byNginx(expired))), '401 EXPIRED')
  t.equal(said(await scene.ask(byNginx(early))), '401 NOT_YET_VALID')
  t.equal(said(await scene.ask(byNginx(server))), '401 UNTRUSTED')
  t.equal(said(await scene.ask(byNginx(client), { url: '/admin' })), '403 FORBIDDEN')
  t.match(reasons(scene), [
    'the proxy forwarded no certificate', /^the signature is not by the key of the issuer/, /^expired at/, /^not valid before/, /^the extendedKeyUsage does not include clientAuth/, /^config\.clientCertificate/
  ])
})

t.test('an open route reads it, or why there is none', async (t) => {
  const { ask } = await behind(t)
  const open = { url: '/open' }
  t.match((await ask(byNginx(client), open)).body, { caller: 'client', error: null })
  t.match((await ask({}, open)).body, { caller: null, error: 'FST_CLIENT_CERTIFICATE_MISSING' })
  t.match((await ask(byNginx(expired), open)).body, { caller: 'client', error: 'FST_CLIENT_CERTIFICATE_EXPIRED' })
  t.match((await ask(byNginx(stranger), open)).body, { caller: null, error: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' })
  t.match((await ask({ 'x-ssl-client-cert': 'x' }, open)).body, { caller: null, error: 'FST_CLIENT_CERTIFICATE_MALFORMED' })
})

t.test('from anybody else the fields are taken away, counted and logged, and never read', async (t) => {
  const { app, ask, log } = await behind(t)
  const elsewhere = { url: '/open', remoteAddress: '10.0.0.2' }
  const { body } = await ask({ ...byNginx(client), x_ssl_client_cert: 'a', 'x-forwarded-for': proxyAddress }, elsewhere)
  t.match(body, { caller: null, error: 'FST_CLIENT_CERTIFICATE_MISSING' })
  t.strictSame([body.headers, body.raw].map((each) => /ssl/i.test(JSON.stringify(each))), [false, false])
  t.equal(body.headers['x-forwarded-for'], proxyAddress)
  t.equal(app.clientCertificates.gauges().requestsWithForeignFields, 1)
  t.match(log.filter(({ msg }) => msg.startsWith('removed header fields')), [{
    level: 30, msg: 'removed header fields about client certificates: the sender is not a trusted proxy', clientCertificate: { removed: ['x-ssl-client-cert', 'x-ssl-client-verify', 'x_ssl_client_cert'], remoteAddress: '10.0.0.2' }
  }])
  t.equal(said(await ask({ 'x-ssl-client-cert': 'broken' }, { remoteAddress: '10.0.0.2' })), '401 MISSING', 'not even whether it is one')
  t.equal(said(await ask({ host: 'a' }, { remoteAddress: '10.0.0.2' })), '401 MISSING')
  t.equal(app.clientCertificates.gauges().requestsWithForeignFields, 2)
  t.match((await ask(byNginx(client), { url: '/open' })).body.headers, byNginx(client), 'what the proxy wrote stays')
})

t.test('what cannot be read, or a proxy alone would not have written, is malformed and not absent', async (t) => {
  const scene = await behind(t)
  const good = escaped(client)
  const cases: Array<[headers: Record<string, string>, reason: string | RegExp]> = [
    [{ 'x-ssl-client-cert': 'nonsense' }, 'what should be PEM is not, or has no end'],
    [{ 'x-ssl-client-cert': escaped(client, stranger) }, 'there is more than one certificate where one belongs'],
    [{ 'x-ssl-client-cert': `${good}, ${good}` }, 'what should be PEM has no beginning'],
    [{ x_ssl_client_cert: good }, 'the field x_ssl_client_cert looks like x-ssl-client-cert and is not'],
    [{ 'x-ssl-client-cert': good, x_ssl_client_cert: good }, 'the field x_ssl_client_cert looks like x-ssl-client-cert and is not'],
    [{ 'x-ssl-client-cert': good, connection: 'close, X-SSL-Client-Cert' }, 'the field x-ssl-client-cert is named in Connection'],
    [{ connection: 'x-ssl-client-cert' }, 'the field x-ssl-client-cert is named in Connection'],
    [{ 'x-ssl-client-cert': good, 'x-ssl-client-verify': 'NONE' }, 'there is a certificate, of which the proxy says that it was not presented'],
    [{ 'x-ssl-client-cert': `${good}${' '.repeat(16_384)}` }, 'the field x-ssl-client-cert has more than 16384 octets'],
    [{ 'x-ssl-client-cert': encodeURIComponent('-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n') }, /^Certificate/],
    [{ 'x-ssl-client-cert': escaped(client).replace('MII', 'MIJ') }, 'the certificate is cut off']
  ]
  for (const [headers, reason] of cases) {
    t.match(await scene.ask(headers), { status: 400, body: { code: 'FST_CLIENT_CERTIFICATE_MALFORMED', message: 'The forwarded client certificate cannot be read' } }, String(reason))
    t.match(scene.app.clientCertificates.refusals().at(-1), { kind: 'request', reason, hint: /^the proxy must remove these fields/, remoteAddress: proxyAddress })
  }
  t.match(scene.log.filter(({ clientCertificate }) => clientCertificate !== undefined).length, cases.length)
})

t.test('a look-alike with the same names is refused in every form', async (t) => {
  const lookAlike = mintAuthority()
  const forged = mintClient(lookAlike)
  const base64 = forged.der.toString('base64')
  const forms: Array<[from: 'rfc9440', headers: Record<string, string>]> = ([
    ['rfc9440', { 'client-cert': bytes(forged), 'client-cert-chain': bytes(lookAlike) }],
    ['nginx', byNginx(forged)],
    ['haproxy', { 'x-ssl-client-cert': base64, 'x-ssl-client-verify': 'SUCCESS' }],
    ['apache', { 'x-ssl-client-cert': forged.pem.replaceAll('\n', ' '), 'x-ssl-client-verify': 'SUCCESS' }],
    ['caddy', { 'x-ssl-client-cert': base64 }],
    ['traefik', { 'x-forwarded-tls-client-cert': `${base64},${lookAlike.der.toString('base64')}` }],
    ['envoy', { 'x-forwarded-client-cert': `Cert="${escaped(forged)}";Chain="${escaped(forged, lookAlike)}"` }],
    ['aws-alb', { 'x-amzn-mtls-clientcert': escaped(forged, lookAlike) }],
    ['cloudflare', { 'cf-client-cert-der-base64': base64 }],
    ['cloudfront', { 'cloudfront-viewer-cert-pem': escaped(forged) }],
    ['azure', { 'x-arr-clientcert': base64 }],
    ['google', { 'client-cert': bytes(forged), 'client-cert-chain': bytes(lookAlike) }]
  ] as const).map(([from, headers]) => [from as 'rfc9440', headers as Record<string, string>])
  for (const [from, headers] of forms) {
    const scene = await behind(t, { forwarding: { from, trustedProxies: proxyAddress } })
    t.equal(said(await scene.ask(headers)), '401 UNTRUSTED', from)
    const good = JSON.parse(JSON.stringify(headers).replaceAll(base64, client.der.toString('base64')).replaceAll(escaped(forged), escaped(client)).replaceAll(JSON.stringify(forged.pem.replaceAll('\n', ' ')).slice(1, -1), client.pem.replaceAll('\n', ' ')))
    t.equal(said(await scene.ask(good)), '200 client', from)
    t.equal(said(await scene.ask(good, { remoteAddress: '127.0.0.1' })), '401 MISSING', `${from}, from an address that is not trusted`)
  }
})

t.test('intermediates come from the header or from the options', async (t) => {
  const intermediate = mintAuthority({ subject: 'Intermediate', issuer: authority })
  const below = mintClient(intermediate, { subject: 'below' })
  const fromHeader = await behind(t, { forwarding: { from: 'rfc9440', trustedProxies: proxyAddress } })
  t.equal(said(await fromHeader.ask({ 'client-cert': bytes(below) })), '401 UNTRUSTED')
  t.equal(said(await fromHeader.ask({ 'client-cert': bytes(below), 'client-cert-chain': bytes(intermediate) })), '200 below')
  t.equal(said(await fromHeader.ask({ 'client-cert': bytes(below), 'client-cert-chain': ':MAA=:' })), '400 MALFORMED')
  const fromOptions = await behind(t, { ca: authority.pem + intermediate.pem })
  t.equal(said(await fromOptions.ask(byNginx(below))), '200 below')
})

t.test('who is trusted by name of a block, and in the form of IPv6, is', async (t) => {
  const { ask } = await behind(t, { forwarding: { from: 'nginx', trustedProxies: ['192.0.2.0/24', '2001:db8::/64'] } })
  for (const remoteAddress of ['192.0.2.77', '::ffff:192.0.2.77', '2001:db8::5']) t.equal(said(await ask(byNginx(client), { remoteAddress })), '200 client', remoteAddress)
  for (const remoteAddress of ['192.0.3.1', '::ffff:192.0.3.1', '2001:db8:0:1::5']) t.equal(said(await ask(byNginx(client), { remoteAddress })), '401 MISSING', remoteAddress)
})

t.test('of several sources the first that the sender fits counts, and no other is read', async (t) => {
  const { app, ask } = await behind(t, {
    forwarding: [{ from: 'rfc9440', trustedProxies: '10.0.0.1' }, { from: 'nginx', trustedProxies: '10.0.0.0/24' }]
  })
  const both = { ...byNginx(stranger), 'client-cert': bytes(client) }
  const first = await ask(both, { url: '/open' })
  t.match(first.body, { caller: 'client' })
  t.strictSame(Object.keys(first.body.headers).filter((name) => /cert|verify/.test(name)), ['client-cert'])
  const second = await ask({ ...byNginx(client), 'client-cert': bytes(stranger) }, { url: '/open', remoteAddress: '10.0.0.9' })
  t.match(second.body, { caller: 'client' })
  t.strictSame(Object.keys(second.body.headers).filter((name) => /cert|verify/.test(name)), ['x-ssl-client-cert', 'x-ssl-client-verify'])
  t.equal(said(await ask(both, { remoteAddress: '10.0.1.1' })), '401 MISSING')
  t.equal(app.clientCertificates.gauges().requestsWithForeignFields, 3)
})

t.test('what was read before is not trusted for that: time, lists, CAs and the deny list count at each request', async (t) => {
  let now = Date.now()
  const brief = mintClient(authority, { notAfter: new Date(now + hour) })
  const folder = t.testdir({ 'ca.pem': authority.pem, 'list.pem': mintList(authority) })
  const scene = await behind(t, { ca: `${folder}/ca.pem`, crl: `${folder}/list.pem`, watch: false, now: () => now })
  const ask = async () => said(await scene.ask(byNginx(brief)))
  t.strictSame([await ask(), await ask()], ['200 client', '200 client'])

  const lift = scene.app.clientCertificates.deny({ fingerprint256: brief.certificate.fingerprint256 })
  t.equal(await ask(), '401 REVOKED')
  lift()
  t.equal(await ask(), '200 client')

  writeFileSync(`${folder}/list.pem`, mintList(authority, { number: 2, revoked: [brief.certificate.serialNumber] }))
  t.equal(await ask(), '200 client')
  t.equal(await scene.app.clientCertificates.reload(), true)
  t.equal(await ask(), '401 REVOKED')
  writeFileSync(`${folder}/list.pem`, mintList(authority, { number: 3, nextUpdate: new Date(now + 2 * hour) }))
  t.equal(await scene.app.clientCertificates.reload(), true)
  t.equal(await ask(), '200 client')

  const other = mintAuthority()
  writeFileSync(`${folder}/ca.pem`, 'broken')
  await t.rejects(scene.app.clientCertificates.reload(), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'ca' })
  t.equal(await ask(), '200 client', 'the last good state stays')
  writeFileSync(`${folder}/ca.pem`, other.pem)
  t.equal(await scene.app.clientCertificates.reload(), true)
  t.equal(await ask(), '401 UNTRUSTED')
  writeFileSync(`${folder}/ca.pem`, authority.pem)
  t.equal(await scene.app.clientCertificates.reload(), true)
  t.equal(await scene.app.clientCertificates.reload(), false)
  t.equal(await ask(), '200 client')

  now = brief.certificate.validity.notAfter.getTime() + 1000
  t.equal(await ask(), '401 EXPIRED')
})

t.test('who is put on the deny list in the middle of a request is refused before the handler', async (t) => {
  const scene = await behind(t, {}, (app) => {
    app.get('/slow', { preValidation: async () => { app.clientCertificates.deny({ fingerprint256: client.certificate.fingerprint256 }) } }, async () => ({}))
  })
  t.equal(said(await scene.ask(byNginx(client))), '200 client')
  t.equal(said(await scene.ask(byNginx(client), { url: '/slow' })), '401 REVOKED')
})

t.test('files of an application without TLS are watched, too', async (t) => {
  const folder = t.testdir({ 'ca.pem': mintAuthority().pem })
  const scene = await behind(t, { ca: `${folder}/ca.pem` })
  t.equal(said(await scene.ask(byNginx(client))), '401 UNTRUSTED')
  writeFileSync(`${folder}/ca.pem`, authority.pem)
  while (said(await scene.ask(byNginx(client))) !== '200 client') await new Promise((resolve) => setTimeout(resolve, 20))
})

t.test('hooks of scopes and routes know the same caller', async (t) => {
  const { ask } = await behind(t, { global: false, forwarding: { from: 'nginx', trustedProxies: { secret: 'a secret of the proxy' } } }, (app) => {
    app.addHook('onRequest', async (request) => { if (request.url === '/twice') await app.requireClientCertificate()(request) })
    app.get('/twice', { preHandler: [app.requireClientCertificate(), app.requireClientCertificate({ subject: 'CN=client' })] }, async (request) => ({ caller: request.clientCertificate?.subject.commonName }))
  })
  const secret = { 'x-proxy-secret': 'a secret of the proxy' }
  t.equal(said(await ask({ ...byNginx(client), ...secret }, { url: '/twice' })), '200 client')
  t.equal(said(await ask(byNginx(client), { url: '/twice' })), '401 MISSING')
})

t.test('a stream of ever new clients does not fill the memory, and those of before are known again', async (t) => {
  const { ask } = await behind(t, { forwarding: { from: 'haproxy', trustedProxies: proxyAddress } })
  // Parameters of a Byte Sequence change its text and not its certificate.
  for (let number = 0; number < 4100; number++) await ask({ 'x-ssl-client-cert': `${bytes(client)};n=${number}` })
  t.equal(said(await ask({ 'x-ssl-client-cert': `${bytes(client)};n=0` })), '200 client')
})

t.test('clients that take turns are each themselves, however many they are', async (t) => {
  const { ask } = await behind(t)
  const clients = Array.from({ length: 12 }, (_, number) => mintClient(authority, { subject: `client ${number}` }))
  for (let round = 0; round < 3; round++) {
    for (const [number, each] of clients.entries()) t.equal(said(await ask(byNginx(each))), `200 client ${number}`)
  }
})

t.test('where the outermost trusted proxy says nothing there is no certificate', async (t) => {
  const { ask } = await behind(t, { forwarding: { from: 'envoy', hops: 2, trustedProxies: proxyAddress } })
  const element = `Cert="${escaped(client)}"`
  t.equal(said(await ask({ 'x-forwarded-client-cert': element })), '401 MISSING')
  t.equal(said(await ask({ 'x-forwarded-client-cert': `${element},${element}` })), '200 client')
})
