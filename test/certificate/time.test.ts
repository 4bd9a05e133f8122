import t from 'tap'
import { readElement, tags } from '../../lib/certificate/der.js'
import { write } from '../../lib/certificate/der-writer.js'
import { readTime } from '../../lib/certificate/time.js'
import { malformed } from './raw-certificate.js'

const read = (tag: number, text: string) => readTime(readElement(write(tag, Buffer.from(text, 'latin1'))))
const utc = (text: string) => new Date(read(tags.utcTime, text)).toISOString()
const generalized = (text: string) => new Date(read(tags.generalizedTime, text)).toISOString()

t.test('UTCTime is in the years 1950 to 2049', async (t) => {
  t.equal(utc('500101000000Z'), '1950-01-01T00:00:00.000Z')
  t.equal(utc('991231235959Z'), '1999-12-31T23:59:59.000Z')
  t.equal(utc('000229123456Z'), '2000-02-29T12:34:56.000Z')
  t.equal(utc('491231235959Z'), '2049-12-31T23:59:59.000Z')
})

t.test('GeneralizedTime is in the years 0 to 9999', async (t) => {
  t.equal(generalized('20500101000000Z'), '2050-01-01T00:00:00.000Z')
  t.equal(generalized('19700101000000Z'), '1970-01-01T00:00:00.000Z')
  t.equal(generalized('00000101000000Z'), '0000-01-01T00:00:00.000Z')
  t.equal(generalized('00990101000000Z'), '0099-01-01T00:00:00.000Z')
  t.equal(generalized('99991231235959Z'), '9999-12-31T23:59:59.000Z')
})

t.test('every other form of a time is refused', async (t) => {
  const forms: Array<[number, string]> = [
    [tags.utcTime, ''],
    [tags.utcTime, '2601010000Z'],
    [tags.utcTime, '260101000000+0000'],
    [tags.utcTime, '260101000000'],
    [tags.utcTime, '2601010000000'],
    [tags.utcTime, '260101 00000Z'],
    [tags.utcTime, '2601010000:0Z'],
    [tags.utcTime, '2601010000é0Z'],
    [tags.utcTime, '260101000000z'],
    [tags.utcTime, '20260101000000Z'],
    [tags.generalizedTime, '260101000000Z'],
    [tags.generalizedTime, '20260101000000.5Z'],
    [tags.generalizedTime, '2026010100Z'],
    [tags.generalizedTime, '20260101000000+'],
    [tags.generalizedTime, '-0260101000000Z'],
    [tags.printableString, '260101000000Z']
  ]
  for (const [tag, text] of forms) t.throws(() => read(tag, text), malformed('Time is neither YYMMDDHHMMSSZ nor YYYYMMDDHHMMSSZ at octet 0'), text)
})

t.test('a date that no calendar has is refused', async (t) => {
  const dates = [
    '260001000000Z', '261301000000Z', '260100000000Z', '260132000000Z', '260431000000Z', '260631000000Z', '260931000000Z', '261131000000Z',
    '260229000000Z', '240230000000Z', '260101240000Z', '260101006000Z', '260101000060Z'
  ]
  for (const text of dates) t.throws(() => read(tags.utcTime, text), malformed('Time is not a date of the calendar at octet 0'), text)
  for (const text of ['21000229000000Z', '22000229000000Z']) t.throws(() => read(tags.generalizedTime, text), malformed('Time is not a date of the calendar at octet 0'), text)
  for (const text of ['240229000000Z', '260731000000Z', '260430000000Z', '260630000000Z', '260930000000Z', '261130000000Z']) t.doesNotThrow(() => read(tags.utcTime, text), text)
  t.equal(generalized('24000229000000Z'), '2400-02-29T00:00:00.000Z')
})
