import type { Attribute, DistinguishedName } from './distinguished-name.js'

// RFC 4518, section 2.2: what is mapped to a space (separators, tabs, line ends), and then what is mapped to nothing
// (other controls, soft hyphen, joiners, marks of direction, variation selectors).
const space = /[\t-\r\x85\p{Z}]/gu
const nothing = /[\p{Cc}\p{Cf}\u034f\u180b-\u180d\ufe00-\ufe0f\ufffc]/gu

/**
 * The form in which two names are alike where they are the same by RFC 5280, section 7.1. The order of relative names
 * tells, the order within a set does not. The form shows where each value ends.
 */
export const comparisonForm = (name: DistinguishedName): string =>
  JSON.stringify(name.relativeDistinguishedNames.map((set) => set.map(attributeForm).sort()))

// Values that are no strings are compared octet by octet.
const attributeForm = ({ type, value, stringType }: Attribute): string =>
  stringType === undefined ? `${type}${value}` : `${type}=${prepared(value)}`

// RFC 4518. Case is folded as `toLowerCase` does it: what full folding makes equal beyond that (`ß` and `ss`) stays
// different. Normalization can make capitals, and folding what is no longer normal.
const prepared = (text: string): string =>
  text.replace(space, ' ').replace(nothing, '').normalize('NFKC').toLowerCase().normalize('NFKC').replace(/ +/g, ' ').trim()
