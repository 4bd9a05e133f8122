import t from 'tap'
import { CertificateError } from '../../lib/errors.js'
import { compilePolicy } from '../../lib/authorization/index.js'
import { readDistinguishedName } from '../../lib/certificate/index.js'
import { errorOf, refuses, type Refusal } from './refusals.js'

t.test('what is not a text is refused, above all a value that is missing', async (t) => {
  const texts = (path: string, at: (value: unknown) => unknown): Refusal[] => [
    [at(undefined), path, 'must be a text, not undefined'],
    [at(null), path, 'must be a text, not null'],
    [at(''), path, 'is empty'],
    [at(1), path, 'must be a text, not a number'],
    [at(true), path, 'must be a text, not a boolean'],
    [at(/a/), path, 'must be a text, not an instance of a class'],
    [at({}), path, 'must be a text, not an object'],
    [at(['a@a.a', undefined]), `${path}[1]`, 'must be a text, not undefined'],
    [at(['a@a.a', ['a']]), `${path}[1]`, 'must be a text, not a list']
  ]
  refuses(t, [
    ...texts('authorize.subject.commonName', (commonName) => ({ subject: { commonName } })),
    ...texts('authorize.anchor.2.5.4.3', (text) => ({ anchor: { '2.5.4.3': text } })),
    ...['rfc822Name', 'uniformResourceIdentifier', 'userPrincipalName', 'smtpUTF8Mailbox', 'dNSName'].flatMap((type) =>
      texts(`authorize.subjectAltName.${type}`, (text) => ({ subjectAltName: { [type]: text } }))),
    ...['iPAddress', 'registeredID', 'spiffeTrustDomain'].flatMap((type) =>
      texts(`authorize.subjectAltName.${type}`, (text) => ({ subjectAltName: { [type]: text } })).slice(0, -2)),
    ...['fingerprint256', 'publicKeyFingerprint256', 'extendedKeyUsage', 'certificatePolicies'].flatMap((key) =>
      texts(`authorize.${key}`, (text) => ({ [key]: text })).slice(0, -2))
  ])
})

t.test('a name is attributes, a DistinguishedName or its text', async (t) => {
  const what = 'must be attributes, a DistinguishedName or its text of RFC 4514, not'
  refuses(t, ['subject', 'issuer', 'anchor'].flatMap((key): Refusal[] => [
    [{ [key]: undefined }, `authorize.${key}`, `${what} undefined`],
    [{ [key]: 1 }, `authorize.${key}`, `${what} a number`],
    [{ [key]: /CN=a/ }, `authorize.${key}`, `${what} an instance of a class`],
    [{ [key]: ['CN=a', null] }, `authorize.${key}[1]`, `${what} null`],
    [{ [key]: [['CN=a']] }, `authorize.${key}[0]`, `${what} a list`],
    [{ [key]: '' }, `authorize.${key}`, 'is empty'],
    [{ [key]: ' ' }, `authorize.${key}`, 'is an empty name'],
    [{ [key]: readDistinguishedName(Buffer.from([0x30, 0])) }, `authorize.${key}`, 'is an empty name']
  ]))
})

t.test('a text that is no name is refused with what is wrong in it', async (t) => {
  for (const text of ['alice', '/C=NL/CN=alice', 'CN=alice,', 'CN=a,b', 'XY=alice']) {
    const error = errorOf({ subject: text })
    t.ok(error.message.startsWith("option 'authorize.subject' cannot be read: distinguished name"), error.message)
    t.ok(error.cause instanceof CertificateError)
    t.equal(error.key, 'authorize.subject')
  }
  t.equal(errorOf({ subjectAltName: { directoryName: 'alice' } }).key, 'authorize.subjectAltName.directoryName')
})

t.test('a fingerprint has 32 octets in hexadecimal', async (t) => {
  const what = 'must be a SHA-256 fingerprint: 32 octets in hexadecimal, with or without colons'
  const pair = 'AB'.repeat(32)
  refuses(t, ['fingerprint256', 'publicKeyFingerprint256'].flatMap((key): Refusal[] => [
    [{ [key]: 'ab'.repeat(20) }, `authorize.${key}`, `${what}, not 20`],
    [{ [key]: 'ab:'.repeat(32) + 'ab' }, `authorize.${key}`, `${what}, not 33`],
    [{ [key]: 'a'.repeat(63) }, `authorize.${key}`, what],
    [{ [key]: `${pair}:` }, `authorize.${key}`, what],
    [{ [key]: `:${pair}` }, `authorize.${key}`, what],
    [{ [key]: ` ${pair}` }, `authorize.${key}`, what],
    [{ [key]: `${pair}\n` }, `authorize.${key}`, what],
    [{ [key]: 'g'.repeat(64) }, `authorize.${key}`, what],
    [{ [key]: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0' }, `authorize.${key}`, what],
    [{ [key]: [pair, 'sha256'] }, `authorize.${key}[1]`, what],
    [{ anchor: { [key]: 'ab' } }, `authorize.anchor.${key}`, `${what}, not 1`]
  ]))
})

t.test('a serial number counts within one issuer only', async (t) => {
  const alone = "is unique within one issuer only: 'issuer' must stand beside it"
  const several = "is unique within one issuer only: the 'issuer' beside it must be one; pair them in 'anyOf'"
  refuses(t, [
    [{ serialNumber: '65' }, 'authorize.serialNumber', alone],
    [{ anchor: 'CN=a', serialNumber: '65' }, 'authorize.serialNumber', alone],
    [{ issuer: 'CN=a', allOf: [{ serialNumber: '65' }] }, 'authorize.allOf[0].serialNumber', alone],
    [{ not: { serialNumber: '65' } }, 'authorize.not.serialNumber', alone],
    [{ issuer: undefined, serialNumber: '65' }, 'authorize.serialNumber', alone],
    [{ issuer: ['CN=a', 'CN=b'], serialNumber: '65' }, 'authorize.serialNumber', several],
    [{ issuer: { commonName: ['a', 'b'] }, serialNumber: '65' }, 'authorize.serialNumber', several],
    [{ issuer: [{ organizationName: 'o', commonName: ['a', 'b'] }], serialNumber: '65' }, 'authorize.serialNumber', several]
  ])
  for (const issuer of ['CN=a', ['CN=a'], { commonName: 'a' }, [{ commonName: ['a'] }]]) t.doesNotThrow(() => compilePolicy({ issuer, serialNumber: '65' }, 'authorize'))
})

t.test('a serial number is hexadecimal text or a bigint', async (t) => {
  const at = (serialNumber: unknown) => ({ issuer: 'CN=a', serialNumber })
  const problem = "must be a text in hexadecimal ('0x65', '65', '00:65') or a bigint (101n)"
  refuses(t, [
    [at(101), 'authorize.serialNumber', `${problem}, not a number`],
    [at(undefined), 'authorize.serialNumber', 'must be a text, not undefined'],
    [at(''), 'authorize.serialNumber', 'is empty'],
    [at('0x'), 'authorize.serialNumber', problem],
    [at('--65'), 'authorize.serialNumber', problem],
    [at('-'), 'authorize.serialNumber', problem],
    [at('65 '), 'authorize.serialNumber', problem],
    [at('6:5'), 'authorize.serialNumber', problem],
    [at('00:6'), 'authorize.serialNumber', problem],
    [at(['65', ':']), 'authorize.serialNumber[1]', problem]
  ])
})

t.test('a purpose is known or dotted', async (t) => {
  const what = 'is neither a known purpose nor a dotted object identifier'
  const purposes = 'anyExtendedKeyUsage, serverAuth, clientAuth, codeSigning, emailProtection, timeStamping, OCSPSigning, pkinitKPClientAuth, smartcardLogon'
  refuses(t, [
    [{ extendedKeyUsage: 'clientauth' }, 'authorize.extendedKeyUsage', `${what}; did you mean 'clientAuth'?`],
    [{ extendedKeyUsage: 'toString' }, 'authorize.extendedKeyUsage', `${what}; known here are ${purposes}`],
    [{ extendedKeyUsage: '1' }, 'authorize.extendedKeyUsage', `${what}; known here are ${purposes}`],
    [{ extendedKeyUsage: ['clientAuth', '1.2.'] }, 'authorize.extendedKeyUsage[1]', `${what}; known here are ${purposes}`]
  ])
})

t.test('an object identifier is in dotted decimal form', async (t) => {
  const what = 'must be an object identifier in dotted decimal form, as 1.3.6.1.4.1.311'
  refuses(t, ['1', '1.', '.1', '1..2', '3.1', '1.40', '0.40', '1.2.03', '1.2.-3', ' 1.2', '1.2\n', 'anyPolicy'].flatMap((text): Refusal[] => [
    [{ certificatePolicies: text }, 'authorize.certificatePolicies', what],
    [{ subjectAltName: { registeredID: text } }, 'authorize.subjectAltName.registeredID', what]
  ]))
  for (const text of ['0.0', '0.39', '1.39.0', '2.0', '2.999.1', '1.2.840.113549.1.9.1']) t.doesNotThrow(() => compilePolicy({ certificatePolicies: text }, 'authorize'), text)
})

t.test('a name that no certificate could hold, or not as it was meant, is refused', async (t) => {
  const mailbox = "must be a mailbox, as 'name@example.com'"
  const at = (type: string, text: string, problem: string): Refusal => [{ subjectAltName: { [type]: text } }, `authorize.subjectAltName.${type}`, problem]
  refuses(t, [
    ...['rfc822Name', 'smtpUTF8Mailbox'].flatMap((type) => ['example.com', '@example.com', 'alice@', '@'].map((text) => at(type, text, mailbox))),
    at('rfc822Name', 'j\u00f6rg@example.com', "must be ASCII: a mailbox with other letters is a 'smtpUTF8Mailbox'"),
    ...['rfc822Name', 'smtpUTF8Mailbox'].map((type) => at(type, 'a@j\u00f6rg.example', "must have a domain in ASCII: write other letters as A-labels ('xn--…')")),
    at('dNSName', 'j\u00f6rg.example', "must be ASCII: write other letters as A-labels ('xn--…')"),
    at('uniformResourceIdentifier', 'https://example.com/\u00f6', 'must be printable ASCII'),
    ...['10.0.0.0/8', '10.0.0', '10.0.0.256', '10.0.0.01', 'localhost', '::1%lo', '[::1]', ':::', '1:2:3:4:5:6:7'].map((text) =>
      at('iPAddress', text, 'must be one IPv4 or IPv6 address, without prefix length or zone'))
  ])
  refuses(t, [
    [{ subjectAltName: 'a.example' }, 'authorize.subjectAltName', 'must be an object of names by type, as { dNSName: … }, not a string'],
    [{ subjectAltName: undefined }, 'authorize.subjectAltName', 'must be an object of names by type, as { dNSName: … }, not undefined'],
    [{ subjectAltName: [{ dNSName: 'a' }, 'b'] }, 'authorize.subjectAltName[1]', 'must be an object of names by type, as { dNSName: … }, not a string']
  ])
})

t.test('a wildcard, which would never match, is refused with what to use instead', async (t) => {
  const wildcard = 'contains a wildcard, but values are compared whole: use a predicate instead'
  const at = (type: string, text: string, problem = wildcard): Refusal => [{ subjectAltName: { [type]: text } }, `authorize.subjectAltName.${type}`, problem]
  const domain = "contains a wildcard, but values are compared whole: use spiffeTrustDomain: 'example.org', or a predicate"
  refuses(t, [
    at('uniformResourceIdentifier', 'spiffe://example.org/*', domain),
    at('uniformResourceIdentifier', 'spiffe://example.org/**', domain),
    at('uniformResourceIdentifier', 'spiffe://example.org/*/*', domain),
    at('uniformResourceIdentifier', 'spiffe://example.org/ns/*/sa/web'),
    at('uniformResourceIdentifier', 'spiffe://*/web'),
    at('uniformResourceIdentifier', 'https://example.com/*'),
    ...['rfc822Name', 'smtpUTF8Mailbox', 'userPrincipalName'].map((type) => at(type, '*@example.com')),
    at('dNSName', '*.example.com'),
    ...['*', 'team-*', '*-service'].map((text): Refusal => [{ subject: { commonName: text } }, 'authorize.subject.commonName', wildcard])
  ])
  for (const text of ['*.example.com', 'E*TRADE']) t.doesNotThrow(() => compilePolicy({ subject: { commonName: text } }, 'authorize'), text)
})

t.test('a SPIFFE trust domain is a name', async (t) => {
  const at = (text: string): Refusal => [{ subjectAltName: { spiffeTrustDomain: text } }, 'authorize.subjectAltName.spiffeTrustDomain', "must be the name of a SPIFFE trust domain, as 'example.org'"]
  refuses(t, ['spiffe://example.org', 'Example.org', '*.example.org', 'example.org/web', 'example.org:8443', 'a'.repeat(256)].map(at))
})
