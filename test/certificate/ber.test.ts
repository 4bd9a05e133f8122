import t from 'tap'
import { implicitOctets, toDer } from '../../lib/certificate/ber.js'
import { readElement } from '../../lib/certificate/der.js'
import { writeInteger, writeOctetString, writeSequence } from '../../lib/certificate/der-writer.js'
import { indefinite } from '../helpers/pfx.js'

const hex = (text: string) => Buffer.from(text.replace(/ /g, ''), 'hex')
const malformed = (message: RegExp | string) => ({ name: 'CertificateError', code: 'ERR_CERTIFICATE_MALFORMED', message })

t.test('DER stays as it is', async (t) => {
  const der = writeSequence(writeInteger(3), writeSequence(writeOctetString(Buffer.alloc(300, 7))), writeOctetString(Buffer.alloc(0)))
  t.strictSame(toDer(der), der)
})

t.test('indefinite lengths become definite, and an OCTET STRING in pieces becomes whole', async (t) => {
  const der = writeSequence(writeInteger(3), writeSequence(writeOctetString(Buffer.alloc(300, 7))), writeOctetString(Buffer.alloc(0)))
  const ber = indefinite(der)
  t.notSame(ber, der)
  t.strictSame(toDer(ber), der)
})

t.test('a length in more octets than it needs becomes short', async (t) => {
  t.strictSame(toDer(hex('30 82 00 03 02 01 05')), hex('30 03 02 01 05'))
})

t.test('an OCTET STRING in pieces of pieces becomes whole', async (t) => {
  t.strictSame(toDer(hex('24 0b 24 80 04 01 61 00 00 04 02 62 63')), hex('04 03 61 62 63'))
})

t.test('octets that break the rules are refused, and said where', async (t) => {
  const cases: ReadonlyArray<[octets: string, problem: string]> = [
    ['', 'BER ends inside a header at octet 0'],
    ['30', 'BER ends inside a header at octet 0'],
    ['30 03 02 01', 'BER element is longer than what holds it at octet 0'],
    ['30 82 01', 'BER length is too long at octet 0'],
    ['30 85 00 00 00 00 00', 'BER length is too long at octet 0'],
    ['3f 01 00', 'BER tag number above 30 at octet 0'],
    ['30 00 00', 'BER has octets behind its end at octet 2'],
    ['30 02 04 05', 'BER element is longer than what holds it at octet 2'],
    ['30 80 00 01 05', 'BER of indefinite length has no end at octet 5'],
    ['30 80 02 01 05', 'BER of indefinite length has no end at octet 5'],
    ['30 80 02 01 05 00', 'BER of indefinite length has no end at octet 5'],
    ['04 80 00 00', 'BER length of a primitive element is indefinite at octet 0'],
    ['24 03 02 01 05', 'piece of an OCTET STRING has tag 0x2, not 0x4, at octet 0']
  ]
  for (const [octets, message] of cases) t.throws(() => toDer(hex(octets)), malformed(message), octets)
})

t.test('an element nested deeper than any store asks for is refused before the stack is full', async (t) => {
  t.throws(() => toDer(hex('30 80'.repeat(100_000))), malformed('BER is nested too deep at octet 66'))
})

t.test('an implicit OCTET STRING is read whole or in pieces', async (t) => {
  t.equal(implicitOctets(readElement(hex('80 02 61 62'))).toString(), 'ab')
  t.equal(implicitOctets(readElement(hex('a0 07 04 01 61 04 02 62 63'))).toString(), 'abc')
  t.throws(() => implicitOctets(readElement(hex('a0 03 02 01 05'))), malformed(/^piece of an OCTET STRING has tag 0x2/))
})
