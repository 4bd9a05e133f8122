import t from 'tap'
import {
  cRLNumberExtension, invalidityDateExtension, readCertificateList, reasonCodeExtension, revocationReasons, writeCertificateList, writeSequence, writeTbsCertificateList,
  type EntryToWrite, type Extension, type ListToBeSigned, type RevocationReason
} from '../../lib/certificate/index.js'
import { newKeys } from '../helpers/mint.js'
import { commonName, ecdsaWithSha256, extensionOf, malformed, octets } from './raw-certificate.js'
import { entryOf, generalizedTime, listExtensionsOf, rawCertificateList, reasonOf, signedList, utcTime, type RawListFields } from './raw-certificate-list.js'

const written = ({ type, critical, value }: Extension) => ({ type, critical, value: value.toString('hex') })
const { privateKey } = newKeys()
const revocationDate = new Date('2026-03-01T00:00:00.999Z')

const tbsOf = (revoked: Iterable<EntryToWrite>, changes: Partial<ListToBeSigned> = {}) => writeTbsCertificateList({
  signatureAlgorithm: ecdsaWithSha256,
  issuer: commonName('issuer'),
  thisUpdate: new Date('2026-01-01T00:00:00Z'),
  nextUpdate: new Date('2026-02-01T00:00:00Z'),
  revoked,
  extensions: [],
  ...changes
})

/** The same octets, put together field by field. */
const rawTbs = (changes: Partial<RawListFields>) => readCertificateList(rawCertificateList(changes)).tbsCertificateList
const rawEntries = (...entries: Buffer[]) => rawTbs({ revokedCertificates: writeSequence(...entries) })

t.test('each extension has its type, its criticality and the least DER', async (t) => {
  t.strictSame(written(cRLNumberExtension(0n)), { type: '2.5.29.20', critical: false, value: '020100' })
  t.strictSame(written(cRLNumberExtension(255n)), { type: '2.5.29.20', critical: false, value: '020200ff' })
  t.strictSame(written(cRLNumberExtension(2n ** 159n - 1n)), { type: '2.5.29.20', critical: false, value: `02147f${'ff'.repeat(19)}` })
  t.strictSame(written(reasonCodeExtension('keyCompromise')), { type: '2.5.29.21', critical: false, value: '0a0101' })
  t.strictSame(written(reasonCodeExtension('aACompromise')), { type: '2.5.29.21', critical: false, value: '0a010a' })
  t.strictSame(written(invalidityDateExtension(new Date('2026-03-01T00:00:00Z'))), { type: '2.5.29.24', critical: false, value: '180f32303236303330313030303030305a' })
})

t.test('a number that no list has is refused', async (t) => {
  for (const number of [-1n, 2n ** 159n]) t.throws(() => cRLNumberExtension(number), malformed(`${number} is no number of a certificate list: it is negative, or longer than 20 octets`))
})

t.test('a reason that there is none is refused', async (t) => {
  for (const reason of ['keycompromise', 'toString', ''] as string[] as RevocationReason[]) {
    const refusal = malformed(`${JSON.stringify(reason)} is no reason for a revocation`)
    t.throws(() => reasonCodeExtension(reason), refusal)
    t.throws(() => tbsOf([{ serialNumber: '01', revocationDate, reason }]), refusal)
  }
})

t.test('a list without entries and extensions has no field for them', async (t) => {
  t.strictSame(tbsOf([]), rawTbs({}))
})

t.test('the extensions of a list stand in their order', async (t) => {
  const extensions = [cRLNumberExtension(3n), { type: '2.5.29.28', critical: true, value: octets('3000') }]
  const raw = listExtensionsOf(extensionOf('2.5.29.20', octets('020103')), extensionOf('2.5.29.28', octets('3000'), octets('0101ff')))
  t.strictSame(tbsOf([], { extensions }), rawTbs({ crlExtensions: raw }))
})

t.test('an entry has no extensions where nothing is said, and no reason where it is unspecified', async (t) => {
  for (const reason of [undefined, 'unspecified'] as const) t.strictSame(tbsOf([{ serialNumber: '01', revocationDate, reason }]), rawEntries(entryOf('01')))
  t.strictSame(tbsOf([{ serialNumber: '01', revocationDate, reason: 'unspecified', invalidityDate: new Date('2026-02-01T00:00:00Z') }]),
    rawEntries(entryOf('01', extensionOf('2.5.29.24', generalizedTime('20260201000000Z')))))
})

t.test('an entry says why and since when', async (t) => {
  t.strictSame(tbsOf([
    { serialNumber: '01', revocationDate, reason: 'keyCompromise' },
    { serialNumber: '02', revocationDate, reason: 'keyCompromise', invalidityDate: new Date('2060-02-01T00:00:00Z') }
  ]), rawEntries(
    entryOf('01', reasonOf('0a0101')),
    entryOf('02', reasonOf('0a0101'), extensionOf('2.5.29.24', generalizedTime('20600201000000Z')))
  ))
})

t.test('a serial number is the least INTEGER', async (t) => {
  const serialNumbers = ['00', '01', '7f', '80', 'ff', '0001', '0080', '-1', '-80', '-81', '7f'.repeat(20), 'ff'.repeat(20)]
  const contents = ['00', '01', '7f', '0080', '00ff', '01', '0080', 'ff', '80', 'ff7f', '7f'.repeat(20), `00${'ff'.repeat(20)}`]
  t.strictSame(tbsOf(serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate }))), rawEntries(...contents.map((each) => entryOf(each))))
  const long = '41'.repeat(20_000)
  t.strictSame(tbsOf([{ serialNumber: long, revocationDate }]), rawEntries(entryOf(long)))
  for (const serialNumber of ['', '1', 'FF', '01:02', 7 as unknown as string]) {
    t.throws(() => tbsOf([{ serialNumber, revocationDate }]), malformed(`${JSON.stringify(serialNumber)} is no serial number in lower-case hexadecimal`))
  }
})

t.test('dates are UTCTime until 2049, and GeneralizedTime from 2050 on', async (t) => {
  const years = { thisUpdate: new Date('2049-12-31T23:59:59.999Z'), nextUpdate: new Date('2050-01-01T00:00:00Z') }
  t.strictSame(tbsOf([], years), rawTbs({ thisUpdate: utcTime('491231235959Z'), nextUpdate: generalizedTime('20500101000000Z') }))
  const entry = (time: Buffer) => writeSequence(octets('020101'), time)
  t.strictSame(tbsOf([{ serialNumber: '01', revocationDate: years.thisUpdate }, { serialNumber: '01', revocationDate: years.nextUpdate }]),
    rawEntries(entry(utcTime('491231235959Z')), entry(generalizedTime('20500101000000Z'))))
  const refusal = malformed('a date of a certificate is invalid, or not in the years 0 to 9999')
  t.throws(() => tbsOf([], { nextUpdate: new Date(NaN) }), refusal)
  t.throws(() => tbsOf([{ serialNumber: '01', revocationDate: new Date(NaN) }]), refusal)
  t.throws(() => tbsOf([{ serialNumber: '01', revocationDate, invalidityDate: new Date('+010000-01-01T00:00:00Z') }]), refusal)
})

t.test('what was signed stands in a list beside its algorithm and the signature', async (t) => {
  t.strictSame(writeCertificateList(tbsOf([]), ecdsaWithSha256, octets('3006020101020101')), rawCertificateList())
})

t.test('what is written reads the same', async (t) => {
  const reasons = Object.keys(revocationReasons) as RevocationReason[]
  const revoked = reasons.map((reason, index) => ({ serialNumber: `0${index}`, revocationDate: new Date(index * 1000), reason, invalidityDate: new Date(index * 2000) }))
  const entries = [...readCertificateList(signedList({ privateKey, revoked }))]
  t.strictSame(entries.map((each) => ({ ...each })), revoked.map((each) => ({ ...each, reason: each.reason === 'unspecified' ? undefined : each.reason, certificateIssuer: undefined, hasUnknownCriticalExtension: false })))
  t.strictSame([...readCertificateList(signedList({ privateKey, revoked: entries }))], entries, 'and its entries can be written again')
})

t.test('each of a hundred thousand entries is found again, and no other', async (t) => {
  const count = 100_000
  const serialNumber = (index: number) => `40${index.toString(16).padStart(38, '0')}`
  function * revoked (): Generator<EntryToWrite> {
    for (let index = 0; index < count; index++) yield { serialNumber: serialNumber(index), revocationDate, reason: 'superseded' }
  }
  const der = signedList({ privateKey, revoked: revoked() })
  const list = readCertificateList(der)
  t.equal(der.length > 5_000_000, true)
  t.equal(list.size, count)
  t.ok(Array.from({ length: count }, (_, index) => serialNumber(index)).every((each) => list.find(each)?.serialNumber === each))
  t.equal(list.find(serialNumber(count)), undefined)
})
