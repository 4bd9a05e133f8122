import type { Policy } from './policy.js'

export interface CompileOptions {
  readonly route?: string
  readonly predicateTimeout?: number
}

export interface CompiledPolicy<Request = unknown> {
  readonly key: string
  readonly request?: (request: Request) => void
}

export function compilePolicy<Request> (policy: Policy<Request>, key: string, options: CompileOptions = {}): CompiledPolicy<Request> {
  throw new Error(`to come ${String(policy)} ${key} ${String(options)}`)
}
