import { CertificateError } from '../errors.js'
import { contents, malformed, tags, type Element } from './der.js'

/** The string types of X.520 DirectoryString, and IA5String and the like beside it. */
export type StringType =
  'utf8String' | 'printableString' | 'ia5String' | 'bmpString' | 'universalString' | 'teletexString' | 'numericString' | 'visibleString'

const types: ReadonlyMap<number, StringType> = new Map([
  [tags.utf8String, 'utf8String'],
  [tags.printableString, 'printableString'],
  [tags.ia5String, 'ia5String'],
  [tags.bmpString, 'bmpString'],
  [tags.universalString, 'universalString'],
  [tags.teletexString, 'teletexString'],
  [tags.numericString, 'numericString'],
  [tags.visibleString, 'visibleString']
])

export const stringType = (element: Element): StringType | undefined => types.get(element.tag)

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The text of a string element. A NUL in it refuses the name: other readers end the text there, so that
 * `good.example\0.evil.example` would be two names to two programs.
 */
export function readString (element: Element, what: string): string {
  const text = decode(element, what)
  if (text.includes('\0')) throw malformed(`${what} holds a NUL`, element.start)
  return text
}

function decode (element: Element, what: string): string {
  const octets = contents(element)
  switch (element.tag) {
    case tags.utf8String: return decodeUtf8(octets, what)
    // The first 256 characters of T.61 as everyone writes them are Latin-1 (OpenSSL and Java read it so, too).
    case tags.teletexString: return octets.toString('latin1')
    case tags.bmpString: return decodeUtf16(octets, what)
    case tags.universalString: return decodeUtf32(octets, what)
    case tags.printableString: case tags.ia5String: case tags.numericString: case tags.visibleString:
      return decodeAscii(octets, what)
    default: throw malformed(`${what} is no string but has tag 0x${element.tag.toString(16)},`, element.start)
  }
}

export function decodeAscii (octets: Buffer, what: string): string {
  for (let index = 0; index < octets.length; index++) {
    if (octets[index] > 0x7f) throw malformed(`${what} is not ASCII`)
  }
  return octets.toString('latin1')
}

export function decodeUtf8 (octets: Buffer, what: string): string {
  // Most names are ASCII, and that is known faster than a TextDecoder is called.
  let all = 0
  for (let index = 0; index < octets.length; index++) all |= octets[index]
  if (all < 0x80) return octets.toString('latin1')
  try {
    return utf8.decode(octets)
  } catch (cause) {
    throw new CertificateError('MALFORMED', `${what} is not UTF-8`, cause)
  }
}

function decodeUtf16 (octets: Buffer, what: string): string {
  if (octets.length % 2 !== 0) throw malformed(`${what} is a BMPString with half a character`)
  return wellFormed(Buffer.from(octets).swap16().toString('utf16le'), what)
}

function decodeUtf32 (octets: Buffer, what: string): string {
  if (octets.length % 4 !== 0) throw malformed(`${what} is a UniversalString with part of a character`)
  let text = ''
  for (let index = 0; index < octets.length; index += 4) {
    const point = octets.readUInt32BE(index)
    if (point > 0x10ffff) throw malformed(`${what} has a character beyond Unicode`)
    text += String.fromCodePoint(point)
  }
  return wellFormed(text, what)
}

/** Whether a text has no half of a surrogate pair. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)

function wellFormed (text: string, what: string): string {
  if (!isWellFormed(text)) throw malformed(`${what} has half of a surrogate pair`)
  return text
}
