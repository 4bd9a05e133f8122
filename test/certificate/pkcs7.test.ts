import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import fc from 'fast-check'
import { CertificateError } from '../../lib/errors.js'
import { readCertificates, readPkcs7Certificates, write, writeInteger, writePem, writeSequence } from '../../lib/certificate/index.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { contentInfo, indefinite } from '../helpers/pfx.js'
import { pkcs7 } from '../helpers/pkcs7.js'
import { malformed, octets } from './raw-certificate.js'

const root = mintAuthority({ subject: 'Root' })
const intermediate = mintAuthority({ subject: 'Intermediate', issuer: root })
const client = mintClient(intermediate, { subject: 'alice' })
const other = mintAuthority({ subject: 'Other' })
const signedData = '1.2.840.113549.1.7.2'
const none = octets('3100')

const namesIn = (content: Uint8Array | string) => readCertificates(content).map(({ subject }) => subject.commonName)

t.test('the certificates of a PKCS #7 are read, the leaf and those above it first', async (t) => {
  const der = pkcs7([other.der, root.der, client.der, intermediate.der])
  const expected = ['alice', 'Intermediate', 'Root', 'Other']
  t.strictSame(namesIn(der), expected)
  t.strictSame(namesIn(indefinite(der)), expected, 'BER')
  t.strictSame(namesIn(Buffer.concat([der, octets('00000d0a')])), expected, 'with zero bytes behind it')
  for (const label of ['PKCS7', 'PKCS #7 SIGNED DATA', 'CMS']) t.strictSame(namesIn(writePem(label, der)), expected, label)
  t.strictSame(namesIn(writePem('PKCS7', pkcs7([root.der])) + other.pem), ['Root', 'Other'], 'beside other blocks')
  t.strictSame(readCertificates(der)[0].raw, client.der)
})

t.test('certificates that name no leaf stay in their order', async (t) => {
  const [one, two] = [mintAuthority({ subject: 'one', issuerName: other.certificate.subject.raw }), mintAuthority({ subject: 'Other', issuerName: root.certificate.subject.raw })]
  const circle = mintAuthority({ subject: 'Root', issuerName: one.certificate.subject.raw })
  t.strictSame(namesIn(pkcs7([two.der, one.der, circle.der])), ['Other', 'one', 'Root'])
})

t.test('attribute certificates and lists in a PKCS #7 are passed over', async (t) => {
  const attributeCertificate = octets('a1020500')
  const content = writeSequence(writeInteger(1), none, writeSequence(), write(0xa0, attributeCertificate, root.der), octets('a1023000'), none)
  t.strictSame(namesIn(contentInfo(signedData, content)), ['Root'])
})

t.test('a PKCS #7 without certificates, of another kind, too long or damaged is refused', async (t) => {
  t.throws(() => readCertificates(pkcs7([])), malformed('the PKCS #7 holds no certificate'))
  t.throws(() => readCertificates(pkcs7([root.der], '1.2.840.113549.1.7.3')), {
    code: 'ERR_CERTIFICATE_UNSUPPORTED', message: 'the PKCS #7 has content of type 1.2.840.113549.1.7.3: only certificates in SignedData are read'
  })
  t.throws(() => readPkcs7Certificates(Buffer.alloc(1024 * 1024 + 1)), malformed('PKCS #7 has 1048577 octets, more than 1048576'))
  t.throws(() => readCertificates(pkcs7([writeSequence()])), malformed(/^Certificate\.tbsCertificate is missing/))
  t.throws(() => readCertificates(contentInfo(signedData, none)), malformed(/^SignedData has tag 0x31/))
  t.throws(() => readCertificates(Buffer.concat([pkcs7([root.der]), octets('01')])), malformed(/^BER has octets behind its end/))
})

t.test('what OpenSSL writes is read', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir({ 'chain.cer': client.pem + intermediate.pem + root.pem, 'above.cer': intermediate.pem + root.pem, 'client.key': client.key, 'client.cer': client.pem })
  const openssl = (...argv: string[]) => execFileSync('openssl', argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const form of ['DER', 'PEM']) {
    t.strictSame(namesIn(openssl('crl2pkcs7', '-nocrl', '-certfile', 'chain.cer', '-outform', form)), ['alice', 'Intermediate', 'Root'], form)
  }
  writeFileSync(join(folder, 'text'), 'signed')
  openssl('cms', '-sign', '-in', 'text', '-signer', 'client.cer', '-inkey', 'client.key', '-certfile', 'above.cer', '-nosmimecap', '-outform', 'DER', '-out', 'signed.p7m')
  t.strictSame(namesIn(readFileSync(join(folder, 'signed.p7m'))), ['alice', 'Intermediate', 'Root'], 'with signatures in it')
})

t.test('whatever is done to a PKCS #7, there are certificates or a CertificateError', async () => {
  const der = pkcs7([root.der, client.der])
  const seeds = [der, indefinite(der)]
  fc.assert(fc.property(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), fc.nat(), (seed, changes, cut) => {
    const mutant = Buffer.from(cut % 4 === 0 ? seed.subarray(0, cut % seed.length) : seed)
    for (const [place, value] of changes) if (mutant.length > 0) mutant[place % mutant.length] = value
    try {
      return readPkcs7Certificates(mutant).length > 0
    } catch (error) {
      if (error instanceof CertificateError) return true
      throw error
    }
  }), { numRuns: 300 })
})
