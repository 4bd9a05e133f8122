import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import t, { type Test } from 'tap'
import fc from 'fast-check'
import { decide } from '../../lib/authority/issuance-policy.js'
import {
  CertificationRequest, readCertificationRequest, tags, write, writeBitString, writeDistinguishedName, writeInteger, writeNull, writeObjectIdentifier, writeSequence, writeSet,
  type GeneralNameText
} from '../../lib/certificate/index.js'
import { AuthorityError, CertificateError } from '../../lib/errors.js'
import { newKeys } from '../helpers/mint.js'
import { nameOf, octets } from '../certificate/raw-certificate.js'
import { rawRequest } from '../certificate/raw-request.js'
import { asRequested, requestFrom, type Asked } from './request-from.js'

/** What a stranger sends is refused even where the owner would grant whatever is asked for. */
const refused = (t: Test, asked: Asked, message: string | RegExp) =>
  t.rejects(decide(requestFrom(asked), asRequested, 'client'), { name: 'AuthorityError', code: 'ERR_CERTIFICATE_AUTHORITY', message })

const utf8 = (text: string) => write(tags.utf8String, Buffer.from(text))

t.test('a key that is too weak, too long or of another kind is refused', async (t) => {
  await refused(t, { keys: generateKeyPairSync('rsa', { modulusLength: 1024 }) }, 'the key of the request is an RSA key of 1024 bits, fewer than 2048')
  await refused(t, { keys: newKeys('secp256k1') }, 'the key of the request is on the curve secp256k1, and not on P-256, P-384 or P-521')
  await refused(t, { subjectPublicKeyInfo: generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'der' }) }, 'the key of the request is a key of type x25519, which signs nothing here')
  await refused(t, { subjectPublicKeyInfo: writeSequence(writeSequence(writeObjectIdentifier('1.2.3')), writeBitString(octets('00'))) }, 'the request cannot be granted: the public key is of a kind that is not known here')
  const p256 = writeSequence(writeObjectIdentifier('1.2.840.10045.2.1'), writeObjectIdentifier('1.2.840.10045.3.1.7'))
  await refused(t, { subjectPublicKeyInfo: writeSequence(p256, writeBitString(octets('04' + '01'.repeat(64)))) }, 'the request cannot be granted: the public key is of a kind that is not known here')
  await refused(t, { subjectPublicKeyInfo: writeSequence(p256, writeBitString(octets('00'))) }, 'the request cannot be granted: the public key is no point of its curve')
})

const rsaKey = (modulusOctets: number, exponent: number) => writeSequence(
  writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.1'), writeNull()),
  writeBitString(writeSequence(writeInteger(Buffer.alloc(modulusOctets, 0xff)), writeInteger(exponent))))

t.test('an RSA key to which everyone has the private key, or which takes long, is refused', async (t) => {
  await refused(t, { subjectPublicKeyInfo: rsaKey(256, 1) }, 'the key of the request is an RSA key with the exponent 1')
  await refused(t, { subjectPublicKeyInfo: rsaKey(256, 65536) }, 'the key of the request is an RSA key with the exponent 65536')
  await refused(t, { subjectPublicKeyInfo: rsaKey(1025, 65537) }, 'the key of the request is an RSA key of 8200 bits, more than 8192')
})

t.test('a request that the key did not sign is refused', async (t) => {
  const message = 'the request is not signed by the key that it is for'
  const other = newKeys()
  await refused(t, { privateKey: other.privateKey }, message)
  await refused(t, { signature: octets('3006020101020101') }, message)
  await refused(t, { signature: octets('') }, message)
  await refused(t, { subjectPublicKeyInfo: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }) }, message)
  const signed = rawRequest()
  const changed = Buffer.from(signed)
  changed[changed.indexOf('alice')] = 0x41
  await t.rejects(decide(readCertificationRequest(changed), asRequested, 'client'), { message })
})

t.test('signatures with MD5 and SHA-1, and of unknown algorithms, are refused', async (t) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const algorithm = (type: string) => writeSequence(writeObjectIdentifier(type), writeNull())
  await refused(t, { keys: rsa, hash: 'md5', signatureAlgorithm: algorithm('1.2.840.113549.1.1.4') }, 'the request is signed with md5, which is not accepted')
  await refused(t, { keys: rsa, hash: 'sha1', signatureAlgorithm: algorithm('1.2.840.113549.1.1.5') }, 'the request is signed with sha1, which is not accepted')
  await refused(t, { hash: 'sha1', signatureAlgorithm: writeSequence(writeObjectIdentifier('1.2.840.10045.4.1')) }, 'the request is signed with sha1, which is not accepted')
  await refused(t, { signatureAlgorithm: algorithm('1.2.3') }, 'the request is signed with 1.2.3, which is not known here')
  await refused(t, { signatureAlgorithm: algorithm('1.2.840.113549.1.1.10') }, /^the request cannot be granted: RSASSA-PSS-params has tag 0x5/)
  await t.resolves(decide(requestFrom({ keys: rsa, hash: 'sha512', signatureAlgorithm: algorithm('1.2.840.113549.1.1.13') }), asRequested, 'client'), 'another digest is no reason')
})

t.test('a key that cannot be asked for is an error of the program', async (t) => {
  const broken = Object.create(CertificationRequest.prototype, { loadPublicKey: { value () { throw new RangeError('broken') } } })
  await t.rejects(decide(broken, asRequested, 'client'), RangeError)
})

t.test('a signature with RSASSA-PSS is verified as its parameters say', async (t) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const sha256 = writeSequence(writeObjectIdentifier('2.16.840.1.101.3.4.2.1'), writeNull())
  const mgf = writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.8'), sha256)
  const parameters = writeSequence(write(0xa0, sha256), write(0xa1, mgf), write(0xa2, writeInteger(32)))
  const signatureAlgorithm = writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.10'), parameters)
  const { certificationRequestInfo } = requestFrom({ keys: rsa })
  const signature = sign('sha256', certificationRequestInfo, { key: rsa.privateKey, padding: 6, saltLength: 32 })
  await t.resolves(decide(requestFrom({ keys: rsa, signatureAlgorithm, signature }), asRequested, 'client'))
  await refused(t, { keys: rsa, signatureAlgorithm }, 'the request is not signed by the key that it is for')
})

const email = (value: Buffer) => nameOf('1.2.840.113549.1.9.1', value)

t.test('a subject that would deceive whoever prints it is refused', async (t) => {
  const control = 'holds a control character'
  await refused(t, { subject: email(write(tags.ia5String, Buffer.from('a@example.com\nV\t991231'))) }, `subject: emailAddress "a@example.com\\nV\\t991231" ${control}`)
  await refused(t, { subject: 'alice\r\nBcc: eve' }, `subject: commonName "alice\\r\\nBcc: eve" ${control}`)
  await refused(t, { subject: 'alice\u001b[2J' }, `subject: commonName "alice\\u001b[2J" ${control}`)
  for (const character of ['\u202e', '\u2066', '\u2028', '\u2029', '\u0085']) await refused(t, { subject: `ali${character}ce` }, new RegExp(control))
  t.throws(() => requestFrom({ subject: email(write(tags.ia5String, Buffer.from('a@example.com\0'))) }), { name: 'CertificateError', code: 'ERR_CERTIFICATE_MALFORMED', message: /^emailAddress holds a NUL/ })
})

t.test('a subject of values that RFC 5280 does not let a CA write is refused', async (t) => {
  await refused(t, { subject: nameOf('1.2.3', writeNull()) }, 'subject: 1.2.3 "#0500" is no text')
  await refused(t, { subject: nameOf('2.5.4.3', write(tags.teletexString, Buffer.from('alice'))) }, 'subject: commonName "alice" is a teletexString, and not a utf8String')
  await refused(t, { subject: nameOf('2.5.4.3', write(tags.universalString, octets('00000061'))) }, 'subject: commonName "a" is a universalString, and not a utf8String')
  await refused(t, { subject: nameOf('2.5.4.6', utf8('Germany')) }, 'subject: countryName "Germany" is not a country of two letters')
  await refused(t, { subject: nameOf('2.5.4.3', utf8('')) }, 'subject: commonName "" is empty')
})

t.test('a subject of 16 KiB is refused, however it is made up', async (t) => {
  await refused(t, { subject: 'a'.repeat(16_384) }, 'subject has 16405 octets, more than 4096')
  const many = Array.from({ length: 120 }, () => ['organizationalUnitName', 'a'.repeat(120)] as const)
  await refused(t, { subject: many }, /^subject has \d{5} octets, more than 4096$/)
  await refused(t, { subject: writeSequence(writeSet(...many.map(() => writeSequence(writeObjectIdentifier('1.2.3'), utf8('a'.repeat(120)))))) }, /^subject has \d{5} octets, more than 4096$/)
  await refused(t, { subject: 'a'.repeat(65) }, `subject: commonName "${'a'.repeat(65)}" has 65 characters, more than 64`)
})

const altName = (tag: number, text: string) => ({ extensions: [{ type: '2.5.29.17', critical: false, value: writeSequence(write(tag, Buffer.from(text))) }] })

t.test('alternative names that are not of the form of their type are refused', async (t) => {
  await refused(t, altName(0x82, '../x'), 'subjectAltName: dNSName "../x" is not a DNS name')
  await refused(t, altName(0x82, '127.0.0.1'), 'subjectAltName: dNSName "127.0.0.1" is an address: its type is iPAddress')
  await refused(t, altName(0x81, 'a@b@c'), 'subjectAltName: rfc822Name "a@b@c" is not of the form local-part@domain')
  await refused(t, altName(0x81, 'a@example.com\n'), 'subjectAltName rfc822Name "a@example.com\\n" holds a control character')
  await refused(t, altName(0x86, 'not absolute'), 'subjectAltName: uniformResourceIdentifier "not absolute" is not an absolute URI')
  await refused(t, altName(0x86, `https://example/${'a'.repeat(2000)}`), 'subjectAltName uniformResourceIdentifier has 2016 characters, more than 1024')
  const names = (...names: GeneralNameText[]) => ({ names })
  await refused(t, names({ type: 'userPrincipalName', value: 'a\u202e@example.com' }), /^subjectAltName userPrincipalName ".*" holds a control character$/)
  const bell = writeDistinguishedName([[['commonName', 'a\u0007']]])
  await refused(t, { extensions: [{ type: '2.5.29.17', critical: false, value: writeSequence(write(0xa4, bell)) }] }, 'subjectAltName directoryName: commonName "a\\u0007" holds a control character')
})

t.test('a name that looks like a path is a name like any other: what is made of it is not decided here', async (t) => {
  const { subject } = await decide(requestFrom({ subject: '../../etc/passwd' }), asRequested, 'client')
  t.equal(subject.commonName, '../../etc/passwd')
})

t.test('a request of which one octet was changed on its way is never granted', async (t) => {
  const original = requestFrom({ names: [{ type: 'dNSName', value: 'a.example' }] })
  const outcomes = { unreadable: 0, refused: 0 }
  const outcomeOf = async (der: Buffer) => {
    try {
      await decide(readCertificationRequest(der), asRequested, 'client')
      return 'granted'
    } catch (error) {
      if (error instanceof CertificateError) return 'unreadable'
      return error instanceof AuthorityError ? 'refused' : String(error)
    }
  }
  await fc.assert(fc.asyncProperty(fc.nat({ max: original.raw.length - 1 }), fc.integer({ min: 1, max: 255 }), async (index, mask) => {
    const changed = Buffer.from(original.raw)
    changed[index] ^= mask
    const outcome = await outcomeOf(changed)
    if (outcome !== 'unreadable' && outcome !== 'refused') return false
    outcomes[outcome]++
    return true
  }), { numRuns: 2000 })
  t.ok(outcomes.unreadable > 100 && outcomes.refused > 100, `both ways are taken: ${JSON.stringify(outcomes)}`)
})

t.test('a key is only looked at: the one of the request is certified', async (t) => {
  const keys = newKeys()
  const request = requestFrom({ keys })
  await decide(request, asRequested, 'client')
  const key: KeyObject = createPublicKey({ key: request.subjectPublicKeyInfo, format: 'der', type: 'spki' })
  t.ok(key.equals(keys.publicKey) && request.publicKey.equals(keys.publicKey))
})
