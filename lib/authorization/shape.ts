import { didYouMean } from './near-miss.js'
import { keyOf, memberOf, refusal, type Place } from './place.js'

// Values are read once and copied, so that a later change of the application's object changes no policy. What is
// absent or empty is refused, not passed over: `{ organizationalUnitName: undefined }` has to let nobody in.

/** Reads what stands at a place of a policy. */
export type Reader<Value> = (value: unknown, place: Place) => Value

/** What the value is, for an error: never the value itself, which may be secret. */
export function kindOf (value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object') return `a ${typeof value}`
  return isPlainObject(value) ? 'an object' : 'an instance of a class'
}

export function readText (value: unknown, place: Place): string {
  if (typeof value !== 'string') throw refusal(place, `must be a text, not ${kindOf(value)}`)
  if (value === '') throw refusal(place, 'is empty')
  return value
}

/** A list of at least one member. */
export function readList<Value> (value: readonly unknown[], place: Place, read: Reader<Value>): Value[] {
  if (value.length === 0) throw refusal(place, 'is an empty list, which nothing can match')
  // Array.from, for it reads the holes of a sparse list too.
  return Array.from(value, (member, index) => read(member, memberOf(place, index)))
}

/** One value, or a list of at least one. */
export const readOneOrMore = <Value>(value: unknown, place: Place, read: Reader<Value>): Value[] =>
  Array.isArray(value) ? readList(value, place, read) : [read(value, place)]

export const readTexts = (value: unknown, place: Place, read: Reader<string> = readText): ReadonlySet<string> =>
  new Set(readOneOrMore(value, place, read))

/** The keys and values of an object that has at least one key, and `isKnown` ones only. `known` is what to suggest. */
export function readEntries (value: unknown, place: Place, known: readonly string[], isKnown = (key: string) => known.includes(key)): Map<string, unknown> {
  const entries = new Map<string, unknown>()
  for (const key of Reflect.ownKeys(value as object)) {
    if (typeof key === 'symbol' || !isKnown(key)) throw refusal(keyOf(place, String(key)), `is unknown${didYouMean(String(key), known)}`)
    entries.set(key, (value as Record<string, unknown>)[key])
  }
  if (entries.size === 0) throw refusal(place, 'has no keys')
  return entries
}

/** An object literal. One with a prototype may inherit keys, which would not be seen. */
export function isPlainObject (value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
