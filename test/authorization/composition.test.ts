import t from 'tap'
import { judge, compilePolicy, type Policy } from '../../lib/authorization/index.js'
import { readCertificate } from '../../lib/certificate/index.js'
import { judged, judgedLater, named, permits } from './caller.js'

const alice = named(['commonName', 'alice'])
const yes: Policy = { subject: { commonName: 'alice' } }
const no: Policy = { subject: { commonName: 'bob' } }
const broken: Policy = () => { throw new Error('no database') }
const brokenLater: Policy = async () => { throw new Error('no database') }
const later = (answer: boolean): Policy => async () => answer

t.test('allOf wants every member', async (t) => {
  t.ok(permits({ allOf: [yes] }, alice))
  t.ok(permits({ allOf: [yes, () => true, yes] }, alice))
  t.equal(judged({ allOf: [yes, no, broken] }, alice).reason, 'authorize.allOf[1].subject.commonName does not match: the name has another value')
  t.equal(judged({ allOf: [yes, () => false] }, alice).reason, 'the predicate authorize.allOf[1] said no')
})

t.test('anyOf wants one member', async (t) => {
  t.ok(permits({ anyOf: [yes] }, alice))
  t.ok(permits({ anyOf: [no, () => false, yes] }, alice))
  t.equal(judged({ anyOf: [no, () => false] }, alice).reason,
    'no member of authorize.anyOf matches (authorize.anyOf[0].subject.commonName does not match: the name has another value; the predicate authorize.anyOf[1] said no)')
})

t.test('not turns yes and no around', async (t) => {
  t.ok(permits({ not: no }, alice))
  t.equal(judged({ not: yes }, alice).reason, 'authorize.not matches')
  t.ok(permits({ not: { not: yes } }, alice))
  t.notOk(permits({ not: () => true }, alice))
  t.ok(permits({ not: () => false }, alice))
  t.ok(permits({ not: { anyOf: [no, () => false] } }, alice))
  t.notOk(permits({ not: { anyOf: [no, () => true] } }, alice))
  t.equal(judged({ not: { not: { anyOf: [no, () => false] } } }, alice).reason, 'authorize.not matches')
})

t.test('they may stand beside other keys and each other, and then all must match', async (t) => {
  t.ok(permits({ ...yes, allOf: [yes], anyOf: [no, yes], not: no }, alice))
  t.notOk(permits({ ...no, allOf: [yes], anyOf: [no, yes], not: no }, alice))
  t.notOk(permits({ ...yes, allOf: [no], anyOf: [no, yes], not: no }, alice))
  t.notOk(permits({ ...yes, allOf: [yes], anyOf: [no, no], not: no }, alice))
  t.notOk(permits({ ...yes, allOf: [yes], anyOf: [no, yes], not: yes }, alice))
})

t.test('a predicate is asked last, once, and only where its answer counts', async (t) => {
  const asked: string[] = []
  const ask = (name: string, answer: boolean): Policy => () => { asked.push(name); return answer }
  const askLater = (name: string, answer: boolean): Policy => async () => { asked.push(name); return answer }
  permits({ allOf: [ask('a', true)], ...no }, alice)
  t.strictSame(asked.splice(0), [], 'not where a key does not match')
  permits({ allOf: [ask('a', false), ask('b', true)] }, alice)
  t.strictSame(asked.splice(0), ['a'])
  permits({ anyOf: [ask('a', true), ask('b', true)] }, alice)
  t.strictSame(asked.splice(0), ['a'])
  await judgedLater({ anyOf: [{ allOf: [ask('a', true), askLater('b', true), askLater('c', false)] }, askLater('d', false), { not: ask('e', true) }] }, alice)
  t.strictSame(asked.splice(0), ['a', 'b', 'c', 'd', 'e'])
})

t.test('a predicate that stands twice is asked twice', async (t) => {
  let count = 0
  const predicate = () => ++count === 1
  t.notOk(permits({ allOf: [predicate, predicate] }, alice))
  t.equal(count, 2)
})

t.test('promises are waited for in order, wherever they stand', async (t) => {
  t.ok((await judgedLater({ allOf: [later(true), yes, later(true)] }, alice)).permitted)
  t.equal((await judgedLater({ allOf: [later(true), later(false), broken] }, alice)).reason, 'the predicate authorize.allOf[1] said no')
  t.ok((await judgedLater({ anyOf: [later(false), no, later(true)] }, alice)).permitted)
  t.ok((await judgedLater({ not: later(false) }, alice)).permitted)
  t.notOk((await judgedLater({ not: later(true) }, alice)).permitted)
  t.ok((await judgedLater({ not: { anyOf: [later(false), later(false)] } }, alice)).permitted)
})

for (const [how, failing] of [['at once', broken], ['later', brokenLater]] as const) {
  t.test(`a predicate that fails ${how} denies, also beneath not`, async (t) => {
    const policies: Array<[string, Policy]> = [
      ['alone', failing],
      ['not', { not: failing }],
      ['not not', { not: { not: failing } }],
      ['not anyOf', { not: { anyOf: [no, failing] } }],
      ['not anyOf that another member would match', { not: { anyOf: [failing, yes] } }],
      ['not allOf', { not: { allOf: [yes, failing] } }],
      ['not allOf that another member would not match', { not: { allOf: [failing, no] } }],
      ['not allOf with anyOf that another member matches', { not: { allOf: [{ anyOf: [failing, yes] }, no] } }],
      ['not not anyOf', { not: { not: { anyOf: [failing, yes] } } }],
      ['not beside keys', { ...yes, not: { ...yes, allOf: [failing] } }],
      ['anyOf of nots', { anyOf: [no, { not: failing }] }]
    ]
    for (const [name, policy] of policies) {
      const judgement = await judgedLater(policy, alice)
      t.notOk(judgement.permitted, name)
      t.equal(judgement.failures.length, 1, name)
    }
  })

  t.test(`a member of anyOf that fails ${how} is reported, and another member may let in`, async (t) => {
    const judgement = await judgedLater({ anyOf: [failing, { not: failing }, yes] }, alice)
    t.equal(judgement.permitted, true)
    t.equal(judgement.reason, '')
    t.strictSame(judgement.failures.map((failure) => failure.key), ['authorize.anyOf[0]', 'authorize.anyOf[1].not'])
    t.notOk((await judgedLater({ anyOf: [failing, no] }, alice)).permitted)
  })
}

t.test('a not that cannot be told says which predicate failed', async (t) => {
  const how = 'authorize.not cannot be told: the predicate authorize.not'
  t.equal(judged({ not: broken }, alice).reason, `${how} threw`)
  t.equal(judged({ not: { anyOf: [no, broken, yes] } }, alice).reason, `${how}.anyOf[1] threw`)
  t.equal(judged({ anyOf: [no, broken] }, alice).reason,
    'no member of authorize.anyOf matches (authorize.anyOf[0].subject.commonName does not match: the name has another value; the predicate authorize.anyOf[1] threw)')
})

t.test('a certificate without a verified path passes no policy, and no predicate is asked', async (t) => {
  const unverified = readCertificate(alice.raw)
  const predicate = () => t.fail('was asked') as true
  for (const policy of [yes, { not: no }, predicate, { not: { anchor: { commonName: 'Test CA' } } }]) {
    t.strictSame(judged(policy, unverified), { permitted: false, reason: 'the certificate has no verified path', failures: [] })
  }
})

t.test('a policy of keys alone is judged at once, and permission is always the same object', async (t) => {
  const policy = compilePolicy({ anyOf: [no, yes] }, 'authorize')
  t.strictSame(judge(policy, alice, undefined), { permitted: true, reason: '', failures: [] })
  t.equal(judge(policy, alice, undefined), judge(policy, alice, undefined))
  t.ok(Object.isFrozen(judge(policy, alice, undefined)))
})

t.test('a judgement and what it holds cannot be changed', async (t) => {
  for (const judgement of [judged(yes, alice), judged(no, alice), judged(broken, alice), judged({ anyOf: [broken, yes] }, alice), judged(yes, readCertificate(alice.raw))]) {
    for (const each of [judgement, judgement.failures, ...judgement.failures]) t.ok(Object.isFrozen(each))
  }
})

t.test('a judgement never shows a value', async (t) => {
  const secret = named(['commonName', 'secret-name'])
  t.notMatch(JSON.stringify(judged({ subject: { commonName: 'secret-name-2' }, fingerprint256: '00'.repeat(32) }, secret)), /secret-name|0000/)
})
