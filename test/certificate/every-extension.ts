import { contextTag, tags, write, writeBoolean, writeInteger, writeNamedBits, writeObjectIdentifier, writeOctetString, writeSequence } from '../../lib/certificate/index.js'
import { commonName, extensionOf, extensionsOf, octets } from './raw-certificate.js'

const identifier = writeObjectIdentifier
const ascii = (number: number, text: string) => write(contextTag(number), Buffer.from(text))
const utf8 = (text: string) => write(tags.utf8String, Buffer.from(text))
const otherName = (type: string, text: string) => write(contextTag(0, true), identifier(type), write(contextTag(0, true), utf8(text)))
const uri = ascii(6, 'http://example.com/a')

const names = writeSequence(
  ascii(1, 'alice@example.com'), ascii(2, 'example.com'), uri, write(contextTag(7), octets('7f000001')), write(contextTag(7), Buffer.alloc(16, 1)),
  write(contextTag(4, true), commonName('Alice')), write(contextTag(8), octets('2a03')), write(contextTag(3, true), octets('3000')),
  write(contextTag(5, true), write(contextTag(0, true), utf8('a')), write(contextTag(1, true), utf8('b'))),
  otherName('1.3.6.1.4.1.311.20.2.3', 'alice@corp.example'), otherName('1.3.6.1.5.5.7.8.9', 'álice@example.com'), otherName('1.2.3', 'x')
)

const point = write(contextTag(0, true), write(contextTag(0, true), uri))
const relativePoint = write(contextTag(0, true), write(contextTag(1, true), commonName('a').subarray(4)))
const subtrees = [writeSequence(ascii(2, 'example.com')), writeSequence(write(contextTag(7), Buffer.alloc(8))), writeSequence(write(contextTag(4, true), commonName('a')))]

/** The `[3]` field with every extension that is decoded, and one that is not. */
export const everyExtension: Buffer = extensionsOf(
  extensionOf('2.5.29.14', writeOctetString(octets('abcd'))),
  extensionOf('2.5.29.15', writeNamedBits([0, 5, 6, 8]), writeBoolean(true)),
  extensionOf('2.5.29.17', names),
  extensionOf('2.5.29.18', names),
  extensionOf('2.5.29.19', writeSequence(writeBoolean(true), writeInteger(3)), writeBoolean(true)),
  extensionOf('2.5.29.30', writeSequence(write(contextTag(0, true), ...subtrees), write(contextTag(1, true), ...subtrees)), writeBoolean(true)),
  extensionOf('2.5.29.31', writeSequence(writeSequence(point), writeSequence(relativePoint, octets('81020560'), write(contextTag(2, true), write(contextTag(4, true), commonName('i')))))),
  extensionOf('2.5.29.32', writeSequence(writeSequence(identifier('1.2.3'), writeSequence(writeSequence(identifier('1.3.6.1.5.5.7.2.1'), utf8('a')))), writeSequence(identifier('2.5.29.32.0')))),
  extensionOf('2.5.29.33', writeSequence(writeSequence(identifier('1.2.3'), identifier('1.2.4')))),
  extensionOf('2.5.29.35', writeSequence(octets('8002abcd'), write(contextTag(1, true), write(contextTag(4, true), commonName('i'))), octets('820107'))),
  extensionOf('2.5.29.36', writeSequence(octets('800100'), octets('810101'))),
  extensionOf('2.5.29.37', writeSequence(identifier('1.3.6.1.5.5.7.3.2'), identifier('1.2.3'))),
  extensionOf('2.5.29.54', writeInteger(2)),
  extensionOf('1.3.6.1.5.5.7.1.1', writeSequence(writeSequence(identifier('1.3.6.1.5.5.7.48.1'), uri))),
  extensionOf('1.2.3.4', octets('ffff'))
)
