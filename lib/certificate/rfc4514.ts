import type { Attribute, DistinguishedName } from './distinguished-name.js'
import { attributeShortNames, attributeTypes, type AttributeName } from './object-identifiers.js'

const shortNames: ReadonlyMap<string, string> = new Map(Object.entries(attributeTypes)
  .map(([name, type]) => [type, attributeShortNames[name as AttributeName] ?? name]))

/**
 * A distinguished name as text (RFC 4514): the last relative distinguished name first. Attribute types are short names
 * (`CN`, `OU`), or dotted with the value's DER in hexadecimal where they are not known here. Characters that cannot be
 * seen, or that change the direction of writing, are written as hexadecimal pairs: a name cannot forge a line of a log.
 */
export const formatDistinguishedName = (name: DistinguishedName): string =>
  [...name.relativeDistinguishedNames].reverse().map((set) => set.map(formatAttribute).join('+')).join(',')

function formatAttribute (attribute: Attribute): string {
  const shortName = shortNames.get(attribute.type)
  if (shortName === undefined || attribute.stringType === undefined) return `${shortName ?? attribute.type}=#${attribute.raw.toString('hex')}`
  return `${shortName}=${escape(attribute.value)}`
}

// Section 2.4: these in any place, a space at either end, `#` at the front.
const special = /["+,;<>\\]|^[ #]| $/g

// Control characters, line and paragraph separators, and all that is by definition invisible: bidirectional controls,
// zero-width characters, fillers, tags.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const escape = (text: string): string => text.replace(special, '\\$&').replace(unseen, hexPairs)

const hexPairs = (character: string) => Buffer.from(character, 'utf8').toString('hex').toUpperCase().replace(/../g, '\\$&')
