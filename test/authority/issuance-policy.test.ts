import { generateKeyPairSync } from 'node:crypto'
import t, { type Test } from 'tap'
import { decide, type IssuancePolicy } from '../../lib/authority/issuance-policy.js'
import { matches } from '../../lib/authority/pattern.js'
import type { Profile } from '../../lib/authority/index.js'
import {
  basicConstraintsExtension, contextTag, extendedKeyUsageExtension, keyIdentifierOf, keyUsageExtension, parseDistinguishedName, requestAttributeTypes, subjectAltNameExtension,
  subjectKeyIdentifierExtension, tags, write, type CertificationRequest, type GeneralNameText
} from '../../lib/certificate/index.js'
import { octets } from '../certificate/raw-certificate.js'
import { attributeOf } from '../certificate/raw-request.js'
import { asRequested, requestFrom, type Asked } from './request-from.js'

const refusedAs = (t: Test, request: CertificationRequest, policy: unknown, message: string, profile: Profile = 'client') =>
  t.rejects(decide(request, policy as IssuancePolicy, profile), { name: 'AuthorityError', code: 'ERR_CERTIFICATE_AUTHORITY', message })

const alice = [['organizationName', 'Example'], ['commonName', 'alice']] as const

t.test('what an owner has looked at is granted as it was asked for', async (t) => {
  const names: GeneralNameText[] = [
    { type: 'rfc822Name', value: 'alice@example.com' }, { type: 'dNSName', value: 'alice.example' }, { type: 'uniformResourceIdentifier', value: 'spiffe://example/alice' },
    { type: 'iPAddress', value: '2001:db8::1' }, { type: 'registeredID', value: '1.2.3' }, { type: 'directoryName', value: parseDistinguishedName('CN=alice') },
    { type: 'userPrincipalName', value: 'alice@example.com' }, { type: 'smtpUTF8Mailbox', value: 'älice@example.com' }
  ]
  const request = requestFrom({ subject: alice, names })
  const decision = await decide(request, asRequested, 'client')
  t.equal(decision.subject, request.subject)
  t.strictSame(decision.subjectAltName.map(({ type, value }) => [type, String(value)]), names.map(({ type, value }) => [type, String(value)]))
  t.strictSame(decision.extensions, [subjectAltNameExtension(names)])
  t.strictSame(decision.dropped, [])
  t.ok([decision, decision.subjectAltName, decision.dropped].every(Object.isFrozen))
})

t.test('alternative names are critical where there is no other name', async (t) => {
  const { extensions } = await decide(requestFrom({ subject: '', names: [{ type: 'rfc822Name', value: 'alice@example.com' }] }), asRequested, 'client')
  t.equal(extensions[0].critical, true)
})

t.test('names that are given stand instead of the requested ones, which are reported', async (t) => {
  const request = requestFrom({ subject: 'mallory', names: [{ type: 'dNSName', value: 'mallory.example' }] })
  const subjectAltName: GeneralNameText[] = [{ type: 'dNSName', value: 'alice.example' }]
  for (const subject of ['CN=alice', parseDistinguishedName('CN=alice'), [['commonName', 'alice']]] as const) {
    const decision = await decide(request, { subject, subjectAltName }, 'client')
    t.equal(decision.subject.toString(), 'CN=alice')
    t.strictSame(decision.subjectAltName, subjectAltName)
    t.strictSame(decision.dropped, ['subject', 'subjectAltName'])
  }
  const { extensions, dropped } = await decide(request, { subject: 'CN=Mallory', subjectAltName: [] }, 'client')
  t.strictSame(extensions, [])
  t.strictSame(dropped, ['subjectAltName'], 'the same name in another case is the same name')
})

t.test('given names that were asked for are nothing to report', async (t) => {
  const names: GeneralNameText[] = [{ type: 'dNSName', value: 'alice.example' }]
  t.strictSame((await decide(requestFrom({ names }), { subject: 'CN=alice', subjectAltName: names }, 'client')).dropped, [])
  t.strictSame((await decide(requestFrom({ subject: '' }), { subject: 'CN=alice', subjectAltName: names }, 'client')).dropped, [])
})

t.test('a given name that cannot be is an error of the owner', async (t) => {
  await refusedAs(t, requestFrom(), { subject: 'alice' }, 'subject: distinguished name, position 0: an attribute type and "=" should stand here')
  await refusedAs(t, requestFrom(), { subject: '' }, 'subject is empty, and there is no subjectAltName instead')
  await refusedAs(t, requestFrom(), { subject: 'CN=a', subjectAltName: [{ type: 'dNSName', value: '../x' }] }, 'subjectAltName: dNSName "../x" is not a DNS name')
  await refusedAs(t, requestFrom(), { subject: 'CN=a' }, 'subjectAltName of a server has neither a dNSName nor an iPAddress', 'server')
})

t.test('a subject has exactly the attributes of the patterns, each once and each as its pattern wants it', async (t) => {
  const policy: IssuancePolicy = { subject: { commonName: /[a-z]+/, organizationName: 'Example' } }
  const ask = (...attributes: ReadonlyArray<readonly [string, string]>) => requestFrom({ subject: attributes })
  t.equal((await decide(requestFrom({ subject: alice }), policy, 'client')).subject.toString(), 'CN=alice,O=Example')
  await refusedAs(t, ask(['organizationName', 'Example'], ['commonName', 'al1ce']), policy, 'subject: commonName "al1ce" does not match the policy')
  await refusedAs(t, ask(['organizationName', 'example'], ['commonName', 'alice']), policy, 'subject: organizationName "example" does not match the policy')
  await refusedAs(t, ask(...alice, ['organizationalUnitName', 'Admins']), policy, 'subject: organizationalUnitName "Admins" is not of the attributes that the policy permits')
  await refusedAs(t, ask(...alice, ['1.2.3', 'x']), policy, 'subject: 1.2.3 "x" is not of the attributes that the policy permits')
  await refusedAs(t, ask(...alice, ['commonName', 'bob']), policy, 'subject: commonName stands twice')
  await refusedAs(t, ask(['organizationName', 'Example']), policy, 'subject has no commonName, which the policy asks for')
  await refusedAs(t, requestFrom({ subject: '' }), policy, 'subject has no commonName, no organizationName, which the policy asks for')
})

t.test('attributes have names and dotted types, and a list matches by any of its members', async (t) => {
  const policy: IssuancePolicy = { subject: { '2.5.4.3': ['bob', /ali.*/i], '1.2.3': 'x' } }
  const { subject } = await decide(requestFrom({ subject: [['commonName', 'ALICE'], ['1.2.3', 'x']] }), policy, 'client')
  t.equal(subject.commonName, 'ALICE')
  await refusedAs(t, requestFrom({ subject: [['commonName', 'carol'], ['1.2.3', 'x']] }), policy, 'subject: commonName "carol" does not match the policy')
})

t.test('an expression has to match the whole value, whatever its flags are', async (t) => {
  for (const expression of [/a|alice/, /alice/g, /alice/y, /^alice$/m, /(?<name>alice)/u]) {
    const policy = { subject: { commonName: expression } }
    await t.resolves(decide(requestFrom(), policy, 'client'), String(expression))
    await t.resolves(decide(requestFrom(), policy, 'client'), 'and again')
    for (const subject of ['malice', 'alice.evil.example', 'alicea']) await refusedAs(t, requestFrom({ subject }), policy, `subject: commonName "${subject}" does not match the policy`)
  }
})

t.test('one line of a text is not the whole of it', async (t) => {
  t.notOk(matches(/alice/m, 'eve\nalice'))
  t.notOk(matches(/^alice$/m, 'alice\neve'))
})

t.test('each alternative name has to match the pattern of its type', async (t) => {
  const policy: IssuancePolicy = { subject: 'requested', subjectAltName: { dNSName: /[a-z]+\.example\.com/, iPAddress: ['192.0.2.1', '2001:db8::1'], userPrincipalName: 'a@example.com' } }
  const ask = (...names: GeneralNameText[]) => requestFrom({ names })
  const all: GeneralNameText[] = [{ type: 'dNSName', value: 'a.example.com' }, { type: 'dNSName', value: 'b.example.com' }, { type: 'iPAddress', value: '2001:db8:0::1' }, { type: 'userPrincipalName', value: 'a@example.com' }]
  t.equal((await decide(ask(...all), policy, 'client')).subjectAltName.length, 4)
  t.strictSame((await decide(requestFrom(), policy, 'client')).subjectAltName, [], 'none is asked for')
  await refusedAs(t, ask(...all, { type: 'dNSName', value: '*.example.com' }), policy, 'subjectAltName dNSName "*.example.com" does not match the policy')
  await refusedAs(t, ask({ type: 'dNSName', value: 'a.example.com.evil.test' }), policy, 'subjectAltName dNSName "a.example.com.evil.test" does not match the policy')
  await refusedAs(t, ask({ type: 'iPAddress', value: '192.0.2.2' }), policy, 'subjectAltName iPAddress "192.0.2.2" does not match the policy')
  await refusedAs(t, ask({ type: 'rfc822Name', value: 'a@example.com' }), policy, 'subjectAltName rfc822Name "a@example.com" is of a type that the policy does not permit')
  await refusedAs(t, ask({ type: 'directoryName', value: 'CN=a' }), policy, 'subjectAltName directoryName "CN=a" is of a type that the policy does not permit')
})

t.test('a policy that does not speak of alternative names refuses them', async (t) => {
  await refusedAs(t, requestFrom({ names: [{ type: 'dNSName', value: 'a.example' }] }), { subject: 'requested' }, 'subjectAltName dNSName "a.example" is of a type that the policy does not permit')
  t.strictSame((await decide(requestFrom(), { subject: 'requested' }, 'client')).subjectAltName, [])
})

t.test('only keys of the permitted types are certified', async (t) => {
  const of = (keys: Asked['keys']) => requestFrom({ keys })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const policy: IssuancePolicy = { subject: 'requested', keyTypes: ['ec-p256', 'rsa-2048'] }
  await t.resolves(decide(requestFrom(), policy, 'client'))
  await t.resolves(decide(of(rsa), policy, 'client'))
  const others = [
    ['ec-p384', generateKeyPairSync('ec', { namedCurve: 'P-384' })], ['ec-p521', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
    ['ed25519', generateKeyPairSync('ed25519')], ['ed448', generateKeyPairSync('ed448')]
  ] as const
  for (const [type, keys] of others) {
    await t.resolves(decide(of(keys), { subject: 'requested' }, 'client'), `${type} where nothing is said`)
    await refusedAs(t, of(keys), policy, `the key of the request is ${type}, and the policy permits ec-p256, rsa-2048`)
  }
})

t.test('a predicate permits by true alone', async (t) => {
  const request = requestFrom()
  const ask = (predicate: unknown) => ({ ...asRequested, predicate })
  const seen: CertificationRequest[] = []
  await t.resolves(decide(request, { ...asRequested, predicate: (each) => seen.push(each) === 1 }, 'client'))
  t.equal(seen[0], request)
  await t.resolves(decide(request, { ...asRequested, predicate: async () => true }, 'client'))
  for (const predicate of [() => false, async () => false]) await refusedAs(t, request, ask(predicate), 'the predicate of the policy refused the request')
  await refusedAs(t, request, ask(() => 1), 'the predicate of the policy answered with a value of type number, and not true or false')
  await refusedAs(t, request, ask(async () => undefined), 'the predicate of the policy answered with a value of type undefined, and not true or false')
  const cause = new Error('the directory is away')
  for (const predicate of [() => { throw cause }, async () => { throw cause }]) {
    await t.rejects(decide(request, { ...asRequested, predicate }, 'client'), { code: 'ERR_CERTIFICATE_AUTHORITY', message: 'the predicate of the policy failed', cause })
  }
})

t.test('a predicate is asked last', async (t) => {
  const policy = { subject: 'requested', predicate: () => t.fail('asked') }
  await refusedAs(t, requestFrom({ signature: octets('00') }), policy, 'the request is not signed by the key that it is for')
  await refusedAs(t, requestFrom({ names: [{ type: 'dNSName', value: 'a.example' }] }), policy, 'subjectAltName dNSName "a.example" is of a type that the policy does not permit')
  await refusedAs(t, requestFrom({ subject: '' }), policy, 'subject is empty, and there is no subjectAltName instead')
})

t.test('CA:TRUE is refused, by every policy', async (t) => {
  const message = 'the request asks for CA:TRUE (basicConstraints), which no request is given'
  for (const policy of [asRequested, { subject: 'CN=given', subjectAltName: [], predicate: () => true }]) {
    await refusedAs(t, requestFrom({ extensions: [basicConstraintsExtension(true)] }), policy, message)
    await refusedAs(t, requestFrom({ extensions: [{ ...basicConstraintsExtension(true, 0), critical: false }] }), policy, message)
  }
})

t.test('what else is asked for is dropped and reported', async (t) => {
  const extensions = [
    { ...basicConstraintsExtension(false, 3) },
    keyUsageExtension('digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyCertSign'),
    extendedKeyUsageExtension('clientAuth', 'codeSigning', '1.2.3.4'),
    subjectKeyIdentifierExtension(Buffer.alloc(20, 1)),
    { type: '2.5.29.54', critical: true, value: octets('020100') },
    { type: '1.2.3', critical: true, value: octets('1300') }
  ]
  const others = [attributeOf(requestAttributeTypes.challengePassword, write(tags.utf8String, Buffer.from('secret'))), attributeOf('1.3.6.1.4.1.311.13.2.3', write(tags.ia5String, Buffer.from('6.1')))]
  const { dropped, extensions: granted } = await decide(requestFrom({ extensions, others }), asRequested, 'client')
  t.strictSame(dropped, [
    'basicConstraints pathLenConstraint', 'keyUsage nonRepudiation', 'keyUsage keyEncipherment', 'keyUsage keyCertSign', 'extendedKeyUsage codeSigning', 'extendedKeyUsage 1.2.3.4',
    'subjectKeyIdentifier', 'inhibitAnyPolicy', 'extension 1.2.3', 'attribute challengePassword', 'attribute 1.3.6.1.4.1.311.13.2.3'
  ])
  t.strictSame(granted, [])
})

t.test('what every certificate of the profile has is nothing to report', async (t) => {
  const names: GeneralNameText[] = [{ type: 'dNSName', value: 'a.example' }]
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const identifier = subjectKeyIdentifierExtension(keyIdentifierOf(rsa.publicKey.export({ type: 'spki', format: 'der' })))
  const extensions = [basicConstraintsExtension(false), keyUsageExtension('digitalSignature', 'keyEncipherment'), extendedKeyUsageExtension('serverAuth'), identifier]
  const request = requestFrom({ keys: rsa, names, extensions })
  t.strictSame((await decide(request, asRequested, 'server')).dropped, [])
  t.strictSame((await decide(request, asRequested, 'client')).dropped, ['keyUsage keyEncipherment', 'extendedKeyUsage serverAuth'])
})

t.test('a policy that says nothing, or something else than its owner may think, is refused', async (t) => {
  const request = requestFrom()
  const missing = "policy is missing: it says what a request may get, as { subject: 'requested', subjectAltName: 'requested' }"
  for (const policy of [undefined, null, 'requested']) await refusedAs(t, request, policy, missing)
  await refusedAs(t, request, { ...asRequested, keyType: ['ec-p256'] }, 'there is no option "keyType"; the options are subject, subjectAltName, keyTypes, predicate')
  const noSubject = "policy.subject is neither a name, nor patterns of its attributes, nor 'requested'"
  for (const policy of [{}, { subject: null }, { subject: true }]) await refusedAs(t, request, policy, noSubject)
  await refusedAs(t, request, { subject: {} }, 'policy.subject has no patterns')
  await refusedAs(t, request, { subject: { CN: 'alice' } }, 'policy.subject: "CN" is neither the name of an attribute, as commonName, nor its dotted type')
  await refusedAs(t, request, { subject: { toString: 'alice' } }, 'policy.subject: "toString" is neither the name of an attribute, as commonName, nor its dotted type')
  await refusedAs(t, request, { subject: { commonName: 'alice', '2.5.4.3': 'bob' } }, 'policy.subject has two patterns for one attribute')
  const noPattern = 'policy.subject.commonName is neither a text nor a regular expression, nor a list of these'
  for (const commonName of [undefined, null, '', 1, [''], [undefined], new Array(1), { source: '.*' }]) await refusedAs(t, request, { subject: { commonName } }, noPattern)
  await refusedAs(t, request, { subject: { commonName: [] } }, 'policy.subject.commonName is an empty list, which nothing can match')
  const noNames = "policy.subjectAltName is neither a list of names, nor patterns by type, nor 'requested'"
  for (const subjectAltName of [null, 'any', true]) await refusedAs(t, request, { subject: 'requested', subjectAltName }, noNames)
  const types = 'rfc822Name, dNSName, uniformResourceIdentifier, iPAddress, registeredID, userPrincipalName, smtpUTF8Mailbox'
  for (const type of ['dnsName', 'directoryName', 'toString']) await refusedAs(t, request, { subject: 'requested', subjectAltName: { [type]: /.*/ } }, `policy.subjectAltName: there are no patterns for "${type}", but for ${types}`)
  await refusedAs(t, request, { subject: 'requested', subjectAltName: { dNSName: undefined } }, 'policy.subjectAltName.dNSName is neither a text nor a regular expression, nor a list of these')
  for (const keyTypes of [[], 'ec-p256', null]) await refusedAs(t, request, { subject: 'requested', keyTypes }, 'policy.keyTypes is no list of key types')
  await refusedAs(t, request, { subject: 'requested', keyTypes: ['ec'] }, 'policy.keyTypes: "ec" is none of ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096, ed25519')
  await refusedAs(t, request, { ...asRequested, predicate: true }, 'policy.predicate is no function')
})

t.test('names of types that are not written are refused', async (t) => {
  const asking = (...parts: Buffer[]) => requestFrom({ extensions: [{ type: '2.5.29.17', critical: false, value: write(tags.sequence, ...parts) }] })
  const otherName = write(contextTag(0, true), write(tags.objectIdentifier, octets('2a0304')), write(contextTag(0, true), octets('0c0161')))
  await refusedAs(t, asking(otherName), asRequested, 'subjectAltName has an otherName of type 1.2.3.4, which no request is given here')
  await refusedAs(t, asking(write(contextTag(3, true), octets('3000'))), asRequested, 'subjectAltName has a name of type x400Address, which no request is given here')
  await refusedAs(t, asking(write(contextTag(5, true), write(contextTag(1, true), octets('0c0161')))), asRequested, 'subjectAltName has a name of type ediPartyName, which no request is given here')
})
