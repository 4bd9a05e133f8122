import { malformed } from './forwarded-certificate.js'

// RFC 9651, section 3.3, with the parameters of section 3.1.2; none has a meaning here, and so all are passed over.
const key = /[a-z*][a-z0-9_.*-]*/
const bareItem = new RegExp([
  /-?\d{1,12}\.\d{1,3}(?!\d)/, /-?\d{1,15}(?![\d.])/, // Decimal, Integer
  /"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/, // String
  /[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*/, // Token
  /:[A-Za-z0-9+/=]*:/, // Byte Sequence
  /\?[01]/, // Boolean
  /@-?\d{1,15}(?![\d.])/, // Date
  /%"(?:[\x20-\x21\x23-\x24\x26-\x7e]|%[0-9a-f]{2})*"/ // Display String
].map(({ source }) => source).join('|'))
const parameters = new RegExp(`(?:; *${key.source}(?:=(?:${bareItem.source}))?)*`, 'y')
const byteSequence = /:([A-Za-z0-9+/]*={0,2}):/y
const comma = /[ \t]*,[ \t]*/y

/**
 * An Item that is a Byte Sequence (RFC 9651, section 4.2.3).
 * @throws ForwardedCertificateError it is anything else
 */
export function readByteSequence (field: string): Buffer {
  const cursor = new Cursor(field)
  const octets = cursor.item()
  if (!cursor.isAtEnd) throw malformed('the field has more than one Byte Sequence')
  return octets
}

/**
 * A List of Byte Sequences (RFC 9651, section 4.2.1).
 * @throws ForwardedCertificateError it is anything else, or ends with a comma
 */
export function readByteSequences (field: string): Buffer[] {
  const cursor = new Cursor(field)
  const members = [cursor.item()]
  while (!cursor.isAtEnd) {
    if (cursor.take(comma) === undefined) throw malformed('the members of the list are not separated by commas')
    members.push(cursor.item())
  }
  return members
}

class Cursor {
  readonly #text: string
  #position = 0

  constructor (field: string) {
    this.#text = field.replace(/^ +| +$/g, '')
  }

  get isAtEnd (): boolean {
    return this.#position === this.#text.length
  }

  take (pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#position += found[0].length
    return found
  }

  item (): Buffer {
    const found = this.take(byteSequence)
    if (found === undefined) throw malformed('what should be a Byte Sequence is not')
    this.take(parameters)
    // Padding may be missing: RFC 9651, section 4.2.7.
    return Buffer.from(found[1], 'base64')
  }
}
