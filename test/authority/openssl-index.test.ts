import t from 'tap'
import { readDistinguishedName, writeDistinguishedName, type AttributeText } from '../../lib/certificate/index.js'
import { readIndexLine, serialText, writeIndexLine } from '../../lib/authority/openssl-index.js'
import { readOneLine, writeOneLine } from '../../lib/authority/openssl-name.js'
import { readRevocation, sameRevocation, writeRevocation } from '../../lib/authority/openssl-revocation.js'
import { readGeneralizedTime, readTime, writeGeneralizedTime, writeTime } from '../../lib/authority/openssl-time.js'
import { mint } from '../helpers/mint.js'

const code = 'ERR_CERTIFICATE_AUTHORITY'
const at = new Date('2026-01-02T03:04:05Z')
const invalidityDate = new Date('2051-12-31T23:59:59Z')

t.test('times are read in both forms, and no others', async (t) => {
  for (const [text, date] of [
    ['260102030405Z', '2026-01-02T03:04:05Z'], ['500101000000Z', '1950-01-01T00:00:00Z'], ['491231235959Z', '2049-12-31T23:59:59Z'],
    ['2601020304Z', '2026-01-02T03:04:00Z'], ['20500101000000Z', '2050-01-01T00:00:00Z'], ['99991231235959Z', '9999-12-31T23:59:59Z'],
    ['00000229000000Z', '0000-02-29T00:00:00Z']
  ]) t.strictSame(readTime(text), new Date(date), text)
  for (const text of ['', '260102030405', '260102030405+0100', '20260102030405.5Z', '260230000000Z', '261301000000Z', '260102240000Z', 'x', '2601020304050Z']) {
    t.equal(readTime(text), undefined, text)
  }
  t.equal(readGeneralizedTime('260102030405Z'), undefined)
})

t.test('times are written as certificates have them', async (t) => {
  t.equal(writeTime(new Date('1949-12-31T23:59:59Z')), '19491231235959Z')
  t.equal(writeTime(new Date('1950-01-01T00:00:00Z')), '500101000000Z')
  t.equal(writeTime(new Date('2049-12-31T23:59:59.999Z')), '491231235959Z')
  t.equal(writeTime(new Date('2050-01-01T00:00:00Z')), '20500101000000Z')
  t.throws(() => writeGeneralizedTime(new Date('+010000-01-01T00:00:00Z')), { code, message: '+010000-01-01T00:00:00.000Z has a year that no certificate can have' })
})

t.test('revocations are written with OpenSSL\'s words, and read again', async (t) => {
  for (const [revocation, field] of [
    [{ at }, '260102030405Z'],
    [{ at, invalidityDate }, '260102030405Z,unspecified,none,20511231235959Z'],
    [{ at, reason: 'unspecified' }, '260102030405Z,unspecified'],
    [{ at, reason: 'unspecified', invalidityDate }, '260102030405Z,unspecified,20511231235959Z'],
    [{ at, reason: 'keyCompromise' }, '260102030405Z,keyCompromise'],
    [{ at, reason: 'keyCompromise', invalidityDate }, '260102030405Z,keyTime,20511231235959Z'],
    [{ at, reason: 'cACompromise' }, '260102030405Z,CACompromise'],
    [{ at, reason: 'cACompromise', invalidityDate }, '260102030405Z,CAkeyTime,20511231235959Z'],
    [{ at, reason: 'superseded', invalidityDate }, '260102030405Z,superseded,20511231235959Z'],
    [{ at, reason: 'removeFromCRL' }, '260102030405Z,removeFromCRL'],
    [{ at, reason: 'privilegeWithdrawn' }, '260102030405Z,unspecified,privilegeWithdrawn'],
    [{ at, reason: 'aACompromise', invalidityDate }, '260102030405Z,unspecified,aACompromise,20511231235959Z']
  ] as const) {
    t.equal(writeRevocation(revocation), field)
    t.strictSame(readRevocation(field), revocation)
  }
})

t.test('what others wrote is read, and what OpenSSL would not read is not', async (t) => {
  t.strictSame(readRevocation('260102030405Z,KEYCOMPROMISE'), { at, reason: 'keyCompromise' })
  t.strictSame(readRevocation('260102030405Z,holdInstruction,1.2.840.10040.2.2'), { at, reason: 'certificateHold' })
  t.strictSame(readRevocation('260102030405Z,cakeytime,20511231235959Z'), { at, reason: 'cACompromise', invalidityDate })
  t.strictSame(readRevocation('260102030405Z,privilegeWithdrawn'), { at, reason: 'privilegeWithdrawn' })
  t.strictSame(readRevocation('260102030405Z,superseded,by hand'), { at, reason: 'superseded' })
  for (const field of ['', 'now', '260102030405Z,keyTime', '260102030405Z,keyTime,yesterday', '260102030405Z,because']) t.equal(readRevocation(field), undefined, field)
})

t.test('revocations are the same where they are written alike', async (t) => {
  t.equal(sameRevocation(undefined, undefined), true)
  t.equal(sameRevocation({ at }, undefined), false)
  t.equal(sameRevocation({ at, reason: 'superseded' }, { at: new Date(at), reason: 'superseded' }), true)
  t.equal(sameRevocation({ at, reason: 'superseded' }, { at }), false)
})

const name = (...sets: AttributeText[][]) => readDistinguishedName(writeDistinguishedName(sets))

t.test('a name in one line is that of OpenSSL, and reads as RFC 4514', async (t) => {
  const long = 'x'.repeat(200)
  for (const [sets, line, text] of [
    [[[['countryName', 'NL']], [['organizationName', 'Example']], [['commonName', 'alice']]], '/C=NL/O=Example/CN=alice', 'CN=alice,O=Example,C=NL'],
    [[[['commonName', 'alice'], ['userId', 'a1']]], '/CN=alice+UID=a1', 'CN=alice+UID=a1'],
    [[[['commonName', 'a/O=b+c']]], '/CN=a\\/O=b\\+c', 'CN=a/O=b\\+c'],
    [[[['commonName', 'Käse, €']]], '/CN=K\\xC3\\xA4se, \\xE2\\x82\\xAC', 'CN=Käse\\, €'],
    [[[['commonName', 'tab\tnewline\n']]], '/CN=tab\\x09newline\\x0A', 'CN=tab\\09newline\\0A'],
    [[[['streetAddress', 'Dam 1']], [['emailAddress', 'a@example.com']]], '/street=Dam 1/emailAddress=a@example.com', 'emailAddress=a@example.com,STREET=Dam 1'],
    [[[['2.5.4.20', '+31']], [['1.3.6.1.4.1.99999.1', 'x']]], '/telephoneNumber=\\+31/1.3.6.1.4.1.99999.1=x', '1.3.6.1.4.1.99999.1=x,telephoneNumber=\\+31'],
    [[[['commonName', long]]], `/CN=${long}`, `CN=${long}`],
    [[[['commonName', '']]], '/CN=', 'CN=']
  ] as Array<[AttributeText[][], string, string]>) {
    t.equal(writeOneLine(name(...sets)), line)
    t.equal(readOneLine(line), text)
  }
})

t.test('a name in one line that others wrote reads as well as it can be', async (t) => {
  for (const [line, text] of [
    ['/CN=a/b', 'CN=a/b'], ['/CN=K\xe4se', 'CN=Käse'], ['/CN=K\xc3\xa4se', 'CN=Käse'], ['/CN=bmp\\x00b', 'CN=bmp�b'], ['4AFF', '4AFF'], ['+CN=a', 'CN=a'],
    ['CN=alice, O=b', 'CN=alice\\, O=b'], ['/', '/'], ['/CN=\x1b[31m', 'CN=\\1B[31m']
  ]) t.equal(readOneLine(line), text, JSON.stringify(line))
})

t.test('a certificate has the line that openssl ca writes for it', async (t) => {
  const notAfter = new Date('2050-01-01T00:00:00Z')
  t.equal(writeIndexLine(mint({ subject: 'a', notAfter, serialNumber: Buffer.from('00ff', 'hex') }).certificate), 'V\t20500101000000Z\t\tFF\tunknown\t/CN=a')
  t.equal(writeIndexLine(mint({ subject: [], notAfter, serialNumber: Buffer.from('0f', 'hex') }).certificate), 'V\t20500101000000Z\t\t0F\tunknown\t0F')
})

t.test('serial numbers are those of certificates, however they are written', async (t) => {
  const serial = (text: string) => readIndexLine(`V\t260102030405Z\t\t${text}\tunknown\t/CN=a`, 'index.txt').serialNumber
  for (const [text, serialNumber] of [['0A', '0a'], ['000a', '0a'], ['00', '00'], ['0000', '00'], ['ABCD', 'abcd'], ['0ABC', '0abc'], ['-0A', '-a'], ['-FF', '-ff']]) {
    t.equal(serial(text), serialNumber, text)
  }
  t.strictSame(['0a', '-a', '-ff', '10', 'abc'].map(serialText), ['0A', '-0A', '-FF', '10', '0ABC'])
})

t.test('a line that OpenSSL would not read is an error that tells what is wrong', async (t) => {
  for (const [line, problem] of [
    ['V\t260102030405Z\t\t01\tunknown', 'has 5 fields between tabs, not 6'],
    ['V\t260102030405Z\t\t01\tunknown\t/CN=a\tb', 'has 7 fields between tabs, not 6'],
    ['S\t260102030405Z\t\t01\tunknown\t/CN=a', 'begins with "S", not with V, R or E'],
    ['V\tsoon\t\t01\tunknown\t/CN=a', 'has "soon" where the end of validity belongs'],
    ['V\t260102030405Z\t\t1\tunknown\t/CN=a', 'has "1" where the serial number belongs'],
    ['V\t260102030405Z\t\t../01\tunknown\t/CN=a', 'has "../01" where the serial number belongs'],
    ['V\t260102030405Z\t260102030405Z\t01\tunknown\t/CN=a', 'begins with V and has "260102030405Z" where the revocation belongs'],
    ['R\t260102030405Z\t260102030405Z,because\t01\tunknown\t/CN=a', 'begins with R and has "260102030405Z,because" where the revocation belongs'],
    ['R\t260102030405Z\t\t01\tunknown\t/CN=a', 'begins with R and does not tell when it was revoked']
  ]) t.throws(() => readIndexLine(line, 'index.txt, line 7,'), { code, message: `index.txt, line 7, ${problem}` })
})
