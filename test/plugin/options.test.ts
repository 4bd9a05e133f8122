import { resolve } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import clientCertificate, { OptionError, type ClientCertificateOptions } from '../../lib/index.js'
import { call, listen, makeWorld, serverOptions } from '../helpers/application.js'
import { mintList } from '../helpers/mint-list.js'

const world = makeWorld()
const { key, cert, ca } = serverOptions(world)
const pair = { key, cert }

const plain = () => Fastify()
const https = (options: object = {}) => () => Fastify({ https: options }) as unknown as FastifyInstance
const http2 = () => Fastify({ http2: true, https: {} }) as unknown as FastifyInstance

interface Refusal { make?: () => FastifyInstance, options: object, key: string, message: string }

const refusals: Record<string, Refusal> = {
  'an unknown option': { options: { ...pair, ca, cn: 'client' }, key: 'cn', message: "option 'cn' is unknown" },
  'an unknown option that is undefined': { options: { ...pair, ca, requestCert: undefined }, key: 'requestCert', message: "option 'requestCert' is unknown" },
  'an unknown option, on HTTP/2': { make: http2, options: { ...pair, ca, cn: 'client' }, key: 'cn', message: "option 'cn' is unknown" },
  'an unknown option, without TLS': { make: plain, options: { mode: 'none', cn: 'client' }, key: 'cn', message: "option 'cn' is unknown" },
  'a mode that is none': { options: { ...pair, ca, mode: 'mandatory' }, key: 'mode', message: "option 'mode' is none of 'none', 'optional', 'required'" },
  'a mode that is true': { options: { ...pair, ca, mode: true }, key: 'mode', message: "option 'mode' is none of 'none', 'optional', 'required'" },
  'a mode that is null': { options: { ...pair, ca, mode: null }, key: 'mode', message: "option 'mode' is none of 'none', 'optional', 'required'" },
  'a global that is a text': { options: { ...pair, ca, global: 'false' }, key: 'global', message: "option 'global' is neither true nor false" },
  'a global that is null': { options: { ...pair, ca, global: null }, key: 'global', message: "option 'global' is neither true nor false" },
  'a clock that is a date': { options: { ...pair, ca, now: new Date(0) }, key: 'now', message: "option 'now' is not a function" },
  'a policy with an unknown key': { options: { ...pair, ca, authorize: { subject: { CN: 'client' } } }, key: 'authorize.subject.CN', message: "option 'authorize.subject.CN' is unknown; did you mean 'commonName'?" },
  'a certificate list': {
    options: { ...pair, ca, crl: 'ca.crl' },
    key: 'crl',
    message: `option 'crl' names ca.crl, which does not exist (${resolve('ca.crl')})`
  },
  'no CA': { options: pair, key: 'ca', message: "option 'ca' is missing: mode 'optional' needs to know who may sign clients" },
  'no CA in mode required': { options: { ...pair, mode: 'required' }, key: 'ca', message: "option 'ca' is missing: mode 'required' needs to know who may sign clients" },
  'a CA in mode none': { options: { ...pair, ca, mode: 'none' }, key: 'ca', message: "option 'ca' is given, but with mode 'none' no certificate is asked for" },
  'a CA in mode none, without TLS': { make: plain, options: { ca, mode: 'none' }, key: 'ca', message: "option 'ca' is given, but with mode 'none' no certificate is asked for" },
  'a passphrase of no CA': { options: { ...pair, mode: 'none', caPassphrase: 'secret' }, key: 'caPassphrase', message: "option 'caPassphrase' is given without 'ca'" },
  'neither key nor pfx': { options: { ca }, key: 'key', message: "option 'key' is missing: give key and cert, or pfx, here or in Fastify's own https options" },
  'a key here and in Fastify\'s own options': { make: https({ key, cert }), options: { ...pair, ca }, key: 'key', message: "option 'key' is given here and in Fastify's own https options: give it once" },
  'mode optional without TLS': { make: plain, options: { ca }, key: 'mode', message: "option 'mode' is 'optional', but the application has no TLS: create it with Fastify({ https: {} }), or set mode to 'none'" },
  'mode required without TLS': { make: plain, options: { ca, mode: 'required' }, key: 'mode', message: "option 'mode' is 'required', but the application has no TLS: create it with Fastify({ https: {} }), or set mode to 'none'" },
  'TLS options that are a text': { options: { ...pair, ca, tls: 'TLSv1.3' }, key: 'tls', message: "option 'tls' is not an object" },
  'a TLS option that follows from the mode': { options: { ...pair, ca, tls: { rejectUnauthorized: false } }, key: 'tls.rejectUnauthorized', message: "option 'tls.rejectUnauthorized' follows from the option 'mode'" },
  'a TLS version of the past': { options: { ...pair, ca, tls: { minVersion: 'TLSv1.1' } }, key: 'tls.minVersion', message: "option 'tls.minVersion' is below TLSv1.2" }
}

const lists = "the lists of the option 'crl' do not count here; give its own, or set its revocation to false"
const crl = mintList(world.authority)
const overTime: Record<string, [options: object, key: string, problem: string]> = {
  'watch that is a text': [{ watch: 'yes' }, 'watch', 'is neither true nor false'],
  'an age of nothing': [{ maxConnectionAge: 0 }, 'maxConnectionAge', 'is no number of milliseconds above 0'],
  'an age that is a text': [{ maxConnectionAge: '1h' }, 'maxConnectionAge', 'is no number of milliseconds above 0'],
  'revocation without anything to judge by': [{ revocation: { depth: 'end-entity' } }, 'revocation', 'has nothing to judge by: give crl, distributionPoints or ocsp'],
  'a profile whose revocation has nothing to judge by': [{ trust: { partners: { ca, revocation: {} } } }, 'trust.partners.revocation', 'has nothing to judge by: give crl, distributionPoints or ocsp, or set it to false'],
  'a choice that is none': [{ whenNotConforming: true }, 'whenNotConforming', "is none of 'accept', 'reject'"],
  'a responder that is no URL': [{ revocation: { ocsp: { responder: 'ocsp.example' } } }, 'revocation.ocsp.responder', 'is no http or https URL'],
  'a limit of nothing': [{ revocation: { fetchTimeout: 0 }, crl }, 'revocation.fetchTimeout', 'is no whole number from 1 to 2147483647'],
  'profiles in a list': [{ trust: [] }, 'trust', 'is no object of trust profiles by name'],
  'profiles that are null': [{ trust: null }, 'trust', 'is no object of trust profiles by name'],
  'a profile of the standard name': [{ trust: { default: { ca } } }, 'trust.default', 'is the name of the options ca and crl themselves'],
  'a profile that is none': [{ trust: { partners: null } }, 'trust.partners', 'is not an object'],
  'a profile with an unknown option': [{ trust: { partners: { ca, mode: 'none' } } }, 'trust.partners.mode', 'is unknown'],
  'a profile without a CA': [{ trust: { partners: {} } }, 'trust.partners.ca', 'is missing'],
  'a profile whose CA is not there': [{ trust: { partners: { ca: 'no.cer' } } }, 'trust.partners.ca', `names the file no.cer, which does not exist (${resolve('no.cer')})`],
  'a profile whose list is not there': [{ trust: { partners: { ca, crl: 'no.crl' } } }, 'trust.partners.crl', `names no.crl, which does not exist (${resolve('no.crl')})`],
  'a profile with a limit of nothing': [{ trust: { partners: { ca, crl, revocation: { maxListOctets: 0 } } } }, 'trust.partners.revocation.maxListOctets', 'is no whole number from 1 to 134217728'],
  'a profile without the lists that others have': [{ crl, trust: { partners: { ca } } }, 'trust.partners.crl', `is missing: ${lists}`],
  'a profile with lists that are not to count': [{ trust: { partners: { ca, crl, revocation: false } } }, 'trust.partners.revocation', 'is false, but lists are given: give one or the other'],
  'hosts that are no list': [{ trust: { partners: { ca, hosts: 'partners.example' } } }, 'trust.partners.hosts', 'is no list of host names'],
  'no hosts': [{ trust: { partners: { ca, hosts: [] } } }, 'trust.partners.hosts', 'is no list of host names'],
  'a host with a port': [{ trust: { partners: { ca, hosts: ['a.example', 'b.example:443'] } } }, 'trust.partners.hosts[1]', 'is no host name, as example.com or *.example.com'],
  'a host that is a number': [{ trust: { partners: { ca, hosts: [1] } } }, 'trust.partners.hosts[0]', 'is no host name, as example.com or *.example.com'],
  'a host of two profiles': [{ trust: { one: { ca, hosts: ['a.example'] }, two: { ca, hosts: ['A.example'] } } }, 'trust.two.hosts[0]', 'has a.example a second time: a host belongs to one trust profile'],
  'a policy that names a profile that is not there': [{ authorize: { trust: 'partner' }, trust: { partners: { ca } } }, 'authorize.trust', "names the trust profile 'partner'; known are default, partners"]
}

for (const [what, [options, name, problem]] of Object.entries(overTime)) {
  refusals[what] = { options: { ...pair, ca, ...options }, key: name, message: `option '${name}' ${problem}` }
}

for (const name of ['crl', 'revocation', 'deny', 'trust']) {
  refusals[`${name} without a CA`] = { options: { ...pair, mode: 'none', [name]: { trust: {}, deny: [], crl, revocation: { ocsp: { responder: 'http://localhost/' } } }[name] }, key: name, message: `option '${name}' is given without 'ca'` }
}

for (const name of ['key', 'cert', 'pfx', 'passphrase', 'tls']) {
  refusals[`${name} without TLS`] = { make: plain, options: { mode: 'none', [name]: name === 'tls' ? {} : 'x' }, key: name, message: `option '${name}' is given, but the application has no TLS: create it with Fastify({ https: {} })` }
}

for (const [what, { make = https(), options, key, message }] of Object.entries(refusals)) {
  t.test(`${what} stops the start`, async (t) => {
    const app = make()
    t.teardown(() => app.close())
    const error = await app.register(clientCertificate, options as ClientCertificateOptions).then(() => undefined, (error) => error)
    t.type(error, OptionError)
    t.match(error, { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key, statusCode: 500 })
    t.equal(error?.message, message)
    await t.rejects(app.listen({ port: 0, host: '127.0.0.1' }), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION' })
  })
}

t.test('without any option the first that is missing is named', async (t) => {
  const app = Fastify({ https: {} })
  t.teardown(() => app.close())
  await t.rejects(async () => { await app.register(clientCertificate) }, { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'ca' })
})

t.test('Fastify\'s own options of a registration are none of ours', async (t) => {
  const { port } = await listen(t, world, { options: { prefix: '/v1', logLevel: 'warn', logSerializers: {} } as ClientCertificateOptions })
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
})

t.test('options that are undefined are as if they were not there, but for a policy', async (t) => {
  const options = { mode: undefined, global: undefined, pfx: undefined, passphrase: undefined, caPassphrase: undefined, crl: undefined, tls: undefined, now: undefined }
  const { app, port } = await listen(t, world, { options: options as ClientCertificateOptions })
  t.equal(app.clientCertificates.mode, 'optional')
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
  t.match(await call(world, port, '/guarded'), { status: 401 })
})

t.test('mode required closes the connection of whoever has no good certificate', async (t) => {
  const { app, port } = await listen(t, world, { options: { mode: 'required' } })
  t.equal(app.clientCertificates.mode, 'required')
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200, body: { caller: 'client' } })
  await t.rejects(call(world, port, '/open'), { code: 'ECONNRESET' })
  await t.rejects(call(world, port, '/open', { client: world.stranger }), { code: 'ECONNRESET' })
})
