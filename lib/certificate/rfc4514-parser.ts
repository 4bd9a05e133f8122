import { CertificateError } from '../errors.js'
import { maxCertificateOctets, readElement } from './der.js'
import { writeSequence, writeSet } from './der-writer.js'
import { readDistinguishedName, type DistinguishedName } from './distinguished-name.js'
import { writeAttribute, writeAttributeAsIs } from './name-writer.js'
import { attributeShortNames, attributeTypes, type AttributeName } from './object-identifiers.js'
import { decodeUtf8, isWellFormed } from './strings.js'

// Names are told apart without regard to case. `E` and `S` are how Windows writes two of them.
const types: ReadonlyMap<string, string> = new Map(Object.entries(attributeTypes).flatMap(([name, type]) => {
  const shortName = attributeShortNames[name as AttributeName] ?? name
  return [[name.toLowerCase(), type], [shortName.toLowerCase(), type]] as const
}).concat([['e', attributeTypes.emailAddress], ['s', attributeTypes.stateOrProvinceName]]))

/** Where the parser stands in its text. */
class Place {
  position = 0

  constructor (readonly text: string) {}

  /** What the sticky pattern matches here, stepped over; `null` where it does not. */
  take (pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)
    if (found !== null) this.position = pattern.lastIndex
    return found
  }

  get atEnd (): boolean {
    return this.position === this.text.length
  }
}

function problem (what: string, position: number, cause?: unknown): CertificateError {
  return new CertificateError('MALFORMED', `distinguished name, position ${position}: ${what}`, cause)
}

/**
 * The distinguished name that a text of RFC 4514 says (`CN=alice,OU=Operations,O=Example,C=NL`; the last relative
 * distinguished name first). Short and long names of attribute types are taken in any case, dotted types with or
 * without `OID.`; spaces around `,`, `+` and `=` are passed over; the empty text is the empty name. Text is encoded as
 * RFC 5280 asks of new certificates, so that octets may differ from those of an older name that is equal to it. The text of
 * any name that was read gives a name that is equal to it, also of one that no CA may write (`C=USA`).
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: with the position in the text, from 0
 */
export function parseDistinguishedName (text: string): DistinguishedName {
  if (text.length > maxCertificateOctets) throw problem(`more than ${maxCertificateOctets} characters`, maxCertificateOctets)
  if (!isWellFormed(text)) throw problem('half of a surrogate pair', text.search(/\p{Surrogate}/u))
  const names: Buffer[] = []
  const place = new Place(text)
  place.take(/ */y)
  if (!place.atEnd) names.push(relativeName(place))
  while (!place.atEnd) {
    if (place.take(/,/y) === null) throw unescaped(place)
    names.push(relativeName(place))
  }
  return readDistinguishedName(writeSequence(...names.reverse()))
}

function relativeName (place: Place): Buffer {
  const attributes = [attribute(place)]
  while (place.take(/\+/y) !== null) attributes.push(attribute(place))
  return writeSet(...attributes)
}

function unescaped (place: Place): CertificateError {
  return problem(`${JSON.stringify(place.text[place.position])} is not escaped`, place.position)
}

function attribute (place: Place): Buffer {
  place.take(/ */y)
  const start = place.position
  const type = attributeType(place)
  const from = place.position
  const value = place.take(/#/y) === null ? textValue(place) : hexValue(place)
  try {
    return typeof value === 'string' ? writeAttributeAsIs(type, value) : writeAttribute([type, checked(value)])
  } catch (cause) {
    throw problem((cause as Error).message, typeof value === 'string' ? start : from, cause)
  }
}

function attributeType (place: Place): string {
  const start = place.position
  const found = place.take(/(?:OID\.)?(\d+(?:\.\d+)+) *= */iy) ?? place.take(/([A-Z][A-Z0-9-]*) *= */iy)
  if (found === null) throw problem('an attribute type and "=" should stand here', start)
  const type = /^\d/.test(found[1]) ? found[1] : types.get(found[1].toLowerCase())
  if (type === undefined) throw problem(`attribute type ${JSON.stringify(found[1])} is not known (write it dotted)`, start)
  return type
}

function hexValue (place: Place): Buffer {
  const found = place.take(/((?:[0-9A-F]{2})+) *(?=[,+]|$)/iy)
  if (found === null) throw problem('after "#" should stand pairs of hexadecimal digits', place.position)
  return Buffer.from(found[1], 'hex')
}

// One whole DER element, whose contents are not looked at.
function checked (octets: Buffer): Buffer {
  if (readElement(octets).end !== octets.length) throw new CertificateError('MALFORMED', 'the DER value has octets behind its end')
  return octets
}

function textValue (place: Place): string {
  const start = place.position
  const parts: Buffer[] = []
  let spaces = ''
  for (let part = textPart(place); part !== undefined; part = textPart(place)) {
    // Spaces that are not escaped belong to the value only where something follows.
    parts.push(Buffer.from(spaces), part)
    spaces = place.take(/ */y)![0]
  }
  try {
    return decodeUtf8(Buffer.concat(parts), 'value')
  } catch (cause) {
    throw problem((cause as Error).message, start, cause)
  }
}

function textPart (place: Place): Buffer | undefined {
  const plain = place.take(/[^ \\"+,;<>\0]+/y)
  if (plain !== null) return Buffer.from(plain[0])
  if (place.take(/\\/y) === null) return undefined
  const pair = place.take(/[0-9A-F]{2}/iy)
  if (pair !== null) return Buffer.from(pair[0], 'hex')
  const escaped = place.take(/[\\"+,;<> #=]/y)
  if (escaped === null) throw problem('"\\" stands before neither a special character nor two hexadecimal digits', place.position - 1)
  return Buffer.from(escaped[0])
}
