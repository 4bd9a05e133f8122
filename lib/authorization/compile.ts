import type { Certificate } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import type { Inquiry } from './inquiry.js'
import type { Policy } from './policy.js'
import { keyOf, type Place } from './place.js'
import { readPolicy } from './policy-rule.js'
import type { Rule } from './rule.js'
import { readTexts } from './shape.js'

/** How long a predicate may take to answer: 5 seconds, in milliseconds. Each predicate of a policy has that time. */
export const defaultPredicateTimeout = 5000

// What setTimeout can wait for; beyond, it does not wait at all.
const longestTimeout = 2 ** 31 - 1

export interface CompileOptions {
  /** The route that the policy stands at, as `GET /admin`; errors name it. */
  readonly route?: string
  /** Milliseconds, a whole number from 1; default 5000. */
  readonly predicateTimeout?: number
  /** Called with a sentence for the log about each value that is accepted but may be a mistake. Default: warnings are dropped. */
  readonly warn?: (warning: string) => void
}

const drop = (): void => {}

/** A policy that was checked and copied: `judge` takes it. */
export interface CompiledPolicy<Request = unknown> {
  /** The option it came from. */
  readonly key: string
  /** The trust profiles of which one has to have verified the certificate, each once; `undefined` where the policy names none. */
  readonly trust: readonly string[] | undefined
  /** @internal */
  readonly rule: Rule<Inquiry<Request>>
  /** @internal Certificates that passed, which are immutable: asking takes longer than remembering. Not there where predicates are asked, too. */
  readonly passed: WeakSet<Certificate> | undefined
}

/**
 * Checks a policy, once and whole, and makes it ready to judge by. Changing the object later changes nothing.
 * `key` is the option that it is the value of (`authorize`), with which errors begin.
 * @throws OptionError naming the key within the policy: FST_CLIENT_CERTIFICATE_INVALID_OPTION, or with a route
 * FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION
 */
export function compilePolicy<Request> (policy: Policy<Request>, key: string, options: CompileOptions = {}): CompiledPolicy<Request> {
  const { route, predicateTimeout = defaultPredicateTimeout, warn = drop } = options
  if (!Number.isInteger(predicateTimeout) || predicateTimeout < 1 || predicateTimeout > longestTimeout) {
    throw new OptionError('predicateTimeout', `must be a whole number of milliseconds from 1 to ${longestTimeout}`, { route })
  }
  const place = { key, route, depth: 0, beneathNot: false, predicateTimeout, warn }
  const rule = readPolicy<Request>(policy, place)
  return Object.freeze({ key, rule, trust: readTrust(policy, keyOf(place, 'trust')), passed: hasPredicate(policy) ? undefined : new WeakSet() })
}

const hasPredicate = <Request>(policy: Policy<Request>): boolean => typeof policy === 'function' ||
  [...policy.allOf ?? [], ...policy.anyOf ?? [], ...policy.not === undefined ? [] : [policy.not]].some(hasPredicate)

function readTrust (policy: object, place: Place): readonly string[] | undefined {
  if (!Object.hasOwn(policy, 'trust')) return undefined
  return Object.freeze([...readTexts((policy as { trust: unknown }).trust, place)])
}
