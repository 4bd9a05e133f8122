import t from 'tap'
import { readElement } from '../../lib/certificate/der.js'
import { tags, write, writeSequence } from '../../lib/certificate/index.js'
import { readCertificateList } from '../../lib/certificate/certificate-list.js'
import { readEntry } from '../../lib/certificate/revoked-certificate.js'
import { UsualEntries } from '../../lib/certificate/usual-entry.js'
import { octets } from './raw-certificate.js'
import { entryOf, generalizedTime, rawCertificateList, reasonOf, utcTime } from './raw-certificate-list.js'

const serialOf = (hex: string) => write(tags.integer, octets(hex))
const dated = (date: Buffer, ...extensions: Buffer[]) => writeSequence(serialOf('0a'), date, ...extensions)
const keyCompromise = reasonOf('0a0101')

/** Where the serial number ends, after these extensions were learned. */
function usual (entry: Buffer, learned: readonly Buffer[] = [], end = entry.length): number {
  const entries = new UsualEntries(entry)
  for (const extensions of learned) entries.learn(extensions)
  return entries.serialNumberEnd(0, end)
}

t.test('an entry of the usual form is known by a look at its octets', async (t) => {
  for (const serial of ['01', '7f', '0080', '00ff01', '4f'.repeat(20), '00' + 'ff'.repeat(20), '4f'.repeat(100)]) t.equal(usual(entryOf(serial)), 4 + serial.length / 2, serial)
  for (const date of ['260301000000Z', '991228235959Z', '000101000000Z']) t.equal(usual(dated(utcTime(date))), 5, date)
})

t.test('extensions are known once they were seen', async (t) => {
  const entry = entryOf('0b', keyCompromise)
  const extensions = writeSequence(keyCompromise)
  t.equal(usual(entry), 0)
  t.equal(usual(entry, [extensions]), 5)
  t.equal(usual(entry, [writeSequence(reasonOf('0a0102')), extensions]), 5)
  t.equal(usual(entry, [writeSequence(reasonOf('0a0102'))]), 0)
  const others = Array.from({ length: 12 }, (_, code) => writeSequence(reasonOf(`0a01${(code + 2).toString(16).padStart(2, '0')}`)))
  t.equal(usual(entry, [...others, extensions]), 0, 'there is an end to what is remembered')
  t.equal(usual(writeSequence(serialOf('0a'), utcTime('260301000000Z'), Buffer.alloc(0x80)), [Buffer.alloc(0x80)]), 0)
})

t.test('whatever else it is, it has to be read', async (t) => {
  for (const serial of ['', '00', '0001', '80', 'ff', '4f'.repeat(128)]) t.equal(usual(entryOf(serial)), 0, `serial number ${serial}`)
  for (const date of ['260029000000Z', '260132000000Z', '260129000000Z', '261301000000Z', '260001000000Z', '260100000000Z', '260301240000Z', '260301006000Z', '260301000060Z', '2603010000000', 'x60301000000Z', '2603/1000000Z', '26030100000:Z']) {
    t.equal(usual(dated(utcTime(date))), 0, date)
  }
  t.equal(usual(dated(generalizedTime('20260301000000Z'))), 0)
  t.equal(usual(dated(utcTime('2603010000Z'))), 0)
  t.equal(usual(writeSequence(serialOf('0a'))), 0)
  t.equal(usual(writeSequence(utcTime('260301000000Z'), serialOf('0a'))), 0)
  t.equal(usual(write(tags.set, serialOf('0a'), utcTime('260301000000Z'))), 0)
  const entry = entryOf('0a')
  t.equal(usual(entry, [], entry.length - 1), 0, 'beyond the end')
})

t.test('what is known by a look is read the same', async (t) => {
  const learned = [writeSequence(keyCompromise)]
  for (const entry of [entryOf('00ff01'), entryOf('0b', keyCompromise)]) {
    for (let place = 0; place < entry.length; place++) {
      for (let value = 0; value < 256; value++) {
        const changed = Buffer.from(entry)
        changed[place] = value
        const end = usual(changed, learned)
        if (end === 0) continue
        const { userCertificate, extensions } = readEntry(readElement(changed), 2)
        if (userCertificate.end !== end || extensions.hasUnknownCriticalExtension || extensions.certificateIssuer !== undefined) t.fail(`${changed.toString('hex')} ends at ${end}`)
      }
    }
  }
})

t.test('in a list, usual entries and others are found alike, and what one has learned is no other\'s', async (t) => {
  const critical = writeSequence(write(tags.objectIdentifier, octets('2a0304')), Buffer.from('0101ff', 'hex'), write(tags.octetString, octets('0500')))
  const entries = [entryOf('01', keyCompromise), entryOf('02', keyCompromise), entryOf('03'), dated(generalizedTime('20510101000000Z')), entryOf('0b', critical), entryOf('0c', critical), entryOf('00ff', reasonOf('0a0104'))]
  const list = readCertificateList(rawCertificateList({ revokedCertificates: writeSequence(...entries) }))
  t.equal(list.size, 7)
  t.equal(list.hasUnknownCriticalEntryExtension, true)
  t.strictSame([...list].map(({ serialNumber, reason, hasUnknownCriticalExtension }) => [serialNumber, reason, hasUnknownCriticalExtension]), [
    ['01', 'keyCompromise', false], ['02', 'keyCompromise', false], ['03', undefined, false], ['0a', undefined, false], ['0b', undefined, true], ['0c', undefined, true], ['ff', 'superseded', false]
  ])
  for (const entry of list) t.strictSame(list.find(entry.serialNumber), entry)
  // Version 1 has no extensions, seen or not.
  t.throws(() => readCertificateList(rawCertificateList({ version: undefined, revokedCertificates: writeSequence(entryOf('01', keyCompromise)) })), { code: 'ERR_CERTIFICATE_MALFORMED' })
})
