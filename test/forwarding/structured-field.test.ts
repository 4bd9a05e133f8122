import fc from 'fast-check'
import t from 'tap'
import { readByteSequence, readByteSequences } from '../../lib/forwarding/structured-field.js'
import { malformed } from './malformed.js'

const hello = Buffer.from('hello')

t.test('a Byte Sequence is an Item', async (t) => {
  for (const field of [':aGVsbG8=:', '  :aGVsbG8=: ', ':aGVsbG8:', ':aGVsbG9=:']) t.equal(readByteSequence(field).subarray(0, 4).toString(), 'hell', field)
  t.strictSame(readByteSequence(':aGVsbG8=:'), hello)
  t.strictSame(readByteSequence('::'), Buffer.alloc(0))
})

t.test('parameters are passed over, if they are such', async (t) => {
  for (const parameters of [';a', '; a', ';a;b=1', ';a=-1.5', ';a="x\\"y;z\\\\"', ';a=tok:en/*', ';a=:AAA=:', ';a=?0;b=?1', ';a=@-12', ';a=%"a%c3%bc"', ';*=1;a_b.c-d*=2', ';a=999999999999999']) {
    t.strictSame(readByteSequence(`:aGVsbG8=:${parameters}`), hello, parameters)
  }
  for (const parameters of [';', ';A', ';a=', ';a=?2', ';a="', ';a="\u00fc"', ' ;a', ';a=@1.5', ';a=%"%C3"', ';a=1.2345', ';a=1234567890123456', ';1=a', ';a=(1 2)']) {
    t.throws(() => readByteSequence(`:aGVsbG8=:${parameters}`), malformed('the field has more than one Byte Sequence'), parameters)
  }
})

t.test('anything else is no Byte Sequence', async (t) => {
  for (const field of ['', ' ', 'aGVsbG8=', ':aGVsbG8=', 'aGVsbG8=:', '"aGVsbG8="', ':aGVs bG8=:', ':aGVs-_8=:', ':=aGV:', '\t:aGVsbG8=:', '(:aGVsbG8=:)', ',:aGVsbG8=:']) {
    t.throws(() => readByteSequence(field), malformed('what should be a Byte Sequence is not'), JSON.stringify(field))
  }
  t.throws(() => readByteSequence(':aGVsbG8=:, :aGVsbG8=:'), malformed('the field has more than one Byte Sequence'))
})

t.test('a List has one member, or several with commas between', async (t) => {
  t.strictSame(readByteSequences(':aGVsbG8=:'), [hello])
  for (const field of [':aGVsbG8=:,::', ':aGVsbG8=: , ::', ':aGVsbG8=:\t,\t::', ':aGVsbG8=:;a=1, ::;b']) t.strictSame(readByteSequences(field), [hello, Buffer.alloc(0)], field)
  for (const field of ['', ':AAA=:,', ',:AAA=:', ':AAA=:,,:AAA=:', ':AAA=:, x']) t.throws(() => readByteSequences(field), malformed('what should be a Byte Sequence is not'), field)
  for (const field of [':AAA=: :AAA=:', ':AAA=::AAA=:', ':AAA=:;']) t.throws(() => readByteSequences(field), malformed('the members of the list are not separated by commas'), field)
})

const octets = fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each))
const key = fc.tuple(fc.constantFrom(...'abcz*'), fc.string({ unit: fc.constantFrom(...'az09_-.*'), maxLength: 5 })).map((parts) => parts.join(''))
const bareItem = fc.oneof(
  fc.integer({ min: -999_999_999, max: 999_999_999 }).map(String),
  fc.integer({ min: 0, max: 99_999 }).map((number) => (number / 100).toFixed(2)),
  fc.string({ unit: fc.constantFrom(...'ab "\\;,=:') }).map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`),
  fc.string({ unit: fc.constantFrom(...'ab*:/!'), maxLength: 5 }).map((text) => `t${text}`),
  octets.map((each) => `:${each.toString('base64')}:`),
  fc.constantFrom('?0', '?1', '@0', '@-1700000000')
)
const parameter = fc.tuple(fc.constantFrom(';', '; ', ';  '), key, fc.option(bareItem)).map(([before, name, value]) => `${before}${name}${value === null ? '' : `=${value}`}`)
const member = fc.record({ octets, parameters: fc.array(parameter, { maxLength: 3 }) })
const written = (each: { octets: Buffer, parameters: readonly string[] }) => `:${each.octets.toString('base64')}:${each.parameters.join('')}`

t.test('what is written at random reads as it was', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.array(fc.tuple(member, fc.constantFrom(',', ', ', ' ,\t')), { minLength: 1, maxLength: 6 }), (members) => {
    const field = members.map(([each, between], place) => written(each) + (place === members.length - 1 ? '' : between)).join('')
    const found = readByteSequences(field)
    return found.length === members.length && found.every((each, place) => each.equals(members[place][0].octets))
  }), { numRuns: 300 }))
})

t.test('a changed field is read or refused, and nothing worse', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.array(member, { minLength: 1, maxLength: 4 }), fc.nat(), fc.string({ unit: fc.constantFrom(...':;,=" \\aB0?%@('), maxLength: 3 }), (members, place, text) => {
    const field = members.map(written).join(', ')
    const at = place % (field.length + 1)
    try {
      readByteSequences(field.slice(0, at) + text + field.slice(at + 1))
    } catch (error) {
      if (!malformedError(error)) throw error
    }
  }), { numRuns: 1000 }))
})

const malformedError = (error: unknown) => (error as { code?: string }).code === 'ERR_FORWARDED_CERTIFICATE'
