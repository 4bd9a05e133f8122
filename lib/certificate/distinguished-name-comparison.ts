import type { Attribute, DistinguishedName } from './distinguished-name.js'
import { normalized } from './normalization.js'

// RFC 4518, section 2.2: what is mapped to a space (separators, tabs, line ends), and then what is mapped to nothing
// (other controls, soft hyphen, joiners, marks of direction, variation selectors).
const space = /[\t-\r\x85\p{Z}]+/gu
const nothing = /[\p{Cc}\p{Cf}\u034f\u180b-\u180d\ufe00-\ufe0f\ufffc]+/gu

// Normalizing may make 18 characters of one, and a stranger may write 90,000. Real names have fewer than 1,000, and so many
// characters can only become as few where four in a row are one to Unicode.
const mostCharactersToNormalize = 4096

/**
 * The form in which the first `count` relative names of two names are alike where they are the same by RFC 5280, section 7.1. The order
 * of relative names tells, the order within a set does not. The form shows where each value ends. Of more than 4,096 characters, spaces and
 * what is not seen aside, case alone is folded.
 */
export function comparisonForm ({ relativeDistinguishedNames }: DistinguishedName, count: number): string {
  const sets = relativeDistinguishedNames.slice(0, count).map((set) => set.map(withoutUnseen))
  const length = sets.reduce((sum, set) => sum + set.reduce((of, { text }) => of + text.length, 0), 0)
  const fold = length > mostCharactersToNormalize ? (text: string) => text.toLowerCase() : folded
  return JSON.stringify(sets.map((set) => set.map(({ prefix, text, isText }) => `${prefix}${isText ? prepared(text, fold) : text}`).sort()))
}

/** Whether `name` has, from its beginning on, at least as many relative names as `base`, each with attributes of the same types: else no form of it need be made. */
export const beginsAlike = (name: DistinguishedName, base: DistinguishedName): boolean =>
  base.relativeDistinguishedNames.every((set, place) => typesOf(set) === typesOf(name.relativeDistinguishedNames[place]))

const typesOf = (set: readonly Attribute[] | undefined): string | undefined => set && (set.length === 1 ? set[0].type : set.map(({ type }) => type).sort().join())

const isPlain = /^[\x20-\x7e]*$/

// RFC 4518. Values that are no strings are compared octet by octet.
function withoutUnseen ({ type, value, stringType }: Attribute): { readonly prefix: string, readonly text: string, readonly isText: boolean } {
  if (stringType === undefined) return { prefix: type, text: value, isText: false }
  const text = isPlain.test(value) ? value : value.replace(space, ' ').replace(nothing, '')
  return { prefix: `${type}=`, text: text.replace(/ +/g, ' ').trim(), isText: true }
}

// Normalization can make spaces, too.
const prepared = (text: string, fold: (text: string) => string): string => fold(text).replace(/ +/g, ' ').trim()

// Case is folded as `toLowerCase` does it: what full folding makes equal beyond that (`ß` and `ss`) stays different. Normalization can
// make capitals, and folding what is no longer normal.
const folded = (text: string): string => isPlain.test(text) ? text.toLowerCase() : normalized(normalized(text).toLowerCase())
