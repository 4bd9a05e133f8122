import { anyPolicy, type Certificate, type PolicyMapping } from '../certificate/index.js'
import type { Broken, Fault } from './broken.js'
import { PolicyGraph } from './policy-graph.js'

/** What is asked of the policies of a path (RFC 5280, section 6.1.1 (c) and (e) to (g)). */
export interface PolicyInputs {
  /** The user-initial-policy-set, dotted; `undefined` stands for any policy. */
  readonly initialPolicySet: ReadonlySet<string> | undefined
  readonly requireExplicitPolicy: boolean
  readonly inhibitPolicyMapping: boolean
  readonly inhibitAnyPolicy: boolean
}

/** What breaks a rule of policies, or the user_constrained_policy_set. */
export type PolicyVerdict =
  | { readonly fault: Fault }
  | { readonly fault: undefined, readonly policies: readonly string[] }

/**
 * Processes the policies of a path, from the leaf to its trust anchor: RFC 5280, sections 6.1.2 to 6.1.5, as RFC 9618 words
 * them. Of the anchor only the constraints count (RFC 5937): they begin where those of a CA would be added. A leaf that is
 * its own anchor is judged by its own policies.
 */
export function judgePolicies (path: readonly Certificate[], inputs: PolicyInputs): PolicyVerdict {
  if (isUntouched(path, inputs)) return { fault: undefined, policies: [] }
  const certificates = path.length === 1 ? path : path.slice(0, -1)
  const state = new PolicyState(certificates.length, inputs)
  if (path.length > 1) state.constrain(path[path.length - 1])
  for (let depth = certificates.length - 1; depth >= 0; depth--) {
    const broken = state.process(certificates[depth], depth === 0)
    if (broken !== undefined) return { fault: { depth, broken } }
  }
  return verdictOf(state, inputs.initialPolicySet)
}

/** Nothing is asked, nothing is forbidden, and without a policy of the leaf none is valid: as most paths are. */
const isUntouched = (path: readonly Certificate[], { requireExplicitPolicy }: PolicyInputs): boolean =>
  !requireExplicitPolicy && path[0].certificatePolicies.length === 0 &&
  path.every(({ policyConstraints, policyMappings }) => policyConstraints === undefined && policyMappings.length === 0)

// 6.1.5 (g), and whether the path stands by it.
function verdictOf (state: PolicyState, initialPolicySet: ReadonlySet<string> | undefined): PolicyVerdict {
  const policies = userConstrained(state.graph.policies(), initialPolicySet)
  if (state.explicitPolicy > 0 || policies.length > 0) return { fault: undefined, policies }
  const asked = initialPolicySet === undefined ? '' : ` of ${[...initialPolicySet].join(', ')}`
  return { fault: { depth: 0, broken: { rule: 'CERTIFICATE_POLICY', problem: `a certificate policy is required, and none${asked} is valid for the path` } } }
}

function userConstrained (policies: ReadonlySet<string>, initialPolicySet: ReadonlySet<string> | undefined): readonly string[] {
  if (initialPolicySet === undefined) return [...policies]
  return [...initialPolicySet].filter((policy) => policies.has(policy) || policies.has(anyPolicy))
}

/** The state variables of 6.1.2: each counts the certificates after which it takes effect. */
class PolicyState {
  readonly graph = new PolicyGraph()
  explicitPolicy: number
  #policyMapping: number
  #inhibitAnyPolicy: number

  constructor (length: number, { requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy }: PolicyInputs) {
    this.explicitPolicy = requireExplicitPolicy ? 0 : length + 1
    this.#policyMapping = inhibitPolicyMapping ? 0 : length + 1
    this.#inhibitAnyPolicy = inhibitAnyPolicy ? 0 : length + 1
  }

  process (certificate: Certificate, isLast: boolean): Broken | undefined {
    const policies = certificate.certificatePolicies.map(({ policyIdentifier }) => policyIdentifier)
    this.graph.descend(policies, policies.includes(anyPolicy) && (this.#inhibitAnyPolicy > 0 || (!isLast && certificate.isSelfIssued)))
    if (this.explicitPolicy === 0 && this.graph.isEmpty) return noPolicy
    return isLast ? this.#wrapUp(certificate) : this.#prepare(certificate)
  }

  // 6.1.4 (a), (b), (h), (i) and (j).
  #prepare (certificate: Certificate): Broken | undefined {
    const mappings = equivalentsOf(certificate.policyMappings)
    if (mappings === undefined) return mappedAny
    for (const [policy, equivalents] of mappings) {
      if (this.#policyMapping > 0) this.graph.map(policy, equivalents)
      else this.graph.delete(policy)
    }
    if (!certificate.isSelfIssued) this.#count()
    this.constrain(certificate)
    return undefined
  }

  #count (): void {
    this.explicitPolicy = Math.max(0, this.explicitPolicy - 1)
    this.#policyMapping = Math.max(0, this.#policyMapping - 1)
    this.#inhibitAnyPolicy = Math.max(0, this.#inhibitAnyPolicy - 1)
  }

  /** 6.1.4 (i) and (j). */
  constrain ({ policyConstraints, inhibitAnyPolicy = Infinity }: Certificate): void {
    const { requireExplicitPolicy = Infinity, inhibitPolicyMapping = Infinity } = policyConstraints ?? {}
    this.explicitPolicy = Math.min(this.explicitPolicy, requireExplicitPolicy)
    this.#policyMapping = Math.min(this.#policyMapping, inhibitPolicyMapping)
    this.#inhibitAnyPolicy = Math.min(this.#inhibitAnyPolicy, inhibitAnyPolicy)
  }

  // 6.1.5 (a) and (b).
  #wrapUp ({ policyConstraints }: Certificate): undefined {
    this.#count()
    if (policyConstraints?.requireExplicitPolicy === 0) this.explicitPolicy = 0
  }
}

const noPolicy: Broken = { rule: 'CERTIFICATE_POLICY', problem: 'a certificate policy is required, and none is valid from the trust anchor to here' }

const mappedAny: Broken = { rule: 'CERTIFICATE_POLICY', problem: 'the policyMappings map anyPolicy' }

/** By the policy that is mapped; `undefined` where anyPolicy stands among them, for that maps nothing (RFC 5280, section 4.2.1.5). */
function equivalentsOf (mappings: readonly PolicyMapping[]): ReadonlyMap<string, readonly string[]> | undefined {
  const equivalents = new Map<string, string[]>()
  for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
    if (issuerDomainPolicy === anyPolicy || subjectDomainPolicy === anyPolicy) return undefined
    const known = equivalents.get(issuerDomainPolicy)
    if (known === undefined) equivalents.set(issuerDomainPolicy, [subjectDomainPolicy])
    else known.push(subjectDomainPolicy)
  }
  return equivalents
}
