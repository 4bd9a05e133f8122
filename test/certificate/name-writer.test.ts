import t from 'tap'
import { readDistinguishedName, writeDistinguishedName, type AttributeText } from '../../lib/certificate/index.js'
import { malformed, octets } from './raw-certificate.js'

const write = (...attributes: AttributeText[]) => writeDistinguishedName(attributes.map((attribute) => [attribute]))

t.test('names are written as RFC 5280 asks, and read the same', async (t) => {
  t.strictSame(write(['countryName', 'NL'], ['commonName', 'é']), octets('301a 310b 3009 0603550406 1302 4e4c 310b 3009 0603550403 0c02 c3a9'))
  t.strictSame(write(), octets('3000'))
  const name = readDistinguishedName(writeDistinguishedName([[['organizationName', 'Example']], [['userId', 'u1'], ['commonName', 'alice']]]))
  t.strictSame(name.relativeDistinguishedNames.map((set) => set.map(({ name, value }) => [name, value])),
    [[['organizationName', 'Example']], [['commonName', 'alice'], ['userId', 'u1']]], 'a set is in the order of its encodings')
})

t.test('an attribute is given by name or by type, its value as text or as DER', async (t) => {
  t.strictSame(write(['2.5.4.3', 'a']), write(['commonName', 'a']))
  t.strictSame(write(['commonName', octets('0c0161')]), write(['commonName', 'a']))
  t.strictSame(write(['1.2.3', octets('0500')]), octets('300a 3108 3006 06022a03 0500'))
})

t.test('a text that its type cannot hold is not written', async (t) => {
  const wrong: Array<[AttributeText, string]> = [
    [['commonName', 'a\0b'], 'commonName "a\\u0000b" holds a NUL'],
    [['2.5.4.3', 'a\0b'], 'commonName "a\\u0000b" holds a NUL'],
    [['1.2.3', 'a\0b'], '1.2.3 "a\\u0000b" holds a NUL'],
    [['commonName', 'a\ud83d'], 'commonName "a\\ud83d" holds half of a surrogate pair'],
    [['countryName', 'Netherlands'], 'countryName "Netherlands" is not a country of two letters'],
    [['dnQualifier', 'a_b'], 'dnQualifier "a_b" holds a character that no PrintableString has'],
    [['emailAddress', 'é@example.com'], 'emailAddress "é@example.com" is not ASCII'],
    [['constructor', 'a'], '"constructor" is no object identifier'],
    [['CN', 'a'], '"CN" is no object identifier']
  ]
  for (const [attribute, message] of wrong) t.throws(() => write(attribute), malformed(message))
})
