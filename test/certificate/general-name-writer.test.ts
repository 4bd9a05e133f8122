import t from 'tap'
import fc from 'fast-check'
import { parseDistinguishedName, readCertificate, writeGeneralName, writeGeneralNames, type GeneralNameText } from '../../lib/certificate/index.js'
import { extensionOf, extensionsOf, malformed, octets, rawCertificate } from './raw-certificate.js'

const readBack = (...names: GeneralNameText[]) =>
  readCertificate(rawCertificate({ extensions: extensionsOf(extensionOf('2.5.29.17', writeGeneralNames(names))) })).subjectAltName

t.test('names are written so that they read the same', async (t) => {
  const names: GeneralNameText[] = [
    { type: 'rfc822Name', value: 'alice@example.com' }, { type: 'dNSName', value: '*.example.com' }, { type: 'uniformResourceIdentifier', value: 'spiffe://example.com/alice' },
    { type: 'iPAddress', value: '127.0.0.1' }, { type: 'iPAddress', value: '2001:db8::1' }, { type: 'registeredID', value: '1.2.3.4' }
  ]
  t.strictSame(readBack(...names).map(({ type, value }) => ({ type, value })), names)
  t.strictSame(readBack({ type: 'directoryName', value: 'CN=Alice, O=Example' }, { type: 'directoryName', value: parseDistinguishedName('CN=Bob') }).map(({ value }) => `${value}`),
    ['CN=Alice,O=Example', 'CN=Bob'])
  t.match(readBack({ type: 'userPrincipalName', value: 'alice@corp.example' }, { type: 'smtpUTF8Mailbox', value: 'álice@example.com' }), [
    { type: 'otherName', userPrincipalName: 'alice@corp.example' }, { type: 'otherName', smtpUTF8Mailbox: 'álice@example.com' }
  ])
  t.strictSame(writeGeneralName({ type: 'dNSName', value: 'a' }), octets('820161'))
})

t.test('a name that its type cannot hold is not written, and the message shows it', async (t) => {
  const label = 'a'.repeat(64)
  const mailbox = 'is not of the form local-part@domain'
  const wrong: Array<[GeneralNameText['type'], string, string]> = [
    ['rfc822Name', '', 'is empty'], ['rfc822Name', 'alice', mailbox], ['rfc822Name', '@example.com', mailbox], ['rfc822Name', 'alice@', mailbox],
    ['rfc822Name', 'a b@example.com', mailbox], ['rfc822Name', '<alice@example.com>', mailbox], ['rfc822Name', 'a@b@c', mailbox],
    ['rfc822Name', 'a@example.com, b@example.com', mailbox],
    ['rfc822Name', 'álice@example.com', 'is not ASCII (a mailbox with other characters is an smtpUTF8Mailbox)'],
    ['rfc822Name', 'a@b\0.c', 'holds a control character'], ['rfc822Name', 'a@b\n', 'holds a control character'],
    ['dNSName', '', 'is empty'], ['dNSName', 'a..b', 'is not a DNS name'], ['dNSName', '.a', 'is not a DNS name'], ['dNSName', 'a.', 'is not a DNS name'],
    ['dNSName', 'a b', 'is not a DNS name'], ['dNSName', 'a,b', 'is not a DNS name'], ['dNSName', '-a', 'is not a DNS name'], ['dNSName', 'a-', 'is not a DNS name'],
    ['dNSName', '*', 'is not a DNS name'], ['dNSName', 'a.*.b', 'is not a DNS name'], ['dNSName', '**.a', 'is not a DNS name'], ['dNSName', label, 'is not a DNS name'],
    ['dNSName', 'https://a', 'is not a DNS name'], ['dNSName', `${'a.'.repeat(126)}aa`, 'is not a DNS name'],
    ['dNSName', 'bücher.example', 'is not ASCII (write an internationalized name with xn--)'],
    ['dNSName', '127.0.0.1', 'is an address: its type is iPAddress'], ['dNSName', '::1', 'is an address: its type is iPAddress'],
    ['dNSName', 'a\0b', 'holds a control character'],
    ['uniformResourceIdentifier', 'example.com', 'is not an absolute URI'], ['uniformResourceIdentifier', '/a', 'is not an absolute URI'], ['uniformResourceIdentifier', 'a:', 'is not an absolute URI'],
    ['uniformResourceIdentifier', 'https://a b', 'is not an absolute URI'], ['uniformResourceIdentifier', 'https://a"b', 'is not an absolute URI'],
    ['uniformResourceIdentifier', 'https://é', 'is not ASCII (percent-encode other characters)'], ['uniformResourceIdentifier', 'https://a\r\n', 'holds a control character'],
    ['iPAddress', 'localhost', 'is neither an IPv4 nor an IPv6 address'], ['iPAddress', '10.0.0.0/8', 'is neither an IPv4 nor an IPv6 address'], ['iPAddress', '', 'is empty'],
    ['registeredID', '1', 'is no object identifier in dotted form'], ['registeredID', 'a.b', 'is no object identifier in dotted form'],
    ['userPrincipalName', 'alice', 'is not of the form user@domain'], ['userPrincipalName', 'a@b@c', 'is not of the form user@domain'], ['userPrincipalName', 'a@b\0', 'holds a control character'],
    ['userPrincipalName', 'a@b\ud83d', 'holds half of a surrogate pair'],
    ['smtpUTF8Mailbox', 'alice@example.com', 'is ASCII, and so an rfc822Name'],
    ['smtpUTF8Mailbox', 'álice@bücher.example', 'is not of the form local-part@domain, with the domain in ASCII (xn--)'],
    ['smtpUTF8Mailbox', 'álice', 'is not of the form local-part@domain, with the domain in ASCII (xn--)']
  ]
  for (const [type, value, problem] of wrong) t.throws(() => writeGeneralNames([{ type, value }]), malformed(`${type} ${JSON.stringify(value)} ${problem}`))
  t.throws(() => writeGeneralNames([{ type: 'directoryName', value: 'Alice' }]), malformed('distinguished name, position 0: an attribute type and "=" should stand here'))
})

t.test('unusual names that their types can hold are written', async (t) => {
  const right: GeneralNameText[] = [
    { type: 'rfc822Name', value: '"a b\\"@"@example.com' }, { type: 'rfc822Name', value: 'a.b+c@[127.0.0.1]' }, { type: 'rfc822Name', value: 'a@b' }, { type: 'rfc822Name', value: "o'neil!#$%@example.com" },
    { type: 'dNSName', value: 'localhost' }, { type: 'dNSName', value: '_sip._tcp.example.com' }, { type: 'dNSName', value: 'a'.repeat(63) }, { type: 'dNSName', value: '3com.example' }, { type: 'dNSName', value: 'my_service' },
    { type: 'dNSName', value: 'xn--bcher-kva.example' },
    { type: 'uniformResourceIdentifier', value: 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6' }, { type: 'uniformResourceIdentifier', value: 'ldap://[2001:db8::7]/c=GB?objectClass?one' }
  ]
  for (const name of right) t.strictSame(readBack(name), [name])
})

t.test('a list has a name, and a name has a type and a text', async (t) => {
  t.throws(() => writeGeneralNames([]), malformed('a list of general names is empty'))
  for (const type of ['x400Address', 'constructor', 'DNS', undefined]) {
    t.throws(() => writeGeneralName({ type, value: 'a' } as unknown as GeneralNameText), malformed(`${JSON.stringify(type)} is no type of general name that is written here`))
  }
  for (const value of [undefined, null, 1, Buffer.from('a')]) {
    t.throws(() => writeGeneralName({ type: 'dNSName', value } as unknown as GeneralNameText), malformed('the value of dNSName is no text'))
    t.throws(() => writeGeneralName({ type: 'directoryName', value } as unknown as GeneralNameText), malformed('the value of directoryName is neither a distinguished name nor its text'))
  }
})

t.test('any text is written so that it reads the same, or is refused', async () => {
  const type = fc.constantFrom('rfc822Name' as const, 'dNSName' as const, 'uniformResourceIdentifier' as const, 'userPrincipalName' as const, 'smtpUTF8Mailbox' as const)
  const piece = fc.oneof(fc.constantFrom('a', '@', '.', '*', 'https:', '-', '"', 'é', '\0', ' ', '\\'), fc.string({ unit: 'binary', maxLength: 2 }))
  fc.assert(fc.property(type, fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')), (type, value) => {
    try {
      return Object.values(readBack({ type, value })[0]).includes(value)
    } catch (error) {
      return (error as { code?: string }).code === 'ERR_CERTIFICATE_MALFORMED'
    }
  }), { numRuns: 1000 })
})
