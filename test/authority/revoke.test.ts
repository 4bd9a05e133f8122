import t, { type Test } from 'tap'
import { createAuthority, memoryStore, type Authority } from '../../lib/authority/index.js'
import { twinOf } from '../helpers/twin.js'

const at = new Date('2026-11-23T12:00:00.000Z')
const later = new Date('2026-12-01T12:00:00.000Z')
const code = 'ERR_CERTIFICATE_AUTHORITY'

const make = async () => {
  const authority = await createAuthority({ subject: 'CN=Example CA', at, store: memoryStore() })
  const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })
  return { authority, certificate }
}

const entriesOf = async (authority: Authority, when = later) => {
  const list = await authority.certificateList({ at: when, days: 7 })
  return [...list].map(({ serialNumber, revocationDate, reason, invalidityDate }) => ({ serialNumber, revocationDate, reason, invalidityDate }))
}

t.test('a revoked certificate is on the next list, with reason and dates', async (t) => {
  const { authority, certificate } = await make()
  t.strictSame(await entriesOf(authority), [])
  const invalidityDate = new Date('2026-11-30T00:00:00.000Z')
  const entry = await authority.revoke(certificate, { at: later, reason: 'keyCompromise', invalidityDate })
  t.strictSame({ ...entry }, {
    serialNumber: certificate.serialNumber,
    subject: 'CN=alice',
    notAfter: certificate.validity.notAfter,
    revocation: { at: later, reason: 'keyCompromise', invalidityDate },
    status: 'revoked'
  })
  t.strictSame(await entriesOf(authority), [{ serialNumber: certificate.serialNumber, revocationDate: later, reason: 'keyCompromise', invalidityDate }])
})

t.test('it may be named by its serial number alone, and then no reason is told', async (t) => {
  const { authority, certificate } = await make()
  await authority.revoke(certificate.serialNumber, { at: later })
  const [entry] = await entriesOf(authority)
  t.equal(entry.reason, undefined)
  t.equal(entry.invalidityDate, undefined)
})

t.test('it is revoked once', async (t) => {
  const { authority, certificate } = await make()
  await authority.revoke(certificate, { at: later, reason: 'superseded' })
  await t.rejects(authority.revoke(certificate, { at: later, reason: 'keyCompromise' }), {
    code, message: `certificate ${certificate.serialNumber} is revoked already, since 2026-12-01T12:00:00.000Z`
  })
  const [entry] = await entriesOf(authority)
  t.equal(entry.reason, 'superseded')
})

t.test('who is held is let go again, or revoked for good', async (t) => {
  const { authority, certificate } = await make()
  t.equal((await authority.revoke(certificate, { at, reason: 'certificateHold' })).status, 'held')
  t.equal((await entriesOf(authority))[0].reason, 'certificateHold')
  await t.rejects(authority.revoke(certificate, { at, reason: 'certificateHold' }), { code, message: `certificate ${certificate.serialNumber} is held already` })
  t.equal((await authority.release(certificate, { at })).status, 'valid')
  t.strictSame(await entriesOf(authority), [])
  await authority.revoke(certificate, { at, reason: 'certificateHold' })
  t.equal((await authority.revoke(certificate, { at: later, reason: 'keyCompromise' })).status, 'revoked')
  t.equal((await entriesOf(authority))[0].reason, 'keyCompromise')
})

t.test('who is not held cannot be let go', async (t) => {
  const { authority, certificate } = await make()
  await t.rejects(authority.release(certificate, { at }), { code, message: `certificate ${certificate.serialNumber} is not held` })
  await authority.revoke(certificate, { at })
  await t.rejects(authority.release(certificate.serialNumber, { at }), {
    code, message: `certificate ${certificate.serialNumber} is revoked for good: only a certificateHold can be taken back`
  })
})

t.test('what cannot be is refused, and nothing is revoked', async (t) => {
  const { authority, certificate } = await make()
  const refused = (t: Test, options: object, message: string) =>
    t.rejects(authority.revoke(certificate, { at, ...options }), { name: 'AuthorityError', code, message })
  await refused(t, { reason: 'bored' }, 'reason "bored" is none of unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, cessationOfOperation, certificateHold, privilegeWithdrawn, aACompromise')
  await refused(t, { reason: 'removeFromCRL' }, 'reason removeFromCRL is for lists: release takes a certificateHold back')
  await refused(t, { at: new Date(NaN) }, 'at is no date')
  await refused(t, { at: 1 }, 'at is no date')
  await refused(t, { invalidityDate: new Date(NaN) }, 'invalidityDate is no date')
  await refused(t, { invalidityDate: later }, 'invalidityDate is after at')
  await refused(t, { because: 1 }, 'there is no option "because"; the options are at, reason, invalidityDate')
  t.strictSame(await entriesOf(authority), [])
})

t.test('a certificate is revoked by a copy whose signature somebody turned, too', async (t) => {
  const { authority, certificate } = await make()
  await authority.revoke(twinOf(certificate), { at })
  t.match(await entriesOf(authority), [{ serialNumber: certificate.serialNumber }])
})

t.test('a certificate of another authority is not revoked here, whatever its serial number', async (t) => {
  const { authority } = await make()
  const { certificate } = await make()
  await t.rejects(authority.revoke(certificate, { at }), {
    code, message: `certificate ${certificate.serialNumber} of CN=alice is not one of CN=Example CA`
  })
  await t.rejects(authority.revoke({} as never, { at }), { code, message: 'certificate is no Certificate of this package' })
  await t.rejects(authority.revoke('0102', { at }), { code })
})

t.test('an authority without a store revokes nobody and lists nothing', async (t) => {
  const authority = await createAuthority({ subject: 'CN=Example CA', at })
  const message = 'this authority has no store: give createAuthority or openAuthority one'
  await t.rejects(authority.revoke('01', { at }), { code, message })
  await t.rejects(authority.release('01', { at }), { code, message })
  await t.rejects(authority.certificateList({ at, days: 1 }), { code, message })
  await t.rejects(authority.list({ at }), { code, message })
  await t.rejects(authority.find('01'), { code, message })
})
