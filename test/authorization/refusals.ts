import type { Test } from 'tap'
import { OptionError } from '../../lib/errors.js'
import { compilePolicy, type Policy } from '../../lib/authorization/index.js'

/** A policy that stops the start, the key that the error names, and the rest of its message. */
export type Refusal = [policy: unknown, key: string, problem: string]

export function errorOf (policy: unknown, route?: string): OptionError {
  try {
    compilePolicy(policy as Policy, 'authorize', { route })
  } catch (error) {
    if (error instanceof OptionError) return error
    throw error
  }
  throw new Error('the policy was taken')
}

export function refuses (t: Test, refusals: readonly Refusal[]): void {
  for (const [policy, key, problem] of refusals) {
    const error = errorOf(policy)
    t.equal(error.message, `option '${key}' ${problem}`)
    t.equal(error.key, key)
    t.equal(error.code, 'FST_CLIENT_CERTIFICATE_INVALID_OPTION')
  }
}
