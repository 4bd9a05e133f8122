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

/**
 * The text of a string element. A NUL in it refuses the name: other readers end the text there, so that
 * `good.example\0.evil.example` would be two names to two programs.
 */
export function readString (element: Element, what: string): string {
  return withoutNul(decode(element, what), element, what)
}

/** The text of a label, on which nothing is ever decided: without the NUL at its end, with which Windows ends a friendlyName. */
export function readLabel (element: Element, what: string): string {
  const text = decode(element, what)
  return withoutNul(text.endsWith('\0') ? text.slice(0, -1) : text, element, what)
}

/** The text of an IA5String, under whatever tag it stands; a NUL refuses it, too. */
export function readIA5String (element: Element, what: string): string {
  return withoutNul(decodeAscii(element, what), element, what)
}

function withoutNul (text: string, element: Element, what: string): string {
  if (text.includes('\0')) throw malformed(`${what} holds a NUL`, element.start)
  return text
}

function decode (element: Element, what: string): string {
  switch (element.tag) {
    case tags.utf8String: return isAscii(element) ? latin1(element) : decodeUtf8(contents(element), what)
    case tags.printableString: case tags.ia5String: case tags.numericString: case tags.visibleString:
      return decodeAscii(element, what)
    // The first 256 characters of T.61 as everyone writes them are Latin-1 (OpenSSL and Java read it so, too).
    case tags.teletexString: return latin1(element)
    case tags.bmpString: return decodeUtf16(contents(element), what)
    case tags.universalString: return decodeUtf32(contents(element), what)
    default: throw malformed(`${what} is no string but has tag 0x${element.tag.toString(16)},`, element.start)
  }
}

const latin1 = ({ octets, from, end }: Element) => octets.toString('latin1', from, end)

function isAscii ({ octets, from, end }: Element): boolean {
  let all = 0
  for (let position = from; position < end; position++) all |= octets[position]
  return all < 0x80
}

function decodeAscii (element: Element, what: string): string {
  if (!isAscii(element)) throw malformed(`${what} is not ASCII`, element.start)
  return latin1(element)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function decodeUtf8 (octets: Uint8Array, what: string): string {
  try {
    return utf8.decode(octets)
  } catch (cause) {
    throw new CertificateError('MALFORMED', `${what} is not UTF-8`, cause)
  }
}

// A character beyond the 65,536 of a BMPString is written as a surrogate pair, as Java and Windows do.
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

function wellFormed (text: string, what: string): string {
  if (!isWellFormed(text)) throw malformed(`${what} has half of a surrogate pair`)
  return text
}

/** Whether a text has no half of a surrogate pair. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)
