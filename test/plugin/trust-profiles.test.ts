import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ClientCertificateOptions } from '../../lib/index.js'
import { extensionTypes, writeGeneralNames } from '../../lib/certificate/index.js'
import { build, call, callHttp2, listen, makeWorld, openHttp2, tlsOptions, type Answer, type Call, type World } from '../helpers/application.js'
import { extendedKeyUsage, mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'
import { refusesOption } from '../helpers/option-error.js'
import { parts } from '../helpers/parts.js'

const own = makeWorld()
const partners = mintAuthority({ subject: 'Partners CA' })
const partner = mintClient(partners, { subject: 'partner' })
const { client, authority } = own

const names = ['localhost', 'partners.test', '*.partners.test', 'b.a.partners.test', 'elsewhere.test']

/** Its server's certificate is good for every host here. */
const world: World = {
  ...own,
  server: mint({
    subject: 'server',
    issuer: authority,
    extensions: [
      extendedKeyUsage('serverAuth'),
      { type: extensionTypes.subjectAltName, critical: false, value: writeGeneralNames(names.map((value) => ({ type: 'dNSName', value }))) }
    ]
  })
}

const tell = async ({ clientCertificate }: FastifyRequest) => ({ caller: clientCertificate?.subject.commonName ?? null, anchor: clientCertificate?.path?.at(-1)?.subject.commonName ?? null })

function routes (app: FastifyInstance): void {
  app.get('/partners', { config: { clientCertificate: { trust: 'partners' } } }, tell)
  app.get('/both', { config: { clientCertificate: { trust: ['default', 'partners'] } } }, tell)
  app.get('/own', { config: { clientCertificate: { trust: 'default' } } }, tell)
}

const codeOf = ({ status, body }: Answer): string => `${status} ${body.code?.replace('FST_CLIENT_CERTIFICATE_', '') ?? body.caller}`

const misdirected = '421 MISDIRECTED'
const untrusted = '401 UNTRUSTED'

t.test('a route takes the clients of the profile that its policy names', async (t) => {
  const { port } = await listen(t, world, { options: { trust: { partners: { ca: partners.pem } } }, routes })
  const ask = async (path: string, client: Call['client']) => codeOf(await call(world, port, path, { client }))
  t.equal(await ask('/partners', partner), '200 partner')
  t.equal(await ask('/partners', client), untrusted)
  t.equal(await ask('/guarded', client), '200 client')
  t.equal(await ask('/guarded', partner), untrusted)
  t.equal(await ask('/own', client), '200 client')
  t.equal(await ask('/own', partner), untrusted)
  t.equal(await ask('/both', client), '200 client')
  t.equal(await ask('/both', partner), '200 partner')
  t.equal(await ask('/both', world.stranger), untrusted)
  t.equal(await ask('/both', undefined), '401 MISSING')
  t.equal(await ask('/open', partner), '200 null', 'and one that names none those of the option ca, also where it is open')
})

t.test('one connection is judged by each profile for itself', async (t) => {
  const { port, app } = await listen(t, world, { http2: true, options: { trust: { partners: { ca: partners.pem } } }, routes })
  const session = openHttp2(world, port, { client: partner })
  t.teardown(() => session.destroy())
  for (const [path, answer] of [['/guarded', untrusted], ['/partners', '200 partner'], ['/guarded', untrusted], ['/both', '200 partner'], ['/own', untrusted]]) {
    t.equal(codeOf(await callHttp2(session, path)), answer)
  }
  t.match(app.clientCertificates.connections(), [{ certificate: { subject: { commonName: 'partner' } }, protocol: 'h2' }])
})

t.test('what a handler reads is what the profile verified', async (t) => {
  const { publicKey, privateKey } = partners
  const crossSigned = mintAuthority({ subject: 'Partners CA', issuer: authority, keys: { publicKey, privateKey } })
  const { port } = await listen(t, world, { options: { ca: [authority.pem, crossSigned.pem], trust: { partners: { ca: partners.pem } } }, routes })
  t.match(await call(world, port, '/own', { client: partner }), { status: 200, body: { caller: 'partner', anchor: 'Test CA' } })
  t.match(await call(world, port, '/partners', { client: partner }), { status: 200, body: { caller: 'partner', anchor: 'Partners CA' } })
})

t.test('a hook may name a profile, and so may the option authorize', async (t) => {
  const { port } = await listen(t, world, {
    options: { trust: { partners: { ca: partners.pem } }, authorize: { trust: 'partners' } },
    routes (app) {
      routes(app)
      app.get('/hook', { config: { clientCertificate: false }, preHandler: app.requireClientCertificate({ trust: 'default' }) }, tell)
    }
  })
  const ask = async (path: string, client: Call['client']) => codeOf(await call(world, port, path, { client }))
  t.equal(await ask('/guarded', partner), '200 partner')
  t.equal(await ask('/guarded', client), untrusted)
  t.equal(await ask('/own', client), '200 client')
  // The hook judges by its own profile; what is shown to the handler is what the option says.
  t.equal(await ask('/hook', client), '200 null')
  t.equal(await ask('/hook', partner), untrusted)
})

t.test('a profile that is not there stops the start', async (t) => {
  const trust = { partners: { ca: partners.pem } }
  const known = 'known are default, partners'
  const refused = (config: object) => build(t, world, { options: { trust }, routes: (app) => { app.get('/x', { config }, tell) } })
  await t.rejects(refused({ clientCertificate: { trust: 'partner' } }), {
    code: 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION',
    key: 'config.clientCertificate.trust',
    message: `option 'config.clientCertificate.trust' of route GET /x names the trust profile 'partner'; ${known}`
  })
  await t.rejects(refused({ clientCertificate: { trust: ['partners', 'toString'] } }), {
    message: `option 'config.clientCertificate.trust' of route GET /x names the trust profile 'toString'; ${known}`
  })
  await refusesOption(t, build(t, world, { options: { trust, authorize: { trust: 'nobody' } } }), 'authorize.trust', `names the trust profile 'nobody'; ${known}`)
  await refusesOption(t, build(t, world, { options: { trust }, routes: async (app) => app.requireClientCertificate({ trust: 'nobody' }) }), 'policy.trust', `names the trust profile 'nobody'; ${known}`)
})

t.test('what is wrong in a profile is named where it stands', async (t) => {
  const refused = (profile: object, key: string, problem: string | RegExp) =>
    refusesOption(t, build(t, world, { options: { trust: { partners: { ca: partners.pem, ...profile } } } }), `trust.partners.${key}`, problem)
  await refused({ ca: 'none.pem' }, 'ca', /none\.pem/)
  await refused({ crl: 'none.pem' }, 'crl', /none\.pem/)
  await refused({ hosts: [] }, 'hosts', 'is no list of host names')
  const noHost = 'is no host name, as example.com or *.example.com'
  for (const host of ['', 'partners.test:443', 'https://partners.test', '*', 'a.*.test', '*partners.test', 'partners.test.', 1]) await refused({ hosts: ['good.test', host] }, 'hosts[1]', noHost)
  await refused({ hosts: ['partners.test', 'PARTNERS.test'] }, 'hosts[1]', 'has partners.test a second time: a host belongs to one trust profile')
  const twice = { one: { ca: partners.pem, hosts: ['partners.test'] }, other: { ca: partners.pem, hosts: ['partners.test'] } }
  await refusesOption(t, build(t, world, { options: { trust: twice } }), 'trust.other.hosts[0]', 'has partners.test a second time: a host belongs to one trust profile')
})

t.test('who is revoked in one profile is not in another', async (t) => {
  const revoked = mintClient(authority, { subject: 'revoked' })
  const crl = mintList(authority, { revoked: [revoked.certificate.serialNumber] })
  const { port } = await listen(t, world, { options: { crl, trust: { partners: { ca: authority.pem, revocation: false } } }, routes })
  const ask = async (path: string) => codeOf(await call(world, port, path, { client: revoked }))
  t.equal(await ask('/own'), '401 REVOKED')
  t.equal(await ask('/partners'), '200 revoked')
  t.equal(await ask('/both'), '200 revoked')
})

t.test('a deny list is for all profiles', async (t) => {
  const { port } = await listen(t, world, { options: { deny: [{ fingerprint256: partner.certificate.fingerprint256 }], trust: { partners: { ca: partners.pem } } }, routes })
  t.equal(codeOf(await call(world, port, '/partners', { client: partner })), '401 REVOKED')
})

t.test('authorities that go from one profile close its connections alone', async (t) => {
  const folder = t.testdir({ 'partners.pem': partners.pem })
  const ca = join(folder, 'partners.pem')
  const { port, app } = await listen(t, world, { http2: true, options: { trust: { partners: { ca } } }, routes })
  const ofPartner = openHttp2(world, port, { client: partner })
  const ofClient = openHttp2(world, port, { client })
  t.teardown(() => { ofPartner.destroy(); ofClient.destroy() })
  t.equal(codeOf(await callHttp2(ofPartner, '/partners')), '200 partner')
  t.equal(codeOf(await callHttp2(ofClient, '/guarded')), '200 client')

  writeFileSync(ca, mintAuthority({ subject: 'Other CA' }).pem)
  const closed = once(ofPartner, 'close')
  t.equal(await app.clientCertificates.reload(), true)
  await closed
  t.equal(codeOf(await call(world, port, '/partners', { client: partner })), untrusted)
  t.equal(codeOf(await callHttp2(ofClient, '/guarded')), '200 client', 'over the connection that it had')
  t.match(app.clientCertificates.refusals().filter(({ kind }) => kind === 'connection'), [{ code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', subject: 'CN=partner' }])
})

const withHosts: ClientCertificateOptions = { trust: { partners: { ca: partners.pem, hosts: ['partners.test', '*.partners.test'] } } }

interface Place { readonly sni: string, readonly host: string, readonly path?: string }

type Asker = (client: Call['client'], place: Place) => Promise<string>

/** Asks over HTTP/1 or HTTP/2, over a connection of its own. */
const asker = (port: number, tls: Pick<Call, 'minVersion' | 'maxVersion'>, http2: boolean): Asker => async (client, { sni, host, path = '/guarded' }) => {
  const options = { client, servername: sni, ...tls }
  if (!http2) return codeOf(await call(world, port, path, { ...options, headers: { host } }))
  const session = openHttp2(world, port, options)
  try {
    return codeOf(await callHttp2(session, path, { headers: { ':authority': host } }))
  } finally {
    session.destroy()
  }
}

for (const http2 of [false, true]) {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    t.test(`a host has the clients of its profile, over ${http2 ? 'HTTP/2' : 'HTTP/1'} and ${version}`, async (t) => {
      const { port } = await listen(t, world, { http2, options: withHosts, routes })
      const ask = asker(port, { minVersion: version, maxVersion: version }, http2)
      const there = { sni: 'partners.test', host: 'partners.test' }
      const here = { sni: 'localhost', host: 'localhost' }
      t.equal(await ask(partner, there), '200 partner')
      t.equal(await ask(client, there), untrusted)
      t.equal(await ask(client, here), '200 client')
      t.equal(await ask(partner, here), untrusted)
      t.equal(await ask(partner, { ...there, path: '/partners' }), '200 partner')
      t.equal(await ask(partner, { ...there, path: '/both' }), '200 partner')
      t.equal(await ask(client, { ...there, path: '/both' }), untrusted, 'its host has no other profile')
      t.equal(await ask(client, { ...here, path: '/both' }), '200 client')
      t.equal(await ask(partner, { ...here, path: '/both' }), untrusted, 'nor is it at another host')
      t.equal(await ask(partner, { ...there, path: '/open' }), '200 partner', 'also where a route is open')

      const toPartners = { sni: 'localhost', host: 'partners.test' }
      const fromPartners = { sni: 'partners.test', host: 'localhost' }
      for (const each of [client, partner, undefined]) {
        for (const path of ['/guarded', '/partners', '/both', '/open', '/nowhere']) {
          t.equal(await ask(each, { ...toPartners, path }), misdirected)
          t.equal(await ask(each, { ...fromPartners, path }), misdirected)
        }
      }
      t.equal(await ask(partner, { ...here, path: '/partners' }), misdirected, 'a route of the profile, at a host that is not')
      for (const each of [client, partner]) t.equal(await ask(each, { ...there, path: '/own' }), misdirected, 'a route of another profile, at the host')
    })
  }

  t.test(`names of hosts are compared as in DNS, over ${http2 ? 'HTTP/2' : 'HTTP/1'}`, async (t) => {
    const { port } = await listen(t, world, { http2, options: withHosts, routes })
    const ask = asker(port, {}, http2)
    const same = ['partners.test', 'PARTNERS.Test', 'partners.test.', 'partners.test:8443', 'partners.test.:443', 'partners.test:']
    for (const host of same) {
      for (const sni of ['partners.test', 'Partners.TEST', 'partners.test.']) {
        t.equal(await ask(partner, { sni, host }), '200 partner', `${sni} and ${host}`)
        t.equal(await ask(client, { sni, host }), untrusted, `${sni} and ${host}, the client of another`)
      }
      t.equal(await ask(client, { sni: 'localhost', host }), misdirected, `localhost and ${host}`)
    }
    for (const name of ['a.partners.test', 'A.Partners.Test']) t.equal(await ask(partner, { sni: name, host: name }), '200 partner', name)
    t.equal(await ask(client, { sni: 'a.partners.test', host: 'a.partners.test' }), untrusted)
    t.equal(await ask(client, { sni: 'b.a.partners.test', host: 'b.a.partners.test' }), '200 client', 'a star is one label')
    t.equal(await ask(partner, { sni: 'a.partners.test', host: 'b.partners.test' }), misdirected, 'each host is one of its own')
    t.equal(await ask(client, { sni: 'elsewhere.test', host: 'localhost' }), '200 client', 'where no profile depends on them, names may differ')
  })
}

t.test('an open route is there at every host, whatever the option authorize names', async (t) => {
  const { partners } = withHosts.trust!
  for (const authorize of [{ trust: 'default' }, { trust: 'partners' }]) {
    const { port } = await listen(t, world, { options: { authorize, trust: { partners } }, routes })
    const ask = asker(port, {}, false)
    t.equal(await ask(client, { sni: 'localhost', host: 'localhost', path: '/open' }), '200 client')
    t.equal(await ask(partner, { sni: 'localhost', host: 'localhost', path: '/open' }), '200 null')
    t.equal(await ask(partner, { sni: 'partners.test', host: 'partners.test', path: '/open' }), '200 partner')
    t.equal(await ask(client, { sni: 'partners.test', host: 'partners.test', path: '/open' }), '200 null')
    const [name, other] = authorize.trust === 'default' ? ['localhost', 'partners.test'] : ['partners.test', 'localhost']
    t.match(await ask(authorize.trust === 'default' ? client : partner, { sni: name, host: name }), /^200/)
    t.equal(await ask(partner, { sni: other, host: other }), misdirected)
  }
})

t.test('the journal says which names did not fit', async (t) => {
  const { port, app } = await listen(t, world, { options: withHosts, routes })
  const answer = await call(world, port, '/guarded', { client, headers: { host: 'partners.test' } })
  t.match(answer, { status: 421, body: { code: 'FST_CLIENT_CERTIFICATE_MISDIRECTED', message: 'The connection was not made for this host', statusCode: 421 } })
  t.notOk('www-authenticate' in answer.headers)
  await call(world, port, '/partners', { client })
  await call(world, port, '/own', { client: partner, servername: 'partners.test', headers: { host: 'partners.test' } })
  t.match(app.clientCertificates.refusals(), [
    'the connection was made for localhost, and the request is for partners.test',
    'the route is for a trust profile that has hosts of its own',
    'the host is of trust profile partners, for which the route is not'
  ].map((reason) => ({ kind: 'request', code: 'FST_CLIENT_CERTIFICATE_MISDIRECTED', reason, hint: 'the client must open a connection for this host, with its name in SNI, and ask there for the routes of this host alone' })))
})

t.test('a request of HTTP/2 with two names is for no host', async (t) => {
  const { port } = await listen(t, world, { http2: true, options: withHosts, routes })
  const ask = async (client: Call['client'], servername: string, headers: Record<string, string>) => {
    const session = openHttp2(world, port, { client, servername })
    t.teardown(() => session.destroy())
    return codeOf(await callHttp2(session, '/guarded', { headers }))
  }
  t.equal(await ask(partner, 'partners.test', { ':authority': 'partners.test', host: 'localhost' }), misdirected)
  t.equal(await ask(partner, 'partners.test', { ':authority': 'localhost', host: 'partners.test' }), misdirected)
  t.equal(await ask(client, 'localhost', { ':authority': 'localhost', host: 'partners.test' }), misdirected)
  t.equal(await ask(client, 'localhost', { ':authority': 'partners.test', host: 'localhost' }), misdirected)
  t.equal(await ask(partner, 'partners.test', { ':authority': 'partners.test', host: 'Partners.test' }), '200 partner')
})

async function open (t: Test, port: number, options: Call): Promise<TLSSocket> {
  // Newer versions of Node offer a session to another host only where the server is not verified.
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...tlsOptions(world, options) })
  t.teardown(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket.on('error', () => {})
}

/** The answer to one request as it is written here. */
async function send (socket: TLSSocket, ...lines: string[]): Promise<string> {
  socket.write(`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`)
  let text = ''
  for await (const part of socket) text += part
  return /FST_CLIENT_CERTIFICATE_\w+/.exec(text)?.[0].replace('FST_CLIENT_CERTIFICATE', text.slice(9, 12)).replace('_', ' ') ?? text.slice(9, 12)
}

t.test('without SNI or without Host there is no host that counts', async (t) => {
  const { port } = await listen(t, world, { options: withHosts, routes })
  const at = async (options: Call, ...lines: string[]) => send(await open(t, port, options), ...lines)
  t.equal(await at({ client, servername: '' }, 'GET /guarded HTTP/1.1', 'host: localhost'), '200')
  t.equal(await at({ client: partner, servername: '' }, 'GET /guarded HTTP/1.1', 'host: partners.test'), misdirected)
  t.equal(await at({ client: partner, servername: 'partners.test' }, 'GET /guarded HTTP/1.0'), misdirected)
  t.equal(await at({ client, servername: 'localhost' }, 'GET /guarded HTTP/1.0'), '200')
})

/** A session as OpenSSL writes it: newer versions of Node put the host before it, and offer it to no other. */
const bare = (session: Buffer): Buffer => session[0] === 0x30 ? session : session.subarray(session.indexOf(Buffer.from([0x30, 0x82])))

/** A session that a good connection to the host was given, if any. */
async function sessionOf (t: Test, port: number, options: Call): Promise<Buffer | undefined> {
  const socket = await open(t, port, options)
  // Of TLS 1.2 it is there already, of TLS 1.3 it comes after the handshake.
  let session = options.maxVersion === 'TLSv1.2' ? socket.getSession() : undefined
  socket.on('session', (given) => { session ??= given })
  await send(socket, 'GET /guarded HTTP/1.1', `host: ${options.servername}`)
  return session && bare(session)
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  for (const ticketKeys of [undefined, Buffer.alloc(48, 7)]) {
    t.test(`a session of one host is of no use at another, ${version}${ticketKeys === undefined ? '' : ', with explicit ticketKeys'}`, async (t) => {
      const tls = { minVersion: version, maxVersion: version } as const
      const crossed = async (options: ClientCertificateOptions, servername: string) => {
        const { port } = await listen(t, world, { options: { ...options, tls: { ticketKeys } } })
        const session = await sessionOf(t, port, { client, servername: 'localhost', ...tls })
        const socket = await open(t, port, { client, session, servername, ...tls })
        return { isReused: socket.isSessionReused(), answer: await send(socket, 'GET /guarded HTTP/1.1', `host: ${servername}`) }
      }
      // The newest versions of Node 22 and 24 resume no session under another name by themselves; others do.
      t.strictSame(await crossed({}, 'localhost'), { isReused: true, answer: '200' }, 'the session is a good one')
      t.match(await crossed({}, 'partners.test'), { answer: '200' }, 'where no profile has hosts the name does not matter')
      t.strictSame(await crossed(withHosts, 'partners.test'), { isReused: false, answer: untrusted })
    })
  }
}

t.test('mode required closes who is not of the host', async (t) => {
  const { port, app } = await listen(t, world, { options: { ...withHosts, mode: 'required' }, routes })
  const ask = (client: Call['client'], name: string) =>
    call(world, port, '/guarded', { client, servername: name, headers: { host: name } }).then(codeOf, () => 'closed')
  for (const name of ['partners.test', 'PARTNERS.test', 'a.partners.test', 'partners.test.']) {
    t.equal(await ask(partner, name), '200 partner', name)
    t.equal(await ask(client, name), 'closed', name)
  }
  t.equal(await ask(client, 'localhost'), '200 client')
  t.equal(await ask(partner, 'localhost'), 'closed')
  t.equal(await ask(undefined, 'partners.test'), 'closed')
  t.match(app.clientCertificates.refusals().map(({ kind, code, subject }) => `${kind} ${code} ${subject}`), [
    ...Array.from({ length: 4 }, () => 'connection FST_CLIENT_CERTIFICATE_UNTRUSTED CN=client'),
    'connection FST_CLIENT_CERTIFICATE_UNTRUSTED CN=partner',
    'connection FST_CLIENT_CERTIFICATE_MISSING undefined'
  ])
})

t.test('mode required lets in whom any profile without hosts knows', async (t) => {
  const { port } = await listen(t, world, { options: { trust: { partners: { ca: partners.pem } }, mode: 'required' }, routes })
  const ask = (client: Call['client'], path: string) => call(world, port, path, { client }).then(codeOf, () => 'closed')
  t.equal(await ask(partner, '/partners'), '200 partner')
  t.equal(await ask(partner, '/guarded'), untrusted)
  t.equal(await ask(world.stranger, '/partners'), 'closed')
})

/** What `openssl s_client` prints of a handshake. */
async function handshake (port: number, name: string, ...more: string[]): Promise<string> {
  const process = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', name, ...more], { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  for await (const part of process.stdout) text += part
  return text
}

t.test('a client is told the names of the CAs of its host alone', { skip: parts.missing('openssl') }, async (t) => {
  const { port } = await listen(t, world, { options: withHosts })
  const told = async (name: string) => /Acceptable client certificate CA names\n((?:\w+ ?=.*\n)*)/.exec(await handshake(port, name))?.[1].replaceAll(' ', '').trim().split('\n')
  t.strictSame(await told('partners.test'), ['CN=PartnersCA'])
  t.strictSame(await told('a.PARTNERS.test'), ['CN=PartnersCA'])
  t.strictSame(await told('localhost'), ['CN=TestCA'])
  const without = await listen(t, world, { options: { trust: { partners: { ca: partners.pem } } } })
  const { port: one } = without
  t.strictSame(/Acceptable client certificate CA names\n((?:\w+ ?=.*\n)*)/.exec(await handshake(one, 'partners.test'))?.[1].replaceAll(' ', '').trim().split('\n'), ['CN=TestCA', 'CN=PartnersCA'], 'of all where hosts do not matter')
})

t.test('openssl resumes no session of one host at another', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir({ 'client.pem': client.pem + client.key })
  const [file, session] = ['client.pem', 'session.pem'].map((name) => join(folder, name))
  // Under TLS 1.3 a ticket comes after the handshake, for which s_client does not wait.
  const crossed = async (options: ClientCertificateOptions, name: string) => {
    const { port } = await listen(t, world, { options })
    await handshake(port, 'localhost', '-tls1_2', '-cert', file, '-sess_out', session)
    return /^(New|Reused), /m.exec(await handshake(port, name, '-tls1_2', '-sess_in', session))?.[1]
  }
  t.equal(await crossed({}, 'localhost'), 'Reused', 'the session is a good one')
  t.equal(await crossed(withHosts, 'partners.test'), 'New')
})
