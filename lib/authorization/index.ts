export { compilePolicy, defaultPredicateTimeout, type CompiledPolicy, type CompileOptions } from './compile.js'
export { judge, type Judgement } from './judge.js'
export type { PredicateFailure } from './predicate.js'
export type {
  AnchorPolicy, AttributePolicy, DottedIdentifier, FingerprintPolicy, NamePolicy, OneOrMore, Policy, PolicyObject, Predicate, SubjectAltNamePolicy
} from './policy.js'
