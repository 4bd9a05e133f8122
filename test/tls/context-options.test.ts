import t from 'tap'
import { constants } from 'node:crypto'
import { createServer } from 'node:https'
import { createSecureContext, type Server } from 'node:tls'
import { checkTlsOptions, contextOptions, inheritedOptions } from '../../lib/tls/index.js'
import { readCertificates } from '../../lib/certificate/index.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'

const code = 'FST_CLIENT_CERTIFICATE_INVALID_OPTION'

t.test('options of Node\'s TLS pass through', async (t) => {
  const options = { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256', ecdhCurve: 'X25519', sessionTimeout: 60 } as const
  t.strictSame(checkTlsOptions(options), options)
  t.strictSame(checkTlsOptions(undefined), {})
})

t.test('options that would break a promise are refused by name', async (t) => {
  const cases: Array<[object, string, string | RegExp]> = [
    [{ key: 'x' }, 'tls.key', "option 'tls.key' is given beside 'tls', as the option 'key'"],
    [{ ca: 'x' }, 'tls.ca', "option 'tls.ca' is given beside 'tls', as the option 'ca'"],
    [{ crl: 'x' }, 'tls.crl', /^option 'tls.crl' is not used/],
    [{ requestCert: true }, 'tls.requestCert', "option 'tls.requestCert' follows from the option 'mode'"],
    [{ rejectUnauthorized: false }, 'tls.rejectUnauthorized', "option 'tls.rejectUnauthorized' follows from the option 'mode'"],
    [{ secureProtocol: 'TLSv1_method' }, 'tls.secureProtocol', "option 'tls.secureProtocol' would overrule minVersion and maxVersion: give these"],
    [{ SNICallback () {} }, 'tls.SNICallback', "option 'tls.SNICallback' belongs in Fastify's own https options"],
    [{ minVersoin: 'TLSv1.3' }, 'tls.minVersoin', "option 'tls.minVersoin' is unknown"],
    [{ constructor: 'x' }, 'tls.constructor', "option 'tls.constructor' is unknown"],
    [{ minVersion: 'TLSv1.1' }, 'tls.minVersion', "option 'tls.minVersion' is below TLSv1.2"],
    [{ maxVersion: 'TLSv1' }, 'tls.maxVersion', "option 'tls.maxVersion' is below TLSv1.2"]
  ]
  for (const [options, key, message] of cases) t.throws(() => checkTlsOptions(options), { code, key, message })
  t.throws(() => checkTlsOptions(null as never), { code, key: 'tls', message: "option 'tls' is not an object" })
  t.throws(() => checkTlsOptions('TLSv1.3' as never), { code, key: 'tls', message: "option 'tls' is not an object" })
})

t.test('ciphers without a certificate or without encryption are refused, those that exclude them are not', async (t) => {
  const message = "option 'tls.ciphers' has suites without a certificate or without encryption"
  for (const ciphers of ['aNULL', 'HIGH:aNULL', 'ALL:eNULL', 'ADH', 'HIGH+aNULL', 'ADH-AES256-SHA', 'ECDHE-RSA-NULL-SHA', 'AECDH-NULL-SHA', 'NULL-SHA256', 'HIGH:+NULL']) {
    t.throws(() => checkTlsOptions({ ciphers }), { code, key: 'tls.ciphers', message }, ciphers)
  }
  for (const ciphers of ['HIGH:!aNULL:!eNULL', 'DEFAULT:-NULL', 'ECDHE-ECDSA-AES128-GCM-SHA256:!ADH', 'TLS_AES_128_GCM_SHA256']) {
    t.strictSame(checkTlsOptions({ ciphers }), { ciphers }, ciphers)
  }
})

t.test('what Fastify gave the server stays, unless it is too weak', async (t) => {
  const server = (options: object) => createServer(options) as unknown as Server
  t.match(inheritedOptions(server({ ciphers: 'HIGH:!aNULL', minVersion: 'TLSv1.3', sessionTimeout: 60 })), { ciphers: 'HIGH:!aNULL', minVersion: 'TLSv1.3', sessionTimeout: 60 })
  t.throws(() => inheritedOptions(server({ minVersion: 'TLSv1' })), { code, key: 'https.minVersion', message: "option 'https.minVersion' is below TLSv1.2" })
  t.throws(() => inheritedOptions(server({ secureProtocol: 'TLS_method' })), { code, key: 'https.secureProtocol' })
})

t.test('a context is whole: TLS 1.2 at least, no renegotiation, and a CA list even if it is empty', async (t) => {
  const pair = { key: 'the key', cert: 'the certificate' }
  t.match(contextOptions({}, pair, []), { ...pair, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION, ca: [] })
  const given = contextOptions({ minVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_TICKET }, pair, [])
  t.match(given, { minVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET })
})

t.test('OpenSSL is given the names of the CAs, and nothing that it could trust', async (t) => {
  const authority = mintAuthority({ subject: 'Example CA' })
  const client = mintClient(authority)
  const ca = contextOptions({}, {}, [authority.certificate]).ca as string[]
  const [named] = readCertificates(ca[0])
  t.equal(ca.length, 1)
  t.same(named.subject.raw, authority.certificate.subject.raw)
  t.equal(named.publicKey.asymmetricKeyType, 'x25519', 'a key that cannot sign')
  t.throws(() => verifyCertificationPath({ certificate: client.certificate, trustAnchors: [named], partialPath: true, at: new Date(), purpose: 'clientAuth' }))
  t.ok(createSecureContext({ ca }), 'OpenSSL can read it')
})
