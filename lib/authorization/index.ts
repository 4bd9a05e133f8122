export { compilePolicy, type CompiledPolicy, type CompileOptions } from './compile.js'
export { judge, type Judgement, type PredicateFailure } from './judge.js'
export type {
  AnchorPolicy, AttributePolicy, DottedIdentifier, FingerprintPolicy, NamePolicy, OneOrMore, Policy, PolicyObject, Predicate, SubjectAltNamePolicy
} from './policy.js'
