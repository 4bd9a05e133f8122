import t from 'tap'
import fc from 'fast-check'
import {
  CertificateList, contextTag, maxCertificateListOctets, readCertificate, readCertificateList, readCertificateLists, readDistinguishedName, readPem, tags, write, writeInteger, writePem, writeSequence
} from '../../lib/certificate/index.js'
import { writeSerialNumber } from '../../lib/certificate/serial-number.js'
import { mint, newKeys } from '../helpers/mint.js'
import { commonName, ecdsaWithSha256, extensionOf, extensionsOf, malformed, octets, rawCertificate } from './raw-certificate.js'
import { entryOf, generalizedTime, listExtensionsOf, rawCertificateList, reasonOf, signedList, utcTime } from './raw-certificate-list.js'

const critical = octets('0101ff')
const certificateIssuerOf = (name: Buffer) => extensionOf('2.5.29.29', writeSequence(write(contextTag(4, true), name)), critical)
const entriesOf = (...entries: Buffer[]) => rawCertificateList({ revokedCertificates: writeSequence(...entries) })
const serialNumbersOf = (list: CertificateList) => [...list].map(({ serialNumber }) => serialNumber)
const revoked = [
  { serialNumber: '0a', revocationDate: new Date('2025-12-01T10:00:00Z') },
  { serialNumber: '7f'.repeat(20), revocationDate: new Date('2025-12-02T10:00:00Z'), reason: 'keyCompromise', invalidityDate: new Date('2025-11-01T00:00:00Z') },
  { serialNumber: 'ff', revocationDate: new Date('2050-12-03T10:00:00Z'), reason: 'certificateHold' }
] as const

t.test('a list tells who issued it, when, its number, and its entries', async (t) => {
  const der = signedList({ ...newKeys(), revoked })
  const list = readCertificateList(der)
  t.ok(list instanceof CertificateList)
  t.equal(list.version, 2)
  t.equal(list.issuer.toString(), 'CN=Test CA')
  t.strictSame(list.thisUpdate, new Date('2026-01-01T00:00:00Z'))
  t.strictSame(list.nextUpdate, new Date('2026-02-01T00:00:00Z'))
  t.equal(list.number, 7n)
  t.strictSame(list.authorityKeyIdentifier?.keyIdentifier, octets('0102'))
  t.strictSame(list.extensions.map(({ type, critical }) => [type, critical]), [['2.5.29.35', false], ['2.5.29.20', false]])
  t.equal(list.isDelta, false)
  t.equal(list.baseCRLNumber, undefined)
  t.equal(list.hasUnknownCriticalEntryExtension, false)
  t.strictSame(list.signatureAlgorithm, { algorithm: '1.2.840.10045.4.3.2', parameters: undefined })
  t.equal(list.raw, der)
  t.strictSame(list.tbsCertificateList, der.subarray(4, 4 + list.tbsCertificateList.length))
  t.strictSame(list.signature, der.subarray(-list.signature.length))
  t.equal(list.size, 3)
  t.strictSame([...list].map((each) => ({ ...each })), revoked.map((each) => ({ reason: undefined, invalidityDate: undefined, certificateIssuer: undefined, ...each, hasUnknownCriticalExtension: false })))
})

t.test('an entry is found by its serial number', async (t) => {
  const list = readCertificateList(signedList({ ...newKeys(), revoked }))
  for (const { serialNumber, revocationDate } of revoked) {
    t.equal(list.find(serialNumber)?.serialNumber, serialNumber)
    t.strictSame(list.find(serialNumber)?.revocationDate, revocationDate)
  }
  t.equal(list.find('0b'), undefined)
  t.equal(list.find('7f'.repeat(21)), undefined)
  t.equal(readCertificateList(entriesOf(entryOf('01'))).find('01'.repeat(5000)), undefined, 'longer than the list')
  t.equal(list.find('000a')?.serialNumber, '0a', 'octets that say nothing')
})

t.test('what is no serial number is not looked for', async (t) => {
  const list = readCertificateList(signedList({ ...newKeys(), revoked }))
  for (const text of ['', '0A', '0a:0b', 'a', ' 0a', '0x0a', '-', '-0a', '0a\n', 'FF']) {
    t.throws(() => list.find(text), malformed(`${JSON.stringify(text)} is no serial number in lower-case hexadecimal`))
  }
})

t.test('whatever serial number a certificate has, it is found', async (t) => {
  for (const hex of ['00', '01', '7f', '0080', '00ff', 'ff', '80', 'ff7f', 'ff00', '8000', 'ff01', `00${'ff'.repeat(20)}`, '7f'.repeat(32), '80'.repeat(40), '01'.repeat(200)]) {
    const { serialNumber } = readCertificate(rawCertificate({ serialNumber: write(tags.integer, octets(hex)) }))
    t.equal(readCertificateList(entriesOf(entryOf('42'), entryOf(hex), entryOf('43'))).find(serialNumber)?.serialNumber, serialNumber, hex)
    t.strictSame(writeSerialNumber(serialNumber), write(tags.integer, octets(hex)), `${hex} written`)
  }
})

t.test('among many entries each is found, and none that is not there', async () => {
  const serials = fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 4 }).map((value) => readCertificate(rawCertificate({ serialNumber: writeInteger(value) })).serialNumber), { maxLength: 60 })
  const { privateKey } = newKeys()
  fc.assert(fc.property(serials, fc.nat({ max: 60 }), (all, count) => {
    const [listed, others] = [all.slice(0, count), all.slice(count)]
    const list = readCertificateList(signedList({ privateKey, revoked: listed.map((serialNumber) => ({ serialNumber, revocationDate: new Date(0) })) }))
    return list.size === listed.length && listed.every((each) => list.find(each)?.serialNumber === each) && others.every((each) => list.find(each) === undefined)
  }), { numRuns: 50 })
})

t.test('of two entries for one certificate the first is found', async (t) => {
  const list = readCertificateList(entriesOf(entryOf('05', reasonOf('0a0101')), entryOf('05', reasonOf('0a0108')), entryOf('06')))
  t.equal(list.find('05')?.reason, 'keyCompromise')
  t.equal(list.size, 3)
  t.strictSame(serialNumbersOf(list), ['05', '05', '06'])
})

t.test('a list without entries tells of nobody', async (t) => {
  for (const revokedCertificates of [undefined, octets('3000')]) {
    const list = readCertificateList(rawCertificateList({ revokedCertificates }))
    t.equal(list.size, 0)
    t.equal(list.find('01'), undefined)
    t.strictSame([...list], [])
  }
})

t.test('what a list may leave out is undefined', async (t) => {
  const list = readCertificateList(rawCertificateList({ nextUpdate: undefined }))
  t.equal(list.nextUpdate, undefined)
  t.equal(list.number, undefined)
  t.equal(list.authorityKeyIdentifier, undefined)
  t.strictSame(list.extensions, [])
  t.strictSame(JSON.parse(JSON.stringify(list)), { issuer: 'CN=issuer', thisUpdate: '2026-01-01T00:00:00.000Z', size: 0 })
})

t.test('a list of version 1 has no extensions', async (t) => {
  const version1 = { version: undefined, revokedCertificates: writeSequence(entryOf('01')) }
  const list = readCertificateList(rawCertificateList(version1))
  t.equal(list.version, 1)
  t.strictSame(serialNumbersOf(list), ['01'])
  t.throws(() => readCertificateList(rawCertificateList({ ...version1, crlExtensions: listExtensionsOf(extensionOf('2.5.29.20', octets('020101'))) })), malformed(/^tbsCertList has a field too many at octet \d+$/))
  t.throws(() => readCertificateList(rawCertificateList({ ...version1, revokedCertificates: writeSequence(entryOf('01', reasonOf('0a0101'))) })), malformed(/^revokedCertificate has a field too many at octet \d+$/))
  for (const version of [0, 2]) {
    t.throws(() => readCertificateList(rawCertificateList({ version: writeInteger(version) })), malformed(`certificate list says that it has version ${version + 1} at octet 4`))
  }
})

t.test('dates are UTCTime or GeneralizedTime', async (t) => {
  const list = readCertificateList(rawCertificateList({ thisUpdate: generalizedTime('20490101000000Z'), nextUpdate: generalizedTime('20510101000000Z') }))
  t.strictSame(list.thisUpdate, new Date('2049-01-01T00:00:00Z'))
  t.strictSame(list.nextUpdate, new Date('2051-01-01T00:00:00Z'))
})

t.test('every reason has its name', async (t) => {
  const names = ['unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'certificateHold', 'unspecified', 'removeFromCRL', 'privilegeWithdrawn', 'aACompromise', 'unspecified']
  const entries = names.map((_, number) => entryOf('01', reasonOf(`0a01${number.toString(16).padStart(2, '0')}`)))
  t.strictSame([...readCertificateList(entriesOf(...entries))].map(({ reason }) => reason), names, 'a number without a name is unspecified')
  for (const hex of ['0a00', '0a0180', '0a020001']) {
    t.throws(() => readCertificateList(entriesOf(entryOf('01', reasonOf(hex)))), malformed('reasonCode is not one octet from 0 to 127'), hex)
  }
  t.throws(() => readCertificateList(entriesOf(entryOf('01', reasonOf('020101')))), malformed('reasonCode has tag 0x2, not 0xa, at octet 0'))
  t.throws(() => readCertificateList(entriesOf(entryOf('01', reasonOf('0a010100')))), malformed('reasonCode has octets behind its end at octet 3'))
})

t.test('an invalidity date is a GeneralizedTime', async (t) => {
  const dated = (value: Buffer) => readCertificateList(entriesOf(entryOf('01', extensionOf('2.5.29.24', value))))
  t.strictSame(dated(generalizedTime('20250101000000Z')).find('01')?.invalidityDate, new Date('2025-01-01T00:00:00Z'))
  t.throws(() => dated(utcTime('250101000000Z')), malformed('invalidityDate has tag 0x17, not 0x18, at octet 0'))
})

t.test('an entry with a critical extension that is not understood says so, and so does the list', async (t) => {
  const flags = (...extensions: Buffer[]) => {
    const list = readCertificateList(entriesOf(entryOf('01'), entryOf('02', ...extensions), entryOf('03')))
    return [list.hasUnknownCriticalEntryExtension, ...[...list].map((each) => each.hasUnknownCriticalExtension)]
  }
  t.strictSame(flags(extensionOf('1.2.3', octets('0500'), critical)), [true, false, true, false])
  t.strictSame(flags(certificateIssuerOf(commonName('other'))), [false, false, false, false], 'certificateIssuer')
  t.strictSame(flags(extensionOf('1.2.3', octets('0500'))), [false, false, false, false], 'one that may be passed over')
  t.strictSame(flags(extensionOf('2.5.29.21', octets('0a0101'), critical)), [false, false, false, false], 'one that is understood')
})

t.test('an entry of an indirect list is of the issuer that was named last', async (t) => {
  const list = readCertificateList(rawCertificateList({
    revokedCertificates: writeSequence(
      entryOf('01'), entryOf('02', certificateIssuerOf(commonName('one'))), entryOf('01'), entryOf('03', reasonOf('0a0101'), certificateIssuerOf(commonName('two'))), entryOf('04'),
      entryOf('03', certificateIssuerOf(commonName('ISSUER'))), entryOf('04', reasonOf('0a0104')))
  }))
  const issuers = [...list].map(({ serialNumber, certificateIssuer }) => `${serialNumber} ${certificateIssuer}`)
  t.strictSame(issuers, ['01 undefined', '02 CN=one', '01 CN=one', '03 CN=two', '04 CN=two', '03 CN=ISSUER', '04 CN=ISSUER'])
  const found = (serialNumber: string, issuer?: string) => list.find(serialNumber, issuer === undefined ? undefined : readDistinguishedName(commonName(issuer)))
  t.equal(found('01')?.certificateIssuer, undefined)
  t.equal(found('01', 'Issuer')?.certificateIssuer, undefined, 'the issuer of the list by its name')
  t.equal(found('01', 'one')?.certificateIssuer?.toString(), 'CN=one')
  t.equal(found('02'), undefined, 'another has it')
  t.equal(found('01', 'two'), undefined)
  t.equal(found('03', 'two')?.reason, 'keyCompromise')
  t.equal(found('03')?.reason, undefined, 'the issuer of the list may be named, too')
  t.equal(found('04')?.reason, 'superseded')
  t.equal(readCertificateList(entriesOf(entryOf('01'))).find('01', readDistinguishedName(commonName('other'))), undefined, 'a list that names nobody')
})

t.test('whose certificate it is has to be told by a directory name', async (t) => {
  for (const [value, message] of [
    [octets('3000'), 'certificateIssuer is empty at octet 0'], [octets('0500'), 'certificateIssuer has tag 0x5, not 0x30, at octet 0'], [octets('3003820161'), 'certificateIssuer has no directory name']
  ] as const) t.throws(() => readCertificateList(entriesOf(entryOf('01', extensionOf('2.5.29.29', value)))), malformed(message))
})

t.test('an issuing distribution point says of which certificates a list tells', async (t) => {
  const listWith = (value: Buffer) => readCertificateList(rawCertificateList({ crlExtensions: listExtensionsOf(extensionOf('2.5.29.28', value, critical)) }))
  const scopeOf = (hex: string) => listWith(writeSequence(octets(hex))).issuingDistributionPoint
  const all = { fullName: undefined, nameRelativeToCRLIssuer: undefined, onlyContainsUserCerts: false, onlyContainsCACerts: false, onlySomeReasons: undefined, indirectCRL: false, onlyContainsAttributeCerts: false }
  t.equal(readCertificateList(rawCertificateList()).issuingDistributionPoint, undefined)
  t.strictSame({ ...scopeOf('') }, all)
  t.strictSame({ ...scopeOf('8101ff') }, { ...all, onlyContainsUserCerts: true })
  t.strictSame({ ...scopeOf('8201ff') }, { ...all, onlyContainsCACerts: true })
  t.strictSame({ ...scopeOf('83020560') }, { ...all, onlySomeReasons: [1, 2] })
  t.strictSame({ ...scopeOf('8401ff') }, { ...all, indirectCRL: true })
  t.strictSame({ ...scopeOf('8501ff') }, { ...all, onlyContainsAttributeCerts: true })
  t.strictSame({ ...scopeOf('a005a003860161 810100 8201ff 8302 0640 8401ff 850100') }, { ...all, fullName: [{ type: 'uniformResourceIdentifier', value: 'a' }], onlyContainsCACerts: true, onlySomeReasons: [1], indirectCRL: true })
  t.equal(scopeOf('a00ea10c300a06035504030c03616263')?.nameRelativeToCRLIssuer?.[0].value, 'abc')
  t.ok(Object.isFrozen(scopeOf('8101ff')))
  for (const [hex, message] of [
    ['810101', /^BOOLEAN is not 00 or FF/], ['8201ff8101ff', /^issuingDistributionPoint has a field too many/], ['a000', /^DistributionPointName\.nameRelativeToCRLIssuer is missing/],
    ['83020901', /^BIT STRING has a wrong count/], ['8601ff', /^issuingDistributionPoint has a field too many/]
  ] as const) t.throws(() => scopeOf(hex), malformed(message), hex)
  t.throws(() => listWith(octets('0500')), malformed('issuingDistributionPoint has tag 0x5, not 0x30, at octet 0'))
})

t.test('lists and certificates tell where delta lists are', async (t) => {
  const freshest = extensionOf('2.5.29.46', octets('3009 3007 a005 a003 860161'))
  const points = [{ fullName: [{ type: 'uniformResourceIdentifier', value: 'a' }], nameRelativeToCRLIssuer: undefined, reasons: undefined, cRLIssuer: undefined }]
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
  t.strictSame(plain(readCertificateList(rawCertificateList({ crlExtensions: listExtensionsOf(freshest) })).freshestCRL), plain(points))
  t.strictSame(plain(readCertificate(rawCertificate({ extensions: extensionsOf(freshest) })).freshestCRL), plain(points))
  t.strictSame(readCertificateList(rawCertificateList()).freshestCRL, [])
  t.strictSame(readCertificate(rawCertificate()).freshestCRL, [])
  t.throws(() => readCertificateList(rawCertificateList({ crlExtensions: listExtensionsOf(extensionOf('2.5.29.46', octets('3000'))) })), malformed('freshestCRL is empty at octet 0'))
  t.throws(() => readCertificate(rawCertificate({ extensions: extensionsOf(extensionOf('2.5.29.46', octets('3000'))) })), malformed('freshestCRL is empty at octet 0'))
})

t.test('a delta CRL is one', async (t) => {
  const list = readCertificateList(rawCertificateList({ crlExtensions: listExtensionsOf(extensionOf('2.5.29.27', octets('020105'), critical), extensionOf('2.5.29.20', octets('020109'))) }))
  t.equal(list.isDelta, true)
  t.equal(list.baseCRLNumber, 5n)
  t.equal(list.number, 9n)
  t.strictSame(list.extensions.map(({ type, critical }) => [type, critical]), [['2.5.29.27', true], ['2.5.29.20', false]])
  t.throws(() => readCertificateList(rawCertificateList({ crlExtensions: listExtensionsOf(extensionOf('2.5.29.27', octets('0500'), critical)) })), malformed('deltaCRLIndicator has tag 0x5, not 0x2, at octet 0'))
})

t.test('a number has at most 20 octets', async (t) => {
  const numbered = (hex: string) => readCertificateList(rawCertificateList({ crlExtensions: listExtensionsOf(extensionOf('2.5.29.20', write(tags.integer, octets(hex)))) })).number
  t.equal(numbered('00'), 0n)
  t.equal(numbered('7f'.repeat(20)), BigInt(`0x${'7f'.repeat(20)}`))
  t.equal(numbered(`00${'ff'.repeat(20)}`), 2n ** 160n - 1n, '20 octets, and one for the sign')
  t.throws(() => numbered('7f'.repeat(21)), malformed('cRLNumber is negative or too great'))
  t.throws(() => numbered(`00${'ff'.repeat(21)}`), malformed('cRLNumber is negative or too great'))
  t.throws(() => numbered('ff'), malformed('cRLNumber is negative or too great'))
})

t.test('a list that names two signature algorithms is refused', async (t) => {
  const other = writeSequence(octets('06082a8648ce3d040303'))
  const longer = writeSequence(octets('06082a8648ce3d040302'), octets('0500'))
  for (const signature of [other, longer]) t.throws(() => readCertificateList(rawCertificateList({ signature })), malformed(/^the certificate list names two signature algorithms at octet \d+$/))
})

t.test('each field of a wrong form refuses the list', async (t) => {
  const plain = rawCertificateList({ revokedCertificates: writeSequence(entryOf('01')) })
  const wrong: Array<[Buffer, RegExp]> = [
    [Buffer.alloc(0), /^DER ends inside a header at octet 0$/],
    [Buffer.concat([plain, octets('00')]), /^CertificateList has octets behind its end/],
    [plain.subarray(0, -1), /^DER element is longer than what holds it at octet 0$/],
    [octets('3000'), /^CertificateList\.tbsCertList is missing at octet 2$/],
    [mint().der, /^tbsCertList\.signature has tag 0xa0, not 0x30/],
    [rawCertificateList({ signatureValue: octets('030101') }), /^BIT STRING does not hold whole octets/],
    [rawCertificateList({ signatureValue: Buffer.concat([octets('030100'), octets('0500')]) }), /^CertificateList has a field too many/],
    [rawCertificateList({ issuer: octets('3100') }), /^tbsCertList\.issuer has tag 0x31, not 0x30/],
    [rawCertificateList({ issuer: commonName('a\0b') }), /NUL/],
    [rawCertificateList({ thisUpdate: octets('0500') }), /^Time is neither/],
    [rawCertificateList({ nextUpdate: utcTime('261301000000Z') }), /^Time is not a date of the calendar/],
    [rawCertificateList({ revokedCertificates: octets('30020500') }), /^revokedCertificate has tag 0x5, not 0x30/],
    [rawCertificateList({ revokedCertificates: octets('30020501') }), /^DER element is longer than what holds it/],
    [entriesOf(entryOf('01'), entryOf('')), /^INTEGER is empty/],
    [entriesOf(entryOf('01'), entryOf('0001')), /^INTEGER is not minimal/],
    [entriesOf(entryOf('01'), writeSequence()), /^revokedCertificate\.userCertificate is missing/],
    [entriesOf(entryOf('01'), writeSequence(octets('020101'))), /^revokedCertificate\.revocationDate is missing/],
    [entriesOf(writeSequence(octets('020101'), utcTime('260101000000Z'), octets('3000'))), /^Extensions is empty/],
    [entriesOf(writeSequence(octets('020101'), utcTime('260101000000Z'), octets('0500'))), /^revokedCertificate has a field too many/],
    [entriesOf(entryOf('01', reasonOf('0a0101'), reasonOf('0a0101'))), /^the extension 2\.5\.29\.21 stands twice/],
    [rawCertificateList({ crlExtensions: octets('a0020500') }), /^crlExtensions has tag 0x5, not 0x30/],
    [rawCertificateList({ crlExtensions: octets('a0023000') }), /^Extensions is empty/],
    [rawCertificateList({ crlExtensions: octets('a10430020500') }), /^tbsCertList has a field too many/],
    [rawCertificateList({ crlExtensions: listExtensionsOf(extensionOf('2.5.29.35', octets('0500'))) }), /^authorityKeyIdentifier has tag 0x5, not 0x30/]
  ]
  for (const [der, message] of wrong) t.throws(() => readCertificateList(der), malformed(message), `${message}`)
})

t.test('a list has at most 134217728 octets, and what is not entries far fewer', async (t) => {
  t.equal(maxCertificateListOctets, 134_217_728)
  t.throws(() => readCertificateList(Buffer.alloc(maxCertificateListOctets + 1)), malformed('certificate list has 134217729 octets, more than 134217728'))
  const long = (length: number) => extensionOf('1.2.3', Buffer.alloc(length))
  t.equal(readCertificateList(rawCertificateList({ crlExtensions: listExtensionsOf(long(102_000)) })).extensions.length, 1)
  t.throws(() => readCertificateList(rawCertificateList({ crlExtensions: listExtensionsOf(long(102_400)) })), malformed(/^crlExtensions has 1024\d\d octets, more than 102400, at octet \d+$/))
  t.throws(() => readCertificateList(entriesOf(entryOf('01', long(102_400)))), malformed(/^revokedCertificate has 1024\d\d octets, more than 102400, at octet \d+$/))
  t.throws(() => readCertificateList(rawCertificateList({ issuer: commonName('a'.repeat(102_400)) })), malformed(/^issuer has 1024\d\d octets, more than 102400, at octet \d+$/))
})

t.test('an object identifier that is too long is not supported', async (t) => {
  const long = write(tags.objectIdentifier, Buffer.concat([Buffer.alloc(128, 0xff), octets('01')]))
  t.throws(() => readCertificateList(entriesOf(entryOf('01', writeSequence(long, octets('0400'))))), { code: 'ERR_CERTIFICATE_UNSUPPORTED' })
})

t.test('a list is frozen, and shows no way to what it is made of', async (t) => {
  const list = readCertificateList(signedList({ ...newKeys(), revoked }))
  t.ok(Object.isFrozen(list))
  t.ok(Object.isFrozen(list.extensions))
  t.ok(Object.isFrozen(list.find('0a')))
  t.strictSame(Object.keys(list), ['raw'])
  for (const date of [list.thisUpdate, list.nextUpdate!, list.find('0a')!.revocationDate]) date.setTime(0)
  for (const date of [list.thisUpdate, list.nextUpdate!, list.find('0a')!.revocationDate]) t.not(date.getTime(), 0)
})

t.test('in JSON a list is what a log may say of it', async (t) => {
  t.strictSame(JSON.parse(JSON.stringify(readCertificateList(signedList({ ...newKeys(), revoked })))), {
    issuer: 'CN=Test CA', number: '7', thisUpdate: '2026-01-01T00:00:00.000Z', nextUpdate: '2026-02-01T00:00:00.000Z', size: 3
  })
})

t.test('octets are read where they lie', async (t) => {
  const der = entriesOf(entryOf('01'))
  const view = new Uint8Array(Buffer.concat([octets('ffff'), der, octets('ff')])).subarray(2, -1)
  t.equal(readCertificateList(view).raw.buffer, view.buffer)
  t.equal(readCertificateList(view).find('01')?.serialNumber, '01')
})

t.test('an unknown field of the outermost kind is not passed over', async (t) => {
  t.throws(() => readCertificateList(rawCertificateList({ nextUpdate: write(contextTag(0), ecdsaWithSha256) })), malformed(/^tbsCertList has a field too many/))
})

t.test('lists are read from PEM, from several blocks in order, and from DER', async (t) => {
  const one = entriesOf(entryOf('01'))
  const two = entriesOf(entryOf('02'))
  const text = writePem('X509 CRL', one) + mint().pem + writePem('X509 CRL', two)
  const firsts = (content: string | Uint8Array) => readCertificateLists(content).flatMap(serialNumbersOf)
  t.strictSame(firsts(text), ['01', '02'])
  t.strictSame(firsts(Buffer.from(`Certificate Revocation List (CRL):\n${text}`)), ['01', '02'])
  t.strictSame(firsts(one), ['01'])
  t.strictSame(firsts(new Uint8Array(one)), ['01'])
  t.throws(() => readCertificateLists(Buffer.concat([one, two])), malformed(/^CertificateList has octets behind its end/))
  t.throws(() => readCertificateLists(''), malformed('it is empty'))
  t.throws(() => readCertificateLists(Buffer.alloc(0)), malformed('it is empty'))
  // RFC 7468, section 7: no reader takes `CRL` for `X509 CRL`.
  t.throws(() => readCertificateLists(mint().pem + writePem('CRL', one)), malformed('the PEM text holds no certificate list (X509 CRL), only CERTIFICATE, CRL'))
  t.throws(() => readCertificateLists(text + writePem('X509 CRL', octets('3000'))), malformed(/^CertificateList\.tbsCertList is missing/))
  t.strictSame(readPem(text).map(({ label }) => label), ['X509 CRL', 'CERTIFICATE', 'X509 CRL'])
})
