import fc from 'fast-check'
import t from 'tap'
import type { Policy, PolicyObject } from '../../lib/authorization/index.js'
import { attributeTypes, keyPurposes, subjectAltNameExtension, type AttributeText, type Certificate, type GeneralNameText } from '../../lib/certificate/index.js'
import { extendedKeyUsage } from '../helpers/mint.js'
import { authority, caller, certificatePolicies, judgedLater, permits } from './caller.js'

/** A policy that a certificate matches, and the same one with a value changed. */
interface Fact {
  readonly right: PolicyObject
  readonly wrong: PolicyObject
}

/** A policy, and whether it has to let in. */
interface Expected {
  readonly policy: Policy
  readonly permitted: boolean
}

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((value) => !/[\p{Cc}\p{Surrogate}]|^\*|\*$/u.test(value))
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
const dotted = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 6 }).map((arcs) => `1.2.${arcs.join('.')}`)

const restricted: string[] = ['countryName', 'serialNumber', 'dnQualifier', 'emailAddress', 'domainComponent']
const attributeName = fc.constantFrom(...Object.keys(attributeTypes).filter((name) => !restricted.includes(name)))
const subject = fc.uniqueArray(fc.tuple(fc.oneof(attributeName, dotted), text), { minLength: 1, maxLength: 5, selector: ([name]) => name })

const names: fc.Arbitrary<GeneralNameText> = fc.oneof(
  fc.record({ type: fc.constant('dNSName' as const), value: fc.tuple(label, label).map((labels) => labels.join('.')) }),
  fc.record({ type: fc.constantFrom('rfc822Name' as const, 'userPrincipalName' as const), value: fc.tuple(label, label).map((parts) => parts.join('@')) }),
  fc.record({ type: fc.constant('uniformResourceIdentifier' as const), value: label.map((path) => `https://example.org/${path}`) }),
  fc.record({ type: fc.constant('iPAddress' as const), value: fc.oneof(fc.ipV4(), fc.ipV6()).filter((address) => address.length > 2) }),
  fc.record({ type: fc.constant('registeredID' as const), value: dotted })
)

const contents = fc.record({
  subject,
  names: fc.uniqueArray(names, { minLength: 1, maxLength: 4, selector: ({ type, value }) => `${type} ${String(value)}` }),
  purposes: fc.uniqueArray(fc.oneof(fc.constantFrom(...Object.keys(keyPurposes)), dotted), { minLength: 1, maxLength: 3 }),
  policies: fc.uniqueArray(dotted, { minLength: 1, maxLength: 3 }),
  serialNumber: fc.uint8Array({ minLength: 1, maxLength: 20 })
})

type Contents = typeof contents extends fc.Arbitrary<infer Value> ? Value : never

const mintOf = (contents: Contents): Certificate => caller({
  subject: contents.subject as AttributeText[],
  serialNumber: Buffer.from(contents.serialNumber),
  extensions: [subjectAltNameExtension(contents.names), extendedKeyUsage(...contents.purposes), certificatePolicies(...contents.policies)]
})

const flipped = (hexadecimal: string, at: number) => {
  const digit = (Number.parseInt(hexadecimal[at], 16) ^ 1).toString(16)
  return hexadecimal.slice(0, at) + digit + hexadecimal.slice(at + 1)
}

function factsOf (certificate: Certificate, { subject, names, purposes, policies }: Contents): Fact[] {
  const issuer = authority.certificate.subject.toString()
  const fingerprint = (key: 'fingerprint256' | 'publicKeyFingerprint256'): Fact => ({ right: { [key]: certificate[key] }, wrong: { [key]: flipped(certificate[key], 40) } })
  const serialNumber = certificate.serialNumber
  return [
    ...subject.map(([name, value]): Fact => ({ right: { subject: { [name]: value } }, wrong: { subject: { [name]: `${value}x` } } })),
    { right: { subject: certificate.subject }, wrong: { subject: authority.certificate.subject } },
    { right: { subject: certificate.subject.toString() }, wrong: { subject: `${certificate.subject.toString()},CN=x` } },
    ...names.map(({ type, value }): Fact => ({ right: { subjectAltName: { [type]: value } }, wrong: { subjectAltName: { [type]: otherThan(type, value as string) } } })),
    ...purposes.map((purpose): Fact => ({ right: { extendedKeyUsage: purpose }, wrong: { extendedKeyUsage: `${keyPurposes[purpose as 'clientAuth'] ?? purpose}.200000` } })),
    ...policies.map((type): Fact => ({ right: { certificatePolicies: type }, wrong: { certificatePolicies: `${type}.200000` } })),
    { right: { issuer, serialNumber }, wrong: { issuer, serialNumber: flipped(serialNumber, serialNumber.length - 1) } },
    { right: { issuer, serialNumber }, wrong: { issuer: { commonName: 'Other CA' }, serialNumber } },
    { right: { anchor: { commonName: 'Test CA' } }, wrong: { anchor: { commonName: 'Test CA', organizationName: 'Other' } } },
    fingerprint('fingerprint256'),
    fingerprint('publicKeyFingerprint256')
  ]
}

function otherThan (type: string, value: string): string {
  if (type === 'iPAddress') return value.includes('.') && !value.includes(':') ? '::' : '0.0.0.0'
  return type === 'registeredID' ? `${value}.200000` : `${value}zzzzzzzzzzz`
}

const fact = fc.nat().chain((index) => fc.boolean().map((isRight) => ({ index, isRight })))
type Leaf = typeof fact extends fc.Arbitrary<infer Value> ? Value : never
type Tree = Leaf | { readonly allOf: Tree[] } | { readonly anyOf: Tree[] } | { readonly not: Tree }

const treeOf = (leaf: fc.Arbitrary<unknown>): fc.Arbitrary<Tree> => fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, leaf,
    fc.record({ allOf: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ anyOf: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('tree') }))
})).tree as fc.Arbitrary<Tree>

function expected (tree: Tree, leafOf: (leaf: Leaf) => Expected): Expected {
  if ('not' in tree) {
    const { policy, permitted } = expected(tree.not, leafOf)
    return { policy: { not: policy }, permitted: !permitted }
  }
  const list = 'allOf' in tree ? tree.allOf : 'anyOf' in tree ? tree.anyOf : undefined
  if (list === undefined) return leafOf(tree as Leaf)
  const members = list.map((member) => expected(member, leafOf))
  const policies = members.map(({ policy }) => policy)
  return 'allOf' in tree
    ? { policy: { allOf: policies }, permitted: members.every(({ permitted }) => permitted) }
    : { policy: { anyOf: policies }, permitted: members.some(({ permitted }) => permitted) }
}

t.test('each value of a certificate, as a policy, lets it in, and none that is changed', async (t) => {
  fc.assert(fc.property(contents, (contents) => {
    const certificate = mintOf(contents)
    for (const { right, wrong } of factsOf(certificate, contents)) {
      if (!permits(right, certificate)) throw new Error(`refused ${JSON.stringify(right)}`)
      if (permits(wrong, certificate)) throw new Error(`permitted ${JSON.stringify(wrong)}`)
      if (permits({ not: right }, certificate) || !permits({ not: wrong }, certificate)) throw new Error(`not ${JSON.stringify(right)}`)
    }
  }), { numRuns: 100 })
  t.pass()
})

t.test('all values together let in, and with one of them changed no longer', async (t) => {
  fc.assert(fc.property(contents, fc.nat(), (contents, changed) => {
    const certificate = mintOf(contents)
    const facts = factsOf(certificate, contents)
    if (!permits({ allOf: facts.map(({ right }) => right) }, certificate)) return false
    if (permits({ anyOf: facts.map(({ wrong }) => wrong) }, certificate)) return false
    return !permits({ allOf: facts.map(({ right, wrong }, index) => index === changed % facts.length ? wrong : right) }, certificate)
  }), { numRuns: 100 })
  t.pass()
})

t.test('any policy of such values decides as logic does', async (t) => {
  fc.assert(fc.property(contents, fc.array(treeOf(fact), { minLength: 20, maxLength: 20 }), (contents, trees) => {
    const certificate = mintOf(contents)
    const facts = factsOf(certificate, contents)
    return trees.every((tree) => {
      const { policy, permitted } = expected(tree, ({ index, isRight }) => ({ policy: facts[index % facts.length][isRight ? 'right' : 'wrong'], permitted: isRight }))
      return permits(policy, certificate) === permitted
    })
  }), { numRuns: 50 })
  t.pass()
})

const certificate = caller()

/** How a predicate behaves: `undefined` is one that fails. */
const behaviour = fc.record({ answer: fc.constantFrom(true, false, undefined), isLate: fc.boolean() })
type Behaviour = typeof behaviour extends fc.Arbitrary<infer Value> ? Value : never

function predicate ({ answer, isLate }: Behaviour): Policy {
  const say = () => {
    if (answer === undefined) throw new Error('failed')
    return answer
  }
  return isLate ? async () => say() : say
}

const policyOf = (tree: Tree, change: (behaviour: Behaviour) => Behaviour): Expected =>
  expected(tree, (leaf) => ({ policy: predicate(change(leaf as unknown as Behaviour)), permitted: (leaf as unknown as Behaviour).answer === true }))

t.test('who is let in would have been, whatever the predicates that failed had answered', async (t) => {
  await fc.assert(fc.asyncProperty(treeOf(behaviour), fc.infiniteStream(fc.boolean()), async (tree, answers) => {
    const judgement = await judgedLater(policyOf(tree, (as) => as).policy, certificate)
    if (!judgement.permitted) return
    for (let round = 0; round < 4; round++) {
      const healed = policyOf(tree, (as) => ({ ...as, answer: as.answer ?? answers.next().value }))
      if (!(await judgedLater(healed.policy, certificate)).permitted) throw new Error('a failure let in')
    }
  }), { numRuns: 500 })
  t.pass()
})

t.test('without failures predicates decide as logic does', async (t) => {
  await fc.assert(fc.asyncProperty(treeOf(behaviour), async (tree) => {
    const certain = policyOf(tree, (as) => ({ ...as, answer: as.answer ?? false }))
    const judgement = await judgedLater(certain.policy, certificate)
    return judgement.permitted === certain.permitted && judgement.failures.length === 0
  }), { numRuns: 500 })
  t.pass()
})

t.test('it makes no difference whether a predicate answers at once or later', async (t) => {
  await fc.assert(fc.asyncProperty(treeOf(behaviour), async (tree) => {
    const found = []
    for (const isLate of [false, true]) found.push(await judgedLater(policyOf(tree, (as) => ({ ...as, isLate })).policy, certificate))
    const [now, later] = found
    t.equal(later.permitted, now.permitted)
    t.equal(later.reason, now.reason.replaceAll(' threw', ' rejected'))
    t.strictSame(later.failures.map(({ key }) => key), now.failures.map(({ key }) => key))
    t.equal(now.permitted, now.reason === '')
  }), { numRuns: 200 })
})
