import { CertificateError } from '../errors.js'
import { tags } from './der.js'
import { write, writeObjectIdentifier, writeSequence, writeSet } from './der-writer.js'
import { attributeNames, attributeTypeOf, attributeTypes, type AttributeName } from './object-identifiers.js'
import { isWellFormed } from './strings.js'

/** An attribute to write: its name or dotted type, and its text, or the DER of its value. */
export type AttributeText = readonly [name: AttributeName | (string & {}), value: string | Uint8Array]

/**
 * The DER of a Name, from relative distinguished names in the document's order, each of one or more attributes.
 * Text is a UTF8String (RFC 5280, section 4.1.2.4), but where the attribute's definition asks for another type.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a type that is none, or a text that its type cannot hold
 */
export const writeDistinguishedName = (names: ReadonlyArray<readonly AttributeText[]>): Buffer =>
  writeSequence(...names.map((set) => writeSet(...set.map(writeAttribute))))

/** The DER of one AttributeTypeAndValue; errors as for `writeDistinguishedName`. */
export function writeAttribute ([name, value]: AttributeText): Buffer {
  const type = attributeTypeOf(name)
  return writeSequence(writeObjectIdentifier(type), typeof value === 'string' ? writeText(type, value) : value)
}

function writeText (type: string, text: string): Buffer {
  const problem = problemOf(type, text)
  if (problem !== undefined) throw new CertificateError('MALFORMED', `${attributeNames.get(type) ?? type} ${JSON.stringify(text)} ${problem}`)
  return write(stringTag(type), Buffer.from(text, 'utf8'))
}

function problemOf (type: string, text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL'
  if (!isWellFormed(text)) return 'holds half of a surrogate pair'
  if (type === attributeTypes.countryName && !/^[A-Za-z]{2}$/.test(text)) return 'is not a country of two letters'
  const tag = stringTag(type)
  if (tag === tags.printableString && !/^[A-Za-z0-9 '()+,./:=?-]*$/.test(text)) return 'holds a character that no PrintableString has'
  if (tag === tags.ia5String && Buffer.byteLength(text) !== text.length) return 'is not ASCII'
  return undefined
}

// RFC 5280, appendix A.1: the types whose syntax is not DirectoryString.
function stringTag (type: string): number {
  switch (type) {
    case attributeTypes.countryName: case attributeTypes.serialNumber: case attributeTypes.dnQualifier: return tags.printableString
    case attributeTypes.emailAddress: case attributeTypes.domainComponent: return tags.ia5String
    default: return tags.utf8String
  }
}
