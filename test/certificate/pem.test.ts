import { X509Certificate } from 'node:crypto'
import t from 'tap'
import fc from 'fast-check'
import { isPem, readCertificates, readPem, writePem } from '../../lib/certificate/index.js'
import { mint, type Minted } from '../helpers/mint.js'
import { malformed, octets } from './raw-certificate.js'

const [one, two]: Minted[] = [mint({ subject: 'one' }), mint({ subject: 'two' })]
const namesOf = (content: string | Uint8Array) => readCertificates(content).map(({ subject }) => subject.commonName)

t.test('a block is written in lines of 64 characters', async (t) => {
  const text = writePem('CERTIFICATE', one.der)
  t.match(text, /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/]{64}\n)+[A-Za-z0-9+/=]{1,64}\n-----END CERTIFICATE-----\n$/)
  t.strictSame(new X509Certificate(text).raw, one.der)
  t.equal(writePem('X', new Uint8Array()), '-----BEGIN X-----\n-----END X-----\n')
})

t.test('what is written as PEM reads the same', async () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.stringMatching(/^[A-Z0-9]{0,9}( [A-Z0-9]{1,5})?$/), (der, label) => {
    const [block, ...more] = readPem(writePem(label, der))
    return more.length === 0 && block.label === label && block.octets.equals(der) && !block.hasHeaders
  }))
})

t.test('blocks are read in order, and text around them is passed over', async (t) => {
  const text = `Certificate:\n    Data: x\n${one.pem}subject=/CN=two\n${two.pem} the end`
  t.strictSame(readPem(text).map(({ label, octets }) => [label, octets]), [['CERTIFICATE', one.der], ['CERTIFICATE', two.der]])
  t.strictSame(namesOf(text), ['one', 'two'])
  t.strictSame(namesOf(Buffer.from(`\ufeff${text}`)), ['one', 'two'])
  t.strictSame(namesOf(text.replaceAll('\n', '\r\n')), ['one', 'two'])
  t.strictSame(namesOf(`${one.pem.replaceAll('\n', ' ')}${two.pem}`), ['one', 'two'], 'white space of any kind')
  t.strictSame(readPem('no block'), [])
})

t.test('headers of a block are seen, and passed over', async (t) => {
  const headers = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n continued\n\n'
  const [block] = readPem(`-----BEGIN RSA PRIVATE KEY-----\n${headers}AQID\n-----END RSA PRIVATE KEY-----`)
  t.strictSame(block, { label: 'RSA PRIVATE KEY', octets: octets('010203'), hasHeaders: true })
})

t.test('one certificate is read from DER, too', async (t) => {
  t.strictSame(namesOf(one.der), ['one'])
  t.strictSame(namesOf(new Uint8Array(one.der)), ['one'])
  t.throws(() => readCertificates(Buffer.concat([one.der, two.der])), malformed(/^Certificate has octets behind its end/))
})

t.test('blocks of other kinds are passed over where there is a certificate', async (t) => {
  t.strictSame(namesOf(`${one.key}${one.pem}`), ['one'])
  t.strictSame(namesOf(one.pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')), ['one'])
})

t.test('a text without a certificate is refused', async (t) => {
  t.throws(() => readCertificates(''), malformed('it is empty'))
  t.throws(() => readCertificates('ca.cer'), malformed('it is neither PEM nor DER'))
  t.throws(() => readCertificates(Buffer.alloc(0)), malformed('it is empty'))
  t.throws(() => readCertificates(one.key), malformed('the PEM text holds no certificate, only PRIVATE KEY'))
  t.throws(() => readCertificates(one.key + writePem('X', one.der)), malformed('the PEM text holds no certificate, only PRIVATE KEY, X'))
})

t.test('one certificate that cannot be read refuses all', async (t) => {
  t.throws(() => readCertificates(one.pem + writePem('CERTIFICATE', octets('3000'))), malformed(/^Certificate\.tbsCertificate is missing/))
})

t.test('OpenSSL\'s own form is refused with what to do', async (t) => {
  t.throws(() => readCertificates(one.pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')), {
    code: 'ERR_CERTIFICATE_UNSUPPORTED',
    message: 'a block TRUSTED CERTIFICATE is OpenSSL\'s own form: write it again with `openssl x509 -in FILE -out FILE.cer`'
  })
})

t.test('no broken block is passed over', async (t) => {
  const begin = '-----BEGIN CERTIFICATE-----'
  const end = '-----END CERTIFICATE-----'
  const body = one.der.toString('base64')
  const wrong: Array<[string, string]> = [
    [`${begin}\n${body}`, 'PEM block 1 (CERTIFICATE) has no end'],
    [`${begin}\n${body}\n-----END PRIVATE KEY-----`, 'PEM block 1 (CERTIFICATE) has no end'],
    [`${begin}\n${body}\n${two.pem}`, 'PEM block 1 (CERTIFICATE) has no end'],
    [`${two.pem}${body}\n${end}`, 'PEM block 2 (CERTIFICATE) has no beginning'],
    [`${two.pem}${begin}\n${end}`, 'PEM block 2 (CERTIFICATE) is empty or not base64'],
    [`${begin}\n${body.slice(0, -1)}\n${end}`, 'PEM block 1 (CERTIFICATE) is empty or not base64'],
    [`${begin}\n${body.slice(0, 40)}*${body.slice(41)}\n${end}`, 'PEM block 1 (CERTIFICATE) is empty or not base64'],
    [`${begin}\nAQ=D\n${end}`, 'PEM block 1 (CERTIFICATE) is empty or not base64'],
    [`${begin}\nA===\n${end}`, 'PEM block 1 (CERTIFICATE) is empty or not base64'],
    [`${two.pem}----BEGIN CERTIFICATE-----\n${body}\n${end}`, '"----BEGIN CERTIFICATE-----" is no boundary of a PEM block'],
    [`${two.pem}-----BEGIN CERTIFICATE----\n${body}\n${end}`, '"-----BEGIN CERTIFICATE----" is no boundary of a PEM block'],
    [`${two.pem}-----BEGIN certificate-----\n${body}\n-----END certificate-----`, '"-----BEGIN " is no boundary of a PEM block'],
    [`${begin}\n${body}\n-----END CERTIFICATE---\n`, '"-----END CERTIFICATE---" is no boundary of a PEM block'],
    [`${begin}\n${body}\n----END CERTIFICATE-----\n${two.pem}`, '"----END CERTIFICATE-----" is no boundary of a PEM block']
  ]
  for (const [text, message] of wrong) t.throws(() => readPem(text), malformed(message), message)
})

t.test('a large text is read in proportion to its length', async (t) => {
  const [block] = readPem(writePem('X509 CRL', Buffer.alloc(20_000_000, 7)))
  t.equal(block.octets.length, 20_000_000)
  t.equal(readPem(one.pem.repeat(3000)).length, 3000)
  t.throws(() => readPem('-----BEGIN X-----\n' + 'a:\n'.repeat(300_000)), malformed('PEM block 1 (X) has no end'))
  t.throws(() => readPem(`-----BEGIN X-----\n${'a: b\n'.repeat(300_000)}*\n-----END X-----`), malformed('PEM block 1 (X) is empty or not base64'))
})

t.test('PEM is told by a block that begins', async (t) => {
  t.equal(isPem(one.pem), true)
  t.equal(isPem(Buffer.from(`text\n${one.pem}`)), true)
  t.equal(isPem(new Uint8Array(Buffer.from(one.pem))), true)
  t.equal(isPem(one.der), false)
  t.equal(isPem('BEGIN'), false)
})
