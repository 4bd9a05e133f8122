import { attributeTypes, DistinguishedName, parseDistinguishedName, type AttributeName } from '../certificate/index.js'
import { isDotted } from './object-identifier.js'
import { keyOf, refusal, wildcardRefusal, type Place } from './place.js'
import { allOf, anyOf, ruleOnce, type Outcome, type Rule } from './rule.js'
import { isPlainObject, kindOf, readEntries, readOneOrMore, readText, readTexts } from './shape.js'

export const attributeKeys: readonly string[] = Object.keys(attributeTypes)

export const isAttributeKey = (key: string): boolean => Object.hasOwn(attributeTypes, key) || isDotted(key)

/** Reads one name policy, or a list of which one must match. */
export const readNames = (value: unknown, place: Place): Rule<DistinguishedName> =>
  anyOf(readOneOrMore(value, place, readName), place.key)

export function readName (value: unknown, place: Place): Rule<DistinguishedName> {
  if (!isPlainObject(value)) return readWholeName(value, place)
  const entries = readEntries(value, place, attributeKeys, isAttributeKey)
  return allOf(Array.from(entries, ([key, texts]) => readAttribute(key, texts, keyOf(place, key))))
}

function readWholeName (value: unknown, place: Place): Rule<DistinguishedName> {
  const wanted = value instanceof DistinguishedName ? value : parse(value, place)
  if (wanted.attributes.length === 0) throw refusal(place, 'is an empty name')
  return {
    ...ruleOnce((name: DistinguishedName) => wanted.equals(name), ''),
    explain: (name) => `${place.key} ${isReversed(wanted, name) ? inReverseOrder : 'is another name'}`
  }
}

// OpenSSL and most configuration files begin with the first attribute.
const inReverseOrder = 'has the same attributes in reverse order: a text in the form of RFC 4514 begins with the last one'

const isReversed = (wanted: DistinguishedName, { raw, relativeDistinguishedNames }: DistinguishedName): boolean =>
  new DistinguishedName(raw, [...relativeDistinguishedNames].reverse()).equals(wanted)

function parse (value: unknown, place: Place): DistinguishedName {
  if (typeof value !== 'string') throw refusal(place, `must be attributes, a DistinguishedName or its text of RFC 4514, not ${kindOf(value)}`)
  const text = readText(value, place)
  try {
    return parseDistinguishedName(text)
  } catch (cause) {
    throw refusal(place, `cannot be read: ${(cause as Error).message}`, cause)
  }
}

export function readAttribute (key: string, value: unknown, place: Place): Rule<DistinguishedName> {
  const wanted = readTexts(value, place, readAttributeValue)
  const type = attributeTypes[key as AttributeName] ?? key
  return {
    evaluate: (name) => attributeOutcome(name, type, wanted),
    explain: (name) => `${place.key} does not match: the name has ${foundOf(name, type)}`
  }
}

// `*.example.com` stands in certificates of servers, and letters around the asterisk in names like `E*TRADE`.
function readAttributeValue (value: unknown, place: Place): string {
  const text = readText(value, place)
  if (/^\*(?!\.)|\*$/.test(text)) throw wildcardRefusal(place)
  return text
}

// As DistinguishedName.get: a repeated attribute has no single value. It is undecided, not a mismatch, where one of its
// values would match, so that `not` lets nobody in who hides a value behind another. So is a value that is no text.
function attributeOutcome (name: DistinguishedName, type: string, wanted: ReadonlySet<string>): Outcome {
  let count = 0
  let outcome: Outcome = 'mismatch'
  for (const attribute of name.attributes) {
    if (attribute.type !== type) continue
    count++
    if (attribute.stringType === undefined) outcome = 'undecided'
    else if (outcome === 'mismatch' && wanted.has(attribute.value)) outcome = 'match'
  }
  return outcome === 'match' && count > 1 ? 'undecided' : outcome
}

function foundOf (name: DistinguishedName, type: string): string {
  const found = name.attributes.filter((attribute) => attribute.type === type)
  if (found.length === 0) return 'none'
  if (found.length > 1) return `${found.length} of them, and so no single value`
  return found[0].stringType === undefined ? 'a value that is no text' : 'another value'
}
