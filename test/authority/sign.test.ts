import { ECDH, type KeyObject } from 'node:crypto'
import t, { type Test } from 'tap'
import { createAuthority, createRequest, keySigner, memoryStore, type SignOptions } from '../../lib/authority/index.js'
import { basicConstraintsExtension, writeCertificationRequest, writeCertificationRequestInfo, writePem } from '../../lib/certificate/index.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { newKeys } from '../helpers/mint.js'

const at = new Date('2026-11-23T12:00:00.000Z')
const code = 'ERR_CERTIFICATE_AUTHORITY'
const options = { profile: 'client', policy: { subject: 'requested', subjectAltName: 'requested' }, at, days: 30 } as const

const make = () => createAuthority({ subject: 'CN=Example CA', at, store: memoryStore() })
const alice = () => createRequest({ subject: 'CN=alice,OU=Operations', subjectAltName: [{ type: 'rfc822Name', value: 'alice@example.com' }] })

t.test('a request becomes a certificate for the requester\'s key, that verifies and is recorded', async (t) => {
  const authority = await make()
  const { request, privateKey } = await alice()
  const { certificate, chain, dropped } = await authority.sign(request, options)
  t.equal(certificate.subject.toString(), 'CN=alice,OU=Operations')
  t.strictSame(certificate.subjectAltName.map(({ type, value }) => [type, value]), [['rfc822Name', 'alice@example.com']])
  t.ok(certificate.publicKey.equals(request.publicKey))
  t.ok(privateKey.type === 'private')
  t.strictSame(chain, [authority.certificate])
  t.strictSame(dropped, [])
  t.ok(verifyCertificationPath({ certificate, trustAnchors: [authority.certificate], at, purpose: 'clientAuth' }))
  t.strictSame((await authority.list({ at })).map(({ serialNumber }) => serialNumber), [certificate.serialNumber])
})

t.test('it may be given as DER or as PEM', async (t) => {
  const authority = await make()
  const { request } = await alice()
  for (const given of [request.raw, writePem('CERTIFICATE REQUEST', request.raw)]) {
    t.strictSame((await authority.sign(given, options)).certificate.subject.raw, request.subject.raw)
  }
})

t.test('the owner decides: another name than the requested one, and what was dropped is told', async (t) => {
  const authority = await make()
  const { request } = await alice()
  const { certificate, dropped } = await authority.sign(request, { ...options, policy: { subject: 'CN=bob', subjectAltName: [] } })
  t.equal(certificate.subject.toString(), 'CN=bob')
  t.strictSame(certificate.subjectAltName, [])
  t.strictSame(dropped, ['subject', 'subjectAltName'])
})

t.test('what is refused is not recorded', async (t) => {
  const authority = await make()
  const { request } = await alice()
  const refused = (t: Test, given: Partial<SignOptions> & Record<string, unknown>, message: RegExp | string) => t.rejects(authority.sign(request, { ...options, ...given }), { code, message })
  await refused(t, { policy: { subject: { commonName: 'bob' } } }, /organizationalUnitName "Operations" is not of the attributes that the policy permits/)
  await refused(t, { policy: undefined }, /policy/)
  await refused(t, { profile: 'admin' as never }, 'profile "admin" is none of client, server')
  await refused(t, { profile: 'server' }, 'subjectAltName of a server has neither a dNSName nor an iPAddress')
  await refused(t, { days: 5000 }, /the authority itself ends at/)
  await refused(t, { subject: 'CN=x' }, 'there is no option "subject"; the options are profile, policy, whenPastEnd, at, days, notAfter, backdateSeconds')
  t.strictSame(await authority.list({ at }), [])
})

t.test('a request to be a CA is refused, and so is one that somebody else signed', async (t) => {
  const authority = await make()
  const { request } = await alice()
  const { privateKey, publicKey } = newKeys()
  const { signatureAlgorithm, sign } = keySigner(privateKey)
  const subjectPublicKeyInfo = publicKey.export({ type: 'spki', format: 'der' })
  const asCa = writeCertificationRequestInfo({ subject: request.subject.raw, subjectPublicKeyInfo, extensions: [basicConstraintsExtension(true)] })
  await t.rejects(authority.sign(writeCertificationRequest(asCa, signatureAlgorithm, await sign(asCa)), options), { code, message: /CA:TRUE/ })
  const info = writeCertificationRequestInfo({ subject: request.subject.raw, subjectPublicKeyInfo: request.subjectPublicKeyInfo, extensions: [] })
  await t.rejects(authority.sign(writeCertificationRequest(info, signatureAlgorithm, await sign(info)), options), { code, message: 'the request is not signed by the key that it is for' })
  t.strictSame(await authority.list({ at }), [])
})

t.test('no certificate has the name or the key of the authority that signs it, or of one above it', async (t) => {
  const root = await make()
  const authority = await createAuthority({ subject: 'CN=Issuing CA,O=Example', at, days: 365, issuer: root, store: memoryStore() })
  const nameOf = (name: string) => `subject is the name of the authority ${name}: give the certificate another name`
  const keyOf = (name: string) => `the key is that of the authority ${name}: make a new key for the certificate`
  const refuses = (given: Promise<unknown>, message: string) => t.rejects(given, { code, message })
  const signed = async (subject: string, privateKey?: KeyObject) => authority.sign((await createRequest({ subject, privateKey })).request, options)
  await refuses(signed('CN=Issuing CA,O=Example'), nameOf('CN=Issuing CA,O=Example'))
  await refuses(signed('CN=issuing  ca,O=EXAMPLE'), nameOf('CN=Issuing CA,O=Example'))
  await refuses(signed('CN=Example CA'), nameOf('CN=Example CA'))
  await refuses(signed('CN=alice', authority.privateKey), keyOf('CN=Issuing CA,O=Example'))
  await refuses(signed('CN=alice', root.privateKey), keyOf('CN=Example CA'))
  await refuses(authority.issue({ subject: 'CN=Example CA', profile: 'client', at, days: 30 }), nameOf('CN=Example CA'))
  await refuses(authority.issue({ subject: 'CN=alice', privateKey: root.privateKey, profile: 'client', at, days: 30 }), keyOf('CN=Example CA'))
  const { certificate } = await signed('CN=alice')
  await refuses(authority.renew(certificate, { publicKey: root.certificate.publicKey, at, days: 30 }), keyOf('CN=Example CA'))
  await refuses(createAuthority({ subject: 'CN=Example CA', at, days: 30, issuer: root }), nameOf('CN=Example CA'))
  await refuses(createAuthority({ subject: 'CN=Other CA', privateKey: root.privateKey, at, days: 30, issuer: root }), keyOf('CN=Example CA'))
  t.strictSame((await authority.list({ at })).map(({ serialNumber }) => serialNumber), [certificate.serialNumber], 'nothing else is recorded')
})

t.test('the key of the authority is known in another encoding', async (t) => {
  const root = await make()
  const point = ECDH.convertKey(root.certificate.subjectPublicKeyInfo.subarray(-65), 'prime256v1', undefined, undefined, 'compressed') as Buffer
  // RFC 5480, section 2: the same key with its point compressed.
  const subjectPublicKeyInfo = Buffer.concat([Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'), point])
  const { signatureAlgorithm, sign } = keySigner(root.privateKey as KeyObject)
  const info = writeCertificationRequestInfo({ subject: (await alice()).request.subject.raw, subjectPublicKeyInfo, extensions: [] })
  await t.rejects(root.sign(writeCertificationRequest(info, signatureAlgorithm, await sign(info)), options), { code, message: /^the key is that of the authority CN=Example CA/ })
})
