import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { contextTag, readCertificate, readCertificates, tags, write, writeBitString, writeSequence, writeSet, type Certificate } from '../../lib/certificate/index.js'
import { readElement } from '../../lib/certificate/der.js'
import { mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { parts, vectorsFolder } from '../helpers/parts.js'
import { commonName, ecdsaWithSha256, extensionOf, extensionsOf, malformed, nameOf, octets, rawCertificate, versionOf } from './raw-certificate.js'

const validity = (...times: Array<[number, string]>) => writeSequence(...times.map(([tag, text]) => write(tag, Buffer.from(text))))

t.test('a minted client certificate reads as it was written', async (t) => {
  const authority = mintAuthority()
  const notBefore = new Date('2026-01-01T00:00:00Z')
  const notAfter = new Date('2051-01-01T00:00:00Z')
  const { certificate, der, publicKey } = mintClient(authority, { subject: 'alice', notBefore, notAfter, serialNumber: octets('00abcdef') })
  t.equal(certificate.version, 3)
  t.equal(certificate.serialNumber, 'abcdef')
  t.equal(certificate.subject.commonName, 'alice')
  t.equal(certificate.issuer.commonName, 'Test CA')
  t.strictSame(certificate.validity, { notBefore, notAfter })
  t.strictSame(certificate.signatureAlgorithm, { algorithm: '1.2.840.10045.4.3.2', parameters: undefined })
  t.strictSame(certificate.publicKeyAlgorithm, { algorithm: '1.2.840.10045.2.1', parameters: octets('06082a8648ce3d030107') })
  t.strictSame(certificate.basicConstraints, { cA: false, pathLenConstraint: undefined })
  t.strictSame(certificate.keyUsage, ['digitalSignature'])
  t.strictSame(certificate.extendedKeyUsage, ['clientAuth'])
  t.equal(certificate.raw, der)
  t.equal(certificate.path, undefined)
  t.ok(certificate.publicKey.equals(publicKey))
  t.equal(certificate.publicKey, certificate.publicKey, 'made once')
  t.strictSame(certificate.subjectPublicKeyInfo, publicKey.export({ type: 'spki', format: 'der' }))
  t.strictSame(certificate.subjectPublicKey, certificate.subjectPublicKeyInfo.subarray(-65))
  t.strictSame(certificate.tbsCertificate, der.subarray(4, 4 + certificate.tbsCertificate.length))
  t.strictSame(certificate.signature, der.subarray(-certificate.signature.length))
})

t.test('a minted certificate of version 1 has no extensions', async (t) => {
  const { certificate, der } = mint({ version: 1, subject: 'alice' })
  t.equal(certificate.version, 1)
  t.strictSame(certificate.extensions, [])
  t.equal(new X509Certificate(der).subject, 'CN=alice')
})

t.test('fingerprints are those of Node', async (t) => {
  const { certificate, der, publicKey } = mint()
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  t.equal(certificate.fingerprint256, new X509Certificate(der).fingerprint256)
  t.equal(certificate.publicKeyFingerprint256.replaceAll(':', '').toLowerCase(), createHash('sha256').update(spki).digest('hex'))
  t.match(certificate.publicKeyFingerprint256, /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  t.equal(certificate.thumbprint, createHash('sha256').update(der).digest('base64url'))
})

t.test('a certificate is current from the start of its first second to the end of its last', async (t) => {
  const certificate = readCertificate(rawCertificate({ validity: validity([tags.utcTime, '260101000000Z'], [tags.generalizedTime, '20270101000000Z']) }))
  const current: Array<[string, boolean]> = [
    ['2025-12-31T23:59:59.999Z', false], ['2026-01-01T00:00:00.000Z', true], ['2026-07-01T00:00:00Z', true],
    ['2027-01-01T00:00:00.000Z', true], ['2027-01-01T00:00:00.999Z', true], ['2027-01-01T00:00:01.000Z', false]
  ]
  for (const [date, isCurrent] of current) t.equal(certificate.isValidAt(new Date(date)), isCurrent, date)
  t.equal(certificate.isValidAt(new Date(NaN)), false)
})

t.test('a certificate of version 1 or 2 has no extensions', async (t) => {
  t.equal(readCertificate(rawCertificate({ version: undefined })).version, 1)
  t.equal(readCertificate(rawCertificate({ version: versionOf(1) })).version, 2)
  const extensions = extensionsOf(extensionOf('1.2.3', octets('')))
  t.throws(() => readCertificate(rawCertificate({ version: undefined, extensions })), malformed(/^tbsCertificate has a field too many at octet \d+$/))
  t.throws(() => readCertificate(rawCertificate({ version: versionOf(1), extensions })), malformed(/^tbsCertificate has a field too many at octet \d+$/))
  t.throws(() => readCertificate(rawCertificate({ extensions: Buffer.concat([extensions, extensions]) })), malformed(/^tbsCertificate has a field too many/))
  t.throws(() => readCertificate(rawCertificate({ extensions: write(contextTag(3, true), octets('30003000')) })), malformed(/^extensions has octets behind its end/))
})

t.test('a version that is none, or is not DER, is refused', async (t) => {
  t.throws(() => readCertificate(rawCertificate({ version: versionOf(0) })), malformed(/^certificate has version 1, which DER leaves out, at octet \d+$/))
  t.throws(() => readCertificate(rawCertificate({ version: versionOf(3) })), malformed(/^certificate has version 4 at octet \d+$/))
  t.throws(() => readCertificate(rawCertificate({ version: write(contextTag(0, true), octets('0201ff')) })), malformed(/^version is negative or too great/))
})

t.test('unique identifiers are passed over where they may stand', async (t) => {
  const uniqueIdentifiers = octets('81020780 82020780')
  t.equal(readCertificate(rawCertificate({ uniqueIdentifiers })).version, 3)
  t.equal(readCertificate(rawCertificate({ version: versionOf(1), uniqueIdentifiers: octets('82020780') })).version, 2)
  t.throws(() => readCertificate(rawCertificate({ version: undefined, uniqueIdentifiers })), malformed(/^tbsCertificate has a field too many/))
  t.throws(() => readCertificate(rawCertificate({ uniqueIdentifiers: octets('8100') })), malformed(/^BIT STRING has a wrong count of unused bits/))
})

t.test('serial numbers are hexadecimal, also such as RFC 5280 does not allow', async (t) => {
  const serialNumbers: Array<[string, string]> = [
    ['020100', '00'], ['020101', '01'], ['02017f', '7f'], ['02020080', '80'], ['0201ff', '-1'], ['020180', '-80'], ['0202ff7f', '-81'],
    [`0215 00 ${'ff'.repeat(20)}`, 'ff'.repeat(20)], [`0220 ${'7f'.repeat(32)}`, '7f'.repeat(32)]
  ]
  for (const [hex, text] of serialNumbers) t.equal(readCertificate(rawCertificate({ serialNumber: octets(hex) })).serialNumber, text)
  t.throws(() => readCertificate(rawCertificate({ serialNumber: octets('02020001') })), malformed(/^INTEGER is not minimal/))
  t.throws(() => readCertificate(rawCertificate({ serialNumber: octets('0200') })), malformed(/^INTEGER is empty/))
  t.throws(() => readCertificate(rawCertificate({ serialNumber: octets('040101') })), malformed(/^tbsCertificate\.serialNumber has tag 0x4, not 0x2/))
})

t.test('a certificate that names two signature algorithms is refused', async (t) => {
  const other = writeSequence(octets('06082a8648ce3d040303'))
  const withNull = writeSequence(octets('06082a8648ce3d040302'), octets('0500'))
  for (const signature of [other, withNull]) t.throws(() => readCertificate(rawCertificate({ signature })), malformed(/^the certificate names two signature algorithms at octet \d+$/))
  t.throws(() => readCertificate(rawCertificate({ signatureAlgorithm: other })), malformed(/^the certificate names two signature algorithms/))
  t.equal(readCertificate(rawCertificate({ signature: other, signatureAlgorithm: other })).signatureAlgorithm.algorithm, '1.2.840.10045.4.3.3')
  t.strictSame(readCertificate(rawCertificate({ signature: withNull, signatureAlgorithm: withNull })).signatureAlgorithm.parameters, octets('0500'))
})

t.test('each field of a wrong form refuses the certificate', async (t) => {
  const plain = rawCertificate()
  const fields = plain.subarray(readElement(plain).from)
  const wrong: Array<[Buffer, RegExp]> = [
    [Buffer.alloc(0), /^DER ends inside a header at octet 0$/],
    [Buffer.concat([plain, octets('00')]), /^Certificate has octets behind its end/],
    [plain.subarray(0, -1), /^DER element is longer than what holds it at octet 0$/],
    [octets('3080 0000'), /^DER length is indefinite or too long at octet 0$/],
    [octets('3000'), /^Certificate\.tbsCertificate is missing at octet 2$/],
    [write(tags.set, fields), /^Certificate has tag 0x31, not 0x30, at octet 0$/],
    [writeSequence(fields, octets('0500')), /^Certificate has a field too many/],
    [rawCertificate({ signatureValue: octets('030101') }), /^BIT STRING does not hold whole octets/],
    [rawCertificate({ signatureValue: octets('0400') }), /^Certificate\.signatureValue has tag 0x4, not 0x3/],
    [rawCertificate({ signature: writeSequence(), signatureAlgorithm: writeSequence() }), /^AlgorithmIdentifier\.algorithm is missing/],
    [rawCertificate({ signature: octets('3009 06032a0304 0500 0500'), signatureAlgorithm: octets('3009 06032a0304 0500 0500') }), /^AlgorithmIdentifier has a field too many/],
    [rawCertificate({ issuer: octets('3100') }), /^tbsCertificate\.issuer has tag 0x31, not 0x30/],
    [rawCertificate({ subject: octets('30023000') }), /^RelativeDistinguishedName has tag 0x30, not 0x31/],
    [rawCertificate({ validity: validity([tags.utcTime, '260101000000Z']) }), /^validity\.notAfter is missing/],
    [rawCertificate({ validity: validity([tags.utcTime, '260101000000Z'], [tags.utcTime, '270101000000Z'], [tags.utcTime, '280101000000Z']) }), /^validity has a field too many/],
    [rawCertificate({ validity: validity([tags.utcTime, '260101000000Z'], [tags.utcTime, '2701010000Z']) }), /^Time is neither/],
    [rawCertificate({ validity: validity([tags.utcTime, '260230000000Z'], [tags.utcTime, '270101000000Z']) }), /^Time is not a date of the calendar/],
    [rawCertificate({ subjectPublicKeyInfo: writeSequence(ecdsaWithSha256) }), /^subjectPublicKeyInfo\.subjectPublicKey is missing/],
    [rawCertificate({ subjectPublicKeyInfo: writeSequence(ecdsaWithSha256, octets('030201fe')) }), /^BIT STRING does not hold whole octets/],
    [rawCertificate({ subjectPublicKeyInfo: writeSequence(ecdsaWithSha256, octets('030100'), octets('0500')) }), /^subjectPublicKeyInfo has a field too many/],
    [rawCertificate({ extensions: octets('a3020500') }), /^extensions has tag 0x5, not 0x30/]
  ]
  for (const [der, message] of wrong) t.throws(() => readCertificate(der), malformed(message), `${message}`)
})

t.test('a certificate has at most 102400 octets', async (t) => {
  const filled = (length: number) => rawCertificate({ extensions: extensionsOf(extensionOf('1.2.3', Buffer.alloc(length))) })
  const room = 102_400 - filled(100_000).length + 100_000
  t.equal(filled(room).length, 102_400)
  t.equal(readCertificate(filled(room)).extensions.length, 1)
  t.throws(() => readCertificate(filled(room + 1)), malformed('certificate has 102401 octets, more than 102400'))
})

t.test('names nested in lengths that lie are refused without reading on', async (t) => {
  // 25,000 headers, each of which says that the rest is inside it.
  const nested = Array.from({ length: 25_000 }, (_, index) => octets(`3083${((25_000 - index - 1) * 5).toString(16).padStart(6, '0')}`))
  t.throws(() => readCertificate(Buffer.concat(nested).subarray(0, 102_400)), { code: 'ERR_CERTIFICATE_MALFORMED' })
})

t.test('a certificate has at most 128 extensions, 128 relative names in a name, 128 attributes in each, and 128 purposes', async (t) => {
  const many = (count: number, member: Buffer) => Array.from({ length: count }, () => member)
  const set = commonName('a').subarray(2)
  const forms: Array<(count: number) => Buffer> = [
    (count) => rawCertificate({ extensions: extensionsOf(...Array.from({ length: count }, (_, index) => extensionOf(`1.2.${index}`, octets('')))) }),
    (count) => rawCertificate({ subject: writeSequence(...many(count, set)) }),
    (count) => rawCertificate({ issuer: writeSequence(writeSet(...many(count, set.subarray(2)))) }),
    (count) => rawCertificate({ extensions: extensionsOf(extensionOf('2.5.29.37', writeSequence(...many(count, octets('06022a03'))))) })
  ]
  for (const form of forms) {
    t.equal(readCertificate(form(128)).isSelfIssued, false)
    t.throws(() => readCertificate(form(129)), { code: 'ERR_CERTIFICATE_MALFORMED', message: /^there are more than 128 elements where so many belong at most, at octet \d+$/ })
  }
})

t.test('a public key of a kind that is not known is told when it is asked for', async (t) => {
  const certificate = readCertificate(rawCertificate({ subjectPublicKeyInfo: writeSequence(writeSequence(octets('06032a0304')), writeBitString(octets('00'))) }))
  t.throws(() => certificate.publicKey, { code: 'ERR_CERTIFICATE_UNSUPPORTED', message: 'the public key is of a kind that is not known here' })
  t.equal(certificate.publicKeyAlgorithm.algorithm, '1.2.3.4')
})

t.test('an object identifier that is too long is not supported', async (t) => {
  const long = write(tags.objectIdentifier, Buffer.concat([Buffer.alloc(128, 0xff), octets('01')]))
  t.throws(() => readCertificate(rawCertificate({ subject: writeSequence(writeSet(writeSequence(long, octets('0500')))) })), { code: 'ERR_CERTIFICATE_UNSUPPORTED' })
})

t.test('whether a certificate is self-issued is a matter of names', async (t) => {
  t.equal(mintAuthority().certificate.isSelfIssued, true)
  t.equal(readCertificate(rawCertificate({ issuer: commonName('A'), subject: commonName('a') })).isSelfIssued, true)
  t.equal(readCertificate(rawCertificate()).isSelfIssued, false)
})

t.test('a certificate is frozen, and shows no way to what it is made of', async (t) => {
  const { certificate } = mint()
  t.ok(Object.isFrozen(certificate))
  t.ok(Object.isFrozen(certificate.validity))
  t.ok(Object.isFrozen(certificate.signatureAlgorithm))
  t.strictSame(Object.keys(certificate), ['raw', 'path'])
  t.throws(() => { (certificate as { serialNumber: string }).serialNumber = '01' }, TypeError)
  certificate.validity.notAfter.setTime(0)
  t.not(certificate.validity.notAfter.getTime(), 0)
})

t.test('a certificate along its path is the same, with its issuers behind it', async (t) => {
  const authority = mintAuthority()
  const { certificate } = mintClient(authority)
  const verified: Certificate = certificate.along([authority.certificate])
  t.strictSame(verified.path?.map((each) => each.subject.commonName), ['client', 'Test CA'])
  t.equal(verified.path?.[0], verified)
  t.ok(Object.isFrozen(verified.path))
  t.equal(verified.raw, certificate.raw)
  t.equal(verified.publicKey, certificate.publicKey, 'the key is shared')
  t.equal(certificate.path, undefined)
})

t.test('in JSON a certificate is what a log may say of it', async (t) => {
  const { certificate } = mint({ subject: 'a\nb', notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z'), serialNumber: octets('0102') })
  t.strictSame(JSON.parse(JSON.stringify(certificate)), {
    subject: 'CN=a\\0Ab',
    issuer: 'CN=a\\0Ab',
    serialNumber: '0102',
    notBefore: '2026-01-01T00:00:00.000Z',
    notAfter: '2027-01-01T00:00:00.000Z',
    fingerprint256: certificate.fingerprint256
  })
})

t.test('octets are read where they lie', async (t) => {
  const der = rawCertificate()
  const view = new Uint8Array(Buffer.concat([octets('ffff'), der, octets('ff')])).subarray(2, -1)
  t.strictSame(readCertificate(view).raw, der)
  t.equal(readCertificate(view).raw.buffer, view.buffer)
})

t.test('an empty subject is an empty name', async (t) => {
  t.equal(readCertificate(rawCertificate({ subject: writeSequence() })).subject.toString(), '')
})

t.test('a name with a part of another type is kept', async (t) => {
  const { subject } = readCertificate(rawCertificate({ subject: nameOf('2.5.4.45', octets('03020780')) }))
  t.equal(subject.toString(), '2.5.4.45=#03020780')
})

t.test('the certificates of the RFCs\' examples', { skip: parts.missing('vectors') }, async (t) => {
  const read = (file: string) => readCertificates(readFileSync(join(vectorsFolder, 'rfc', file)))
  const [bound] = read('rfc8705-appendix-a.pem')
  t.equal(bound.thumbprint, 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0')
  t.ok(bound.publicKey.equals(createPublicKey({ key: bound.subjectPublicKeyInfo, format: 'der', type: 'spki' })))
  const chain = read('rfc9440-example.pem')
  t.strictSame(chain.map(({ subject }) => subject.toString()), ['CN=BC', "CN=LA Intermediate CA,O=Let's Authenticate", "CN=Let's Authenticate Root Authority,O=Let's Authenticate,C=US"])
  chain.forEach((each, index) => t.ok(each.issuer.equals(chain[Math.min(index + 1, 2)].subject)))
  t.strictSame(chain[0].subjectAltName, [{ type: 'rfc822Name', value: 'bdc@example.com' }])
  for (const each of chain) {
    const node = new X509Certificate(each.raw)
    t.equal(each.fingerprint256, node.fingerprint256)
    t.equal(each.serialNumber, node.serialNumber.toLowerCase())
  }
})
