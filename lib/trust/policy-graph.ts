import { anyPolicy } from '../certificate/index.js'

interface PolicyNode {
  readonly policy: string
  readonly parents: readonly PolicyNode[]
  /** The policies that satisfy this one in the next certificate. */
  expected: readonly string[]
}

const nodeOf = (policy: string, parents: readonly PolicyNode[], expected: readonly string[] = [policy]): PolicyNode => ({ policy, parents, expected })

/**
 * The valid_policy_graph of RFC 9618, section 5: as large as the policies and mappings of a path are many, where the tree of
 * RFC 5280 doubles with every certificate. Only the nodes of the last depth are held; they hold their parents, so
 * that nodes without children are gone by themselves.
 */
export class PolicyGraph {
  #nodes: Map<string, PolicyNode> = new Map([[anyPolicy, nodeOf(anyPolicy, [])]])

  /** NULL, in the words of the RFC: no policy is valid any more. */
  get isEmpty (): boolean {
    return this.#nodes.size === 0
  }

  /** 6.1.3 (d) and (e): one depth more, by the policies of the next certificate. `withAny`: anyPolicy is one of them, and counts. */
  descend (policies: Iterable<string>, withAny: boolean): void {
    const expecting = this.#expecting()
    const any = this.#nodes.get(anyPolicy)
    const next = new Map<string, PolicyNode>()
    for (const policy of policies) {
      const parents = expecting.get(policy) ?? (any && [any])
      if (policy !== anyPolicy && parents !== undefined) next.set(policy, nodeOf(policy, parents))
    }
    if (withAny) for (const [policy, parents] of expecting) if (!next.has(policy)) next.set(policy, nodeOf(policy, parents))
    this.#nodes = next
  }

  #expecting (): ReadonlyMap<string, readonly PolicyNode[]> {
    const expecting = new Map<string, PolicyNode[]>()
    for (const node of this.#nodes.values()) {
      for (const policy of node.expected) {
        const parents = expecting.get(policy)
        if (parents === undefined) expecting.set(policy, [node])
        else parents.push(node)
      }
    }
    return expecting
  }

  /** 6.1.4 (b) (1) and (2): in the next certificate, `equivalents` stand for the policy. */
  map (policy: string, equivalents: readonly string[]): void {
    const node = this.#nodes.get(policy)
    const any = this.#nodes.get(anyPolicy)
    if (node !== undefined) node.expected = equivalents
    else if (any !== undefined) this.#nodes.set(policy, nodeOf(policy, any.parents, equivalents))
  }

  /** 6.1.4 (b) (3). */
  delete (policy: string): void {
    this.#nodes.delete(policy)
  }

  /** The authority_constrained_policy_set of 6.1.5 (g): what the policies of the last depth are called in the first domain. */
  policies (): ReadonlySet<string> {
    const found = new Set<string>()
    const seen = new Set(this.#nodes.values())
    if (this.#nodes.has(anyPolicy)) found.add(anyPolicy)
    for (const { policy, parents } of seen) {
      if (policy !== anyPolicy && parents[0].policy === anyPolicy) found.add(policy)
      for (const parent of parents) seen.add(parent)
    }
    return found
  }
}
