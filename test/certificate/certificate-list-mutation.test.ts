import t from 'tap'
import fc from 'fast-check'
import { CertificateError } from '../../lib/errors.js'
import { CertificateList, readCertificateList, readCertificateLists, writePem, writeSequence } from '../../lib/certificate/index.js'
import { newKeys } from '../helpers/mint.js'
import { extensionOf, octets } from './raw-certificate.js'
import { entryOf, listExtensionsOf, rawCertificateList, reasonOf, signedList } from './raw-certificate-list.js'

const day = new Date('2026-03-01T00:00:00Z')
const originals = [
  signedList({ ...newKeys(), revoked: [{ serialNumber: '01', revocationDate: day }, { serialNumber: '41'.repeat(20), revocationDate: day, reason: 'keyCompromise', invalidityDate: day }] }),
  rawCertificateList({
    revokedCertificates: writeSequence(entryOf('01', reasonOf('0a0106')), entryOf('ff7f'), entryOf('02', extensionOf('2.5.29.29', octets('3012 a410 300e310c300a06035504030c036f6e65'), octets('0101ff')), extensionOf('1.2.3', octets('0500'))), entryOf('01')),
    crlExtensions: listExtensionsOf(extensionOf('2.5.29.27', octets('020101'), octets('0101ff')), extensionOf('2.5.29.20', octets('020102')), extensionOf('2.5.29.35', octets('300480020102')), extensionOf('2.5.29.28', octets('3011 a005a003860161 8101ff 83020560 8401ff'), octets('0101ff')), extensionOf('2.5.29.46', octets('3009 3007 a005 a003 860161')))
  }),
  rawCertificateList({ version: undefined, nextUpdate: undefined, revokedCertificates: writeSequence(entryOf('01'), entryOf('02')) })
]

// Far more than reading takes, and far less than a hang: a shared machine may be slow.
const millisecondsAtMost = 2000

/** Whether reading gives lists none of whose properties and entries throws, or a CertificateError: nothing else, and soon. */
function isReadOrRefused (read: () => readonly CertificateList[]): boolean {
  const start = performance.now()
  const outcome = outcomeOf(read)
  const isRight = Array.isArray(outcome) ? outcome.every(isWhole) : isCertificateError(outcome)
  return isRight && performance.now() - start < millisecondsAtMost
}

function outcomeOf (read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return error
  }
}

const isCertificateError = (error: unknown) => error instanceof CertificateError && ['ERR_CERTIFICATE_MALFORMED', 'ERR_CERTIFICATE_UNSUPPORTED'].includes(error.code)

const getters = Object.entries(Object.getOwnPropertyDescriptors(CertificateList.prototype)).filter(([, { get }]) => get !== undefined).map(([name]) => name)

function isWhole (list: CertificateList): boolean {
  const values = getters.map((each) => list[each as keyof CertificateList])
  const entries = [...list]
  const areFound = entries.every(({ serialNumber, certificateIssuer }) => list.find(serialNumber, certificateIssuer)?.serialNumber === serialNumber)
  return values.length > 10 && entries.length === list.size && areFound && JSON.stringify(list).length > 0
}

const original = fc.constantFrom(...originals)
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (der: Buffer, where: number) => Math.floor(where * der.length)
const replaced = (der: Buffer, from: number, count: number, octets: Uint8Array) => Buffer.concat([der.subarray(0, from), octets, der.subarray(from + count)])

// Changes of octets, whatever they mean. Each takes the whole and gives another.
const change: fc.Arbitrary<(der: Buffer) => Buffer> = fc.oneof(
  fc.tuple(place, fc.nat({ max: 255 })).map(([where, value]) => (der: Buffer) => replaced(der, at(der, where), 1, Buffer.from([value]))),
  fc.tuple(place, fc.constantFrom(0x00, 0x02, 0x0a, 0x17, 0x18, 0x30, 0x80, 0xa0, 0xff)).map(([where, value]) => (der: Buffer) => replaced(der, at(der, where), 1, Buffer.from([value]))),
  fc.tuple(place, fc.nat({ max: 40 })).map(([where, count]) => (der: Buffer) => replaced(der, at(der, where), count, new Uint8Array())),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(([where, more]) => (der: Buffer) => replaced(der, at(der, where), 0, more)),
  place.map((where) => (der: Buffer) => der.subarray(0, at(der, where)))
)

const changes = fc.array(change, { minLength: 1, maxLength: 3 })

const changed = (der: Buffer, by: ReadonlyArray<(der: Buffer) => Buffer>) => by.reduce((octets, each) => each(octets), der)

t.test('the originals can be read', async (t) => {
  for (const der of originals) t.ok(isWhole(readCertificateList(der)))
})

t.test('octets of certificate lists, changed: each is read or refused', async () => {
  fc.assert(fc.property(original, changes, (der, by) => isReadOrRefused(() => [readCertificateList(changed(der, by))])), { numRuns: 6000 })
})

t.test('every octet of a certificate list, changed to any of a few: each is read or refused', async (t) => {
  const outcomes = { read: 0, refused: 0 }
  for (const der of originals) {
    for (let index = 0; index < der.length; index++) {
      for (const value of [0x00, 0x02, 0x17, 0x30, 0x80, 0xff, der[index] + 1, der[index] - 1]) {
        const read = () => [readCertificateList(replaced(der, index, 1, Buffer.from([value])))]
        if (!isReadOrRefused(read)) t.fail(`octet ${index} as ${value}`)
        outcomes[Array.isArray(outcomeOf(read)) ? 'read' : 'refused']++
      }
    }
  }
  t.ok(outcomes.read > 100 && outcomes.refused > 100, `both ways are taken: ${JSON.stringify(outcomes)}`)
})

t.test('a certificate list cut off anywhere is refused', async (t) => {
  for (const der of originals) t.ok(Array.from(der, (_, length) => outcomeOf(() => readCertificateList(der.subarray(0, length)))).every(isCertificateError))
})

t.test('octets at random are refused', async () => {
  const random = fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ maxLength: 200 }).map((more) => new Uint8Array([0x30, 0x82, 0x10, 0x00, ...more])))
  fc.assert(fc.property(random, (der) => isReadOrRefused(() => [readCertificateList(der)])), { numRuns: 1000 })
})

t.test('a whole that is all headers is refused', async (t) => {
  for (const header of ['30', '3080', '3000', '3081ff', '3083018ffc', '3084ffffffff', '1f', '3003020100']) {
    t.ok(isReadOrRefused(() => [readCertificateList(Buffer.alloc(1_000_000, header, 'hex'))]), header)
  }
})

t.test('PEM, changed: certificate lists are read or refused', async () => {
  const text = originals.map((der) => writePem('X509 CRL', der)).join('')
  fc.assert(fc.property(changes, fc.boolean(), (by, asText) => {
    const content = changed(Buffer.from(text), by)
    return isReadOrRefused(() => readCertificateLists(asText ? content.toString('latin1') : content))
  }), { numRuns: 1000 })
})
