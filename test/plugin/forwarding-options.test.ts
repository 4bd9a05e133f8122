import Fastify from 'fastify'
import t from 'tap'
import clientCertificate, { type ClientCertificateOptions } from '../../lib/index.js'
import { makeWorld, serverOptions } from '../helpers/application.js'
import { refusesOption } from '../helpers/option-error.js'

const world = makeWorld()
const ca = world.authority.pem

const register = (options: ClientCertificateOptions, https = false) => {
  const app = (https ? Fastify({ https: {} }) : Fastify()) as ReturnType<typeof Fastify>
  return app.register(clientCertificate, options).ready().finally(() => app.close())
}

const behind = (forwarding: object, more: ClientCertificateOptions = {}) => register({ mode: 'none', ca, forwarding: forwarding as never, ...more })

const nginx = { from: 'nginx', trustedProxies: '127.0.0.1' }

t.test('what is given in full is taken', async (t) => {
  const sources = [
    nginx,
    { ...nginx, header: 'SSL-Client-Cert', verdictHeader: 'SSL-Client-Verify', verified: 'here' },
    { ...nginx, verified: 'proxy' },
    { from: 'caddy', trustedProxies: ['10.0.0.0/8', '::1', 'unix'], verified: 'proxy', verdictHeader: 'x-verified', verdict: 'yes' },
    { from: 'apache', trustedProxies: { address: ['10.0.0.1', '10.0.0.2'], secret: '0123456789abcdef', secretHeader: 'X-Secret' }, chainHeader: 'X-Chain' },
    { from: 'envoy', trustedProxies: [{ secret: '0123456789abcdef' }], hops: 2, whenMoreElements: 'ignore' },
    { from: 'custom', trustedProxies: '127.0.0.1', headers: ['x-my-cert'], read: () => undefined }
  ]
  for (const source of sources) await t.resolves(behind(source), JSON.stringify(source))
  await t.resolves(behind(sources))
})

t.test('what is missing, unknown or of a wrong kind stops the start, and is named', async (t) => {
  const kinds = "'rfc9440', 'nginx', 'haproxy', 'apache', 'caddy', 'traefik', 'envoy', 'aws-alb', 'cloudflare', 'cloudfront', 'azure', 'google', 'custom'"
  const custom = { from: 'custom', trustedProxies: '127.0.0.1', headers: ['x-my-cert'], read: () => undefined }
  const cases: Array<[source: unknown, key: string, problem: string]> = [
    [[], 'forwarding', 'is an empty list'],
    ['nginx', 'forwarding', 'is not an object'],
    [null, 'forwarding', 'is not an object'],
    [[nginx, 5], 'forwarding[1]', 'is not an object'],
    [{ trustedProxies: '127.0.0.1' }, 'forwarding.from', `is none of ${kinds}`],
    [{ ...nginx, from: 'toString' }, 'forwarding.from', `is none of ${kinds}`],
    [{ from: 'nginx' }, 'forwarding.trustedProxies', 'is missing: a certificate in a header counts only from proxies that are named'],
    [{ ...nginx, trustedProxies: [] }, 'forwarding.trustedProxies', 'is an empty list'],
    [{ ...nginx, trustedProxies: null }, 'forwarding.trustedProxies', 'is neither an address nor an object'],
    [{ ...nginx, trustedProxies: ['10.0.0.1', 'proxy.local'] }, 'forwarding.trustedProxies[1]', "has 'proxy.local', which is no IP address, no block of them as 10.0.0.0/8, and not 'unix'"],
    [{ ...nginx, trustedProxies: '0.0.0.0/0' }, 'forwarding.trustedProxies', "has '0.0.0.0/0', which is everybody: name the proxies"],
    [{ ...nginx, trustedProxies: { address: [] } }, 'forwarding.trustedProxies.address', 'is an empty list'],
    [{ ...nginx, trustedProxies: { address: '::/0' } }, 'forwarding.trustedProxies.address', "has '::/0', which is everybody: name the proxies"],
    [{ ...nginx, trustedProxies: '::ffff:0:0/96' }, 'forwarding.trustedProxies', "has '::ffff:0:0/96', which is everybody: name the proxies"],
    [{ ...nginx, trustedProxies: { address: ['0.0.0.0/1', '128.0.0.0/1'] } }, 'forwarding.trustedProxies.address', 'has blocks that add up to everybody: name the proxies'],
    [{ ...nginx, trustedProxies: ['0.0.0.0/1', '128.0.0.0/1'] }, 'forwarding.trustedProxies', 'have blocks that add up to everybody: name the proxies'],
    [[{ ...nginx, trustedProxies: '0.0.0.0/1' }, { ...nginx, trustedProxies: '128.0.0.0/1' }], 'forwarding', 'have blocks that add up to everybody: name the proxies'],
    [{ ...nginx, trustedProxies: {} }, 'forwarding.trustedProxies', 'names nobody: give address, certificate or secret'],
    [{ ...nginx, trustedProxies: { secret: 'short' } }, 'forwarding.trustedProxies.secret', 'is no text of at least 16 characters'],
    [{ ...nginx, trustedProxies: { secret: undefined, address: '10.0.0.1' } }, 'forwarding.trustedProxies.secret', 'is undefined: leave it out, or give it'],
    [{ ...nginx, trustedProxies: { secretHeader: 'x-secret', address: '10.0.0.1' } }, 'forwarding.trustedProxies.secretHeader', 'is given without secret'],
    [{ ...nginx, trustedProxies: { secretHeader: 'x_secret', secret: '0123456789abcdef' } }, 'forwarding.trustedProxies.secretHeader', 'is no name of a header field, or has an underscore'],
    [{ ...nginx, trustedProxies: { adress: '10.0.0.1' } }, 'forwarding.trustedProxies.adress', 'is unknown'],
    [{ ...nginx, trustedProxies: { certificate: { subject: { commonName: 'proxy' } } } }, 'forwarding.trustedProxies.certificate', "is given, but with mode 'none' no certificate is asked for"],
    [{ ...nginx, heder: 'x' }, 'forwarding.heder', 'is unknown'],
    [{ ...nginx, header: 'SSL_CLIENT_CERT' }, 'forwarding.header', 'is no name of a header field, or has an underscore'],
    [{ ...nginx, header: '' }, 'forwarding.header', 'is no name of a header field, or has an underscore'],
    [{ ...nginx, header: 'x-ssl-client-verify' }, 'forwarding', 'names one header field for two things'],
    [{ ...nginx, chainHeader: 'x-chain' }, 'forwarding.chainHeader', "is not for 'nginx', which has no field of its own for a chain"],
    [{ ...nginx, verdictHeader: 5 }, 'forwarding.verdictHeader', 'is no name of a header field, or has an underscore'],
    [{ ...nginx, verdict: '' }, 'forwarding.verdict', 'is no text, or an empty one'],
    [{ ...nginx, verified: true }, 'forwarding.verified', "is none of 'here', 'proxy'"],
    [{ from: 'caddy', trustedProxies: '127.0.0.1', verified: 'proxy' }, 'forwarding.verdictHeader', "is missing: where verified is 'proxy', the proxy has to say of each certificate that it is good"],
    [{ ...nginx, hops: 1 }, 'forwarding.hops', "is not for 'nginx'"],
    [{ ...nginx, read: () => undefined }, 'forwarding.read', "is not for 'nginx'"],
    [{ ...nginx, from: 'envoy', hops: 0 }, 'forwarding.hops', 'is no whole number above 0'],
    [{ ...nginx, from: 'envoy', whenMoreElements: 'accept' }, 'forwarding.whenMoreElements', "is none of 'reject', 'ignore'"],
    [{ ...custom, header: 'x' }, 'forwarding.header', "is not for 'custom'"],
    [{ ...custom, headers: undefined }, 'forwarding.headers', "is no list of header fields: those that read looks at are taken away from everybody else's requests"],
    [{ ...custom, headers: [] }, 'forwarding.headers', "is no list of header fields: those that read looks at are taken away from everybody else's requests"],
    [{ ...custom, headers: ['x-a', undefined] }, 'forwarding.headers[1]', 'is no name of a header field, or has an underscore'],
    [{ ...custom, read: 'x' }, 'forwarding.read', 'is not a function'],
    [{ ...custom, verified: 'proxy' }, 'forwarding.verdictHeader', "is missing: where verified is 'proxy', the proxy has to say of each certificate that it is good"]
  ]
  for (const [source, key, problem] of cases) await refusesOption(t, behind(source as object), key, problem)
})

t.test('a block that counts together with a secret is not everybody', async (t) => {
  const secret = '0123456789abcdef'
  await t.resolves(behind({ ...nginx, trustedProxies: [{ address: '0.0.0.0/1', secret }, '128.0.0.0/1'] }))
})

t.test('a policy for the certificate of a proxy is looked at like any other', async (t) => {
  const withPolicy = (certificate: object) => register({ ...serverOptions(world), forwarding: { from: 'nginx', trustedProxies: { certificate } } }, true)
  await t.resolves(withPolicy({ subject: { commonName: 'proxy' } }))
  await t.rejects(withPolicy({ subjct: 'CN=proxy' }), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'forwarding.trustedProxies.certificate.subjct' })
  await t.rejects(withPolicy({ trust: 'proxies' }), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'forwarding.trustedProxies.certificate.trust' })
})

t.test('what is forwarded needs somebody who may have signed it', async (t) => {
  await refusesOption(t, register({ mode: 'none', forwarding: nginx as never }), 'ca', 'is missing: certificates that are forwarded are verified here')
  await t.resolves(register({ mode: 'none', forwarding: { ...nginx, verified: 'proxy' } as never, deny: [{ fingerprint256: 'ab'.repeat(32) }] }))
  for (const name of ['caPassphrase', 'crl', 'revocation', 'trust']) {
    await refusesOption(t, register({ mode: 'none', forwarding: { ...nginx, verified: 'proxy' } as never, [name]: {} }), name, "is given without 'ca'")
  }
  await refusesOption(t, register({ mode: 'none', deny: [] }), 'deny', "is given without 'ca'")
  await refusesOption(t, register({ mode: 'none', ca }), 'ca', "is given, but with mode 'none' no certificate is asked for")
  await refusesOption(t, register({ ca, forwarding: nginx as never }), 'mode', "is 'optional', but the application has no TLS: create it with Fastify({ https: {} }), or set mode to 'none'")
  await t.resolves(behind(nginx, { trust: { partners: { ca } } }), 'trust profiles need no TLS here')
  await refusesOption(t, register({ mode: 'none', trust: { partners: { ca } } }), 'trust', 'is given, but the application has no TLS: create it with Fastify({ https: {} })')
})
