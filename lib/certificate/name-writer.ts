import { tags } from './der.js'
import { write, writeObjectIdentifier, writeSequence, writeSet } from './der-writer.js'
import { attributeTypes, type AttributeName } from './object-identifiers.js'

/** An attribute to write: its name or dotted type, and its text. */
export type AttributeText = readonly [name: AttributeName | (string & {}), value: string]

/**
 * The DER of a Name, from relative distinguished names in the document's order, each of one or more attributes.
 * Text is a UTF8String (RFC 5280, section 4.1.2.4), but where the attribute's definition asks for another type.
 */
export const writeDistinguishedName = (names: ReadonlyArray<readonly AttributeText[]>): Buffer =>
  writeSequence(...names.map((set) => writeSet(...set.map(writeAttribute))))

function writeAttribute ([name, value]: AttributeText): Buffer {
  const type = attributeTypes[name as AttributeName] ?? name
  return writeSequence(writeObjectIdentifier(type), write(stringTag(type), Buffer.from(value, 'utf8')))
}

function stringTag (type: string): number {
  switch (type) {
    case attributeTypes.countryName: case attributeTypes.serialNumber: case attributeTypes.dnQualifier: return tags.printableString
    case attributeTypes.emailAddress: case attributeTypes.domainComponent: return tags.ia5String
    default: return tags.utf8String
  }
}
