import type { Certificate } from '../certificate/index.js'
import type { CompiledPolicy } from './compile.js'

export interface PredicateFailure {
  readonly key: string
  readonly problem: string
  readonly cause: unknown
}

export interface Judgement {
  readonly permitted: boolean
  readonly reason: string
  readonly failures: readonly PredicateFailure[]
}

export function judge<Request> (policy: CompiledPolicy<Request>, certificate: Certificate, request: Request): Judgement | Promise<Judgement> {
  throw new Error(`to come ${String(policy)} ${String(certificate)} ${String(request)}`)
}
