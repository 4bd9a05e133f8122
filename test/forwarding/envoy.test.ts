import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { readXfccCertificate, type XfccOptions } from '../../lib/forwarding/envoy.js'
import { mint, type Minted } from '../helpers/mint.js'
import { malformed } from './malformed.js'

const issuer = mint({ subject: 'Issuer' })
const client = mint({ subject: 'client' })
const other = mint({ subject: 'other' })

const escaped = (...certificates: readonly Minted[]) => encodeURIComponent(certificates.map(({ pem }) => pem).join(''))
const hash = ({ der }: Minted) => createHash('sha256').update(der).digest('hex')
const element = (minted: Minted) => `Hash=${hash(minted)};Cert="${escaped(minted)}";Subject="CN=a\\,b";URI=`
const read = (field: string, options: XfccOptions = {}) => readXfccCertificate(field, options)

t.test('Cert is the client, and Chain what it sent behind', async (t) => {
  t.strictSame(read(element(client)), { certificate: client.der, intermediates: [] })
  t.strictSame(read(`Cert=${escaped(client)};Chain="${escaped(client, issuer)}"`), { certificate: client.der, intermediates: [issuer.der] })
  t.strictSame(read(`CHAIN="${escaped(client, issuer)}"`), { certificate: client.der, intermediates: [issuer.der] })
  t.strictSame(read(`Cert="${escaped(client)}";Chain="${escaped(issuer)}";`), { certificate: client.der, intermediates: [issuer.der] }, 'without itself, and a semicolon too many')
  t.strictSame(read(`hash=${hash(client).toUpperCase()};cert="${escaped(client)}"`)?.certificate, client.der)
})

t.test('elements are counted from the right, one for each trusted proxy', async (t) => {
  const field = [client, other].map(element).join(',')
  t.strictSame(read(field, { hops: 2 })?.certificate, client.der)
  t.equal(read(field, { hops: 3 }), undefined)
  t.strictSame(read(`Hash=nonsense,${field}`, { hops: 2, whenMoreElements: 'ignore' })?.certificate, client.der)
  t.strictSame(read(field, { whenMoreElements: 'ignore' })?.certificate, other.der)
})

t.test('more elements than trusted proxies are refused unless they are to be ignored', async (t) => {
  const field = [client, client, other].map(element).join(',')
  t.throws(() => read(field), malformed('XFCC has 3 elements, and 1 proxy is trusted: somebody in front of them wrote there too'))
  t.throws(() => read(field, { hops: 2 }), malformed('XFCC has 3 elements, and 2 proxies are trusted: somebody in front of them wrote there too'))
})

t.test('a name that the client chose cannot add an element', async (t) => {
  // Envoy writes URIs without quotes.
  const field = `${element(client)}spiffe://a,${element(other)}`
  t.throws(() => read(field), malformed(/^XFCC has 2 elements/))
})

t.test('an element that contradicts itself, or has no certificate, is refused', async (t) => {
  const cases: Array<[field: string, message: string]> = [
    [`Hash=${hash(client)}`, 'the element of XFCC has neither Cert nor Chain: the proxy has to be told to set them'],
    [`Hash=${hash(other)};Cert=${escaped(client)}`, 'Hash of XFCC is not that of its certificate'],
    [`Cert=${escaped(client)};Cert=${escaped(other)}`, 'the element of XFCC has cert 2 times'],
    [`Hash=a;Cert=${escaped(client)};hash=b`, 'the element of XFCC has hash 2 times'],
    [`Cert=${escaped(client, other)}`, 'Cert of XFCC has more than one certificate'],
    ['Cert=', 'what should be PEM is not, or has no end'],
    ['Cert="%"', 'what should be percent-encoded is not']
  ]
  for (const [field, message] of cases) t.throws(() => read(field), malformed(message), message)
})

t.test('a changed field never yields another certificate than one of its own', async (t) => {
  const field = [client, other].map(element).join(',')
  const known = [client, other].map(({ der }) => der.toString('base64'))
  let refused = 0
  t.doesNotThrow(() => fc.assert(fc.property(fc.nat(field.length), fc.nat(3), fc.string({ unit: fc.constantFrom(...'",;=\\%+aB0-\n '), maxLength: 3 }), (at, length, text) => {
    try {
      const found = read(field.slice(0, at) + text + field.slice(at + length), { hops: 2 })
      // Without its Hash a certificate could be changed in one octet: that breaks its signature, which is not looked at here.
      return found === undefined || known[0] === found.certificate.toString('base64')
    } catch (error) {
      refused++
      return (error as { code?: string }).code === 'ERR_FORWARDED_CERTIFICATE'
    }
  }), { numRuns: 1000 }))
  t.ok(refused > 0)
})
