import t from 'tap'
import { parseDistinguishedName, readDistinguishedName, tags, write, writeDistinguishedName, writeObjectIdentifier, writeSequence, writeSet, type DistinguishedName } from '../../lib/certificate/index.js'
import { commonName, malformed, nameOf, octets } from './raw-certificate.js'

const attribute = (type: string, tag: number, value: Buffer | string) => writeSequence(writeObjectIdentifier(type), write(tag, Buffer.from(value)))

t.test('a name keeps its order and its sets', async (t) => {
  const name = readDistinguishedName(writeSequence(
    writeSet(attribute('2.5.4.10', tags.utf8String, 'Example')),
    write(tags.set, attribute('2.5.4.3', tags.utf8String, 'alice'), attribute('0.9.2342.19200300.100.1.1', tags.utf8String, 'u1')),
    writeSet(attribute('2.5.4.11', tags.utf8String, 'b')),
    writeSet(attribute('2.5.4.11', tags.utf8String, 'a'))
  ))
  t.strictSame(name.relativeDistinguishedNames.map((set) => set.map(({ name, value }) => `${name}=${value}`)),
    [['organizationName=Example'], ['commonName=alice', 'userId=u1'], ['organizationalUnitName=b'], ['organizationalUnitName=a']])
  t.strictSame(name.attributes.map(({ type }) => type), ['2.5.4.10', '2.5.4.3', '0.9.2342.19200300.100.1.1', '2.5.4.11', '2.5.4.11'])
})

t.test('an attribute tells its type, its text, its string type and its DER', async (t) => {
  const { attributes } = readDistinguishedName(nameOf('2.5.4.3', write(tags.printableString, Buffer.from('alice'))))
  t.strictSame(attributes, [{ type: '2.5.4.3', name: 'commonName', value: 'alice', stringType: 'printableString', raw: octets('1305 616c696365') }])
  const unknown = readDistinguishedName(nameOf('1.2.3', octets('0500'))).attributes
  t.strictSame(unknown, [{ type: '1.2.3', name: '1.2.3', value: '#0500', stringType: undefined, raw: octets('0500') }])
})

t.test('all string types are read in a name', async (t) => {
  const bmp = Buffer.from('Lučić', 'utf16le').swap16()
  const values: Array<[number, Buffer, string]> = [
    [tags.utf8String, Buffer.from('Lučić'), 'utf8String'], [tags.bmpString, bmp, 'bmpString'],
    [tags.universalString, octets('0000004c 00000075 0000010d 00000069 00000107'), 'universalString']
  ]
  for (const [tag, value, stringType] of values) {
    const name = readDistinguishedName(nameOf('2.5.4.3', write(tag, value)))
    t.equal(name.commonName, 'Lučić')
    t.equal(name.attributes[0].stringType, stringType)
  }
  t.equal(readDistinguishedName(nameOf('2.5.4.3', write(tags.teletexString, octets('e9')))).commonName, 'é')
  t.equal(readDistinguishedName(nameOf('1.2.840.113549.1.9.1', write(tags.ia5String, Buffer.from('a@b')))).emailAddress, 'a@b')
})

t.test('an attribute that stands once has a value, one that is repeated has none', async (t) => {
  const name = parseDistinguishedName('CN=alice,OU=Operations,OU=People,O=Example')
  t.equal(name.commonName, 'alice')
  t.equal(name.organizationalUnitName, undefined)
  t.equal(name.localityName, undefined)
  t.strictSame(name.all('organizationalUnitName'), ['People', 'Operations'])
  t.equal(name.get('2.5.4.10'), 'Example')
  t.equal(name.get('organizationName'), 'Example')
  t.strictSame(name.all('2.5.4.12'), [])
  for (const inherited of ['constructor', 'toString', '__proto__', '']) t.equal(name.get(inherited), undefined)
})

t.test('every attribute that has a name of its own is found under it', async (t) => {
  const names = [
    'commonName', 'surname', 'serialNumber', 'countryName', 'localityName', 'stateOrProvinceName', 'streetAddress', 'organizationName',
    'organizationalUnitName', 'title', 'givenName', 'pseudonym', 'organizationIdentifier', 'userId', 'domainComponent', 'emailAddress'
  ] as const
  const all = readDistinguishedName(writeDistinguishedName(names.map((name, index) => [[name, name === 'countryName' ? 'NL' : `v${index}`]])))
  names.forEach((name, index) => t.equal(all[name], name === 'countryName' ? 'NL' : `v${index}`, name))
})

t.test('the empty name has no attributes', async (t) => {
  const name = readDistinguishedName(octets('3000'))
  t.strictSame([name.attributes, name.relativeDistinguishedNames, name.toString()], [[], [], ''])
})

t.test('a NUL in an attribute refuses the name, in each string type', async (t) => {
  const message = malformed(/^commonName holds a NUL at octet \d+$/)
  for (const tag of [tags.utf8String, tags.printableString, tags.ia5String, tags.teletexString, tags.numericString, tags.visibleString]) {
    t.throws(() => readDistinguishedName(nameOf('2.5.4.3', write(tag, Buffer.from('good\0evil')))), message)
  }
  t.throws(() => readDistinguishedName(nameOf('2.5.4.3', write(tags.bmpString, octets('0061 0000 0062')))), message)
  t.throws(() => readDistinguishedName(nameOf('2.5.4.3', write(tags.universalString, octets('00000061 00000000')))), message)
  t.throws(() => readDistinguishedName(nameOf('1.2.3', write(tags.utf8String, Buffer.from('\0')))), malformed(/^1\.2\.3 holds a NUL/))
})

t.test('what is no Name is refused', async (t) => {
  const wrong: Array<[Buffer, string | RegExp]> = [
    [octets('3100'), 'Name has tag 0x31, not 0x30, at octet 0'],
    [octets('300000'), 'Name has octets behind its end at octet 2'],
    [octets('30023000'), 'RelativeDistinguishedName has tag 0x30, not 0x31, at octet 2'],
    [octets('30023100'), 'RelativeDistinguishedName is empty at octet 2'],
    [octets('300431023100'), 'AttributeTypeAndValue has tag 0x31, not 0x30, at octet 4'],
    [octets('300431023000'), 'AttributeTypeAndValue.type is missing at octet 6'],
    [octets('3009 3107 3005 0603550403'), 'AttributeTypeAndValue.value is missing at octet 11'],
    [octets('300d 310b 3009 0603550403 0c00 0500'), 'AttributeTypeAndValue has a field too many at octet 13'],
    [nameOf('2.5.4.3', octets('0500')), 'commonName is no string but has tag 0x5, at octet 11'],
    [nameOf('2.5.4.3', octets('0c01ff')), 'commonName is not UTF-8']
  ]
  for (const [der, message] of wrong) t.throws(() => readDistinguishedName(der), malformed(message), der.toString('hex'))
})

t.test('names are equal by RFC 5280, section 7.1', async (t) => {
  const equal: Array<[string, string]> = [
    ['CN=alice', 'CN=alice'],
    ['CN=Alice Smith,O=Example', 'cn=ALICE  SMITH,o=example'],
    ['CN=\\ alice\\ ', 'CN=alice'],
    ['CN=a\\09b', 'CN=a b'],
    ['CN=a\\C2\\A0b', 'CN=a b'],
    ['CN=a\\C2\\ADb', 'CN=ab'],
    ['CN=a\\E2\\80\\8Bb', 'CN=ab'],
    ['CN=É', 'CN=é'],
    ['CN=e\\CC\\81', 'CN=é'],
    ['CN=ﬁ', 'CN=FI'],
    ['CN=℡', 'CN=tel'],
    ['CN=a+UID=b', 'UID=B+CN=A'],
    ['emailAddress=A@Example.com', 'emailAddress=a@example.com'],
    ['1.2.3=#0500', '1.2.3=#0500'],
    ['1.2.3=a', '1.2.3=A'],
    ['', '']
  ]
  const different: Array<[string, string]> = [
    ['CN=alice', 'CN=alicia'],
    ['CN=alice', 'OU=alice'],
    ['CN=a b', 'CN=ab'],
    ['CN=a,OU=b', 'OU=b,CN=a'],
    ['CN=a,CN=b', 'CN=a+CN=b'],
    ['CN=a', 'CN=a,O=b'],
    ['CN=a', ''],
    ['CN=ı', 'CN=i'],
    ['CN=ß', 'CN=ss'],
    ['1.2.3=#0500', '1.2.3=\\#0500'],
    ['1.2.3=#0500', '1.2.3=#0400'],
    ['CN=a\\"\\,\\"2.5.4.3=b', 'CN=a+CN=b']
  ]
  const same = (one: string, other: string) => {
    const [a, b] = [parseDistinguishedName(one), parseDistinguishedName(other)]
    return [a.equals(b), b.equals(a)]
  }
  for (const [one, other] of equal) t.strictSame(same(one, other), [true, true], `${one} is ${other}`)
  for (const [one, other] of different) t.strictSame(same(one, other), [false, false], `${one} is not ${other}`)
})

t.test('the string type of a value does not tell names apart', async (t) => {
  const names = [
    commonName('Alice'),
    nameOf('2.5.4.3', write(tags.printableString, Buffer.from('ALICE'))),
    nameOf('2.5.4.3', write(tags.teletexString, Buffer.from('alice'))),
    nameOf('2.5.4.3', write(tags.bmpString, Buffer.from('aLICE', 'utf16le').swap16()))
  ].map(readDistinguishedName)
  for (const name of names) t.ok(name.equals(names[0]))
})

t.test('a name is frozen through and through', async (t) => {
  const name: DistinguishedName = parseDistinguishedName('CN=alice+UID=u,O=Example')
  t.ok(Object.isFrozen(name))
  t.ok([name.attributes, name.relativeDistinguishedNames, ...name.relativeDistinguishedNames, ...name.attributes].every(Object.isFrozen))
  t.throws(() => { (name as { raw: Buffer }).raw = octets('3000') }, TypeError)
})

t.test('a name is its text in JSON', async (t) => {
  t.equal(JSON.stringify({ name: parseDistinguishedName('cn=alice, o=Example') }), '{"name":"CN=alice,O=Example"}')
})

t.test('a name that is a view of other octets keeps its own', async (t) => {
  const view = new Uint8Array([0xff, ...commonName('a'), 0xff]).subarray(1, -1)
  t.strictSame(readDistinguishedName(view).raw, commonName('a'))
})
