import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import fc from 'fast-check'
import { attributeTypes, parseDistinguishedName, readDistinguishedName, tags, write, writeDistinguishedName, writePem, type AttributeName, type AttributeText } from '../../lib/certificate/index.js'
import { parts, vectorsFolder } from '../helpers/parts.js'
import { malformed, nameOf, octets, rawCertificate } from './raw-certificate.js'

const textOf = (...names: AttributeText[][]) => readDistinguishedName(writeDistinguishedName(names)).toString()
const refused = (position: number, what: string) => malformed(`distinguished name, position ${position}: ${what}`)

t.test('the last relative distinguished name comes first, under short names', async (t) => {
  t.equal(textOf([['countryName', 'NL']], [['organizationName', 'Example']], [['commonName', 'alice'], ['userId', 'u1']]), 'CN=alice+UID=u1,O=Example,C=NL')
  const names: Array<[AttributeName, string]> = [
    ['localityName', 'L'], ['stateOrProvinceName', 'ST'], ['organizationalUnitName', 'OU'], ['streetAddress', 'STREET'], ['domainComponent', 'DC'],
    ['surname', 'SN'], ['givenName', 'GN'], ['serialNumber', 'serialNumber'], ['emailAddress', 'emailAddress'], ['title', 'title']
  ]
  for (const [name, shortName] of names) t.equal(textOf([[name, 'x']]), `${shortName}=x`)
})

t.test('what has no name, or is no string, is dotted and hexadecimal', async (t) => {
  t.equal(textOf([['1.2.3', 'a']]), '1.2.3=#0c0161')
  t.equal(textOf([['1.2.3', octets('04024869')]]), '1.2.3=#04024869')
})

t.test('what could be read otherwise is escaped', async (t) => {
  const texts: Array<[string, string]> = [
    ['a,b+c"d\\e<f>g;h', 'a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'],
    [' a b ', '\\ a b\\ '], ['  ', '\\ \\ '], [' ', '\\ '], ['#a#', '\\#a#'], ['a=b', 'a=b'], ['', ''],
    ['a\nb\r\tc\x7f', 'a\\0Ab\\0D\\09c\\7F'],
    ['a\u0085b', 'a\\C2\\85b'],
    ['a\u2028b\u2029', 'a\\E2\\80\\A8b\\E2\\80\\A9'],
    ['a\u202eb\u2066c\u200bd\u200fe\ufefff', 'a\\E2\\80\\AEb\\E2\\81\\A6c\\E2\\80\\8Bd\\E2\\80\\8Fe\\EF\\BB\\BFf'],
    ['a\u00adb\u3164c', 'a\\C2\\ADb\\E3\\85\\A4c'],
    ['\u{e0041}', '\\F3\\A0\\81\\81'],
    ['Lučić 😀 مرحبا', 'Lučić 😀 مرحبا']
  ]
  for (const [value, text] of texts) {
    t.equal(textOf([['commonName', value]]), `CN=${text}`)
    t.equal(parseDistinguishedName(`CN=${text}`).commonName, value)
  }
})

t.test('a name in text is read under short and long names, in any case', async (t) => {
  for (const [name, type] of Object.entries(attributeTypes)) {
    const value = name === 'countryName' ? 'NL' : 'x'
    for (const spelled of [name, name.toUpperCase(), name.toLowerCase(), type, `OID.${type}`, `oid.${type}`]) {
      t.equal(parseDistinguishedName(`${spelled}=${value}`).get(name), value)
    }
  }
  t.equal(parseDistinguishedName('cn=a,l=b,st=c,o=d,ou=e,c=nl,street=f,dc=g,uid=h').toString(), 'CN=a,L=b,ST=c,O=d,OU=e,C=nl,STREET=f,DC=g,UID=h')
  t.equal(parseDistinguishedName('E=a@b,S=c,SN=d,GN=e').toString(), 'emailAddress=a@b,ST=c,SN=d,GN=e')
})

t.test('each attribute has the string type that its definition asks for', async (t) => {
  const stringTypes = parseDistinguishedName('CN=a,C=NL,serialNumber=1,dnQualifier=q,emailAddress=a@b,DC=example,O=é').attributes
  t.strictSame(Object.fromEntries(stringTypes.map(({ name, stringType }) => [name, stringType])), {
    commonName: 'utf8String',
    countryName: 'printableString',
    serialNumber: 'printableString',
    dnQualifier: 'printableString',
    emailAddress: 'ia5String',
    domainComponent: 'ia5String',
    organizationName: 'utf8String'
  })
})

t.test('spaces around separators are passed over, in the value they stay', async (t) => {
  t.equal(parseDistinguishedName('  CN = alice  smith , OU= x + O =Example  ').toString(), 'CN=alice  smith,OU=x+O=Example')
  t.equal(parseDistinguishedName('CN=\\ a\\  ,O=b').commonName, ' a ')
  t.equal(parseDistinguishedName('CN= ').commonName, '')
  t.equal(parseDistinguishedName('1.2.3=#0c0161 , CN=a').toString(), '1.2.3=#0c0161,CN=a')
  for (const text of ['', ' ', '   ']) t.strictSame(parseDistinguishedName(text).raw, octets('3000'))
})

t.test('a text that is no name is refused, with the place', async (t) => {
  const expected = 'an attribute type and "=" should stand here'
  const wrong: Array<[string, number, string]> = [
    ['alice', 0, expected], ['CN', 0, expected], [',', 0, expected], ['=a', 0, expected], ['CN=a,', 5, expected], ['CN=a+', 5, expected],
    ['CN=a,,O=b', 5, expected], ['1..2=a', 0, expected], ['1=a', 0, expected], ['OID.CN=a', 0, expected], ['a_b=c', 0, expected], ['Ĉn=a', 0, expected],
    ['xyz=a', 0, 'attribute type "xyz" is not known (write it dotted)'],
    ['O=a,constructor=b', 4, 'attribute type "constructor" is not known (write it dotted)'],
    ['3.1=a', 0, '"3.1" is no object identifier'],
    ['CN=a;O=b', 4, '";" is not escaped'], ['CN=a<', 4, '"<" is not escaped'], ['CN=a>', 4, '">" is not escaped'], ['CN="a"', 3, '"\\"" is not escaped'],
    ['CN=a\0', 4, '"\\u0000" is not escaped'],
    ['CN=a\\', 4, '"\\" stands before neither a special character nor two hexadecimal digits'],
    ['CN=\\4', 3, '"\\" stands before neither a special character nor two hexadecimal digits'],
    ['CN=a\\n', 4, '"\\" stands before neither a special character nor two hexadecimal digits'],
    ['CN=\\C4', 3, 'value is not UTF-8'],
    ['O=b,CN=a\\00', 4, 'commonName "a\\u0000" holds a NUL'],
    ['CN=a\ud83d', 4, 'half of a surrogate pair'],
    ['CN=#', 4, 'after "#" should stand pairs of hexadecimal digits'],
    ['CN=#0', 4, 'after "#" should stand pairs of hexadecimal digits'],
    ['CN=#0c016x', 4, 'after "#" should stand pairs of hexadecimal digits'],
    ['CN=#0c0161;', 4, 'after "#" should stand pairs of hexadecimal digits'],
    ['1.2.3=#0c02', 6, 'DER element is longer than what holds it at octet 0'],
    ['1.2.3=#0c016100', 6, 'the DER value has octets behind its end'],
    [' '.repeat(102_401), 102_400, 'more than 102400 characters']
  ]
  for (const [text, position, what] of wrong) t.throws(() => parseDistinguishedName(text), refused(position, what), text.slice(0, 40))
  t.throws(() => parseDistinguishedName('CN=#0500'), malformed(/^commonName is no string but has tag 0x5/))
})

t.test('long texts take time in proportion', async (t) => {
  const texts = ['\\', ' ', '\\ ', 'a', 'CN=a,', '1.', '#00', 'é', 'CN=a+'].map((piece) => piece.repeat(102_400 / piece.length))
  for (const text of [...texts, ...texts.map((rest) => `CN=${rest}`.slice(0, 102_400)), ...texts.map((rest) => `1.2=#${rest}`.slice(0, 102_400))]) {
    try {
      parseDistinguishedName(text)
    } catch (error) {
      t.match(error, { code: /^ERR_CERTIFICATE_/ })
    }
  }
})

// Characters that need care, beside any other.
const character = fc.oneof(fc.constantFrom(...' #,+"\\<>;=\n\x7f\u202e\u200b\u2028é😀'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
  .filter((one) => one !== '\0')
const anyText = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(''))
const utf8Types = (Object.keys(attributeTypes) as AttributeName[])
  .filter((name) => !['countryName', 'serialNumber', 'dnQualifier', 'emailAddress', 'domainComponent'].includes(name))
const anyAttribute: fc.Arbitrary<AttributeText> = fc.oneof(
  fc.tuple(fc.constantFrom<string>(...utf8Types, '1.2.3', '2.25.340282366920938463463374607431768211455'), anyText),
  fc.tuple(fc.constant('countryName'), fc.stringMatching(/^[A-Z]{2}$/)),
  fc.tuple(fc.constantFrom('serialNumber', 'dnQualifier'), fc.stringMatching(/^[A-Za-z0-9 '()+,./:=?-]{0,9}$/)),
  fc.tuple(fc.constantFrom('emailAddress', 'domainComponent'), fc.stringMatching(/^[ -~\n]{0,9}$/)),
  fc.tuple(fc.constant('1.2.3'), fc.uint8Array({ maxLength: 20 }).map((value) => write(tags.octetString, value)))
)
const anyName = fc.array(fc.array(anyAttribute, { minLength: 1, maxLength: 3 }), { maxLength: 4 }).map(writeDistinguishedName)

t.test('the text of a name, read again, gives the same octets', async () => {
  fc.assert(fc.property(anyName, (der) => {
    const name = readDistinguishedName(der)
    return parseDistinguishedName(name.toString()).raw.equals(der) && name.equals(parseDistinguishedName(name.toString()))
  }))
})

t.test('the text of any name that was read, also of one that no CA may write, is that name', async (t) => {
  const readable = fc.array(character, { minLength: 1, maxLength: 12 }).map((characters) => characters.join(''))
  const value = fc.oneof(
    readable.map((text) => write(tags.utf8String, Buffer.from(text))),
    readable.map((text) => write(tags.bmpString, Buffer.from(text, 'utf16le').swap16())),
    readable.map((text) => write(tags.universalString, Buffer.concat([...text].map((each) => octets(each.codePointAt(0)!.toString(16).padStart(8, '0')))))),
    fc.uint8Array({ minLength: 1, maxLength: 12 }).filter((latin1) => !latin1.includes(0)).map((latin1) => write(tags.teletexString, latin1)),
    ...[tags.printableString, tags.ia5String, tags.visibleString, tags.numericString].map((tag) => fc.stringMatching(/^[ -~]{0,9}$/).map((text) => write(tag, Buffer.from(text))))
  )
  const type = fc.constantFrom(...Object.values(attributeTypes), '1.2.3')
  fc.assert(fc.property(fc.array(fc.tuple(type, value), { minLength: 1, maxLength: 3 }), (attributes) => {
    const name = readDistinguishedName(writeDistinguishedName(attributes.map((attribute) => [attribute])))
    return parseDistinguishedName(name.toString()).equals(name)
  }))
  for (const text of ['C=USA', 'C=', 'C=é', 'serialNumber=a*b', 'dnQualifier=_', 'DC=é', 'emailAddress=é@example.com']) t.equal(parseDistinguishedName(text).toString(), text)
})

t.test('the text of a name is one line of visible characters', async () => {
  fc.assert(fc.property(anyName, (der) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(readDistinguishedName(der).toString())))
})

t.test('any text is a name, or is refused', async () => {
  const pieces = fc.array(fc.oneof(fc.constantFrom('CN', 'C', '=', ',', '+', '#', '0c0161', '1.2.3', '\\', '00', 'NL', ' '), fc.string({ unit: 'binary' })), { maxLength: 12 })
  fc.assert(fc.property(pieces.map((each) => each.join('')), (text) => {
    try {
      return parseDistinguishedName(text).toString().length >= 0
    } catch (error) {
      return (error as { code?: string }).code === 'ERR_CERTIFICATE_MALFORMED'
    }
  }), { numRuns: 1000 })
})

t.test('OpenLDAP\'s names', { skip: parts.missing('vectors') }, async (t) => {
  const entries = readFileSync(join(vectorsFolder, 'names/test-dn.ldif'), 'utf8').replace(/\n /g, '').split(/\n\n/)
    .map((entry) => entry.split('\n').filter((line) => !line.startsWith('#')))
  const namesOf = (title: string) => entries.filter(([dn]) => dn?.startsWith(`dn: cn=${title}`))
    .map((lines) => lines.filter((line) => /^(?:member|seeAlso):/.test(line)).map((line) => line.replace(/^\w+: ?/, '')))

  const [mustSucceed] = namesOf('Must Succeed')
  t.equal(mustSucceed.length, 13)
  for (const text of mustSucceed.filter((each) => !each.startsWith('testUUID'))) {
    t.ok(parseDistinguishedName(parseDistinguishedName(text).toString()).equals(parseDistinguishedName(text)), text)
  }
  t.throws(() => parseDistinguishedName(mustSucceed.find((each) => each.startsWith('testUUID'))!),
    refused(0, 'attribute type "testUUID" is not known (write it dotted)'), 'a type of OpenLDAP\'s own schema')
  const equals = (one: string, other: string) => parseDistinguishedName(one).raw.equals(parseDistinguishedName(other).raw)
  t.ok(equals('CN=John Smith\\, III,DC=example,DC=net', 'CN=John Smith\\2C III,DC=example,DC=net'))
  t.ok(equals('OU=Sales\\; Data\\+Algorithms,DC=example,DC=net', 'OU=Sales\\3B Data\\2BAlgorithms,DC=example,DC=net'))
  t.ok(equals('CN=\\23John Smith\\20,DC=example,DC=net', 'CN=\\#John Smith\\ ,DC=example,DC=net'))

  t.equal(namesOf('Should Succeed')[0].length, 3)
  for (const text of namesOf('Should Succeed')[0]) t.doesNotThrow(() => parseDistinguishedName(text), text)
  t.equal(parseDistinguishedName(namesOf('Unescaped Equals')[0][1]).commonName, 'A*x=b is a linear algebra problem')

  const mustFail = namesOf('Must Fail').flat()
  t.equal(mustFail.length, 17)
  for (const text of mustFail) t.throws(() => parseDistinguishedName(text), malformed(/^distinguished name, position \d+: /), text)

  const mayFail = ['UID=jsmith;O=example;C=US', '<UID=jsmith,O=example,C=US>', 'CN="John Smith",O=example,C=US']
  const maySucceed = namesOf('May Succeed').flat()
  t.equal(maySucceed.length, 6)
  for (const text of maySucceed.filter((each) => !mayFail.includes(each))) t.doesNotThrow(() => parseDistinguishedName(text), text)
  for (const text of mayFail) t.throws(() => parseDistinguishedName(text), malformed(/is not escaped|should stand here/), text)
})

// OpenLDAP's own encodings, which stand in a comment of the same file; there a PrintableString is used where it can be.
t.test('the octets of OpenLDAP\'s names are equal to ours', { skip: parts.missing('vectors') }, async (t) => {
  const encoded: Array<[string, string]> = [
    ['UID=jsmith,DC=example,DC=net', '304631133011060A0992268993F22C64011916036E657431173015060A0992268993F22C64011916076578616D706C6531163014060A0992268993F22C64010113066A736D697468'],
    ['CN=Before\\0dAfter,DC=example,DC=net', '304531133011060A0992268993F22C64011916036E657431173015060A0992268993F22C64011916076578616D706C653115301306035504030C0C4265666F72650D4166746572'],
    ['CN=Lu\\C4\\8Di\\C4\\87', '30123110300E06035504030C074C75C48D69C487']
  ]
  for (const [text, hex] of encoded) t.ok(parseDistinguishedName(text).equals(readDistinguishedName(octets(hex))), text)
})

const subjectByOpenssl = (subject: Buffer) => execFileSync('openssl', ['x509', '-noout', '-subject', '-nameopt', 'RFC2253,-esc_msb'],
  { input: writePem('CERTIFICATE', rawCertificate({ subject })), encoding: 'utf8' }).replace(/^subject=|\n$/g, '')

t.test('OpenSSL writes the same text', { skip: parts.missing('openssl') }, async (t) => {
  const onlyVisible = fc.array(fc.oneof(fc.constantFrom(...' #,+"\\<>;=\t\x1f\x7féčש😀'), fc.stringMatching(/^[ -~]$/)), { minLength: 1, maxLength: 10 })
    // OpenSSL leaves a `#` alone where it is all of the value, against RFC 4514, section 2.4.
    .map((characters) => characters.join('')).filter((text) => text !== '#')
  // The attributes whose names OpenSSL knows and writes as we do; it writes a set in the other order.
  const names = utf8Types.filter((name) => !['streetAddress', 'generationQualifier'].includes(name))
  const anyVisibleName = fc.array(fc.tuple(fc.constantFrom<string>(...names, '1.2.3'), onlyVisible), { minLength: 1, maxLength: 4 })
  fc.assert(fc.property(anyVisibleName, (attributes) => {
    const der = writeDistinguishedName(attributes.map((attribute) => [attribute]))
    // Only a dotted type has its value as hexadecimal digits; `=#` may also stand in a text, and an escaped comma ends none.
    const lowerHex = subjectByOpenssl(der).replace(/(?:\\.|[^\\,])+/gs, (part) => part.startsWith('1.2.3=#') ? part.toLowerCase() : part)
    t.equal(lowerHex, readDistinguishedName(der).toString(), JSON.stringify(attributes))
  }), { numRuns: 60 })
  t.equal(subjectByOpenssl(writeDistinguishedName([[['commonName', 'a'], ['userId', 'b']]])), 'UID=b+CN=a')
  t.equal(subjectByOpenssl(nameOf('2.5.4.3', write(tags.teletexString, octets('e9')))), 'CN=é')
})
