import t from 'tap'
import * as der from '../../lib/certificate/der.js'
import { malformed, octets } from './raw-certificate.js'

const element = (hex: string) => der.readElement(octets(hex))

t.test('an element is a place in its octets', async (t) => {
  const { tag, start, from, end } = der.readElement(octets('ff 0402abcd ff'), 1)
  t.strictSame({ tag, start, from, end }, { tag: der.tags.octetString, start: 1, from: 3, end: 5 })
  t.strictSame(der.contents(element('0402abcd')), octets('abcd'))
  t.strictSame(der.encoding(element('0402abcdff')), octets('0402abcd'))
})

t.test('a long length is read in up to four octets', async (t) => {
  t.equal(der.readElement(Buffer.concat([octets('048180'), Buffer.alloc(128)])).end, 131)
  t.equal(der.readElement(Buffer.concat([octets('04820100'), Buffer.alloc(256)])).end, 260)
  t.equal(der.readElement(Buffer.concat([octets('0483010000'), Buffer.alloc(65536)])).end, 65541)
})

t.test('a header that DER does not allow is refused', async (t) => {
  const wrong: Array<[string, string]> = [
    ['', 'DER ends inside a header at octet 0'],
    ['30', 'DER ends inside a header at octet 0'],
    ['0482', 'DER ends inside a header at octet 0'],
    ['048201', 'DER ends inside a header at octet 0'],
    ['1f8101 00', 'DER tag number above 30 at octet 0'],
    ['bf8101 00', 'DER tag number above 30 at octet 0'],
    ['3080 0000', 'DER length is indefinite or too long at octet 0'],
    ['0485 0000000001 ff', 'DER length is indefinite or too long at octet 0'],
    ['04ff', 'DER length is indefinite or too long at octet 0'],
    ['0481 01 ff', 'DER length is not minimal at octet 0'],
    ['0481 7f', 'DER length is not minimal at octet 0'],
    ['0482 0080', 'DER length is not minimal at octet 0'],
    ['0484 00010000', 'DER length is not minimal at octet 0'],
    ['0402 ff', 'DER element is longer than what holds it at octet 0'],
    ['0484 ffffffff 00', 'DER element is longer than what holds it at octet 0']
  ]
  for (const [hex, message] of wrong) t.throws(() => element(hex), malformed(message), hex)
})

t.test('no element goes beyond the one that holds it', async (t) => {
  const outer = element('3003 0402ab cd')
  t.throws(() => der.children(outer), malformed('DER element is longer than what holds it at octet 2'))
  t.throws(() => der.readChildren(outer, der.contents), malformed('DER element is longer than what holds it at octet 2'))
  t.throws(() => new der.Fields(outer, 'Thing').takeAny('first'), malformed('DER element is longer than what holds it at octet 2'))
  t.throws(() => der.children(element('3003 040000')), malformed('DER ends inside a header at octet 4'))
})

t.test('a whole document has its tag, and nothing behind its end', async (t) => {
  t.equal(der.readWhole(octets('3000'), der.tags.sequence, 'Thing').end, 2)
  t.throws(() => der.readWhole(octets('300000'), der.tags.sequence, 'Thing'), malformed('Thing has octets behind its end at octet 2'))
  t.throws(() => der.readWhole(octets('3100'), der.tags.sequence, 'Thing'), malformed('Thing has tag 0x31, not 0x30, at octet 0'))
})

t.test('an explicit tag holds one element, of the tag that was asked for', async (t) => {
  t.equal(der.onlyChild(element('a003 020105'), der.tags.integer, 'version').tag, der.tags.integer)
  t.throws(() => der.onlyChild(element('a000'), der.tags.integer, 'version'), malformed('DER ends inside a header at octet 2'))
  t.throws(() => der.onlyChild(element('a005 020105 0500'), der.tags.integer, 'version'), malformed('version has octets behind its end at octet 5'))
  t.throws(() => der.onlyChild(element('a002 0500'), der.tags.integer, 'version'), malformed('version has tag 0x5, not 0x2, at octet 2'))
})

t.test('children are read in order, members are at least one', async (t) => {
  const set = element('3106 020101 020102')
  t.strictSame(der.children(set).map((child) => child.start), [2, 5])
  t.strictSame(der.members(set, 'Things').length, 2)
  t.strictSame(der.readMembers(set, 'Things', (child) => der.readSmallInteger(child, 'thing')), [1, 2])
  t.ok(Object.isFrozen(der.readChildren(set, () => 0)))
  t.strictSame(der.readChildren(element('3000'), () => 0), [])
  t.throws(() => der.members(element('3000'), 'Things'), malformed('Things is empty at octet 0'))
  t.throws(() => der.readMembers(element('3000'), 'Things', () => 0), malformed('Things is empty at octet 0'))
})

t.test('fields are taken in their order, and none may be left', async (t) => {
  const fields = () => new der.Fields(element('3006 020101 8001ff'), 'Thing')
  const all = fields()
  t.equal(all.optional(der.tags.boolean), undefined)
  t.equal(all.take(der.tags.integer, 'number').start, 2)
  t.equal(all.hasMore, true)
  t.throws(() => all.end(), malformed('Thing has a field too many at octet 5'))
  t.equal(all.optional(der.contextTag(0))?.start, 5)
  t.equal(all.hasMore, false)
  t.equal(all.optional(der.contextTag(1)), undefined)
  all.end()
  t.throws(() => all.take(der.tags.integer, 'next'), malformed('Thing.next is missing at octet 8'))
  t.throws(() => all.takeAny('next'), malformed('Thing.next is missing at octet 8'))
  t.throws(() => fields().take(der.tags.boolean, 'flag'), malformed('Thing.flag has tag 0x2, not 0x1, at octet 2'))
})

t.test('an element that is not there is missing', async (t) => {
  t.throws(() => der.expect(undefined, der.tags.integer, 'number'), malformed('number is missing'))
})

t.test('a BOOLEAN is one octet, 00 or FF', async (t) => {
  t.equal(der.readBoolean(element('010100')), false)
  t.equal(der.readBoolean(element('0101ff')), true)
  for (const hex of ['010101', '0100', '0102ffff', '01020000']) {
    t.throws(() => der.readBoolean(element(hex)), malformed('BOOLEAN is not 00 or FF at octet 0'), hex)
  }
})

t.test('an INTEGER is not empty, and has no octet too many', async (t) => {
  for (const hex of ['020100', '02017f', '0201ff', '02020080', '0202ff7f', '020300ffff']) {
    t.strictSame(der.readInteger(element(hex)), octets(hex).subarray(2), hex)
  }
  t.throws(() => der.readInteger(element('0200')), malformed('INTEGER is empty at octet 0'))
  for (const hex of ['02020000', '0202007f', '0202ff80', '0202ffff']) {
    t.throws(() => der.readInteger(element(hex)), malformed('INTEGER is not minimal at octet 0'), hex)
  }
})

t.test('a small INTEGER is from 0 to 2^31 - 1', async (t) => {
  t.equal(der.readSmallInteger(element('020100'), 'number'), 0)
  t.equal(der.readSmallInteger(element('02047fffffff'), 'number'), 0x7fffffff)
  for (const hex of ['0201ff', '02050080000000']) {
    t.throws(() => der.readSmallInteger(element(hex), 'number'), malformed('number is negative or too great at octet 0'), hex)
  }
})

t.test('a BIT STRING of octets has no unused bits', async (t) => {
  t.strictSame(der.readBitStringOctets(element('030300abcd')), octets('abcd'))
  t.strictSame(der.readBitStringOctets(element('030100')), octets(''))
  for (const hex of ['0300', '030201fe']) {
    t.throws(() => der.readBitStringOctets(element(hex)), malformed('BIT STRING does not hold whole octets at octet 0'), hex)
  }
})

t.test('a named BIT STRING is the numbers of its bits', async (t) => {
  t.strictSame(der.readNamedBits(element('030205a0')), [0, 2])
  t.strictSame(der.readNamedBits(element('0303070080')), [8])
  t.strictSame(der.readNamedBits(element('030100')), [])
  t.strictSame(der.readNamedBits(element('030200a0')), [0, 2], 'trailing zero bits are taken')
  t.ok(Object.isFrozen(der.readNamedBits(element('030100'))))
  for (const hex of ['0300', '030208a0', '030101', '0302ffa0']) {
    t.throws(() => der.readNamedBits(element(hex)), malformed('BIT STRING has a wrong count of unused bits at octet 0'), hex)
  }
  t.throws(() => der.readNamedBits(element('030206a0')), malformed('BIT STRING has padding that is not zero at octet 0'))
})

t.test('an OBJECT IDENTIFIER is read in dotted form, known or not', async (t) => {
  const known: Array<[string, string]> = [
    ['0603550403', '2.5.4.3'],
    ['06082a8648ce3d040302', '1.2.840.10045.4.3.2'],
    ['060100', '0.0'],
    ['060127', '0.39'],
    ['060128', '1.0'],
    ['06014f', '1.39'],
    ['060150', '2.0'],
    ['0603813403', '2.100.3'],
    ['0603887a03', '2.1066.3'],
    ['0602550c', '2.5.12'],
    // Has the length and the sum of commonName, which is known.
    ['0603542303', '2.4.35.3'],
    // A UUID below 2.25 (ITU-T X.667): more than a number holds.
    ['06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776', '2.25.329800735698586629295641978511506172918']
  ]
  for (const [hex, dotted] of known) t.equal(der.readObjectIdentifier(element(hex)), dotted, hex)
})

t.test('an OBJECT IDENTIFIER that is cut short, padded or endless is refused', async (t) => {
  t.throws(() => der.readObjectIdentifier(element('0600')), malformed('OBJECT IDENTIFIER is cut short at octet 0'))
  t.throws(() => der.readObjectIdentifier(element('0603550484')), malformed('OBJECT IDENTIFIER is cut short at octet 0'))
  t.throws(() => der.readObjectIdentifier(element('060455800403')), malformed('OBJECT IDENTIFIER is not minimal at octet 3'))
  t.throws(() => der.readObjectIdentifier(element('06028001')), malformed('OBJECT IDENTIFIER is not minimal at octet 2'))
  const longest = Buffer.concat([octets('068180'), Buffer.alloc(127, 0xff), octets('01')])
  t.match(der.readObjectIdentifier(der.readElement(longest)), /^2\.\d{260,}$/)
  const longer = Buffer.concat([octets('068181'), Buffer.alloc(128, 0xff), octets('01')])
  t.throws(() => der.readObjectIdentifier(der.readElement(longer)), { code: 'ERR_CERTIFICATE_UNSUPPORTED', message: 'OBJECT IDENTIFIER has more than 128 octets at octet 0' })
})

t.test('octets of any kind are seen as a Buffer, without a copy', async (t) => {
  const bytes = new Uint8Array([0, 1, 2]).subarray(1)
  const buffer = der.asBuffer(bytes)
  bytes[0] = 7
  t.strictSame(buffer, octets('0702'))
  t.equal(der.asBuffer(buffer), buffer)
})
