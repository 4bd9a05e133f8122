import t, { type Test } from 'tap'
import { decide } from '../../lib/authority/issuance-policy.js'
import { createRequest, generatePrivateKey, type RequestOptions } from '../../lib/authority/index.js'
import type { GeneralNameText } from '../../lib/certificate/index.js'
import { asRequested } from './request-from.js'

const subjectAltName: readonly GeneralNameText[] = [{ type: 'rfc822Name', value: 'alice@example.com' }]

const refused = (t: Test, options: Record<string, unknown>, message: string) =>
  t.rejects(createRequest({ subject: 'CN=alice', ...options } as RequestOptions), { name: 'AuthorityError', code: 'ERR_CERTIFICATE_AUTHORITY', message })

t.test('a request asks for names, and for nothing else', async (t) => {
  const { request, privateKey } = await createRequest({ subject: 'CN=alice,O=Example', subjectAltName })
  t.equal(request.subject.toString(), 'CN=alice,O=Example')
  t.strictSame(request.subjectAltName.map((name) => ({ ...name })), subjectAltName)
  t.strictSame(request.extensions.map(({ type, critical }) => [type, critical]), [['2.5.29.17', false]])
  t.strictSame(request.otherAttributes, [])
  t.equal(privateKey.asymmetricKeyDetails!.namedCurve, 'prime256v1')
  t.strictSame((await createRequest({ subject: 'CN=alice' })).request.extensions, [])
  t.equal((await createRequest({ subject: '', subjectAltName })).request.extensions[0].critical, true)
})

t.test('a request of every key type is granted as it stands', async (t) => {
  for (const keyType of ['ec-p256', 'ec-p384', 'rsa-2048', 'ed25519'] as const) {
    const { request } = await createRequest({ subject: 'CN=alice', subjectAltName, keyType })
    const { subject, dropped } = await decide(request, { ...asRequested, keyTypes: [keyType] }, 'client')
    t.equal(subject.toString(), 'CN=alice', keyType)
    t.strictSame(dropped, [])
  }
})

t.test('a key that is there already is used', async (t) => {
  const given = await generatePrivateKey('ec-p384')
  const { request, privateKey } = await createRequest({ subject: 'CN=alice', privateKey: given })
  t.equal(privateKey, given)
  t.equal(request.publicKey.asymmetricKeyDetails!.namedCurve, 'secp384r1')
})

t.test('options that cannot be are refused', async (t) => {
  await refused(t, { subject: 'CN=' }, 'subject: commonName "" is empty')
  await refused(t, { subject: '' }, 'subject is empty, and there is no subjectAltName instead')
  await refused(t, { subjectAltName: [{ type: 'dNSName', value: '../x' }] }, 'subjectAltName: dNSName "../x" is not a DNS name')
  await refused(t, { keyType: 'ec' }, 'keyType "ec" is none of ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096, ed25519')
  await refused(t, { privateKey: 'x' }, 'privateKey is no private key (a KeyObject of node:crypto)')
  await refused(t, { days: 1 }, 'there is no option "days"; the options are subject, subjectAltName, keyType, privateKey')
})
