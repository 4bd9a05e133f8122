import t from 'tap'
import { contextTag, parseDistinguishedName, readCertificate, tags, write, writeObjectIdentifier, writeSequence, type GeneralName } from '../../lib/certificate/index.js'
import { commonName, extensionOf, extensionsOf, malformed, octets, rawCertificate } from './raw-certificate.js'

const ascii = (number: number, text: string) => write(contextTag(number), Buffer.from(text))
const otherName = (type: string, value: Buffer) => write(contextTag(0, true), writeObjectIdentifier(type), write(contextTag(0, true), value))
const utf8 = (text: string) => write(tags.utf8String, Buffer.from(text))
const userPrincipalName = '1.3.6.1.4.1.311.20.2.3'
const smtpUTF8Mailbox = '1.3.6.1.5.5.7.8.9'

const certificateOf = (names: Buffer, type = '2.5.29.17') => readCertificate(rawCertificate({ extensions: extensionsOf(extensionOf(type, names)) }))
const read = (...names: Buffer[]): readonly GeneralName[] => certificateOf(writeSequence(...names)).subjectAltName

t.test('subject alternative names are typed, and in order', async (t) => {
  const names = read(
    ascii(1, 'alice@example.com'), ascii(2, 'example.com'), ascii(6, 'spiffe://example.com/alice'), write(contextTag(7), octets('7f000001')),
    write(contextTag(7), octets('20010db8000000000000000000000001')), write(contextTag(4, true), commonName('Alice')),
    write(contextTag(8), octets('2a0304')), otherName(userPrincipalName, utf8('alice@corp.example')), otherName(smtpUTF8Mailbox, utf8('álice@example.com'))
  )
  t.strictSame(names, [
    { type: 'rfc822Name', value: 'alice@example.com' },
    { type: 'dNSName', value: 'example.com' },
    { type: 'uniformResourceIdentifier', value: 'spiffe://example.com/alice' },
    { type: 'iPAddress', value: '127.0.0.1', octets: octets('7f000001') },
    { type: 'iPAddress', value: '2001:db8::1', octets: octets('20010db8000000000000000000000001') },
    { type: 'directoryName', value: parseDistinguishedName('CN=Alice') },
    { type: 'registeredID', value: '1.2.3.4' },
    { type: 'otherName', typeIdentifier: userPrincipalName, value: utf8('alice@corp.example'), userPrincipalName: 'alice@corp.example' },
    { type: 'otherName', typeIdentifier: smtpUTF8Mailbox, value: utf8('álice@example.com'), smtpUTF8Mailbox: 'álice@example.com' }
  ])
  t.ok(Object.isFrozen(names))
  t.ok(names.every(Object.isFrozen))
})

t.test('what separates names in a text is part of a name here', async (t) => {
  t.strictSame(read(ascii(6, 'https://a, DNS:admin.example')), [{ type: 'uniformResourceIdentifier', value: 'https://a, DNS:admin.example' }])
})

t.test('other names keep their DER', async (t) => {
  const party = Buffer.concat([write(contextTag(0, true), utf8('assigner')), write(contextTag(1, true), utf8('party'))])
  t.strictSame(read(write(contextTag(3, true), octets('3000')), write(contextTag(5, true), party), write(contextTag(5, true), party.subarray(12)), otherName('1.2.3', octets('020105')), otherName('1.2.3', utf8('a'))), [
    { type: 'x400Address', value: octets('3000') },
    { type: 'ediPartyName', value: party },
    { type: 'ediPartyName', value: party.subarray(12) },
    { type: 'otherName', typeIdentifier: '1.2.3', value: octets('020105') },
    { type: 'otherName', typeIdentifier: '1.2.3', value: utf8('a') }
  ])
})

t.test('a NUL in a name of any type refuses the certificate', async (t) => {
  const evil = 'good.example\0.evil.example'
  for (const [number, type] of [[1, 'rfc822Name'], [2, 'dNSName'], [6, 'uniformResourceIdentifier']] as const) {
    t.throws(() => read(ascii(number, evil)), malformed(new RegExp(`^${type} holds a NUL at octet `)))
  }
  t.throws(() => read(write(contextTag(4, true), commonName(evil))), malformed(/^commonName holds a NUL/))
  t.throws(() => read(otherName(userPrincipalName, utf8(evil))), malformed(/^userPrincipalName holds a NUL/))
  t.throws(() => read(otherName(userPrincipalName, write(tags.bmpString, octets('00610000')))), malformed(/^userPrincipalName holds a NUL/))
  t.throws(() => read(otherName(smtpUTF8Mailbox, utf8(evil))), malformed(/^smtpUTF8Mailbox holds a NUL/))
  t.throws(() => read(otherName('1.2.3', utf8(evil))), malformed(/^otherName 1\.2\.3 holds a NUL/))
  t.throws(() => read(otherName('1.2.3', write(tags.ia5String, Buffer.from(evil)))), malformed(/^otherName 1\.2\.3 holds a NUL/))
  t.throws(() => read(write(contextTag(5, true), write(contextTag(0, true), utf8(evil)), write(contextTag(1, true), utf8('a')))), malformed(/^nameAssigner holds a NUL/))
  t.throws(() => read(write(contextTag(5, true), write(contextTag(1, true), utf8(evil)))), malformed(/^partyName holds a NUL/))
})

t.test('a NUL in a name of the issuer, or in a name elsewhere, refuses the certificate, too', async (t) => {
  const evil = 'good.example\0.evil.example'
  t.throws(() => certificateOf(writeSequence(ascii(2, evil)), '2.5.29.18'), malformed(/^dNSName holds a NUL/))
  t.throws(() => certificateOf(writeSequence(write(contextTag(0, true), writeSequence(ascii(2, evil)))), '2.5.29.30'), malformed(/^dNSName holds a NUL/))
  t.throws(() => certificateOf(writeSequence(writeSequence(writeObjectIdentifier('1.3.6.1.5.5.7.48.1'), ascii(6, evil))), '1.3.6.1.5.5.7.1.1'), malformed(/^uniformResourceIdentifier holds a NUL/))
  t.throws(() => certificateOf(writeSequence(writeSequence(write(contextTag(0, true), write(contextTag(0, true), ascii(6, evil))))), '2.5.29.31'), malformed(/^uniformResourceIdentifier holds a NUL/))
  for (const field of ['issuer', 'subject']) t.throws(() => readCertificate(rawCertificate({ [field]: commonName(evil) })), malformed(/^commonName holds a NUL/))
})

t.test('a name that its type cannot hold is refused', async (t) => {
  const wrong: Array<[Buffer, RegExp]> = [
    [ascii(2, 'bücher.example'), /^dNSName is not ASCII at octet \d+$/],
    [write(contextTag(7), octets('7f0000')), /^iPAddress has 3 octets$/],
    [write(contextTag(7), Buffer.alloc(8)), /^iPAddress has 8 octets$/],
    [write(contextTag(8), octets('80')), /^OBJECT IDENTIFIER is cut short/],
    [ascii(9, 'x'), /^GeneralName has tag 0x89, at octet/],
    [utf8('x'), /^GeneralName has tag 0xc, at octet/],
    [write(contextTag(4, true)), /^DER ends inside a header/],
    [write(contextTag(4, true), octets('30003000')), /^directoryName has octets behind its end/],
    [write(contextTag(4), octets('3000')), /^GeneralName has tag 0x84, at octet/],
    [write(contextTag(0, true), writeObjectIdentifier('1.2.3')), /^otherName\.value is missing/],
    [write(contextTag(0, true), writeObjectIdentifier('1.2.3'), write(contextTag(0, true), octets('05000500'))), /^otherName\.value has octets behind its end/],
    [write(contextTag(0, true), writeObjectIdentifier('1.2.3'), write(contextTag(0, true), octets('0500')), octets('0500')), /^otherName has a field too many/],
    [otherName(userPrincipalName, octets('0500')), /^userPrincipalName is no string but has tag 0x5/],
    [otherName(smtpUTF8Mailbox, octets('0c01ff')), /^smtpUTF8Mailbox is not UTF-8$/],
    [write(contextTag(5, true)), /^ediPartyName\.partyName is missing/],
    [write(contextTag(5, true), write(contextTag(1, true), octets('0500'))), /^partyName is no string/]
  ]
  for (const [name, message] of wrong) t.throws(() => read(name), malformed(message), name.toString('hex'))
})
