import t from 'tap'
import { onlyCertificate, readBase64, readBase64Certificate, splitCertificates } from '../../lib/forwarding/octets.js'
import { mint } from '../helpers/mint.js'
import { malformed } from './malformed.js'

const { der } = mint()
const other = mint().der

t.test('base64 is read as it is written, and nothing else', async (t) => {
  t.strictSame(readBase64('AAEC'), Buffer.from([0, 1, 2]))
  t.strictSame(readBase64('AA=='), Buffer.from([0]))
  for (const text of ['', 'AAE', 'AAE=C', 'A===', 'AA-_', 'AA EC', 'AAEC\n', 'AAEC=', '====']) t.throws(() => readBase64(text), malformed('what should be base64 is not'), JSON.stringify(text))
})

t.test('one whole certificate is taken, and no octet more or less', async (t) => {
  t.equal(onlyCertificate(der), der)
  t.strictSame(readBase64Certificate(der.toString('base64')), der)
  t.throws(() => onlyCertificate(Buffer.concat([der, Buffer.from([0])])), malformed('the octets go on behind the certificate'))
  t.throws(() => onlyCertificate(der.subarray(0, -1)), malformed('the certificate is cut off'))
  for (const octets of [[], [0x30], [0x31, 0], [0x30, 0x80], [0x30, 0x81], [0x30, 0x82, 1], [0x30, 0x84, 0, 0, 0, 0], [0x30, 0xff]]) {
    t.throws(() => onlyCertificate(Buffer.from(octets)), malformed('the octets are no certificate'), octets.join())
  }
  t.same(onlyCertificate(Buffer.from([0x30, 0])), Buffer.from([0x30, 0]))
})

t.test('certificates behind each other are taken apart', async (t) => {
  t.strictSame(splitCertificates(Buffer.concat([der, other, der])), [der, other, der])
  t.strictSame(splitCertificates(Buffer.alloc(0)), [])
  t.throws(() => splitCertificates(Buffer.concat([der, other.subarray(0, 40)])), malformed('the certificate is cut off'))
  t.throws(() => splitCertificates(Buffer.concat([der, Buffer.from('x')])), malformed('the octets are no certificate'))
})
