import t from 'tap'
import { ForwardedFields, formats, maxIntermediates, type FieldOptions, type ProxyKind } from '../../lib/forwarding/index.js'
import { mint, mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { malformed } from './malformed.js'

const authority = mintAuthority()
const issuer = mintAuthority({ subject: 'Issuer', issuer: authority })
const client = mintClient(issuer)

const base64 = ({ der }: Minted) => der.toString('base64')
const bytes = (minted: Minted) => `:${base64(minted)}:`
const escaped = (...all: readonly Minted[]) => encodeURIComponent(all.map(({ pem }) => pem).join(''))
// AWS leaves these three as they are.
const lessEscaped = (...all: readonly Minted[]) => encodeURI(all.map(({ pem }) => pem).join(''))
const spaced = (...all: readonly Minted[]) => all.map(({ pem }) => pem.replaceAll('\n', ' ')).join('')

function read (options: FieldOptions, fields: Record<string, string>) {
  const forwarded = new ForwardedFields(options)
  const found = forwarded.find(Object.entries(fields).flat())
  return found && forwarded.read(found)
}

const alone = { certificate: client.der, intermediates: [] }
const withChain = { certificate: client.der, intermediates: [issuer.der, authority.der] }

t.test('each kind of proxy is read in the form that it writes', async (t) => {
  const cases: Array<[options: FieldOptions, fields: Record<string, string>, wanted: object | undefined]> = [
    [{ from: 'rfc9440' }, { 'client-cert': bytes(client) }, alone],
    [{ from: 'rfc9440' }, { 'Client-Cert': bytes(client), 'Client-Cert-Chain': `${bytes(issuer)}, ${bytes(authority)}` }, withChain],
    [{ from: 'nginx' }, { 'x-ssl-client-cert': escaped(client), 'x-ssl-client-verify': 'SUCCESS' }, alone],
    [{ from: 'nginx' }, { 'x-ssl-client-cert': '', 'x-ssl-client-verify': 'NONE' }, undefined],
    [{ from: 'nginx', header: 'SSL-Client-Cert' }, { 'ssl-client-cert': escaped(client) }, alone],
    [{ from: 'haproxy' }, { 'x-ssl-client-cert': base64(client) }, alone],
    [{ from: 'haproxy' }, { 'x-ssl-client-cert': bytes(client) }, alone],
    [{ from: 'haproxy', chainHeader: 'x-chain' }, { 'x-ssl-client-cert': base64(client), 'x-chain': Buffer.concat([issuer.der, authority.der]).toString('base64') }, withChain],
    [{ from: 'haproxy', header: 'client-cert', chainHeader: 'client-cert-chain' }, { 'client-cert': bytes(client), 'client-cert-chain': `:${Buffer.concat([issuer.der, authority.der]).toString('base64')}:` }, withChain],
    [{ from: 'haproxy', chainHeader: 'x-chain' }, { 'x-ssl-client-cert': base64(client), 'x-chain': '' }, alone],
    [{ from: 'haproxy' }, { 'x-ssl-client-cert': '' }, undefined],
    [{ from: 'haproxy' }, { 'x-ssl-client-cert': '::' }, undefined],
    [{ from: 'apache' }, { 'x-ssl-client-cert': spaced(client) }, alone],
    [{ from: 'apache' }, { 'x-ssl-client-cert': bytes(client) }, alone],
    [{ from: 'apache', chainHeader: 'x-chain' }, { 'x-ssl-client-cert': spaced(client), 'x-chain': `${spaced(issuer)} ${spaced(authority)} (null)` }, withChain],
    [{ from: 'apache', chainHeader: 'x-chain' }, { 'x-ssl-client-cert': spaced(client), 'x-chain': '(null) (null)' }, alone],
    [{ from: 'apache', chainHeader: 'x-chain' }, { 'x-ssl-client-cert': '(null)', 'x-chain': '(null) (null)', 'x-ssl-client-verify': 'NONE' }, undefined],
    [{ from: 'caddy' }, { 'x-ssl-client-cert': base64(client) }, alone],
    [{ from: 'caddy' }, { 'x-ssl-client-cert': '{http.request.tls.client.certificate_der_base64}' }, undefined],
    [{ from: 'traefik' }, { 'x-forwarded-tls-client-cert': base64(client) }, alone],
    [{ from: 'traefik' }, { 'x-forwarded-tls-client-cert': [client, issuer, authority].map(base64).join(',') }, withChain],
    [{ from: 'traefik' }, { 'x-forwarded-tls-client-cert': [client, issuer, authority].map((each) => encodeURIComponent(base64(each))).join(',') }, withChain],
    [{ from: 'envoy' }, { 'x-forwarded-client-cert': `Cert="${escaped(client)}";Chain="${escaped(client, issuer, authority)}"` }, withChain],
    [{ from: 'envoy', hops: 2 }, { 'x-forwarded-client-cert': `Cert="${escaped(client)}"` }, undefined],
    [{ from: 'aws-alb' }, { 'x-amzn-mtls-clientcert-leaf': lessEscaped(client) }, alone],
    [{ from: 'aws-alb' }, { 'x-amzn-mtls-clientcert': lessEscaped(client, issuer, authority) }, withChain],
    [{ from: 'aws-alb' }, { 'x-amzn-mtls-clientcert': escaped(client, issuer, authority) }, withChain],
    [{ from: 'cloudflare' }, { 'cf-client-cert-der-base64': base64(client) }, alone],
    [{ from: 'cloudflare' }, { 'cf-client-cert-der-base64': '' }, undefined],
    [{ from: 'cloudfront' }, { 'cloudfront-viewer-cert-pem': escaped(client) }, alone],
    [{ from: 'azure' }, { 'x-arr-clientcert': base64(client) }, alone],
    [{ from: 'azure' }, { 'x-arr-clientcert': escaped(client) }, alone],
    [{ from: 'google', header: 'x-client-cert-leaf', chainHeader: 'x-client-cert-chain' }, { 'x-client-cert-leaf': bytes(client), 'x-client-cert-chain': `${bytes(issuer)},${bytes(authority)}` }, withChain],
    [{ from: 'google' }, { 'client-cert': '', 'client-cert-chain': '' }, undefined]
  ]
  for (const [options, fields, wanted] of cases) t.strictSame(read(options, fields), wanted, `${options.from}: ${Object.entries(fields).map(([name, value]) => `${name}: ${value.slice(0, 30)}`).join(', ')}`)
  t.strictSame(new Set(cases.map(([{ from }]) => from)), new Set(Object.keys(formats)))
})

t.test('nothing there is no certificate, of any kind', async (t) => {
  for (const from of Object.keys(formats) as ProxyKind[]) t.equal(read({ from }, { host: 'localhost' }), undefined, from)
})

t.test('where one certificate belongs, more are refused', async (t) => {
  const tooMany = 'there is more than one certificate where one belongs'
  t.throws(() => read({ from: 'nginx' }, { 'x-ssl-client-cert': escaped(client, issuer) }), malformed(tooMany))
  t.throws(() => read({ from: 'apache' }, { 'x-ssl-client-cert': spaced(client, issuer) }), malformed(tooMany))
  t.throws(() => read({ from: 'cloudfront' }, { 'cloudfront-viewer-cert-pem': escaped(client, issuer) }), malformed(tooMany))
  t.throws(() => read({ from: 'azure' }, { 'x-arr-clientcert': escaped(client, issuer) }), malformed(tooMany))
  t.throws(() => read({ from: 'haproxy' }, { 'x-ssl-client-cert': Buffer.concat([client.der, issuer.der]).toString('base64') }), malformed('the octets go on behind the certificate'))
  t.throws(() => read({ from: 'rfc9440' }, { 'client-cert': `${bytes(client)}, ${bytes(issuer)}` }), malformed('the field has more than one Byte Sequence'))
  t.throws(() => read({ from: 'aws-alb' }, { 'x-amzn-mtls-clientcert': escaped(client), 'x-amzn-mtls-clientcert-leaf': escaped(client) }), malformed('there are both x-amzn-mtls-clientcert and x-amzn-mtls-clientcert-leaf'))
})

t.test('a damaged first block is not passed over', async (t) => {
  const damaged = escaped(issuer, client).replace('%0A', '%0A!')
  t.throws(() => read({ from: 'aws-alb' }, { 'x-amzn-mtls-clientcert': damaged }), malformed('what should be base64 is not'))
  t.throws(() => read({ from: 'traefik' }, { 'x-forwarded-tls-client-cert': `AAAA,${base64(client)}` }), malformed('the octets are no certificate'))
  t.throws(() => read({ from: 'traefik' }, { 'x-forwarded-tls-client-cert': `,${base64(client)}` }), malformed('what should be base64 is not'))
})

t.test('a value that Node joined from two fields is refused in every form', async (t) => {
  const values: Partial<Record<ProxyKind, string>> = { nginx: escaped(client), haproxy: base64(client), apache: spaced(client), caddy: base64(client), cloudflare: base64(client), cloudfront: escaped(client), azure: base64(client), 'aws-alb': escaped(client), rfc9440: bytes(client), google: bytes(client) }
  for (const [from, value] of Object.entries(values) as Array<[ProxyKind, string]>) {
    t.throws(() => read({ from }, { [formats[from].fields[0]]: `${value}, ${value}` }), { code: 'ERR_FORWARDED_CERTIFICATE' }, from)
  }
})

t.test('a chain is no certificate, and has an end', async (t) => {
  t.throws(() => read({ from: 'rfc9440' }, { 'client-cert-chain': bytes(issuer) }), malformed('there is a chain without a certificate'))
  t.throws(() => read({ from: 'apache', chainHeader: 'x-chain' }, { 'x-ssl-client-cert': '(null)', 'x-chain': spaced(issuer) }), malformed('there is a chain without a certificate'))
  t.throws(() => read({ from: 'rfc9440' }, { 'client-cert': '' }), malformed('what should be a Byte Sequence is not'))
  const many = (count: number) => Array.from({ length: count }, () => bytes(issuer)).join(',')
  t.equal(read({ from: 'rfc9440' }, { 'client-cert': bytes(client), 'client-cert-chain': many(maxIntermediates) })?.intermediates.length, 10)
  t.throws(() => read({ from: 'rfc9440' }, { 'client-cert': bytes(client), 'client-cert-chain': many(11) }), malformed('there are 11 certificates behind the client\'s own, more than 10'))
})

t.test('what the proxy found is told, where it says so', async (t) => {
  const found = (options: FieldOptions, verdict?: string) => new ForwardedFields(options)
    .find(['x-ssl-client-cert', 'x', ...(verdict === undefined ? [] : [options.verdictHeader ?? 'x-ssl-client-verify', verdict])])?.isFoundGood
  t.equal(found({ from: 'nginx' }, 'SUCCESS'), true)
  for (const verdict of ['FAILED:certificate has expired', 'success', 'SUCCESS ', 'GENEROUS', '', 'SUCCESS, SUCCESS']) t.equal(found({ from: 'nginx' }, verdict), false, verdict)
  t.equal(found({ from: 'nginx' }), undefined)
  t.equal(found({ from: 'caddy' }, 'SUCCESS'), undefined)
  t.equal(found({ from: 'caddy', verdictHeader: 'X-Verified' }, 'SUCCESS'), true)
  t.equal(found({ from: 'haproxy', verdictHeader: 'X-Verified', verdict: '0' }, '0'), true)
  t.equal(found({ from: 'haproxy', verdictHeader: 'X-Verified', verdict: '0' }, 'SUCCESS'), false)
  t.throws(() => found({ from: 'nginx' }, 'NONE'), malformed('there is a certificate, of which the proxy says that it was not presented'))
})

t.test('names, also of one\'s own, are those that are looked at and taken away', async (t) => {
  const fields = new ForwardedFields({ from: 'apache', header: 'X-Cert', chainHeader: 'X-Chain', verdictHeader: 'X-Verdict' })
  t.strictSame(fields.names, ['x-cert', 'x-chain', 'x-verdict'])
  t.strictSame(new ForwardedFields({ from: 'aws-alb' }).names, ['x-amzn-mtls-clientcert', 'x-amzn-mtls-clientcert-leaf'])
  const raw = ['X_VERDICT', 'SUCCESS', 'x-ssl-client-cert', 'y', 'X-Chain', 'z']
  t.strictSame(fields.remove({ rawHeaders: raw, headers: {} }), ['X_VERDICT', 'X-Chain'])
  t.strictSame(raw, ['x-ssl-client-cert', 'y'])
  t.throws(() => read({ from: 'nginx' }, { 'x-ssl-client-cert': escaped(client), connection: 'X-SSL-Client-Verify' }), malformed('the field x-ssl-client-verify is named in Connection'))
})

t.test('whatever is in the octets, they come out as they were', async (t) => {
  const odd = mint({ subject: Buffer.from('3000', 'hex'), extensions: [] })
  t.strictSame(read({ from: 'rfc9440' }, { 'client-cert': bytes(odd) })?.certificate, odd.der)
})
