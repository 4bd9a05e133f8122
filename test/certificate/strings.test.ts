import t from 'tap'
import { readElement, tags } from '../../lib/certificate/der.js'
import { write } from '../../lib/certificate/der-writer.js'
import { decodeUtf8, isWellFormed, readIA5String, readString, stringType } from '../../lib/certificate/strings.js'
import { malformed, octets } from './raw-certificate.js'

const read = (tag: number, value: Buffer) => readString(readElement(write(tag, value)), 'commonName')
const utf16 = (text: string) => Buffer.from(text, 'utf16le').swap16()
const utf32 = (text: string) => Buffer.concat([...text].map((character) => {
  const four = Buffer.alloc(4)
  four.writeUInt32BE(character.codePointAt(0)!)
  return four
}))

t.test('each string type has its decoding', async (t) => {
  t.equal(read(tags.utf8String, Buffer.from('alice')), 'alice')
  t.equal(read(tags.utf8String, Buffer.from('Lučić 😀')), 'Lučić 😀')
  t.equal(read(tags.utf8String, octets('efbbbf 61')), '\ufeffa', 'a byte order mark is a character like any other')
  for (const tag of [tags.printableString, tags.ia5String, tags.numericString, tags.visibleString]) t.equal(read(tag, Buffer.from('a*@_')), 'a*@_')
  t.equal(read(tags.teletexString, Buffer.from('Müller', 'latin1')), 'Müller')
  t.equal(read(tags.bmpString, utf16('Lučić')), 'Lučić')
  t.equal(read(tags.bmpString, utf16('😀')), '😀', 'as Java and Windows write it')
  t.equal(read(tags.universalString, utf32('Lučić 😀')), 'Lučić 😀')
  for (const tag of [tags.utf8String, tags.bmpString, tags.universalString, tags.teletexString, tags.ia5String]) t.equal(read(tag, Buffer.alloc(0)), '')
})

t.test('each string type is named', async (t) => {
  const named = [tags.utf8String, tags.printableString, tags.ia5String, tags.bmpString, tags.universalString, tags.teletexString, tags.numericString, tags.visibleString, tags.integer]
  t.strictSame(named.map((tag) => stringType(readElement(write(tag)))), [
    'utf8String', 'printableString', 'ia5String', 'bmpString', 'universalString', 'teletexString', 'numericString', 'visibleString', undefined
  ])
})

t.test('a NUL refuses a string of any type', async (t) => {
  const message = malformed('commonName holds a NUL at octet 0')
  for (const tag of [tags.utf8String, tags.printableString, tags.ia5String, tags.numericString, tags.visibleString, tags.teletexString]) {
    t.throws(() => read(tag, Buffer.from('good.example\0.evil.example')), message)
  }
  t.throws(() => read(tags.utf8String, Buffer.from('é\0')), message)
  t.throws(() => read(tags.bmpString, utf16('good\0evil')), message)
  t.throws(() => read(tags.universalString, utf32('good\0evil')), message)
  t.throws(() => readIA5String(readElement(octets('8203 610062')), 'dNSName'), malformed('dNSName holds a NUL at octet 0'))
})

t.test('octets that are no text of their type are refused', async (t) => {
  for (const hex of ['ff', 'c080', 'eda080', 'f4908080', 'c3', 'e28241']) t.throws(() => read(tags.utf8String, octets(hex)), malformed('commonName is not UTF-8'), hex)
  for (const tag of [tags.printableString, tags.ia5String, tags.numericString, tags.visibleString]) {
    t.throws(() => read(tag, octets('61e9')), malformed('commonName is not ASCII at octet 0'))
  }
  t.throws(() => readIA5String(readElement(octets('8202 c3a9')), 'dNSName'), malformed('dNSName is not ASCII at octet 0'))
  t.throws(() => read(tags.bmpString, octets('006100')), malformed('commonName is a BMPString with half a character'))
  t.throws(() => read(tags.bmpString, octets('0061d83d')), malformed('commonName has half of a surrogate pair'))
  t.throws(() => read(tags.universalString, octets('000000')), malformed('commonName is a UniversalString with part of a character'))
  t.throws(() => read(tags.universalString, octets('00110000')), malformed('commonName has a character beyond Unicode'))
  t.throws(() => read(tags.universalString, octets('ffffffff')), malformed('commonName has a character beyond Unicode'))
  t.throws(() => read(tags.universalString, octets('0000d83d')), malformed('commonName has half of a surrogate pair'))
  t.throws(() => read(tags.octetString, octets('61')), malformed('commonName is no string but has tag 0x4, at octet 0'))
  t.throws(() => read(0x2c, octets('0c0161')), malformed('commonName is no string but has tag 0x2c, at octet 0'), 'nor is one in pieces')
})

t.test('the octets of a BMPString stay as they are', async (t) => {
  const der = write(tags.bmpString, utf16('ab'))
  const before = Buffer.from(der)
  readString(readElement(der), 'commonName')
  t.strictSame(der, before)
})

t.test('UTF-8 is decoded from any octets', async (t) => {
  t.equal(decodeUtf8(new Uint8Array([0xc4, 0x8d]), 'value'), 'č')
  t.throws(() => decodeUtf8(new Uint8Array([0xc4]), 'value'), malformed('value is not UTF-8'))
  t.equal(isWellFormed('a😀'), true)
  t.equal(isWellFormed('a\ud83d'), false)
})
