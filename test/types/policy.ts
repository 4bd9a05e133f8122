import { compilePolicy, judge, type CompiledPolicy, type Judgement, type Policy, type PolicyObject, type Predicate } from '../../lib/authorization/index.js'
import { parseDistinguishedName, type Certificate } from '../../lib/certificate/index.js'

// For the compiler alone; nothing here runs. Each mistake below must be one for the compiler.

interface Call { readonly method: string }

const name = parseDistinguishedName('CN=alice')

export const policies: Array<Policy<Call>> = [
  { subject: { commonName: 'alice', '2.5.4.11': ['Operations', 'Support'] } },
  { subject: 'CN=alice' },
  { subject: name, issuer: [name, 'CN=CA', { commonName: 'CA' }] },
  { anchor: { fingerprint256: 'ab', commonName: 'CA', '2.5.4.10': 'Example' } },
  { anchor: ['CN=CA', { publicKeyFingerprint256: ['ab', 'cd'] }] },
  { subjectAltName: { dNSName: ['a', 'b'], directoryName: [name, { commonName: 'alice' }] } },
  { subjectAltName: [{ rfc822Name: 'a@b.c' }, { userPrincipalName: 'a@b.c' }, { smtpUTF8Mailbox: 'a@b.c' }] },
  { subjectAltName: { iPAddress: '::1', uniformResourceIdentifier: 'spiffe://a/b', registeredID: '1.2.3' } },
  { issuer: 'CN=CA', serialNumber: ['65', '66'] },
  { fingerprint256: 'ab', publicKeyFingerprint256: ['ab', 'cd'] },
  { extendedKeyUsage: ['clientAuth', '1.2.3.4'], certificatePolicies: '1.2.3.4' },
  { allOf: [{ subject: 'CN=alice' }], anyOf: [{ not: { issuer: 'CN=CA' } }, (_certificate, call) => call.method === 'GET'] },
  (certificate: Certificate, call: Call) => certificate.subject.commonName === call.method,
  async () => true,
  { trust: 'partners' },
  { trust: ['default', 'partners'], subject: 'CN=alice' },
  Object.freeze({ subject: Object.freeze(['CN=alice', 'CN=bob']) })
]

export const mistakes: Array<Policy<Call>> = [
  // @ts-expect-error an unknown key
  { sbject: 'CN=alice' },
  // @ts-expect-error a trust profile that is no name
  { trust: true },
  // @ts-expect-error an unknown attribute
  { subject: { commonNam: 'alice' } },
  // @ts-expect-error an attribute by its short name
  { subject: { CN: 'alice' } },
  // @ts-expect-error an attribute that is no text
  { subject: { commonName: 1 } },
  // @ts-expect-error a dotted attribute that is no text
  { subject: { '2.5.4.3': true } },
  // @ts-expect-error a fingerprint in a name
  { subject: { fingerprint256: 'ab' } },
  // @ts-expect-error an unknown attribute in a list
  { issuer: ['CN=CA', { commonNam: 'CA' }] },
  // @ts-expect-error an unknown key of an anchor
  { anchor: { fingerprint: 'ab' } },
  // @ts-expect-error an unknown type of name
  { subjectAltName: { dnsName: 'a' } },
  // @ts-expect-error a text where names by type belong
  { subjectAltName: 'a.example' },
  // @ts-expect-error a number
  { issuer: 'CN=CA', serialNumber: 101 },
  // @ts-expect-error null
  { fingerprint256: null },
  // @ts-expect-error a policy where a list belongs
  { anyOf: { subject: 'CN=alice' } },
  // @ts-expect-error a list where a policy belongs
  { not: [{ subject: 'CN=alice' }] },
  // @ts-expect-error an unknown key deep inside
  { not: { allOf: [{ anyOf: [{ sbject: 'CN=alice' }] }] } },
  // @ts-expect-error a text
  'CN=alice',
  // @ts-expect-error a boolean is for the route
  true,
  // @ts-expect-error nothing
  undefined,
  // @ts-expect-error an answer that is no boolean
  () => 1,
  // @ts-expect-error a promise of what is no boolean
  async () => 'true',
  // @ts-expect-error no answer at all
  () => {},
  // @ts-expect-error a request of another kind
  (_certificate: Certificate, request: { url: string }) => request.url === '/'
]

const compiled: CompiledPolicy<Call> = compilePolicy<Call>({ subject: 'CN=alice' }, 'authorize', { route: 'GET /', predicateTimeout: 1000 })

export const judgement = (certificate: Certificate): Judgement | Promise<Judgement> => judge(compiled, certificate, { method: 'GET' })

// @ts-expect-error a promise may have to be waited for
export const hasty = (certificate: Certificate): boolean => judge(compiled, certificate, { method: 'GET' }).permitted

// @ts-expect-error a policy has to be compiled
export const raw = (certificate: Certificate) => judge({ subject: 'CN=alice' }, certificate, undefined)

// @ts-expect-error of another request
export const foreign = (certificate: Certificate) => judge(compiled, certificate, { url: '/' })

// @ts-expect-error an option that is none
compilePolicy({ subject: 'CN=alice' }, 'authorize', { timeout: 5 })

export const object: PolicyObject = { subject: 'CN=alice' }
// A policy for any request is one for this request.
export const general: Policy<Call> = object
export const predicate: Predicate<Call> = (certificate: Certificate) => certificate.version === 3
