import assert from 'node:assert/strict'
import {
  parseDistinguishedName, readCertificate, writeBitString, writeCertificate, writeObjectIdentifier, writeSequence, writeTbsCertificate, type Certificate
} from '../certificate/index.js'
import { newSerialNumber } from './serial-number.js'
import type { Revocation, Store } from './store.js'

/** The promises of `Store` as tests: for whoever writes a store of their own. */

/** A runner of tests, such as tap's and Node's. */
export interface Runner {
  test (name: string, run: () => Promise<void>): unknown
}

export interface StoreUnderTest {
  /** Empty. */
  readonly store: Store
  /** The same one, as another process finds it. */
  open (): Promise<Store>
}

const at = new Date('2026-01-02T03:04:05Z')

// Nobody signed these: a store keeps what it is given.
const signatureAlgorithm = writeSequence(writeObjectIdentifier('1.3.101.112'))
const subjectPublicKeyInfo = writeSequence(signatureAlgorithm, writeBitString(Buffer.alloc(32, 9)))
const issuer = parseDistinguishedName('CN=Example CA').raw
const validity = { notBefore: at, notAfter: new Date('2040-06-07T08:09:10Z') }

function client (name = 'client', serialNumber = newSerialNumber()): Certificate {
  const subject = parseDistinguishedName(`CN=${name.replace(/[",]/g, '\\$&')}`).raw
  const tbs = writeTbsCertificate({ serialNumber, signatureAlgorithm, issuer, ...validity, subject, subjectPublicKeyInfo, extensions: [] })
  return readCertificate(writeCertificate(tbs, signatureAlgorithm, Buffer.alloc(64)))
}

/**
 * What every store promises, each promise a test of the runner `t`. `make` is asked for a new and empty store for each test; the
 * certificates that it is given are signed by nobody.
 */
export async function storeContract (t: Runner, make: () => Promise<StoreUnderTest>): Promise<void> {
  const test = async (name: string, run: (stores: StoreUnderTest) => Promise<void>) => await t.test(name, async () => await run(await make()))

  await test('a new store is empty, and knows no serial number', async ({ store }) => {
    assert.deepEqual(await store.list(), [])
    assert.equal(await store.certificate('0123'), undefined)
    assert.equal(await store.certificate('../../serial'), undefined)
  })

  await test('what was added is there, in the order of issue, also for the next one who opens it', async ({ store, open }) => {
    const certificates = [client('b'), client('a'), client('Käse, "c"')]
    for (const certificate of certificates) await store.add(certificate)
    for (const each of [store, await open()]) {
      const entries = await each.list()
      assert.deepEqual(entries.map((entry) => entry.serialNumber), certificates.map((certificate) => certificate.serialNumber))
      assert.deepEqual(entries.map((entry) => entry.subject), certificates.map((certificate) => certificate.subject.toString()))
      assert.deepEqual(entries.map((entry) => entry.notAfter), certificates.map((certificate) => certificate.validity.notAfter))
      assert.deepEqual(entries.map((entry) => entry.revocation), [undefined, undefined, undefined])
      for (const certificate of certificates) assert.deepEqual((await each.certificate(certificate.serialNumber))?.raw, certificate.raw)
    }
  })

  await test('a serial number is recorded once', async ({ store, open }) => {
    const certificate = client()
    await store.add(certificate)
    const refusal = { code: 'ERR_CERTIFICATE_AUTHORITY', message: `serial number ${certificate.serialNumber} is in the store already` }
    await assert.rejects(store.add(certificate), refusal)
    await assert.rejects((await open()).add(certificate), refusal)
    const other = client('other', Buffer.from(certificate.serialNumber, 'hex'))
    await assert.rejects(store.add(other), refusal)
    assert.equal((await store.list()).length, 1)
    assert.deepEqual((await store.certificate(certificate.serialNumber))?.raw, certificate.raw)
  })

  const revocations: Revocation[] = [
    { at },
    { at, reason: 'unspecified' }, { at, reason: 'keyCompromise' }, { at, reason: 'cACompromise' }, { at, reason: 'affiliationChanged' },
    { at, reason: 'superseded' }, { at, reason: 'cessationOfOperation' }, { at, reason: 'certificateHold' },
    { at, reason: 'privilegeWithdrawn' }, { at, reason: 'aACompromise' }
  ]

  await test('a revocation is kept with its reason and its invalidity date', async ({ store, open }) => {
    const invalidityDate = new Date('2025-12-31T23:59:59Z')
    for (const revocation of [...revocations, ...revocations.map((each) => ({ ...each, invalidityDate }))]) {
      const certificate = client()
      await store.add(certificate)
      const updated = await store.update(certificate.serialNumber, (entry) => {
        assert.equal(entry.serialNumber, certificate.serialNumber)
        assert.equal(entry.revocation, undefined)
        return revocation
      })
      assert.deepEqual(updated.revocation, revocation)
      for (const each of [store, await open()]) assert.deepEqual((await each.list()).at(-1)?.revocation, revocation)
    }
  })

  await test('a revocation is changed and taken back, and others are not touched', async ({ store, open }) => {
    const certificates = [client('a'), client('b'), client('c')]
    for (const certificate of certificates) await store.add(certificate)
    const [first, second] = certificates
    await store.update(first.serialNumber, () => ({ at, reason: 'superseded' }))
    await store.update(second.serialNumber, () => ({ at, reason: 'certificateHold' }))
    await (await open()).update(second.serialNumber, (entry) => ({ at: entry.revocation!.at, reason: 'keyCompromise' }))
    assert.deepEqual((await store.list()).map((entry) => entry.revocation?.reason), ['superseded', 'keyCompromise', undefined])
    const released = await store.update(second.serialNumber, () => undefined)
    assert.equal(released.revocation, undefined)
    assert.deepEqual((await (await open()).list()).map((entry) => entry.revocation?.reason), ['superseded', undefined, undefined])
  })

  await test('times are kept in whole seconds', async ({ store }) => {
    const certificate = client()
    await store.add(certificate)
    const { revocation } = await store.update(certificate.serialNumber, () => ({ at: new Date(at.getTime() + 999), invalidityDate: new Date(at.getTime() + 1) }))
    assert.deepEqual(revocation, { at, invalidityDate: at })
  })

  await test('what a change throws is passed on, and nothing is changed', async ({ store }) => {
    const certificate = client()
    await store.add(certificate)
    const refused = new Error('refused')
    await assert.rejects(store.update(certificate.serialNumber, () => { throw refused }), refused)
    await assert.rejects(store.update(certificate.serialNumber, () => ({ at: new Date(NaN) })),
      { code: 'ERR_CERTIFICATE_AUTHORITY', message: 'at of the revocation is not a date' })
    assert.equal((await store.list())[0].revocation, undefined)
    await store.add(client())
  })

  await test('an unknown serial number cannot be revoked', async ({ store }) => {
    const refusal = { code: 'ERR_CERTIFICATE_AUTHORITY', message: 'serial number 0123 is not in the store' }
    await assert.rejects(store.update('0123', () => { throw new Error('the change was asked for') }), refusal)
  })

  await test('what is handed out cannot change what is kept', async ({ store }) => {
    const certificate = client()
    await store.add(certificate)
    const given = { at: new Date(at), invalidityDate: new Date(at) }
    const { revocation, notAfter } = await store.update(certificate.serialNumber, () => given)
    for (const date of [given.at, given.invalidityDate, revocation!.at, revocation!.invalidityDate!, notAfter]) date.setTime(0)
    const [entry] = await store.list()
    assert.deepEqual(entry.revocation, { at, invalidityDate: at })
    assert.deepEqual(entry.notAfter, certificate.validity.notAfter)
  })

  await test('many changes at once, by two who opened it, are all kept', async ({ store, open }) => {
    const other = await open()
    const certificates = Array.from({ length: 20 }, (_, index) => client(`client ${index}`))
    await Promise.all(certificates.map((certificate, index) => (index % 2 === 0 ? store : other).add(certificate)))
    await Promise.all(certificates.map((certificate, index) => (index % 3 === 0 ? store : other).update(certificate.serialNumber, () => ({ at }))))
    const entries = await store.list()
    assert.deepEqual(entries.map((entry) => entry.serialNumber).sort(), certificates.map((certificate) => certificate.serialNumber).sort())
    assert.ok(entries.every((entry) => entry.revocation !== undefined))
  })

  await test('of those who add one serial number at once, one is not refused', async ({ store, open }) => {
    const [certificate, other] = [client(), await open()]
    const results = await Promise.allSettled([store, other, store, other].map((each) => each.add(certificate)))
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
    assert.equal((await store.list()).length, 1)
  })

  await test('the number of a list is greater each time, and never the same twice', async ({ store, open }) => {
    const other = await open()
    const numbers = await Promise.all([store, other, store, other, store].map((each) => each.nextListNumber()))
    assert.equal(new Set(numbers).size, 5)
    assert.ok(numbers.every((number) => number > 0n))
    const next = await other.nextListNumber()
    assert.ok(numbers.every((number) => number < next))
  })
}
