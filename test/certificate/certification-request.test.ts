import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t, { type Test } from 'tap'
import {
  basicConstraintsExtension, CertificationRequest, extendedKeyUsageExtension, keyUsageExtension, readCertificationRequest, requestAttributeTypes, subjectAltNameExtension,
  tags, write, writeCertificationRequest, writeCertificationRequestInfo, writeInteger, writeNull, writeObjectIdentifier, writePem, writeSequence, writeSet
} from '../../lib/certificate/index.js'
import { commonName, ecdsaWithSha256, malformed, octets, rawCertificate } from './raw-certificate.js'
import { attributeOf, extensionRequest, extensionsValue, privateKey, publicKey, rawRequest, type RawRequestFields } from './raw-request.js'

const names = subjectAltNameExtension([{ type: 'rfc822Name', value: 'alice@example.com' }, { type: 'iPAddress', value: '::1' }])
const challengePassword = attributeOf(requestAttributeTypes.challengePassword, write(tags.printableString, Buffer.from('secret')))

const refused = (t: Test, fields: RawRequestFields, message: string | RegExp) =>
  t.throws(() => readCertificationRequest(rawRequest(fields)), malformed(message))

t.test('a request says who asks, for which key, and for what', async (t) => {
  const extensions = [names, keyUsageExtension('digitalSignature'), extendedKeyUsageExtension('clientAuth'), basicConstraintsExtension(false)]
  const der = rawRequest({ attributes: [challengePassword, extensionRequest(...extensions)] })
  const request = readCertificationRequest(der)
  t.ok(request instanceof CertificationRequest)
  t.equal(request.raw, der)
  t.equal(request.subject.toString(), 'CN=alice')
  t.strictSame(request.subjectPublicKeyInfo, publicKey.export({ type: 'spki', format: 'der' }))
  t.strictSame(request.subjectPublicKey, request.subjectPublicKeyInfo.subarray(-65))
  t.equal(request.publicKeyAlgorithm.algorithm, '1.2.840.10045.2.1')
  t.ok(request.publicKey.equals(publicKey))
  t.equal(await request.loadPublicKey(), request.publicKey, 'made once')
  t.strictSame(request.extensions.map(({ type }) => type), ['2.5.29.17', '2.5.29.15', '2.5.29.37', '2.5.29.19'])
  t.strictSame(request.subjectAltName.map(({ type }) => type), ['rfc822Name', 'iPAddress'])
  t.strictSame([...request.keyUsage!], ['digitalSignature'])
  t.strictSame([...request.extendedKeyUsage!], ['clientAuth'])
  t.equal(request.basicConstraints!.cA, false)
  t.strictSame([...request.otherAttributes], [requestAttributeTypes.challengePassword])
  t.equal(request.signatureAlgorithm.algorithm, '1.2.840.10045.4.3.2')
  t.strictSame(writeCertificationRequest(request.certificationRequestInfo, ecdsaWithSha256, request.signature), der)
  t.strictSame(JSON.parse(JSON.stringify(request)), { subject: 'CN=alice', extensions: ['2.5.29.17', '2.5.29.15', '2.5.29.37', '2.5.29.19'] })
})

t.test('nothing that a request hands out can be changed', async (t) => {
  const request = readCertificationRequest(rawRequest({ attributes: [extensionRequest(names)] }))
  for (const value of [request, request.subject, request.extensions, request.extensions[0], request.subjectAltName, request.otherAttributes, request.signatureAlgorithm]) t.ok(Object.isFrozen(value))
})

t.test('a request that asks for nothing but a name', async (t) => {
  for (const attributes of [[], undefined]) {
    const request = readCertificationRequest(rawRequest({ attributes }))
    t.strictSame([request.extensions, request.subjectAltName, request.otherAttributes], [[], [], []])
    t.strictSame([request.keyUsage, request.extendedKeyUsage, request.basicConstraints], [undefined, undefined, undefined])
  }
})

t.test('the attribute type that Microsoft had before is read like the standard one', async (t) => {
  const request = readCertificationRequest(rawRequest({ attributes: [attributeOf(requestAttributeTypes.certificateExtensions, extensionsValue(names))] }))
  t.equal(request.subjectAltName.length, 2)
  t.strictSame(request.otherAttributes, [])
})

t.test('what is written is what the writer of each part would write', async (t) => {
  const subjectPublicKeyInfo = publicKey.export({ type: 'spki', format: 'der' })
  const info = writeCertificationRequestInfo({ subject: commonName('alice'), subjectPublicKeyInfo, extensions: [names] })
  t.strictSame(info, readCertificationRequest(rawRequest({ attributes: [extensionRequest(names)] })).certificationRequestInfo)
  const bare = writeCertificationRequestInfo({ subject: commonName('alice'), subjectPublicKeyInfo, extensions: [] })
  t.strictSame(bare.subarray(-2), octets('a000'), 'the field of the attributes stands there, though it is empty')
})

t.test('PEM: text or octets, either label, other blocks beside it', async (t) => {
  const der = rawRequest()
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  for (const label of ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']) {
    const text = `Certificate Request:\n${key}${writePem(label, der)}`
    t.strictSame(readCertificationRequest(text).raw, der)
    t.strictSame(readCertificationRequest(Buffer.from(text)).raw, der)
  }
  t.strictSame(readCertificationRequest(new Uint8Array(der)).raw, der)
  const pem = writePem('CERTIFICATE REQUEST', der)
  t.throws(() => readCertificationRequest(pem + pem), malformed('the PEM text holds 2 certification requests, and not one'))
  t.throws(() => readCertificationRequest(key), malformed('the PEM text holds no certification request, only PRIVATE KEY'))
  t.throws(() => readCertificationRequest('alice'), malformed('it is neither PEM nor DER'))
})

t.test('octets before, behind or between the parts refuse a request', async (t) => {
  const der = rawRequest()
  t.throws(() => readCertificationRequest(Buffer.concat([der, octets('01')])), malformed(`CertificationRequest has octets behind its end at octet ${der.length}`))
  t.throws(() => readCertificationRequest(der.subarray(0, -1)), malformed(/^DER element is longer than what holds it/))
  t.throws(() => readCertificationRequest(Buffer.alloc(0)), malformed('it is empty'))
  t.throws(() => readCertificationRequest(writeSequence(writeSequence(), ecdsaWithSha256, write(tags.bitString, octets('00')), writeNull())), malformed(/^CertificationRequest has a field too many/))
  refused(t, { more: writeNull() }, /^certificationRequestInfo has a field too many/)
  refused(t, { subjectPublicKeyInfo: writeSequence(ecdsaWithSha256, write(tags.bitString, octets('00')), writeNull()) }, /^subjectPublicKeyInfo has a field too many/)
  refused(t, { attributes: [writeSequence(writeObjectIdentifier('1.2.3'), writeSet(writeNull()), writeNull())] }, /^Attribute has a field too many/)
})

t.test('a request that is too long is not read', async (t) => {
  const long = write(tags.sequence, Buffer.alloc(65_533))
  t.throws(() => readCertificationRequest(long), malformed('certification request has 65537 octets, more than 65536'))
})

t.test('a request has version 1, or one of those of certificates, as certbot wrote it', async (t) => {
  for (const version of [1, 2, 3]) t.equal(readCertificationRequest(rawRequest({ version: writeInteger(version - 1) })).version, version)
  refused(t, { version: writeInteger(3) }, /^certification request has version 4/)
  refused(t, { version: writeNull() }, /^certificationRequestInfo.version has tag 0x5, not 0x2/)
})

t.test('what stands twice refuses a request: two readers could choose differently', async (t) => {
  const microsoft = attributeOf(requestAttributeTypes.certificateExtensions, extensionsValue(names))
  refused(t, { attributes: [extensionRequest(names), extensionRequest(names)] }, 'the attribute 1.2.840.113549.1.9.14 stands twice')
  refused(t, { attributes: [challengePassword, challengePassword] }, 'the attribute 1.2.840.113549.1.9.7 stands twice')
  refused(t, { attributes: [extensionRequest(names), microsoft] }, 'the request asks for extensions in two attributes')
  refused(t, { attributes: [extensionRequest(names, names)] }, /^the extension 2\.5\.29\.17 stands twice/)
  refused(t, { attributes: [attributeOf(requestAttributeTypes.extensionRequest, extensionsValue(names), extensionsValue(names))] }, 'the attribute 1.2.840.113549.1.9.14 has 2 values, and not one')
})

t.test('attributes and extensions that break their form refuse a request', async (t) => {
  refused(t, { attributes: [writeNull()] }, /^Attribute has tag 0x5/)
  refused(t, { attributes: [attributeOf('1.2.3')] }, /^the attribute 1\.2\.3 is empty/)
  refused(t, { attributes: [writeSequence(writeObjectIdentifier('1.2.3'), writeNull())] }, /^Attribute\.values has tag 0x5/)
  refused(t, { attributes: [attributeOf(requestAttributeTypes.extensionRequest, writeNull())] }, /^Extensions has tag 0x5/)
  refused(t, { attributes: [extensionRequest({ type: '2.5.29.19', critical: true, value: octets('0500') })] }, /^basicConstraints has tag 0x5/)
})

t.test('a request may ask for nothing in so many words, as OpenSSL writes it', async (t) => {
  t.strictSame(readCertificationRequest(rawRequest({ attributes: [extensionRequest()] })).extensions, [])
  const noNames = readCertificationRequest(rawRequest({ attributes: [extensionRequest({ type: '2.5.29.17', critical: false, value: octets('3000') })] }))
  t.strictSame(noNames.subjectAltName, [])
  t.equal(noNames.extensions[0].type, '2.5.29.17')
})

t.test('zero bytes and a line break behind a request are passed over', async (t) => {
  const der = rawRequest()
  for (const trailer of ['00', '0a', '0d0a', '00000a']) t.strictSame(readCertificationRequest(Buffer.concat([der, octets(trailer)])).raw, der)
})

t.test('another document is named', async (t) => {
  t.throws(() => readCertificationRequest(rawCertificate()), malformed('it is a certificate, and not a certification request'))
})

t.test('a NUL in a name refuses a request', async (t) => {
  const emailAddress = writeSequence(writeSet(writeSequence(writeObjectIdentifier('1.2.840.113549.1.9.1'), write(tags.ia5String, Buffer.from('a@example.com\0.evil.example')))))
  refused(t, { subject: emailAddress }, /^emailAddress holds a NUL/)
  const dNSName = writeSequence(write(0x82, Buffer.from('good.example\0.evil.example')))
  refused(t, { attributes: [extensionRequest({ type: '2.5.29.17', critical: false, value: dNSName })] }, /^dNSName holds a NUL/)
})

const requestFor = (key: KeyObject) => readCertificationRequest(rawRequest({ subjectPublicKeyInfo: key.export({ type: 'spki', format: 'der' }) }))
const keyOf = (key: KeyObject) => requestFor(key).publicKey

t.test('keys of every type are read', async (t) => {
  const pairs = [
    ...['P-256', 'P-384', 'P-521', 'secp256k1'].map((namedCurve) => generateKeyPairSync('ec', { namedCurve })),
    generateKeyPairSync('rsa', { modulusLength: 1024 }), generateKeyPairSync('rsa-pss', { modulusLength: 1024 }), generateKeyPairSync('ed25519'), generateKeyPairSync('ed448')
  ]
  for (const { publicKey: key } of pairs) t.ok(keyOf(key).equals(key) && (await requestFor(key).loadPublicKey()).equals(key), `${key.asymmetricKeyType} ${JSON.stringify(key.asymmetricKeyDetails?.namedCurve)}`)
})

t.test('a point that is written compressed is the same key', async (t) => {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const compressed = Buffer.concat([Buffer.from([0, 2 + (spki[spki.length - 1] & 1)]), spki.subarray(-64, -32)])
  const algorithm = writeSequence(writeObjectIdentifier('1.2.840.10045.2.1'), writeObjectIdentifier('1.2.840.10045.3.1.7'))
  const request = readCertificationRequest(rawRequest({ subjectPublicKeyInfo: writeSequence(algorithm, write(tags.bitString, compressed)) }))
  t.ok(request.publicKey.equals(publicKey))
})

t.test('a key that is none is an error when it is asked for', async (t) => {
  const unsupported = async (algorithm: Buffer, key: string, message: string) => {
    const request = readCertificationRequest(rawRequest({ subjectPublicKeyInfo: writeSequence(algorithm, write(tags.bitString, octets('00' + key))) }))
    t.throws(() => request.publicKey, { name: 'CertificateError', code: 'ERR_CERTIFICATE_UNSUPPORTED', message })
    await t.rejects(request.loadPublicKey(), { name: 'CertificateError', code: 'ERR_CERTIFICATE_UNSUPPORTED', message })
  }
  const ec = (...parameters: Buffer[]) => writeSequence(writeObjectIdentifier('1.2.840.10045.2.1'), ...parameters)
  const p256 = writeObjectIdentifier('1.2.840.10045.3.1.7')
  const unknown = 'the public key is of a kind that is not known here'
  await unsupported(writeSequence(writeObjectIdentifier('1.2.3')), '00', unknown)
  await unsupported(ec(p256), '04' + '01'.repeat(64), unknown)
  await unsupported(writeSequence(writeObjectIdentifier('1.3.101.112')), '0102', unknown)
  await unsupported(ec(), '04', 'the public key is on a curve that is not named')
  await unsupported(ec(writeSequence()), '04', 'the public key is on a curve that is not named')
})

t.test('the point at infinity is no key', async (t) => {
  const algorithm = writeSequence(writeObjectIdentifier('1.2.840.10045.2.1'), writeObjectIdentifier('1.2.840.10045.3.1.7'))
  const request = readCertificationRequest(rawRequest({ subjectPublicKeyInfo: writeSequence(algorithm, write(tags.bitString, octets('0000'))) }))
  t.throws(() => request.publicKey, malformed('the public key is no point of its curve'))
})

t.test('an RSA key with octets behind it, or without a modulus, is none', async (t) => {
  const rsa = writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.1'), writeNull())
  const keyIn = (key: Buffer) => readCertificationRequest(rawRequest({ subjectPublicKeyInfo: writeSequence(rsa, write(tags.bitString, octets('00'), key)) })).publicKey
  const whole = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'pkcs1', format: 'der' })
  t.equal(keyIn(whole).asymmetricKeyDetails!.modulusLength, 1024)
  t.throws(() => keyIn(Buffer.concat([whole, octets('00')])), malformed(/^RSAPublicKey has octets behind its end/))
  t.throws(() => keyIn(writeSequence(writeInteger(0), writeInteger(3))), malformed('RSAPublicKey.modulus is zero'))
})
