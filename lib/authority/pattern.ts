import { AuthorityError } from '../errors.js'

/** What a text may be: exactly this one, one that the expression matches as a whole, or any of a list of these. */
export type Pattern = string | RegExp | ReadonlyArray<string | RegExp>

/** Refuses what is no pattern; `argument` is how the caller knows it. */
export function checkPattern (pattern: unknown, argument: string): void {
  if (Array.isArray(pattern) && pattern.length === 0) throw new AuthorityError(`${argument} is an empty list, which nothing can match`)
  // Array.from, for it reads the holes of a sparse list too.
  const members: unknown[] = Array.isArray(pattern) ? Array.from(pattern) : [pattern]
  const isFit = members.every((member) => (typeof member === 'string' && member !== '') || member instanceof RegExp)
  if (!isFit) throw new AuthorityError(`${argument} is neither a text nor a regular expression, nor a list of these`)
}

export function matches (pattern: Pattern, text: string): boolean {
  if (typeof pattern === 'string') return pattern === text
  return pattern instanceof RegExp ? whole(pattern).test(text) : pattern.some((each) => matches(each, text))
}

// By the owner's expression: to make it anew for every request would take longer than all the rest of its reading.
const wholes = new WeakMap<RegExp, RegExp>()

// Who writes /example\.com/ does not mean `example.com.evil.test`. With `m` the text could match by one of its lines,
// with `g` and `y` an expression remembers where it was.
function whole (expression: RegExp): RegExp {
  const known = wholes.get(expression)
  if (known !== undefined) return known
  const made = new RegExp(`^(?:${expression.source})$`, expression.flags.replace(/[gmy]/g, ''))
  wholes.set(expression, made)
  return made
}
