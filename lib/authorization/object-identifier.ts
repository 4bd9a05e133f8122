import { refusal, type Place } from './place.js'
import { readText } from './shape.js'

/** Dotted decimal form: at least two arcs, the first 0 to 2, none with a leading zero. */
export const isDotted = (text: string): boolean => /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))*$/.test(text)

export function readDotted (value: unknown, place: Place): string {
  const text = readText(value, place)
  if (!isDotted(text)) throw refusal(place, 'must be an object identifier in dotted decimal form, as 1.3.6.1.4.1.311')
  return text
}
