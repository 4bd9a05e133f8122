import t from 'tap'
import { hierarchy, now, policy, type Said } from './policy-scene.js'
import { judge, refusal } from './scene.js'
import type { PathOptions } from '../../lib/trust/index.js'

const code = 'ERR_CERTIFICATION_PATH_CERTIFICATE_POLICY'
const [any, gold, silver, bronze] = [0, 1, 2, 3]

type Asked = Partial<Pick<PathOptions, 'initialPolicySet' | 'requireExplicitPolicy' | 'inhibitPolicyMapping' | 'inhibitAnyPolicy'>>

/** The user-constrained-policy-set of a path, whose certificates are given from the CA below the anchor to the leaf. */
function policiesOf (below: readonly Said[], asked: Asked = {}, anchorSaid?: Said): string[] {
  const { anchor, intermediates, leaf } = hierarchy(below, anchorSaid)
  return [...judge(leaf, [anchor], intermediates, { at: now, ...asked }).policies].sort()
}

function refusalOf (below: readonly Said[], asked: Asked = {}, anchorSaid?: Said): string[] {
  const { anchor, intermediates, leaf } = hierarchy(below, anchorSaid)
  return refusal(leaf, [anchor], intermediates, { at: now, ...asked })
}

const explicit: Asked = { requireExplicitPolicy: true }
const noneToHere = 'a certificate policy is required, and none is valid from the trust anchor to here'
const noneForPath = (asked: string) => `a certificate policy is required, and none of ${asked} is valid for the path`
const named = (...numbers: readonly number[]) => numbers.map(policy)

t.test('policies', async (t) => {
  t.test('are those that every certificate of the path has', async (t) => {
    t.strictSame(policiesOf([{ policies: [gold] }]), named(gold))
    t.strictSame(policiesOf([{ policies: [gold, silver] }, { policies: [silver, bronze] }]), named(silver))
    t.strictSame(policiesOf([{ policies: [gold] }, { policies: [silver] }]), [])
    t.strictSame(policiesOf([{ policies: [gold] }, {}]), [])
    t.strictSame(policiesOf([{}, { policies: [gold] }]), [])
    t.strictSame(policiesOf([{}, {}]), [])
  })
  t.test('are any where all say so', async (t) => {
    t.strictSame(policiesOf([{ policies: [any] }, { policies: [any] }]), named(any))
    t.strictSame(policiesOf([{ policies: [any] }, { policies: [gold] }]), named(gold))
    t.strictSame(policiesOf([{ policies: [gold] }, { policies: [any] }]), named(gold))
    t.strictSame(policiesOf([{ policies: [gold, any] }, { policies: [silver, any] }]), named(gold, silver, any))
  })
  t.test('are asked for by name', async (t) => {
    const of = (...numbers: readonly number[]): Asked => ({ initialPolicySet: named(...numbers) })
    t.strictSame(policiesOf([{ policies: [gold, silver] }], of(silver, bronze)), named(silver))
    t.strictSame(policiesOf([{ policies: [any] }], of(silver)), named(silver), 'anyPolicy stands for each')
    t.strictSame(policiesOf([{ policies: [gold] }], of(any, silver)), named(gold), 'anyPolicy asks for any')
    t.strictSame(policiesOf([{ policies: [gold] }], of(silver)), [], 'which refuses nothing')
    t.strictSame(policiesOf([{ policies: [gold] }], { initialPolicySet: new Set() }), [])
  })
  t.test('cannot be changed', async (t) => {
    const { anchor, intermediates, leaf } = hierarchy([{ policies: [gold] }])
    t.ok(Object.isFrozen(judge(leaf, [anchor], intermediates, { at: now }).policies))
  })
})

t.test('a policy that is required', async (t) => {
  t.test('has to be valid at every certificate', async (t) => {
    t.strictSame(policiesOf([{ policies: [gold] }, { policies: [gold] }], explicit), named(gold))
    t.strictSame(refusalOf([{ policies: [gold] }, {}], explicit), [code, `${noneToHere} (certificate 0: CN=client)`])
    t.strictSame(refusalOf([{}, { policies: [gold] }], explicit), [code, `${noneToHere} (certificate 1: CN=CA 1)`])
    t.strictSame(refusalOf([{ policies: [gold] }, { policies: [silver] }], explicit), [code, `${noneToHere} (certificate 0: CN=client)`])
  })
  t.test('has to be one of those that are asked for', async (t) => {
    const asked = { ...explicit, initialPolicySet: named(silver, bronze) }
    t.strictSame(policiesOf([{ policies: [gold, silver] }], asked), named(silver))
    t.strictSame(refusalOf([{ policies: [gold] }], asked), [code, `${noneForPath('1.2.3.2, 1.2.3.3')} (certificate 0: CN=client)`])
    t.equal(refusalOf([{ policies: [any] }], { ...explicit, initialPolicySet: [] })[0], code)
  })
  t.test('is required by a CA, from the certificate on that it says', async (t) => {
    t.strictSame(policiesOf([{ policies: [gold], requireExplicitPolicy: 0 }, { policies: [gold] }]), named(gold))
    t.strictSame(refusalOf([{ requireExplicitPolicy: 0 }, {}]), [code, `${noneToHere} (certificate 0: CN=client)`])
    t.strictSame(policiesOf([{ requireExplicitPolicy: 2 }, {}]), [])
    t.strictSame(refusalOf([{ requireExplicitPolicy: 1 }, {}, {}]), [code, `${noneToHere} (certificate 0: CN=client)`])
    t.strictSame(refusalOf([{ requireExplicitPolicy: 1 }, {}]), [code, 'a certificate policy is required, and none is valid for the path (certificate 0: CN=client)'])
    t.strictSame(refusalOf([{ requireExplicitPolicy: 7 }, { requireExplicitPolicy: 0 }, {}])[0], code, 'the least counts')
    t.strictSame(refusalOf([{ requireExplicitPolicy: 0 }, { requireExplicitPolicy: 7 }, {}])[0], code, 'and is not raised again')
  })
  t.test('is not counted towards by self-issued CAs, but by a self-issued leaf', async (t) => {
    t.strictSame(policiesOf([{ requireExplicitPolicy: 2 }, { isSelfIssued: true }, {}]), [])
    t.equal(refusalOf([{ requireExplicitPolicy: 2 }, {}, {}])[0], code)
    t.equal(refusalOf([{ requireExplicitPolicy: 1 }, { isSelfIssued: true }])[0], code)
  })
  t.test('is required by the leaf itself', async (t) => {
    t.equal(refusalOf([{ requireExplicitPolicy: 0 }])[0], code)
    t.strictSame(policiesOf([{ policies: [gold], requireExplicitPolicy: 0 }]), named(gold))
    t.strictSame(policiesOf([{ requireExplicitPolicy: 1 }]), [])
  })
})

t.test('a mapping', async (t) => {
  const mapped: Said = { policies: [gold], mappings: [[gold, silver], [gold, bronze]] }
  t.test('lets a policy go on under other names, and the first one is told', async (t) => {
    t.strictSame(policiesOf([mapped, { policies: [silver] }], explicit), named(gold))
    t.strictSame(policiesOf([mapped, { policies: [bronze] }], explicit), named(gold))
    t.strictSame(policiesOf([mapped, { policies: [any] }], explicit), named(gold))
    t.equal(refusalOf([mapped, { policies: [gold] }], explicit)[0], code)
    t.equal(refusalOf([mapped, { policies: [silver] }], { ...explicit, initialPolicySet: named(silver) })[0], code)
    t.strictSame(policiesOf([mapped, { policies: [silver], mappings: [[silver, gold]] }, { policies: [gold] }], explicit), named(gold), 'twice')
    t.strictSame(policiesOf([{ policies: [gold, silver], mappings: [[gold, bronze], [silver, bronze]] }, { policies: [bronze] }], explicit), named(gold, silver), 'two to one')
  })
  t.test('of a policy that a CA has by anyPolicy alone', async (t) => {
    const byAny: Said = { policies: [any], mappings: [[gold, silver]] }
    t.strictSame(policiesOf([byAny, { policies: [silver] }], explicit), named(gold))
    t.strictSame(policiesOf([byAny, { policies: [any] }, { policies: [silver] }], explicit), named(gold), 'and goes on by anyPolicy')
    t.strictSame(policiesOf([byAny, { policies: [bronze] }], explicit), named(bronze), 'which leaves others')
    t.strictSame(policiesOf([{ policies: [bronze], mappings: [[gold, silver]] }, { policies: [silver] }]), [], 'is none where it has it not at all')
  })
  t.test('is forbidden from the certificate on that a CA says, or at once', async (t) => {
    t.strictSame(policiesOf([mapped, { policies: [silver] }], { inhibitPolicyMapping: true }), [])
    t.strictSame(policiesOf([mapped, { policies: [gold] }], { inhibitPolicyMapping: true }), [], 'the policy that was mapped ends there')
    t.strictSame(policiesOf([{ policies: [gold, bronze], mappings: [[gold, silver]] }, { policies: [bronze] }], { inhibitPolicyMapping: true }), named(bronze))
    const says = (count: number): Said => ({ policies: [gold], inhibitPolicyMapping: count })
    t.strictSame(policiesOf([says(0), mapped, { policies: [silver] }]), [])
    t.strictSame(policiesOf([says(1), mapped, { policies: [silver] }]), named(gold))
    t.strictSame(policiesOf([says(1), { policies: [gold], isSelfIssued: true }, mapped, { policies: [silver] }]), named(gold), 'self-issued ones do not count')
    t.strictSame(policiesOf([says(1), { policies: [gold] }, mapped, { policies: [silver] }]), [])
  })
  t.test('of anyPolicy, or to it, is refused, also where nothing is asked of policies', async (t) => {
    for (const mappings of [[[any, gold]], [[gold, any]], [[gold, silver], [silver, any]]] as const) {
      t.strictSame(refusalOf([{ mappings }, {}]), [code, 'the policyMappings map anyPolicy (certificate 1: CN=CA 1)'])
    }
  })
  t.test('of a leaf, or of an anchor, says nothing', async (t) => {
    t.strictSame(policiesOf([{ policies: [gold], mappings: [[gold, silver]] }]), named(gold))
    t.strictSame(policiesOf([{ policies: [gold] }], {}, { policies: [silver], mappings: [[gold, silver]] }), named(gold))
  })
})

t.test('anyPolicy', async (t) => {
  t.test('is no policy from the certificate on that a CA says, or at once', async (t) => {
    t.strictSame(policiesOf([{ policies: [any] }], { inhibitAnyPolicy: true }), [])
    t.strictSame(policiesOf([{ policies: [any, gold] }], { inhibitAnyPolicy: true }), named(gold))
    const says = (count: number): Said => ({ policies: [gold], inhibitAnyPolicy: count })
    t.strictSame(policiesOf([says(0), { policies: [any] }]), [])
    t.strictSame(policiesOf([says(1), { policies: [any] }]), named(gold))
    t.strictSame(policiesOf([says(1), { policies: [any] }, { policies: [any] }]), [])
  })
  t.test('of a self-issued CA counts all the same, and not of a self-issued leaf', async (t) => {
    const says: Said = { policies: [gold], inhibitAnyPolicy: 0 }
    t.strictSame(policiesOf([says, { policies: [any], isSelfIssued: true }, { policies: [gold] }]), named(gold))
    t.strictSame(policiesOf([says, { policies: [any], isSelfIssued: true }]), [])
  })
})

t.test('of an anchor, the constraints count', async (t) => {
  t.equal(refusalOf([{}], {}, { requireExplicitPolicy: 0 })[0], code)
  t.strictSame(policiesOf([{ policies: [gold] }], {}, { requireExplicitPolicy: 0 }), named(gold))
  t.strictSame(policiesOf([{}], {}, { requireExplicitPolicy: 2 }), [])
  t.strictSame(policiesOf([{ policies: [any] }], {}, { inhibitAnyPolicy: 0 }), [])
  t.strictSame(policiesOf([{ policies: [gold], mappings: [[gold, silver]] }, { policies: [silver] }], {}, { inhibitPolicyMapping: 0 }), [])
  t.strictSame(policiesOf([{ policies: [gold] }], {}, { policies: [silver] }), named(gold), 'and its policies do not')
})

t.test('a leaf that is its own anchor is judged by its own policies', async (t) => {
  const own = (said: Said, asked: Asked = {}) => {
    const { leaf } = hierarchy([said])
    return judge(leaf, [leaf], [], { at: now, partialPath: true, ...asked }).policies
  }
  t.strictSame(own({ policies: [gold, silver] }, { initialPolicySet: named(gold) }), named(gold))
  t.strictSame(own({}), [])
  t.throws(() => own({}, explicit), { code })
})

t.test('a path whose policies do not do is backed out of', async (t) => {
  const good = hierarchy([{ policies: [gold] }, { policies: [gold] }])
  const bad = hierarchy([{ policies: [silver] }, { policies: [gold] }])
  for (const intermediates of [[good, bad], [bad, good]]) {
    const path = judge(good.leaf, [good.anchor], intermediates.flatMap((each) => each.intermediates), { at: now, ...explicit })
    t.strictSame(path.policies, named(gold))
  }
})

// As a tree, the policies of this path have 60 to the power of 6 nodes.
t.test('policies that are mapped to each other cost what they are many, and no more', async (t) => {
  const numbers = Array.from({ length: 60 }, (_, number) => number + 1)
  const web: Said = { policies: numbers, mappings: numbers.flatMap((from) => numbers.map((to) => [from, to] as const)) }
  const { anchor, intermediates, leaf } = hierarchy([web, web, web, web, web, { policies: [1] }])
  const before = process.cpuUsage()
  t.equal(judge(leaf, [anchor], intermediates, { at: now, ...explicit }).policies.length, 60)
  const { user, system } = process.cpuUsage(before)
  t.comment(`${(user + system) / 1000} ms of CPU`)
  t.ok(user + system < 5_000_000)
})
