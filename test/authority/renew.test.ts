import t, { type Test } from 'tap'
import { createAuthority, generatePrivateKey, memoryStore, openAuthority } from '../../lib/authority/index.js'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { extendedKeyUsage, mint, mintAuthority } from '../helpers/mint.js'

const at = new Date('2026-11-23T12:00:00.000Z')
const later = new Date('2026-12-20T12:00:00.000Z')
const code = 'ERR_CERTIFICATE_AUTHORITY'

const make = (options: object = {}) => createAuthority({ subject: 'CN=Example CA', at, store: memoryStore(), ...options })

t.test('a renewed certificate has the names, the purpose and the key of the old one, and dates and a number of its own', async (t) => {
  const authority = await make()
  for (const [profile, purpose] of [['client', 'clientAuth'], ['server', 'serverAuth']] as const) {
    const subjectAltName = [{ type: 'dNSName', value: 'a.example.com' }, { type: 'rfc822Name', value: 'alice@example.com' }] as const
    const { certificate } = await authority.issue({ profile, subject: 'CN=alice,OU=Operations', subjectAltName, at, days: 30 })
    const { certificate: next, chain } = await authority.renew(certificate, { at: later, days: 30 })
    t.strictSame(next.subject.raw, certificate.subject.raw)
    t.strictSame(next.subjectAltName, certificate.subjectAltName)
    t.strictSame(next.extendedKeyUsage, [purpose])
    t.strictSame(next.subjectPublicKeyInfo, certificate.subjectPublicKeyInfo)
    t.not(next.serialNumber, certificate.serialNumber)
    t.equal(next.validity.notAfter.toISOString(), '2027-01-19T12:00:00.000Z')
    t.strictSame(chain, [authority.certificate])
    t.strictSame((await authority.list({ at: later })).map(({ serialNumber }) => serialNumber).slice(-2), [certificate.serialNumber, next.serialNumber], 'both are known')
  }
})

t.test('it may get another key', async (t) => {
  const authority = await make()
  const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })
  const publicKey = createPublicKey(await generatePrivateKey('ec-p384'))
  const { certificate: next } = await authority.renew(certificate, { at, days: 30, publicKey })
  t.ok(next.publicKey.equals(publicKey))
  const weak = createPublicKey(await generatePrivateKey('ed25519'))
  Object.defineProperty(weak, 'asymmetricKeyType', { value: 'x25519' })
  await t.rejects(authority.renew(certificate, { at, days: 30, publicKey: weak }), { code, message: 'publicKey is a key of type x25519, which signs nothing here' })
})

t.test('who was revoked or is held is not renewed', async (t) => {
  const authority = await make()
  const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })
  const message = `certificate ${certificate.serialNumber} of CN=alice is revoked`
  await authority.revoke(certificate, { at, reason: 'certificateHold' })
  await t.rejects(authority.renew(certificate, { at, days: 30 }), { code, message })
  await authority.revoke(certificate, { at })
  await t.rejects(authority.renew(certificate, { at, days: 30 }), { code, message })
  t.equal((await authority.list({ at })).length, 1)
})

t.test('only its own certificates are renewed, and no CA', async (t) => {
  const authority = await make()
  const other = await make()
  const { certificate } = await other.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })
  await t.rejects(authority.renew(certificate, { at, days: 30 }), {
    code, message: `certificate ${certificate.serialNumber} of CN=alice is not one of CN=Example CA`
  })
  const { certificate: below } = await make({ issuer: authority, subject: 'CN=Below', days: 30 })
  await t.rejects(authority.renew(below, { at, days: 30 }), { code, message: 'certificate of CN=Below is a CA\'s: make a new one with createAuthority' })
  await t.rejects(authority.renew(certificate, { at, days: 30, years: 1 } as never), {
    code, message: 'there is no option "years"; the options are publicKey, whenPastEnd, whenExpired, at, days, notAfter, backdateSeconds'
  })
})

t.test('one that openssl signed without extensions is renewed as a client\'s; one for other purposes is not', async (t) => {
  const root = mintAuthority()
  const authority = await openAuthority({ certificate: root.certificate, privateKey: root.privateKey })
  const now = new Date()
  const plain = mint({ subject: 'plain', issuer: root, version: 1 })
  const { certificate } = await authority.renew(plain.certificate, { at: now, days: 3 })
  t.strictSame(certificate.extendedKeyUsage, ['clientAuth'])
  t.equal(certificate.subject.toString(), 'CN=plain')
  const refused = (t: Test, ...purposes: Array<'codeSigning' | 'clientAuth' | 'serverAuth'>) =>
    t.rejects(authority.renew(mint({ subject: 'x', issuer: root, extensions: [extendedKeyUsage(...purposes)] }).certificate, { at: now, days: 3 }), {
      code, message: `certificate of CN=x has the extendedKeyUsage ${purposes.join(', ')}, which no profile has: issue it anew`
    })
  await refused(t, 'codeSigning')
  await refused(t, 'clientAuth', 'serverAuth')
})

t.test('without a store the signature tells whose it is', async (t) => {
  const authority = await make({ store: undefined })
  const other = await make({ store: undefined, keyType: 'ed25519' })
  const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })
  t.strictSame((await authority.renew(certificate, { at, days: 30 })).certificate.subject.raw, certificate.subject.raw)
  await t.rejects(other.renew(certificate, { at, days: 30 }), { code })
})

t.test('a key that is too weak by now is not certified once more', async (t) => {
  const root = mintAuthority()
  const authority = await openAuthority({ certificate: root.certificate, privateKey: root.privateKey })
  const old = mint({ subject: 'old', issuer: root, keys: generateKeyPairSync('rsa', { modulusLength: 1024 }) })
  await t.rejects(authority.renew(old.certificate, { at: new Date(), days: 3 }), { code, message: 'the key of the certificate is an RSA key of 1024 bits, fewer than 2048' })
})

t.test('a certificate that has expired is renewed only when asked to', async (t) => {
  const authority = await make()
  const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 1 })
  const { notBefore, notAfter } = certificate.validity
  const renew = (at: Date, more = {}) => authority.renew(certificate, { at, days: 1, ...more })
  const message = `certificate ${certificate.serialNumber} of CN=alice expired at 2026-11-24T12:00:00Z`
  await t.rejects(renew(new Date(notAfter.getTime() + 1000)), { code, message })
  await t.rejects(renew(later, { whenExpired: 'refuse' }), { code, message })
  t.equal((await authority.list({ at })).length, 1, 'nothing was issued')
  for (const at of [new Date(notBefore.getTime() + 60_000), notAfter, new Date(notAfter.getTime() + 999)]) {
    t.equal((await renew(at)).certificate.subject.toString(), 'CN=alice', at.toISOString())
  }
  t.equal((await renew(later, { whenExpired: 'renew' })).certificate.subject.toString(), 'CN=alice')
  await t.rejects(renew(at, { whenExpired: true }), { code, message: 'whenExpired true is neither refuse nor renew' })
})

t.test('one that was revoked is not renewed, also if it has expired and that is asked for', async (t) => {
  const authority = await make()
  const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 1 })
  await authority.revoke(certificate, { at })
  await t.rejects(authority.renew(certificate, { at: later, days: 1, whenExpired: 'renew' }), {
    code, message: `certificate ${certificate.serialNumber} of CN=alice is revoked`
  })
})
