import t from 'tap'
import { compilePolicy, judge, type Policy } from '../../lib/authorization/index.js'
import { caller, judgedLater, named, permits } from './caller.js'
import { errorOf, refuses, type Refusal } from './refusals.js'

const alice = named(['commonName', 'alice'])

t.test('a policy is an object or a predicate', async (t) => {
  const what = 'must be a policy, an object or a predicate, not'
  refuses(t, [
    [undefined, 'authorize', `${what} undefined`],
    [null, 'authorize', `${what} null`],
    [true, 'authorize', `${what} a boolean`],
    [false, 'authorize', `${what} a boolean`],
    ['CN=alice', 'authorize', `${what} a string`],
    [1, 'authorize', `${what} a number`],
    [new Map([['subject', { commonName: 'alice' }]]), 'authorize', `${what} an instance of a class`],
    [Promise.resolve({ subject: { commonName: 'alice' } }), 'authorize', `${what} an instance of a class`],
    [[{ subject: { commonName: 'alice' } }], 'authorize', "is a list, which could mean 'allOf' or 'anyOf': write which"],
    [{ not: true }, 'authorize.not', `${what} a boolean`],
    [{ not: undefined }, 'authorize.not', `${what} undefined`],
    [{ allOf: [true] }, 'authorize.allOf[0]', `${what} a boolean`],
    [{ anyOf: new Array(2).fill({ subject: 'CN=a' }, 0, 1) }, 'authorize.anyOf[1]', `${what} undefined`],
    [{ anyOf: [{ subject: 'CN=a' }, [{ subject: 'CN=b' }]] }, 'authorize.anyOf[1]', "is a list, which could mean 'allOf' or 'anyOf': write which"]
  ])
})

t.test('an empty policy would let in everybody, and is refused', async (t) => {
  const problem = 'has no keys, and would let in every verified certificate'
  refuses(t, [
    [{}, 'authorize', problem],
    [Object.create(null), 'authorize', problem],
    [{ not: {} }, 'authorize.not', problem],
    [{ allOf: [{}] }, 'authorize.allOf[0]', problem],
    [{ subject: {} }, 'authorize.subject', 'has no keys'],
    [{ issuer: [{}] }, 'authorize.issuer[0]', 'has no keys'],
    [{ anchor: {} }, 'authorize.anchor', 'has no keys'],
    [{ subjectAltName: {} }, 'authorize.subjectAltName', 'has no keys']
  ])
})

t.test('a list without members, which matches nothing or everything, is refused', async (t) => {
  const keys = ['subject', 'issuer', 'anchor', 'subjectAltName', 'fingerprint256', 'publicKeyFingerprint256', 'extendedKeyUsage', 'certificatePolicies', 'allOf', 'anyOf']
  refuses(t, [
    ...keys.map((key): Refusal => [{ [key]: [] }, `authorize.${key}`, 'is an empty list, which nothing can match']),
    [{ subject: { commonName: [] } }, 'authorize.subject.commonName', 'is an empty list, which nothing can match'],
    [{ subjectAltName: { iPAddress: [] } }, 'authorize.subjectAltName.iPAddress', 'is an empty list, which nothing can match'],
    [{ issuer: 'CN=a', serialNumber: [] }, 'authorize.serialNumber', 'is an empty list, which nothing can match']
  ])
})

t.test('allOf and anyOf are lists', async (t) => {
  refuses(t, [
    [{ allOf: { subject: 'CN=a' } }, 'authorize.allOf', 'must be a list of policies, not an object'],
    [{ anyOf: () => true }, 'authorize.anyOf', 'must be a list of policies, not a function'],
    [{ anyOf: undefined }, 'authorize.anyOf', 'must be a list of policies, not undefined']
  ])
})

t.test('an unknown key is refused by name, with what was meant', async (t) => {
  const attributes = 'commonName, surname, serialNumber, countryName, localityName, stateOrProvinceName, streetAddress, organizationName, organizationalUnitName, ' +
    'title, description, businessCategory, postalCode, name, givenName, initials, generationQualifier, dnQualifier, pseudonym, organizationIdentifier, userId, domainComponent, emailAddress'
  refuses(t, [
    [{ sbject: { commonName: 'a' } }, 'authorize.sbject', "is unknown; did you mean 'subject'?"],
    [{ Subject: { commonName: 'a' } }, 'authorize.Subject', "is unknown; did you mean 'subject'?"],
    [{ san: { dNSName: 'a' } }, 'authorize.san', "is unknown; did you mean 'subjectAltName'?"],
    [{ OR: [] }, 'authorize.OR', "is unknown; did you mean 'anyOf'?"],
    [{ subject: { commonNam: 'a' } }, 'authorize.subject.commonNam', "is unknown; did you mean 'commonName'?"],
    [{ subject: { CN: 'a' } }, 'authorize.subject.CN', "is unknown; did you mean 'commonName'?"],
    [{ subject: { SN: 'a' } }, 'authorize.subject.SN', "is unknown; did you mean 'surname'?"],
    [{ subject: { email: 'a' } }, 'authorize.subject.email', "is unknown; did you mean 'emailAddress'?"],
    [{ subject: { fingerprint256: 'a' } }, 'authorize.subject.fingerprint256', `is unknown; known here are ${attributes}`],
    [{ subject: { 3.1: 'a' } }, 'authorize.subject.3.1', `is unknown; known here are ${attributes}`],
    [{ subject: { [String('2.05')]: 'a' } }, 'authorize.subject.2.05', `is unknown; known here are ${attributes}`],
    [{ subject: { '1.40': 'a' } }, 'authorize.subject.1.40', `is unknown; known here are ${attributes}`],
    [{ subject: { constructor: 'a' } }, 'authorize.subject.constructor', `is unknown; known here are ${attributes}`],
    [{ anchor: { fingerprint: 'a' } }, 'authorize.anchor.fingerprint', "is unknown; did you mean 'fingerprint256'?"],
    [{ anchor: { toString: 'a' } }, 'authorize.anchor.toString', `is unknown; known here are fingerprint256, publicKeyFingerprint256, ${attributes}`],
    [{ subjectAltName: { dnsName: 'a' } }, 'authorize.subjectAltName.dnsName', "is unknown; did you mean 'dNSName'?"],
    [{ subjectAltName: { spiffeId: 'a' } }, 'authorize.subjectAltName.spiffeId', "is unknown; did you mean 'uniformResourceIdentifier'?"],
    [{ subjectAltName: { trustDomain: 'a' } }, 'authorize.subjectAltName.trustDomain', "is unknown; did you mean 'spiffeTrustDomain'?"],
    [{ subjectAltName: { email: 'a' } }, 'authorize.subjectAltName.email', "is unknown; did you mean 'rfc822Name'?"],
    [{ subjectAltName: [{ dNSName: 'a' }, { otherName: 'a' }] }, 'authorize.subjectAltName[1].otherName',
      'is unknown; known here are rfc822Name, dNSName, uniformResourceIdentifier, iPAddress, directoryName, registeredID, userPrincipalName, smtpUTF8Mailbox, spiffeTrustDomain'],
    [{ not: { anyOf: [{ subject: [{ commonName: 'a' }, { cn: 'a' }] }] } }, 'authorize.not.anyOf[0].subject[1].cn', "is unknown; did you mean 'commonName'?"],
    [JSON.parse('{"__proto__": {"subject": "CN=a"}}'), 'authorize.__proto__', `is unknown; known here are ${known}`],
    [{ [Symbol('subject')]: 'CN=a' }, 'authorize.Symbol(subject)', `is unknown; known here are ${known}`]
  ])
})

const known = 'serialNumber, subject, issuer, anchor, subjectAltName, extendedKeyUsage, certificatePolicies, fingerprint256, publicKeyFingerprint256, allOf, anyOf, not, trust'

t.test('what was meant is guessed where two letters at most are wrong', async (t) => {
  const near = ['ssuer', 'issu', 'isssuer', 'xxissuer', 'isuerr', 'ISSUERS', 'izzuer', 'ixsuxr', 'iSSueR!?']
  for (const key of near) t.match(errorOf({ [key]: 'CN=a' }).message, /is unknown; did you mean 'issuer'\?$/, key)
  for (const key of ['iss', 'issuerxyz', 'xyzissuer', 'izzuex', 'x', 'nto', 'to', 'n']) t.match(errorOf({ [key]: 'CN=a' }).message, /is unknown; known here are serialNumber, /, key)
  for (const key of ['no', 'nott', 'NOT']) t.match(errorOf({ [key]: { subject: 'CN=a' } }).message, /did you mean 'not'\?$/, key)
  t.match(errorOf({ subjectAltName: { IPADRES: '::1' } }).message, /did you mean 'iPAddress'\?$/)
  t.match(errorOf({ subject: { title2: 'a' } }).message, /did you mean 'title'\?$/)
  t.match(errorOf({ subject: { initialz: 'a' } }).message, /did you mean 'initials'\?$/, 'the nearest of several')
})

t.test('keys that would not be seen are refused', async (t) => {
  const hidden = Object.defineProperty({ subject: 'CN=a' }, 'isuer', { value: 'CN=b', enumerable: false })
  t.equal(errorOf(hidden).key, 'authorize.isuer')
  const heir = Object.assign(Object.create({ issuer: 'CN=b' }), { subject: 'CN=a' })
  t.equal(errorOf(heir).message, "option 'authorize' must be a policy, an object or a predicate, not an instance of a class")
  t.equal(errorOf({ subjectAltName: Object.create({ dNSName: 'a' }) }).message,
    "option 'authorize.subjectAltName' must be an object of names by type, as { dNSName: … }, not an instance of a class")
})

t.test('a policy of a route is refused with its route', async (t) => {
  const error = errorOf({ subject: { commonNam: 'a' } }, 'GET /admin')
  t.equal(error.message, "option 'authorize.subject.commonNam' of route GET /admin is unknown; did you mean 'commonName'?")
  t.equal(error.code, 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION')
  t.equal(error.key, 'authorize.subject.commonNam')
  t.throws(() => compilePolicy({ subject: 'alice' }, 'authorize', { route: 'GET /admin' }), { code: 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION' })
})

t.test('a policy that contains itself is refused', async (t) => {
  const endless: Record<string, unknown> = {}
  endless.not = endless
  t.match(errorOf(endless).message, /^option 'authorize(\.not){33}' lies more than 32 policies deep$/)
  const list: unknown[] = []
  list.push({ anyOf: list }, { anyOf: list })
  t.match(errorOf({ anyOf: list }).message, /lies more than 32 policies deep$/)
})

t.test('a policy of 32 levels is taken', async (t) => {
  let policy: Policy = { subject: 'CN=alice' }
  for (let level = 0; level < 32; level++) policy = { not: policy }
  t.ok(permits(policy, alice))
  t.throws(() => compilePolicy({ not: policy }, 'authorize'), { message: /lies more than 32 policies deep/ })
})

t.test('changing the object later changes nothing', async (t) => {
  const names = ['alice']
  const subject: Record<string, string[]> = { commonName: names }
  const members = [{ subject }]
  const policy: Record<string, unknown> = { anyOf: members }
  const compiled = compilePolicy(policy as Policy, 'authorize')
  names[0] = 'bob'
  subject.commonName = ['bob']
  subject.surname = ['bob']
  members.push({ subject: { commonName: ['bob'] } })
  policy.subject = 'CN=bob'
  t.match(judge(compiled, alice, undefined), { permitted: true })
  t.match(judge(compiled, named(['commonName', 'bob']), undefined), { permitted: false })
  t.ok(Object.isFrozen(compiled))
  t.equal(compiled.key, 'authorize')
})

t.test('each value is read once', async (t) => {
  let reads = 0
  const policy = { get subject () { return ++reads === 1 ? 'CN=bob' : 'CN=alice' } }
  t.notOk(permits(policy, alice))
  t.equal(reads, 1)
})

t.test('objects without a prototype and frozen ones are taken', async (t) => {
  const policy = Object.assign(Object.create(null), { subject: Object.freeze({ commonName: Object.freeze(['alice']) }) })
  t.ok(permits(Object.freeze(policy), alice))
})

t.test('the time of a predicate is a whole number of milliseconds that a timer can wait', async (t) => {
  for (const predicateTimeout of [0, -1, 1.5, NaN, Infinity, 2 ** 31, '5' as unknown as number, null as unknown as number]) {
    t.throws(() => compilePolicy(() => true, 'authorize', { predicateTimeout }), {
      key: 'predicateTimeout', message: "option 'predicateTimeout' must be a whole number of milliseconds from 1 to 2147483647"
    })
  }
  t.throws(() => compilePolicy(() => true, 'authorize', { predicateTimeout: 0, route: 'GET /' }), { message: /of route GET \// })
  for (const predicateTimeout of [1, 2 ** 31 - 1]) t.doesNotThrow(() => compilePolicy(() => true, 'authorize', { predicateTimeout }))
  t.ok((await judgedLater(async () => true, alice, 2 ** 31 - 1)).permitted)
})

t.test('a policy of ten thousand members is judged', async (t) => {
  const certificate = caller()
  const fingerprints = Array.from({ length: 10_000 }, (_, index) => index.toString(16).padStart(64, '0'))
  t.notOk(permits({ fingerprint256: fingerprints }, certificate))
  t.ok(permits({ fingerprint256: [...fingerprints, certificate.fingerprint256] }, certificate))
})
