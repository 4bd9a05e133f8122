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

/**
 * The DER of one AttributeTypeAndValue to compare others with, also of a text that no CA may write (`C=USA`): certificates
 * have them all the same. What the definition's type cannot hold is a UTF8String.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a type that is none, a NUL, or half of a surrogate pair
 */
export function writeAttributeAsIs (name: string, text: string): Buffer {
  const type = attributeTypeOf(name)
  check(type, text, unwritable(text))
  const tag = charactersProblem(type, text) === undefined ? stringTag(type) : tags.utf8String
  return writeSequence(writeObjectIdentifier(type), write(tag, Buffer.from(text, 'utf8')))
}

function writeText (type: string, text: string): Buffer {
  check(type, text, unwritable(text) ?? attributeTextProblem(type, text))
  return write(stringTag(type), Buffer.from(text, 'utf8'))
}

function check (type: string, text: string, problem: string | undefined): void {
  if (problem !== undefined) throw new CertificateError('MALFORMED', `${attributeNames.get(type) ?? type} ${JSON.stringify(text)} ${problem}`)
}

function unwritable (text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL'
  return isWellFormed(text) ? undefined : 'holds half of a surrogate pair'
}

/** Why a CA may not write this text as the value of an attribute of this dotted type (RFC 5280, appendix A.1), as a clause; lengths aside. */
export function attributeTextProblem (type: string, text: string): string | undefined {
  if (type === attributeTypes.countryName && !/^[A-Za-z]{2}$/.test(text)) return 'is not a country of two letters'
  return charactersProblem(type, text)
}

function charactersProblem (type: string, text: string): string | undefined {
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
