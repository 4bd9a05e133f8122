import { beginningOf, leftOut, mostBytes } from '../errors.js'
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

/**
 * The same, of at most some 200 bytes, and then how many characters of the values were left out. What is left out is not formatted, so
 * that a longer name costs no more.
 */
export function shortDistinguishedName ({ relativeDistinguishedNames }: DistinguishedName): string {
  const room = new Room()
  const sets = [...relativeDistinguishedNames].reverse().map((set) => set.map((each) => room.take(each)).filter((text) => text !== '').join('+'))
  return sets.filter((text) => text !== '').join(',') + (room.missing === 0 ? '' : leftOut(room.missing))
}

/** What is left of the length that a short text may have. */
class Room {
  #left = mostBytes
  /** How many characters of values did not fit. */
  missing = 0

  take (attribute: Attribute): string {
    const { prefix, value, written } = textOf(attribute)
    const shown = this.#left <= 0 ? '' : beginningOf(value, this.#left, written)
    this.missing += value.length - shown.length
    if (this.#left <= 0) return ''
    const text = prefix + written(shown)
    this.#left -= Buffer.byteLength(text)
    return text
  }
}

function formatAttribute (attribute: Attribute): string {
  const { prefix, value, written } = textOf(attribute)
  return prefix + written(value)
}

const asItIs = (text: string): string => text

function textOf (attribute: Attribute): { readonly prefix: string, readonly value: string, readonly written: (value: string) => string } {
  const shortName = shortNames.get(attribute.type)
  if (shortName !== undefined && attribute.stringType !== undefined) return { prefix: `${shortName}=`, value: attribute.value, written: escape }
  return { prefix: `${shortName ?? attribute.type}=`, value: `#${attribute.raw.toString('hex')}`, written: asItIs }
}

// Section 2.4: these in any place, a space at either end, `#` at the front.
const special = /["+,;<>\\]|^[ #]| $/g

// Control characters, line and paragraph separators, and all that is by definition invisible: bidirectional controls,
// zero-width characters, fillers, tags.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const escape = (text: string): string => text.replace(special, '\\$&').replace(unseen, hexPairs)

const hexPairs = (character: string) => Buffer.from(character, 'utf8').toString('hex').toUpperCase().replace(/../g, '\\$&')
