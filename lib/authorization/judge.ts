import type { Certificate } from '../certificate/index.js'
import type { CompiledPolicy } from './compile.js'
import { Inquiry } from './inquiry.js'
import type { PredicateFailure } from './predicate.js'
import type { Outcome } from './rule.js'

/** Whether a certificate may pass. A promise of one has no `permitted`: who forgets to wait for it lets nobody in. */
export interface Judgement {
  readonly permitted: boolean
  /** Why not, in a sentence for the log: the keys that do not match, never their values. Empty where it is permitted. */
  readonly reason: string
  /** The predicates that failed, for the log; also where another member of an `anyOf` let in. */
  readonly failures: readonly PredicateFailure[]
}

const none: readonly PredicateFailure[] = Object.freeze([])
const permission: Judgement = Object.freeze({ permitted: true, reason: '', failures: none })
const withoutPath: Judgement = Object.freeze({ permitted: false, reason: 'the certificate has no verified path', failures: none })

/**
 * Judges a certificate, and the request it came with, by a policy. A certificate without a verified `path` passes none.
 * The answer is there at once, but for a policy whose predicates answer with promises: then it is a promise, which
 * never rejects. Validity dates and revocation are not looked at.
 */
export function judge<Request> (policy: CompiledPolicy<Request>, certificate: Certificate, request: Request): Judgement | Promise<Judgement> {
  if (policy.passed?.has(certificate) === true) return permission
  if (certificate.path === undefined) return withoutPath
  const inquiry = new Inquiry(certificate, request)
  const outcome = policy.rule.evaluate(inquiry)
  return outcome === 'pending' ? judgeLater(policy, inquiry) : judgement(policy, inquiry, outcome)
}

// Each time round one more predicate has answered.
async function judgeLater<Request> (policy: CompiledPolicy<Request>, inquiry: Inquiry<Request>): Promise<Judgement> {
  let outcome: Outcome = 'pending'
  while (outcome === 'pending') {
    await inquiry.pending
    outcome = policy.rule.evaluate(inquiry)
  }
  return judgement(policy, inquiry, outcome)
}

function judgement<Request> ({ rule, passed }: CompiledPolicy<Request>, inquiry: Inquiry<Request>, outcome: Outcome): Judgement {
  const permitted = outcome === 'match'
  if (permitted) passed?.add(inquiry.certificate)
  if (permitted && inquiry.failures.length === 0) return permission
  return Object.freeze({ permitted, reason: permitted ? '' : rule.explain(inquiry), failures: inquiry.failures })
}
