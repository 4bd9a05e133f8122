import t from 'tap'
import fc from 'fast-check'
import { readBoolean, readElement, readInteger, readNamedBits, readObjectIdentifier, readSmallInteger, tags } from '../../lib/certificate/der.js'
import * as writer from '../../lib/certificate/der-writer.js'
import { readTime } from '../../lib/certificate/time.js'
import { malformed, octets } from './raw-certificate.js'

t.test('a length is written in as few octets as it needs', async (t) => {
  for (const [length, header] of [[0, '0400'], [127, '047f'], [128, '048180'], [255, '0481ff'], [256, '04820100'], [65536, '0483010000']] as const) {
    t.strictSame(writer.writeOctetString(Buffer.alloc(length)).subarray(0, header.length / 2), octets(header))
  }
})

t.test('elements are written as X.690 says', async (t) => {
  t.strictSame(writer.writeSequence(writer.writeNull(), writer.writeBoolean(true), writer.writeBoolean(false)), octets('3008 0500 0101ff 010100'))
  t.strictSame(writer.writeSet(octets('020102'), octets('020101'), octets('0500')), octets('3108 020101 020102 0500'), 'a SET OF is in order of its encodings')
  t.strictSame(writer.writeBitString(octets('abcd')), octets('030300abcd'))
})

t.test('an INTEGER is written without a sign, in as few octets as it needs', async (t) => {
  const written: Array<[number | Uint8Array, string]> = [
    [0, '020100'], [127, '02017f'], [128, '02020080'], [256, '02020100'], [2 ** 32, '02050100000000'],
    [octets('000001'), '020101'], [octets('ff'), '020200ff'], [octets('0000'), '020100'], [octets(''), '020100'], [new Uint8Array([1, 2]), '02020102']
  ]
  for (const [value, hex] of written) t.strictSame(writer.writeInteger(value), octets(hex))
  for (const value of [-1, 1.5, NaN, Infinity, 2 ** 53]) t.throws(() => writer.writeInteger(value), malformed(`${value} is no non-negative integer`))
})

t.test('named bits are written without trailing zero bits', async (t) => {
  t.strictSame(writer.writeNamedBits([]), octets('030100'))
  t.strictSame(writer.writeNamedBits([2, 0]), octets('030205a0'))
  t.strictSame(writer.writeNamedBits([8]), octets('0303070080'))
  t.throws(() => writer.writeNamedBits([0, -1]), malformed('-1 is no number of a bit'))
  t.throws(() => writer.writeNamedBits([0.5]), malformed('0.5 is no number of a bit'))
})

t.test('a text that is no object identifier is not written', async (t) => {
  for (const text of ['', '1', '1.', '.1', '1..1', '01.1', '1.01', '3.1', '0.40', '1.40', '1.2.', '1.2.x', '1.2.-3', 'constructor', ' 1.2']) {
    t.throws(() => writer.writeObjectIdentifier(text), malformed(`${JSON.stringify(text)} is no object identifier`))
    t.equal(writer.isObjectIdentifier(text), false)
  }
})

t.test('a time is UTCTime from 1950 to 2049, else GeneralizedTime', async (t) => {
  const text = (date: string) => writer.writeTime(new Date(date)).toString('latin1', 2)
  t.equal(text('1950-01-01T00:00:00Z'), '500101000000Z')
  t.equal(text('2049-12-31T23:59:59.999Z'), '491231235959Z')
  t.equal(text('2050-01-01T00:00:00Z'), '20500101000000Z')
  t.equal(text('1949-12-31T23:59:59Z'), '19491231235959Z')
  t.equal(text('0000-01-01T00:00:00Z'), '00000101000000Z')
  t.equal(text('9999-12-31T23:59:59Z'), '99991231235959Z')
  const message = 'a date of a certificate is invalid, or not in the years 0 to 9999'
  for (const date of [new Date(NaN), new Date('+010000-01-01T00:00:00Z'), new Date('-000001-12-31T00:00:00Z')]) {
    t.throws(() => writer.writeTime(date), malformed(message))
  }
})

t.test('what is written reads the same', async () => {
  const seconds = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 })
  const arcs = fc.array(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), { maxLength: 5 })
  const first = fc.constantFrom('0.0', '0.39', '1.0', '1.39', '2.0', '2.39', '2.40', '2.999')
  fc.assert(fc.property(fc.nat(), (value) => readSmallInteger(readElement(writer.writeInteger(value)), 'number') === value))
  fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), (value) => {
    const read = readInteger(readElement(writer.writeInteger(value)))
    return read[0] < 0x80 && BigInt(`0x${read.toString('hex')}`) === BigInt(`0x${Buffer.from(value).toString('hex')}`)
  }))
  fc.assert(fc.property(fc.boolean(), (value) => readBoolean(readElement(writer.writeBoolean(value))) === value))
  fc.assert(fc.property(seconds, (value) => readTime(readElement(writer.writeTime(new Date(value * 1000)))) === value * 1000))
  fc.assert(fc.property(fc.uniqueArray(fc.nat({ max: 31 })), (bits) => `${readNamedBits(readElement(writer.writeNamedBits(bits)))}` === `${bits.sort((a, b) => a - b)}`))
  fc.assert(fc.property(first, arcs, (start, rest) => {
    const dotted = [start, ...rest].join('.')
    return readObjectIdentifier(readElement(writer.writeObjectIdentifier(dotted))) === dotted
  }))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 70_000 }), (value) => {
    const written = writer.write(tags.octetString, value)
    return readElement(written).end === written.length && written.length - readElement(written).from === value.length
  }), { numRuns: 20 })
})
