/**
 * match      yes
 * mismatch   no
 * undecided  it cannot be told: a predicate failed, or a name has several values of which one would match. Never lets
 *            in, and `not` does not make anything else of it
 * pending    a predicate has not answered yet: ask again when it has
 */
export type Outcome = 'match' | 'mismatch' | 'undecided' | 'pending'

/** One question, asked of a certificate, a name or an inquiry; compiled once, asked for each request. */
export interface Rule<Input> {
  evaluate (input: Input): Outcome
  /** Why it does not match, in a sentence for the log without the values. Only asked after an answer other than `match`. */
  explain (input: Input): string
}

/** A rule that is decided by a yes or no. */
export const rule = <Input>(matches: (input: Input) => boolean, explanation: string): Rule<Input> => ({
  evaluate: (input) => matches(input) ? 'match' : 'mismatch',
  explain: () => explanation
})

/**
 * A rule that takes microseconds to decide, and does so once for each input: the certificate of a connection, and its
 * names, are immutable and stay the same objects from one request to the next.
 */
export function ruleOnce<Input extends object> (matches: (input: Input) => boolean, explanation: string): Rule<Input> {
  const known = new WeakMap<Input, boolean>()
  return rule((input) => {
    const decided = known.get(input)
    if (decided !== undefined) return decided
    const found = matches(input)
    known.set(input, found)
    return found
  }, explanation)
}

/** The rule, asked of a part of the input. */
export const ruleOn = <Whole, Part>(part: (whole: Whole) => Part, inner: Rule<Part>): Rule<Whole> => ({
  evaluate: (whole) => inner.evaluate(part(whole)),
  explain: (whole) => inner.explain(part(whole))
})

/** Every member must match; asked in order, up to the first that does not. */
export function allOf<Input> (members: ReadonlyArray<Rule<Input>>): Rule<Input> {
  if (members.length === 1) return members[0]
  return {
    evaluate (input) {
      for (const member of members) {
        const outcome = member.evaluate(input)
        if (outcome !== 'match') return outcome
      }
      return 'match'
    },
    explain: (input) => members.find((member) => member.evaluate(input) !== 'match')!.explain(input)
  }
}

/** One member must match; asked in order, up to the first that does. One that cannot be told is passed over. */
export function anyOf<Input> (members: ReadonlyArray<Rule<Input>>, key: string): Rule<Input> {
  if (members.length === 1) return members[0]
  return {
    evaluate (input) {
      let outcome: Outcome = 'mismatch'
      for (const member of members) {
        const found = member.evaluate(input)
        if (found === 'match' || found === 'pending') return found
        if (found === 'undecided') outcome = found
      }
      return outcome
    },
    explain: (input) => `no member of ${key} matches (${listed(members, input)})`
  }
}

// A log line is read by people: five reasons of a long list say enough.
const mostReasons = 5

function listed<Input> (members: ReadonlyArray<Rule<Input>>, input: Input): string {
  const reasons = members.slice(0, mostReasons).map((member) => member.explain(input))
  return members.length > mostReasons ? `${reasons.join('; ')}; and ${members.length - mostReasons} more` : reasons.join('; ')
}

/**
 * As `anyOf`, but stops at the first member that cannot be told: beneath a `not` a predicate that failed has to
 * come to light, whatever the other members say.
 */
export function anyOfDecided<Input> (members: ReadonlyArray<Rule<Input>>): Rule<Input> {
  if (members.length === 1) return members[0]
  return {
    evaluate (input) {
      for (const member of members) {
        const outcome = member.evaluate(input)
        if (outcome !== 'mismatch') return outcome
      }
      return 'mismatch'
    },
    // Beneath a `not` only what cannot be told is asked for its reason.
    explain: (input) => members.find((member) => member.evaluate(input) !== 'mismatch')!.explain(input)
  }
}

const opposite: Readonly<Record<Outcome, Outcome>> = { match: 'mismatch', mismatch: 'match', undecided: 'undecided', pending: 'pending' }

export const not = <Input>(inner: Rule<Input>, key: string): Rule<Input> => ({
  evaluate: (input) => opposite[inner.evaluate(input)],
  explain: (input) => inner.evaluate(input) === 'match' ? `${key} matches` : `${key} cannot be told: ${inner.explain(input)}`
})
