import { OptionError } from '../errors.js'

/** Where in a policy one stands while it is compiled. */
export interface Place {
  /** From the option down to here: `authorize.anyOf[0].subject.commonName`. */
  readonly key: string
  readonly route: string | undefined
  /** How many policies stand around this one. */
  readonly depth: number
  /** Whether one of them is a `not`. */
  readonly beneathNot: boolean
  /** Milliseconds. */
  readonly predicateTimeout: number
  /** Takes a sentence about a value that is accepted and may not say what was meant. */
  readonly warn: (warning: string) => void
}

export const keyOf = (place: Place, key: string): Place => ({ ...place, key: `${place.key}.${key}` })

export const memberOf = (place: Place, index: number): Place => ({ ...place, key: `${place.key}[${index}]` })

/** The error that stops the start and names this place. */
export const refusal = (place: Place, problem: string, cause?: unknown): OptionError =>
  new OptionError(place.key, problem, { route: place.route, cause })

/** A pattern that would be compared like any other text, and so would never match. `instead` says what to use. */
export const wildcardRefusal = (place: Place, instead = 'use a predicate instead'): OptionError =>
  refusal(place, `contains a wildcard, but values are compared whole: ${instead}`)
