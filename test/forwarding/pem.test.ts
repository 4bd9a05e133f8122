import t from 'tap'
import { readPemCertificates } from '../../lib/forwarding/pem.js'
import { percentDecode } from '../../lib/forwarding/percent-encoding.js'
import { mint } from '../helpers/mint.js'
import { malformed } from './malformed.js'

const one = mint()
const two = mint()

t.test('certificates are read wherever the lines break', async (t) => {
  for (const text of [one.pem, one.pem.replaceAll('\n', ' '), one.pem.replaceAll('\n', '\r\n'), one.pem.replaceAll('\n', ''), one.pem.replaceAll('\n', '\t'), `\n ${one.pem} `]) {
    t.strictSame(readPemCertificates(text), [one.der], JSON.stringify(text.slice(0, 30)))
  }
  t.strictSame(readPemCertificates(one.pem + two.pem), [one.der, two.der])
  t.strictSame(readPemCertificates(`${one.pem} ${two.pem}`.replaceAll('\n', '')), [one.der, two.der])
})

t.test('whatever else stands there refuses all of it', async (t) => {
  const noEnd = 'what should be PEM is not, or has no end'
  const noBeginning = 'what should be PEM has no beginning'
  const cases: Array<[text: string, message: string]> = [
    ['', noEnd],
    ['MIIB', noEnd],
    [one.pem.replace('-----END CERTIFICATE-----', ''), noEnd],
    [`${one.pem}x`, noEnd],
    [`${one.pem}${two.pem.slice(0, 100)}`, noEnd],
    [`x${one.pem}`, noBeginning],
    [one.pem.replace('-----BEGIN CERTIFICATE-----', ''), noBeginning],
    [`${one.pem}x${two.pem}`, noBeginning],
    [one.pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), noEnd],
    [one.pem.replace('MII', 'M-I'), 'what should be base64 is not'],
    [one.pem.replace(/\n(.*)\n-----END/, '\n-----END'), 'the certificate is cut off'],
    ['-----BEGIN CERTIFICATE----------END CERTIFICATE-----', 'what should be base64 is not'],
    [one.pem.replace('-----END', '-----BEGIN CERTIFICATE-----\n-----END'), 'what should be base64 is not']
  ]
  for (const [text, message] of cases) t.throws(() => readPemCertificates(text), malformed(message), JSON.stringify(text.slice(0, 40)))
})

t.test('percent-encoding is undone, and a plus sign stands for itself', async (t) => {
  t.equal(percentDecode('a%2Bb+c%0A%3d/'), 'a+b+c\n=/')
  for (const text of ['%', '%4', '%zz', '%ff', 'a%C3']) t.throws(() => percentDecode(text), malformed('what should be percent-encoded is not'), text)
})
