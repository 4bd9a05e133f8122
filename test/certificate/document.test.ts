import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import fc from 'fast-check'
import { CertificateError } from '../../lib/errors.js'
import {
  documentKind, isPem, readCertificateLists, readCertificates, readCertificationRequest, readPem, readPrivateKey, wrappingProblem, writeOctetString, writePem, writeSequence
} from '../../lib/certificate/index.js'
import { mint, type Minted } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { malformed, nameOf, octets, rawCertificate } from './raw-certificate.js'
import { rawCertificateList } from './raw-certificate-list.js'
import { rawRequest } from './raw-request.js'

const [one, two]: Minted[] = [mint({ subject: 'one' }), mint({ subject: 'two' })]
const namesOf = (content: string | Uint8Array) => readCertificates(content).map(({ subject }) => subject.commonName)
const both = one.pem + two.pem
const swap = (text: string) => Buffer.from(text, 'utf16le').swap16()
const unsupported = (message: string | RegExp) => ({ name: 'CertificateError', code: 'ERR_CERTIFICATE_UNSUPPORTED', message })

t.test('PEM is read in the encodings that editors and shells write', async (t) => {
  const utf16 = Buffer.from(both, 'utf16le')
  const encodings: ReadonlyArray<[name: string, content: Buffer]> = [
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${both}`)], ['UTF-16, little end first', utf16],
    ['the same with a byte order mark', Buffer.from(`\ufeff${both}`, 'utf16le')], ['UTF-16, big end first', swap(both)],
    ['the same with a byte order mark', swap(`\ufeff${both}`)], ['UTF-16 with half a character behind it', Buffer.concat([swap(both), Buffer.from('\n')])],
    ['a text before it', Buffer.from(`0 s:CN=one\n${both}`)]
  ]
  for (const [name, content] of encodings) t.strictSame(namesOf(content), ['one', 'two'], name)
  t.ok(readPrivateKey(Buffer.from(one.key, 'utf16le')).equals(one.privateKey))
})

t.test('a text that is UTF-16 in one part only is refused, for the other part would be missing', async (t) => {
  const problem = malformed('the text is partly UTF-16 and partly not: write it again in UTF-8')
  t.throws(() => readCertificates(Buffer.concat([Buffer.from(one.pem, 'utf16le'), Buffer.from(two.pem)])), problem)
  t.throws(() => readCertificates(Buffer.concat([Buffer.from(one.pem), Buffer.from(two.pem, 'utf16le')])), problem)
})

t.test('line breaks of two characters, as in a variable of the environment, are line breaks', async (t) => {
  t.strictSame(namesOf(both.replaceAll('\n', '\\n')), ['one', 'two'])
  t.strictSame(namesOf(Buffer.from(`"${both.replaceAll('\n', '\\r\\n')}"`)), ['one', 'two'])
  t.ok(readPrivateKey(one.key.replaceAll('\n', '\\n')).equals(one.privateKey))
  const encrypted = one.privateKey.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }) as string
  t.ok(readPrivateKey(encrypted.replaceAll('\n', '\\n'), 'x').equals(one.privateKey), 'headers, too')
})

t.test('a block that is commented out is passed over; one that is so by half is not', async (t) => {
  const commented = one.pem.replace(/^(?=.)/gm, '# ')
  t.strictSame(namesOf(`${commented}${two.pem}`), ['two'])
  t.throws(() => namesOf(commented), malformed('each PEM block of the text is commented out'))
  t.throws(() => namesOf(`#${one.pem}${two.pem}`), malformed('PEM block 1 (CERTIFICATE) has no beginning'))
  t.throws(() => namesOf(one.pem.replace('-----END', '#-----END')), malformed('PEM block 1 (CERTIFICATE) has no end'))
})

t.test('labels with a dot are labels', async (t) => {
  t.strictSame(readPem(writePem('X9.42 DH PARAMETERS', Buffer.from('x'))).map(({ label }) => label), ['X9.42 DH PARAMETERS'])
  t.strictSame(namesOf(writePem('X9.42 DH PARAMETERS', Buffer.from('x')) + one.pem), ['one'])
})

t.test('base64 without PEM lines is read, and so is the base64 of PEM', async (t) => {
  const lines = one.der.toString('base64').match(/.{1,64}/g)!.join('\r\n')
  for (const text of [lines, `\ufeff  ${lines}\n`, one.der.toString('base64')]) {
    t.strictSame(namesOf(text.replace('\ufeff', '')), ['one'])
    t.strictSame(namesOf(Buffer.from(text)), ['one'])
  }
  t.strictSame(namesOf(Buffer.from(both).toString('base64')), ['one', 'two'])
  t.ok(readPrivateKey(one.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')).equals(one.privateKey))
  t.throws(() => readCertificates(`${lines}*`), malformed('it is neither PEM nor DER'))
  t.throws(() => readCertificates(Buffer.from('Lorem').toString('latin1')), malformed('it is neither PEM nor DER'))
  t.throws(() => readCertificates(`M${' '.repeat(1_000_000)}*`), malformed('it is neither PEM nor DER'), 'in proportion to the length')
})

t.test('zero bytes and line breaks behind DER are passed over, and belong to nothing', async (t) => {
  for (const trailer of ['00', '0a', '0d0a', '00'.repeat(2000), '00000d0a']) {
    const behind = (der: Buffer) => Buffer.concat([der, octets(trailer)])
    const [certificate] = readCertificates(behind(one.der))
    t.strictSame(certificate.raw, one.der)
    t.equal(certificate.fingerprint256, one.certificate.fingerprint256)
    t.strictSame(readCertificateLists(behind(rawCertificateList())).map(({ raw }) => raw), [rawCertificateList()])
    t.ok(readPrivateKey(behind(one.privateKey.export({ type: 'pkcs8', format: 'der' }))).equals(one.privateKey))
  }
  t.throws(() => readCertificates(Buffer.concat([one.der, octets('0020')])), malformed(/^Certificate has octets behind its end/))
})

t.test('DER is DER, whatever text stands in it', async (t) => {
  const der = rawCertificate({ subject: nameOf('2.5.4.3', Buffer.from(`\x0c\x82${String.fromCharCode(two.pem.length >> 8, two.pem.length & 0xff)}${two.pem}`, 'latin1')) })
  t.notOk(isPem(der))
  t.strictSame(namesOf(der), [two.pem])
})

t.test('another document is named', async (t) => {
  const documents: ReadonlyArray<[kind: string, der: Buffer]> = [
    ['a certificate', one.der], ['a certification request', rawRequest()], ['a certificate list (CRL)', rawCertificateList()],
    ['a private key', one.privateKey.export({ type: 'pkcs8', format: 'der' })], ['a public key', one.publicKey.export({ type: 'spki', format: 'der' })],
    ['an encrypted private key', one.privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-128-cbc', passphrase: 'x' })],
    ['a PKCS #12', octets('300a020103 3005 06012a 0500')], ['an OCSP response', octets('30030a0106')], ['a PKCS #7', octets('3005 06012a a000')]
  ]
  const readers = [['a certificate', readCertificates], ['a certificate list (CRL)', readCertificateLists], ['a certification request', readCertificationRequest]] as const
  for (const [wanted, read] of readers) {
    for (const [kind, der] of documents) {
      if (kind !== wanted) t.throws(() => read(der), malformed(`it is ${kind}, and not ${wanted}`))
    }
  }
  t.throws(() => readPrivateKey(rawRequest()), malformed('it is a certification request, and not a private key'))
})

t.test('a damaged document is the kind whose grammar it follows furthest', async (t) => {
  t.equal(documentKind(rawCertificate()), 'certificate')
  t.equal(documentKind(rawCertificate({ version: undefined })), 'certificate', 'version 1')
  t.equal(documentKind(rawCertificate({ subjectPublicKeyInfo: octets('0500') })), 'certificate')
  t.equal(documentKind(rawRequest({ subjectPublicKeyInfo: octets('3000') })), 'certification request')
  t.equal(documentKind(rawRequest({ attributes: undefined })), 'certification request')
  t.equal(documentKind(rawCertificateList({ version: undefined, nextUpdate: undefined, revokedCertificates: octets('0500') })), 'certificate list (CRL)')
  t.equal(documentKind(octets('3006 3000 3000 0300')), undefined)
  t.equal(documentKind(octets('3000')), undefined)
  t.throws(() => documentKind(octets('0500')), malformed('the document has tag 0x5, not 0x30, at octet 0'))
})

const gpg = 'export X.509 certificates with `gpgsm --armor --export`'

t.test('files that are neither PEM nor DER are named, with what to do', async (t) => {
  const files: ReadonlyArray<[content: string, problem: string]> = [
    ['\xfe\xed\xfe\xed\0\0\0\x02', 'is a Java keystore (JKS): convert it with `keytool -importkeystore -srckeystore OLD.jks -destkeystore NEW.p12 -deststoretype PKCS12`'],
    ['\xce\xce\xce\xce\0\0\0\x02', 'is a Java keystore (JCEKS): convert it with `keytool -importkeystore -srckeystore OLD.jks -srcstoretype JCEKS -destkeystore NEW.p12 -deststoretype PKCS12`'],
    ['PuTTY-User-Key-File-3: ssh-ed25519', 'is a key of PuTTY: convert it with `puttygen OLD.ppk -O private-openssh -o NEW.key && ssh-keygen -p -m PKCS8 -f NEW.key`'],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 x', 'is a public key of OpenSSH, and not a certificate: make a request with its private key, and have it signed'],
    ['---- BEGIN SSH2 PUBLIC KEY ----\n', 'is a public key of OpenSSH, and not a certificate: make a request with its private key, and have it signed'],
    ...['\x99\x01\x0d\x04', '\x98\x33\x04', '\xc6\x33\x04', '\xc5\xc0\x10\x04', '\x95\x01\x0d\x04'].map((head): [string, string] => [head, `is a key of GPG, which is not X.509: ${gpg}`]),
    ['PK\x03\x04', 'is a ZIP archive: unpack it first'], ['\x1f\x8b\x08', 'is compressed by gzip: unpack it first'],
    ['\r\n<!DOCTYPE html>', 'is a page of HTML or XML, as a server sends in place of a file that it does not have'],
    ['[{ "kty": "EC" }]', 'is JSON: take the certificate out of it, with its line -----BEGIN …-----'],
    ['\xef\xbb\xbf{ "kty": "EC" }', 'is JSON: take the certificate out of it, with its line -----BEGIN …-----'],
    ['\xff\xfex\0', 'is a text in UTF-16 without a PEM block: write the file again in UTF-8']
  ]
  for (const [text, problem] of files) {
    const content = Buffer.from(text, 'latin1')
    t.equal(wrappingProblem(content), problem)
    for (const read of [readCertificates, readCertificateLists, readCertificationRequest, readPrivateKey]) t.throws(() => read(content), unsupported(`it ${problem}`))
  }
  t.equal(wrappingProblem(Buffer.from(' \n\0')), 'is empty')
  t.equal(wrappingProblem(Buffer.from('\x99\x01\x0d\x09', 'latin1')), 'is neither PEM nor DER')
  t.equal(wrappingProblem(one.der), undefined)
  t.equal(wrappingProblem(Buffer.from(one.pem)), undefined)
  t.equal(wrappingProblem(Buffer.from(one.der.toString('base64'))), undefined)
})

t.test('a block of GPG is named', async (t) => {
  const armored = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: GnuPG v2\n\nmDMEAAAAABYJKwYBBAHaRw8BAQdA\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----'
  t.throws(() => readCertificates(armored), unsupported(`PEM block 1 (PGP PUBLIC KEY BLOCK) is from GPG, whose keys are not X.509: ${gpg}`))
})

t.test('keystores of Java itself are named', { skip: parts.missing('keytool') }, async (t) => {
  const folder = t.testdir({})
  for (const type of ['JKS', 'JCEKS']) {
    execFileSync('keytool', ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', 'CN=x', '-alias', 'x', '-storetype', type, '-storepass', 'password', '-keypass', 'password',
      '-keystore', type], { cwd: folder, stdio: 'ignore' })
    t.match(wrappingProblem(readFileSync(join(folder, type))), `is a Java keystore (${type}): convert it with `)
  }
})

t.test('the key of PKCS #8 of version 2 is the same on every Node, and the public key behind it has to be its own', { skip: parts.missing('openssl') }, async (t) => {
  // What OpenSSL makes is of version 1: the public key is put behind it here.
  const folder = t.testdir({})
  const v1 = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-outform', 'DER'])
  writeFileSync(join(folder, 'key'), v1)
  const spki = execFileSync('openssl', ['pkey', '-in', 'key', '-inform', 'DER', '-pubout', '-outform', 'DER'], { cwd: folder })
  const v2 = (publicKey: Buffer) => Buffer.concat([octets('3051 020101'), v1.subarray(5), octets('812100'), publicKey])
  const publicKey = spki.subarray(-32)
  t.ok(readPrivateKey(v2(publicKey)).equals(readPrivateKey(v1)))
  t.ok(readPrivateKey(Buffer.from(writePem('PRIVATE KEY', v2(publicKey)))).equals(readPrivateKey(v1)))
  t.throws(() => readPrivateKey(v2(Buffer.alloc(32, 1))), malformed('the private key has the public key of another one behind it'))
  const third = Buffer.from(v1)
  third[4] = 2
  t.throws(() => readPrivateKey(third), malformed('PrivateKeyInfo has version 3, not 1 or 2'))
})

t.test('whatever is read, there is a value or a CertificateError', async () => {
  const readers = [readCertificates, readCertificateLists, readCertificationRequest, (content: Uint8Array) => readPrivateKey(content, 'x')]
  const seeds = [Buffer.from(both), Buffer.from(both, 'utf16le'), Buffer.from(one.der.toString('base64')), one.der, writeSequence(writeOctetString(one.der))]
  const mutant = fc.tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })).map(([seed, changes]) => {
    const copy = Buffer.from(seed)
    for (const [place, value] of changes) copy[place % copy.length] = value
    return copy
  })
  fc.assert(fc.property(fc.oneof(mutant, fc.uint8Array({ maxLength: 60 })), (content) => {
    for (const read of readers) {
      try {
        read(content)
      } catch (error) {
        if (!(error instanceof CertificateError)) throw error
      }
    }
  }), { numRuns: 300 })
})
