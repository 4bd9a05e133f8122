import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { anyPolicy, writePem, type Certificate } from '../../lib/certificate/index.js'
import { CertificationPathError } from '../../lib/errors.js'
import { parts } from '../helpers/parts.js'
import { hierarchy, now, policy, type Hierarchy, type Said } from './policy-scene.js'
import { judge } from './scene.js'

interface Asked {
  readonly initialPolicySet: readonly number[]
  readonly requireExplicitPolicy: boolean
  readonly inhibitPolicyMapping: boolean
  readonly inhibitAnyPolicy: boolean
}

const number = fc.nat({ max: 4 })
const concrete = fc.integer({ min: 1, max: 4 })
const seldom = <Value>(value: fc.Arbitrary<Value>) => fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

const said: fc.Arbitrary<Said> = fc.record({
  policies: fc.oneof({ weight: 9, arbitrary: fc.uniqueArray(number, { minLength: 1, maxLength: 4 }) }, { weight: 1, arbitrary: fc.constant([]) }),
  mappings: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 6, arbitrary: fc.uniqueArray(fc.tuple(concrete, concrete), { maxLength: 4, selector: String }) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.tuple(number, number), { maxLength: 2, selector: String }) }
  ),
  requireExplicitPolicy: seldom(fc.nat({ max: 3 })),
  inhibitPolicyMapping: seldom(fc.nat({ max: 3 })),
  inhibitAnyPolicy: seldom(fc.nat({ max: 3 })),
  isSelfIssued: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
})

// OpenSSL forgets what a policy was mapped to that a CA has by anyPolicy alone, once the next CA has anyPolicy as well; and
// it does not look at the mappings of a CA without policies, among which RFC 5280 refuses anyPolicy all the same.
const withoutDifference = ({ policies = [], mappings = [], ...rest }: Said): Said =>
  ({ policies, mappings: mappings.filter(([from]) => policies.length > 0 && (from === 0 || policies.includes(from) || !policies.includes(0))), ...rest })

const asked: fc.Arbitrary<Asked> = fc.record({
  initialPolicySet: fc.oneof(fc.constant([]), fc.uniqueArray(number, { minLength: 1, maxLength: 3 })),
  requireExplicitPolicy: fc.boolean(),
  inhibitPolicyMapping: fc.oneof(fc.constant(false), fc.constant(false), fc.boolean()),
  inhibitAnyPolicy: fc.oneof(fc.constant(false), fc.constant(false), fc.boolean())
})

/** The user-constrained-policy-set, or `undefined` where the path is refused for its policies. */
function ours ({ anchor, intermediates, leaf }: Hierarchy, { initialPolicySet, ...rest }: Asked): readonly string[] | undefined {
  try {
    const options = { at: now, ...rest, ...(initialPolicySet.length > 0 && { initialPolicySet: initialPolicySet.map(policy) }) }
    return withoutRest(judge(leaf, [anchor], intermediates, options).policies)
  } catch (error) {
    if (error instanceof CertificationPathError && error.rule === 'CERTIFICATE_POLICY') return undefined
    throw error
  }
}

// OpenSSL names no others beside anyPolicy, which stands for them all.
const withoutRest = (policies: readonly string[]): readonly string[] => policies.includes(anyPolicy) ? [anyPolicy] : [...policies].sort()

function openssls (folder: string, { anchor, intermediates, leaf }: Hierarchy, { initialPolicySet, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy }: Asked): readonly string[] | undefined {
  const written = (name: string, certificates: readonly Certificate[]) => {
    const path = join(folder, name)
    writeFileSync(path, certificates.map((certificate) => writePem('CERTIFICATE', certificate.raw)).join(''))
    return path
  }
  const { status, stdout, stderr } = spawnSync('openssl', [
    'verify', '-attime', `${now.getTime() / 1000}`, '-no-CApath', '-no-CAstore', '-policy_check', '-policy_print',
    ...(initialPolicySet.length > 0 ? initialPolicySet : [0]).flatMap((each) => ['-policy', policy(each)]),
    ...(requireExplicitPolicy ? ['-explicit_policy'] : []), ...(inhibitPolicyMapping ? ['-inhibit_map'] : []), ...(inhibitAnyPolicy ? ['-inhibit_any'] : []),
    '-CAfile', written('anchor.pem', [anchor]), ...(intermediates.length > 0 ? ['-untrusted', written('intermediates.pem', intermediates)] : []), written('leaf.pem', [leaf])
  ], { encoding: 'utf8' })
  if (status === 0 && /: OK\n$/.test(stdout)) return policiesIn(stderr)
  if (/error 4[23] at|error (?:no explicit policy|invalid or inconsistent certificate policy extension)/.test(stderr)) return undefined
  throw new Error(`openssl verify: ${stderr}`)
}

function policiesIn (printed: string): readonly string[] {
  const [, list = ''] = /User Policies:([^]*?)(?:\n\S|$)/.exec(printed) ?? []
  return withoutRest(list.split('\n').flatMap((line) => /Policy: (.+)/.exec(line)?.slice(1) ?? []).map((name) => name === 'X509v3 Any Policy' ? anyPolicy : name))
}

t.test('openssl verify finds the same policies, and refuses the same paths', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir()
  const count = { refused: 0, without: 0, withSome: 0 }
  fc.assert(fc.property(fc.array(said, { maxLength: 4 }), said, asked, (above, last, question) => {
    // OpenSSL heeds the mappings of a leaf, for which RFC 5280 has no step, and does not count a self-issued leaf, which it counts.
    const made = hierarchy([...above.map(withoutDifference), { ...last, mappings: [], isSelfIssued: false }])
    const found = ours(made, question)
    count[found === undefined ? 'refused' : found.length === 0 ? 'without' : 'withSome']++
    const expected = openssls(folder, made, question)
    if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(found)} here, and ${JSON.stringify(expected)} by openssl`)
  }), { numRuns: Number(process.env.POLICY_RUNS ?? 150) })
  t.comment(JSON.stringify(count))
  for (const [kind, times] of Object.entries(count)) t.ok(times > 0, kind)
})
