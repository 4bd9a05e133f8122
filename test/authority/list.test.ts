import t from 'tap'
import { createAuthority, memoryStore, type ListOptions } from '../../lib/authority/index.js'

const at = new Date('2026-11-23T12:00:00.000Z')
const later = new Date('2026-12-10T12:00:00.000Z')
const code = 'ERR_CERTIFICATE_AUTHORITY'

const make = async () => {
  const authority = await createAuthority({ subject: 'CN=Example CA', at, store: memoryStore() })
  const issue = async (subject: string, days: number, email?: string) =>
    (await authority.issue({ profile: 'client', subject, at, days, subjectAltName: email === undefined ? [] : [{ type: 'rfc822Name', value: email }] })).certificate
  const certificates = {
    alice: await issue('CN=Alice,OU=Operations', 30, 'alice@example.com'),
    bob: await issue('CN=bob,OU=Sales', 10),
    carol: await issue('CN=carol,OU=Operations', 300),
    dave: await issue('CN=dave', 20)
  }
  await authority.revoke(certificates.carol, { at })
  await authority.revoke(certificates.dave, { at, reason: 'certificateHold' })
  const names = async (options: Partial<ListOptions>) => (await authority.list({ at: later, ...options })).map(({ subject }) => subject)
  return { authority, certificates, names }
}

t.test('what was issued is listed in that order, with what has become of it', async (t) => {
  const { authority, certificates } = await make()
  t.strictSame((await authority.list({ at: later })).map(({ serialNumber, status }) => [serialNumber, status]), [
    [certificates.alice.serialNumber, 'valid'],
    [certificates.bob.serialNumber, 'expired'],
    [certificates.carol.serialNumber, 'revoked'],
    [certificates.dave.serialNumber, 'held']
  ])
})

t.test('the last second of a certificate belongs to it', async (t) => {
  const { authority, certificates: { bob } } = await make()
  const end = bob.validity.notAfter.getTime()
  const statusAt = async (time: number) => (await authority.list({ at: new Date(time), subject: 'CN=bob' }))[0].status
  t.equal(await statusAt(end + 999), 'valid')
  t.equal(await statusAt(end + 1000), 'expired')
})

t.test('by status, by part of the subject, by a whole name, by its coming end', async (t) => {
  const { names } = await make()
  t.strictSame(await names({ status: 'held' }), ['CN=dave'])
  t.strictSame(await names({ status: 'valid' }), ['CN=Alice,OU=Operations'])
  t.strictSame(await names({ subject: 'ou=operations' }), ['CN=Alice,OU=Operations', 'CN=carol,OU=Operations'])
  t.strictSame(await names({ subject: 'operations', status: 'revoked' }), ['CN=carol,OU=Operations'])
  t.strictSame(await names({ name: 'ALICE@example.com' }), ['CN=Alice,OU=Operations'])
  t.strictSame(await names({ name: 'example.com' }), [])
  t.strictSame(await names({ expiringWithinDays: 13 }), ['CN=Alice,OU=Operations'])
  t.strictSame(await names({ expiringWithinDays: 12 }), [], 'neither those that end later, nor those that have ended, nor revoked ones')
})

t.test('a certificate is found by its serial number', async (t) => {
  const { authority, certificates: { alice } } = await make()
  t.strictSame((await authority.find(alice.serialNumber))!.raw, alice.raw)
  t.equal(await authority.find('0102'), undefined)
})

t.test('an option that cannot be is refused', async (t) => {
  const { authority } = await make()
  const refused = (options: object, message: string) => t.rejects(authority.list({ at, ...options }), { code, message })
  await refused({ at: undefined }, 'at is no date')
  await refused({ status: 'gone' }, 'status "gone" is none of valid, expired, revoked, held')
  await refused({ expiringWithinDays: -1 }, 'expiringWithinDays is -1, and not a number from 0 on')
  await refused({ who: 'x' }, 'there is no option "who"; the options are at, status, expiringWithinDays, subject, name')
})
