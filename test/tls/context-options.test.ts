import t from 'tap'
import { constants } from 'node:crypto'
import { createServer } from 'node:https'
import tls, { createSecureContext, type Server } from 'node:tls'
import { checkTlsOptions, contextOptions, inheritedOptions, type TlsOptions } from '../../lib/tls/index.js'
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

t.test('a cipher list that leaves no suite with a certificate and encryption stops the start', async (t) => {
  const nothing = "option 'tls.ciphers' leaves no cipher suite: suites without a certificate or without encryption are never used"
  for (const ciphers of ['aNULL', 'AECDH-AES256-SHA:@SECLEVEL=0', 'eNULL', 'NULL-SHA256', 'nonsense', 'HIGH:!']) {
    t.throws(() => checkTlsOptions({ ciphers }), { code, key: 'tls.ciphers', message: new RegExp(`^${nothing}, or is not a cipher list: `) }, ciphers)
  }
  for (const ciphers of ['TLS_SHA256_SHA256', 'tls_sha384_sha384: TLS_SHA256_SHA256 ']) t.throws(() => checkTlsOptions({ ciphers }), { code, key: 'tls.ciphers', message: nothing }, ciphers)
  for (const ciphers of ['ALL:@SECLEVEL=0\0', 1, null]) t.throws(() => checkTlsOptions({ ciphers }), { code, key: 'tls.ciphers', message: "option 'tls.ciphers' is not a cipher list" })
  for (const ciphers of ['HIGH:aNULL', 'ALL:eNULL', 'HIGH:@SECLEVEL=0', 'TLS_AES_128_GCM_SHA256', '', 'DEFAULT']) t.strictSame(checkTlsOptions({ ciphers }), { ciphers }, ciphers)
})

t.test('a context never has suites without a certificate or without encryption', async (t) => {
  const ciphersOf = (ciphers?: string) => contextOptions({ ciphers }, {}, []).ciphers
  t.equal(ciphersOf('ALL:@SECLEVEL=0'), 'ALL:@SECLEVEL=0:!aNULL:!eNULL')
  t.equal(ciphersOf('TLS_AES_128_GCM_SHA256:TLS_SHA256_SHA256:HIGH'), 'TLS_AES_128_GCM_SHA256:HIGH:!aNULL:!eNULL')
  t.equal(ciphersOf('TLS_AES_128_GCM_SHA256:TLS_SHA384_SHA384'), 'TLS_AES_128_GCM_SHA256', 'a list of TLS 1.3 alone stays one')
  t.equal(ciphersOf(), `${tls.DEFAULT_CIPHERS}:!aNULL:!eNULL`)
  t.equal(ciphersOf(''), ciphersOf(), 'as Node reads it')
  const original = tls.DEFAULT_CIPHERS
  t.teardown(() => { tls.DEFAULT_CIPHERS = original })
  tls.DEFAULT_CIPHERS = 'ALL:@SECLEVEL=0'
  t.equal(ciphersOf(), 'ALL:@SECLEVEL=0:!aNULL:!eNULL', 'as by --tls-cipher-list')
})

t.test('a client does not prove its key with SHA-1', async (t) => {
  const message = (item: string) => `option 'tls.sigalgs' has ${item}: a signature with SHA-1 or MD5 does not prove that a client has its key`
  for (const item of ['RSA+SHA1', 'ecdsa_sha1', 'RSA+MD5']) {
    t.throws(() => checkTlsOptions({ sigalgs: `RSA+SHA256:${item}` }), { code, key: 'tls.sigalgs', message: message(item) })
  }
  const sigalgsOf = (options: TlsOptions) => contextOptions(options, {}, []).sigalgs
  t.equal(sigalgsOf({}), undefined, 'OpenSSL has none from security level 1 on')
  t.match(sigalgsOf({ ciphers: 'HIGH:@SECLEVEL=0' }), /^ecdsa_secp256r1_sha256:(?!.*sha1)/)
  t.equal(sigalgsOf({ ciphers: 'HIGH:@SECLEVEL=0', sigalgs: 'RSA+SHA256' }), 'RSA+SHA256')
})

t.test('what Fastify gave the server stays, unless it is too weak', async (t) => {
  const server = (options: object) => createServer(options) as unknown as Server
  t.match(inheritedOptions(server({ ciphers: 'HIGH:!aNULL', minVersion: 'TLSv1.3', sessionTimeout: 60 })), { ciphers: 'HIGH:!aNULL', minVersion: 'TLSv1.3', sessionTimeout: 60 })
  t.throws(() => inheritedOptions(server({ minVersion: 'TLSv1' })), { code, key: 'https.minVersion', message: "option 'https.minVersion' is below TLSv1.2" })
  t.throws(() => inheritedOptions(server({ secureProtocol: 'TLS_method' })), { code, key: 'https.secureProtocol' })
  t.throws(() => inheritedOptions(server({ ciphers: 'aNULL:@SECLEVEL=0' })), { code, key: 'https.ciphers', message: /^option 'https.ciphers' leaves no cipher suite/ })
  t.throws(() => inheritedOptions(server({ sigalgs: 'RSA+SHA1' })), { code, key: 'https.sigalgs', message: /^option 'https.sigalgs' has RSA\+SHA1/ })
  t.notOk(Object.hasOwn(inheritedOptions(server({ ciphers: null })), 'ciphers'), 'what is not given is not inherited')
})

t.test('a context is whole: TLS 1.2 at least, no renegotiation, and a CA list even if it is empty', async (t) => {
  const pair = { key: 'the key', cert: 'the certificate' }
  t.match(contextOptions({}, pair, []), { ...pair, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION, ca: [] })
  const given = contextOptions({ minVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_TICKET }, pair, [])
  t.match(given, { minVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET })
  t.match(contextOptions({ minVersion: undefined }, pair, []), { minVersion: 'TLSv1.2' }, 'and not the version that Node falls back to')
  t.equal(contextOptions({ secureOptions: constants.SSL_OP_ALL }, pair, []).secureOptions, 0xc0000850, 'bit 31 is no sign')
  for (const secureOptions of ['x', -1, 1.5, NaN]) t.throws(() => checkTlsOptions({ secureOptions }), { code, key: 'tls.secureOptions', message: "option 'tls.secureOptions' is not a whole number of 0 or more" })
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
