import type { Inquiry } from './inquiry.js'
import type { Place } from './place.js'
import type { Predicate } from './policy.js'
import type { Outcome, Rule } from './rule.js'
import { kindOf } from './shape.js'

/** A predicate that did not answer as it should, for the log. */
export interface PredicateFailure {
  /** Which one: `authorize.anyOf[0]`. */
  readonly key: string
  /** What it did: `threw`, `rejected`, `answered a number and not a boolean`, `did not answer within 5000 ms`. */
  readonly problem: string
  /** What it threw or rejected with, else `undefined`. */
  readonly cause: unknown
}

export interface Answer {
  readonly outcome: Outcome
  readonly failure?: PredicateFailure
}

const yes: Answer = { outcome: 'match' }
const no: Answer = { outcome: 'mismatch' }

export function predicateRule<Request> (predicate: Predicate<Request>, { key, predicateTimeout }: Place): Rule<Inquiry<Request>> {
  const self: Rule<Inquiry<Request>> = {
    evaluate (inquiry) {
      const known = inquiry.answerOf(self)
      if (known !== undefined) return known.outcome
      const answer = ask(predicate, inquiry, key, predicateTimeout)
      if (!(answer instanceof Promise)) return inquiry.remember(self, answer).outcome
      inquiry.pending = answer.then((settled) => { inquiry.remember(self, settled) })
      return 'pending'
    },
    explain (inquiry) {
      const failure = inquiry.answerOf(self)?.failure
      return failure === undefined ? `the predicate ${key} said no` : `the predicate ${key} ${failure.problem}`
    }
  }
  return self
}

function ask<Request> (predicate: Predicate<Request>, inquiry: Inquiry<Request>, key: string, timeout: number): Answer | Promise<Answer> {
  try {
    const said: unknown = predicate(inquiry.certificate, inquiry.request)
    return isThenable(said) ? settlement(said, key, timeout) : answerTo(said, key)
  } catch (cause) {
    return failed(key, 'threw', cause)
  }
}

const isThenable = (said: unknown): boolean =>
  ((typeof said === 'object' && said !== null) || typeof said === 'function') && typeof (said as { then?: unknown }).then === 'function'

function answerTo (said: unknown, key: string): Answer {
  if (typeof said !== 'boolean') return failed(key, `answered ${kindOf(said)} and not a boolean`)
  return said ? yes : no
}

const failed = (key: string, problem: string, cause?: unknown): Answer =>
  ({ outcome: 'undecided', failure: Object.freeze({ key, problem, cause }) })

// What settles first counts: an answer after the time-out is not heard, nor a second one of a thenable that breaks its
// promise. The timer keeps no process alive.
function settlement (said: unknown, key: string, timeout: number): Promise<Answer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(failed(key, `did not answer within ${timeout} ms`)), timeout)
    timer.unref()
    const settle = (answer: Answer) => {
      clearTimeout(timer)
      resolve(answer)
    }
    new Promise<unknown>((resolve) => { resolve(said) })
      .then((value) => settle(answerTo(value, key)), (cause: unknown) => settle(failed(key, 'rejected', cause)))
  })
}
