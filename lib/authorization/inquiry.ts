import type { Certificate } from '../certificate/index.js'
import type { Answer, PredicateFailure } from './predicate.js'

const none: readonly PredicateFailure[] = Object.freeze([])

/**
 * One certificate and its request before a policy. It remembers what the predicates answered: rules are asked anew after
 * each answer that was waited for, and again for the reason, but a predicate is called once.
 */
export class Inquiry<Request> {
  readonly certificate: Certificate
  readonly request: Request
  /** The predicate that is waited for; it never rejects. */
  pending: Promise<void> | undefined = undefined
  /** In the order of asking. */
  failures: readonly PredicateFailure[] = none
  #answers: Map<object, Answer> | undefined = undefined

  constructor (certificate: Certificate, request: Request) {
    this.certificate = certificate
    this.request = request
  }

  answerOf (rule: object): Answer | undefined {
    return this.#answers?.get(rule)
  }

  remember (rule: object, answer: Answer): Answer {
    this.#answers ??= new Map()
    this.#answers.set(rule, answer)
    if (answer.failure !== undefined) this.failures = Object.freeze([...this.failures, answer.failure])
    return answer
  }
}
