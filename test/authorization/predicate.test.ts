import t from 'tap'
import { compilePolicy, defaultPredicateTimeout, judge, type Judgement, type Policy } from '../../lib/authorization/index.js'
import { judged, judgedLater, named } from './caller.js'

const alice = named(['commonName', 'alice'])
// The timers of predicates keep no process alive: here there is no server that does.
const alive = setInterval(() => {}, 1000)
t.teardown(() => clearInterval(alive))

const asPolicy = (predicate: () => unknown) => predicate as Policy

t.test('a predicate gets the certificate and the request', async (t) => {
  const request = { method: 'GET' }
  const policy = compilePolicy<typeof request>(function (this: unknown, ...given) {
    t.strictSame(given, [alice, request])
    t.equal(given[0], alice)
    t.equal(given[1], request)
    t.equal(this, undefined)
    return true
  }, 'authorize')
  t.ok((judge(policy, alice, request) as Judgement).permitted)
})

t.test('only true lets in', async (t) => {
  t.equal(judged(() => true, alice).permitted, true)
  t.strictSame(judged(() => false, alice), { permitted: false, reason: 'the predicate authorize said no', failures: [] })
})

const notBooleans: Array<[unknown, string]> = [
  [1, 'a number'], [0, 'a number'], ['true', 'a string'], ['', 'a string'], [{}, 'an object'], [[], 'a list'], [[true], 'a list'], [null, 'null'], [undefined, 'undefined'],
  [NaN, 'a number'], [1n, 'a bigint'], [Symbol('true'), 'a symbol'], [() => true, 'a function'], [Object(true), 'an instance of a class'], [new Date(), 'an instance of a class'],
  [{ then: true }, 'an object'], [Object.create(null), 'an object']
]

t.test('a predicate that answers anything but a boolean has failed', async (t) => {
  for (const [value, kind] of notBooleans) {
    const failure = { key: 'authorize', problem: `answered ${kind} and not a boolean`, cause: undefined }
    const denial = { permitted: false, reason: `the predicate authorize ${failure.problem}`, failures: [failure] }
    t.strictSame(judged(asPolicy(() => value), alice), denial)
    t.strictSame(await judgedLater(asPolicy(async () => value), alice), denial)
  }
})

t.test('a predicate that throws has failed, and its error is kept for the log', async (t) => {
  for (const cause of [new Error('no database'), 'text', undefined, null, true]) {
    const judgement = judged(() => { throw cause }, alice)
    t.strictSame({ ...judgement, failures: [] }, { permitted: false, reason: 'the predicate authorize threw', failures: [] })
    t.equal(judgement.failures.length, 1)
    t.equal(judgement.failures[0].cause, cause)
  }
})

t.test('a predicate that rejects has failed, and its error is kept for the log', async (t) => {
  for (const cause of [new Error('no database'), undefined, true]) {
    const judgement = await judgedLater(() => Promise.reject(cause), alice)
    t.equal(judgement.reason, 'the predicate authorize rejected')
    t.strictSame(judgement.failures, [{ key: 'authorize', problem: 'rejected', cause }])
  }
})

t.test('a promise is not yet an answer', async (t) => {
  const judgement = judge(compilePolicy(async () => true, 'authorize'), alice, undefined)
  t.ok(judgement instanceof Promise)
  t.equal((judgement as unknown as Judgement).permitted, undefined, 'who forgets to wait lets nobody in')
  t.strictSame(await judgement, { permitted: true, reason: '', failures: [] })
  t.strictSame(await judgedLater(async () => false, alice), { permitted: false, reason: 'the predicate authorize said no', failures: [] })
})

t.test('a thenable counts by what it settles with', async (t) => {
  const thenable = (then: (...given: Array<(value: unknown) => void>) => unknown) => judgedLater(asPolicy(() => ({ then })), alice)
  t.equal((await thenable((resolve) => resolve(true))).permitted, true)
  t.equal((await thenable((resolve) => resolve(Promise.resolve(true)))).permitted, true, 'of a promise of true')
  t.equal((await thenable((resolve) => resolve(false))).permitted, false)
  t.equal((await thenable((resolve) => resolve(1))).reason, 'the predicate authorize answered a number and not a boolean')
  t.equal((await thenable((_resolve, reject) => reject(true))).reason, 'the predicate authorize rejected')
  t.equal((await thenable(() => { throw new Error('no') })).reason, 'the predicate authorize rejected')
  t.equal((await judgedLater(asPolicy(() => ({ then: () => true })), alice, 5)).permitted, false, 'what then itself returns is no answer')
})

t.test('a thenable that changes its mind is held to what it said first', async (t) => {
  const thenable = (then: (...given: Array<(value: unknown) => void>) => unknown) => judgedLater(asPolicy(() => ({ then })), alice)
  t.equal((await thenable((resolve) => { resolve(false); resolve(true) })).permitted, false)
  t.equal((await thenable((resolve, reject) => { reject(new Error('no')); resolve(true) })).permitted, false)
  t.equal((await thenable((resolve) => { resolve(false); throw new Error('late') })).reason, 'the predicate authorize said no')
})

t.test('a thenable that is a function, or whose then cannot be read, is no way in', async (t) => {
  const callable = Object.assign(() => true, { then: (resolve: (value: unknown) => void) => resolve(false) })
  t.equal((await judgedLater(asPolicy(() => callable), alice)).reason, 'the predicate authorize said no')
  t.equal(judged(asPolicy(() => ({ get then () { throw new Error('no') } })), alice).reason, 'the predicate authorize threw')
  let reads = 0
  const shy = { get then () { if (++reads > 1) throw new Error('no'); return () => {} } }
  t.equal((await judgedLater(asPolicy(() => shy), alice)).reason, 'the predicate authorize rejected')
})

t.test('a predicate that never settles has failed when its time is over', async (t) => {
  t.strictSame(await judgedLater(() => new Promise(() => {}), alice, 5), {
    permitted: false,
    reason: 'the predicate authorize did not answer within 5 ms',
    failures: [{ key: 'authorize', problem: 'did not answer within 5 ms', cause: undefined }]
  })
  t.equal((await judgedLater({ not: () => new Promise(() => {}) }, alice, 5)).permitted, false, 'also beneath not')
  t.equal((await judgedLater({ anyOf: [() => new Promise(() => {}), { subject: { commonName: 'alice' } }] }, alice, 5)).permitted, true)
})

t.test('an answer after the time is over is not heard', async (t) => {
  let settle: (value: boolean) => void = () => {}
  const policy = () => new Promise<boolean>((resolve) => { settle = resolve })
  const judgement = judgedLater(policy, alice, 5)
  t.equal((await judgement).permitted, false)
  settle(true)
  await new Promise(setImmediate)
  t.equal((await judgement).permitted, false)
})

t.test('a rejection after the time is over disturbs nobody', async (t) => {
  let settle: (error: Error) => void = () => {}
  const policy = () => new Promise<boolean>((_resolve, reject) => { settle = reject })
  t.equal((await judgedLater(policy, alice, 5)).permitted, false)
  const unhandled: unknown[] = []
  const listener = (error: unknown) => { unhandled.push(error) }
  process.on('unhandledRejection', listener)
  settle(new Error('late'))
  await new Promise(setImmediate)
  process.off('unhandledRejection', listener)
  t.strictSame(unhandled, [])
})

t.test('the timer keeps no process alive, and ends with the answer', async (t) => {
  const original = globalThis.setTimeout
  const timers: NodeJS.Timeout[] = []
  const limits: unknown[] = []
  globalThis.setTimeout = ((callback: () => void, limit: number) => {
    limits.push(limit)
    timers.push(original(callback, limit))
    return timers[0]
  }) as typeof setTimeout
  t.teardown(() => { globalThis.setTimeout = original })
  const judgement = judgedLater(async () => true, alice)
  globalThis.setTimeout = original
  t.strictSame(limits, [defaultPredicateTimeout])
  t.equal(timers[0].hasRef(), false)
  await judgement
  t.equal((timers[0] as unknown as { _destroyed: boolean })._destroyed, true)
})

t.test('the time of a predicate is 5 seconds', async (t) => {
  t.equal(defaultPredicateTimeout, 5000)
})

t.test('judgements of the same policy do not mix', async (t) => {
  const policy = compilePolicy<{ pass: Promise<boolean> }>({ allOf: [(_certificate, request) => request.pass, (_certificate, request) => request.pass] }, 'authorize')
  const judgements = [true, false, true, false].map((pass) => judge(policy, alice, { pass: new Promise((resolve) => setImmediate(resolve, pass)) }))
  t.strictSame((await Promise.all(judgements)).map((judgement) => judgement.permitted), [true, false, true, false])
})

t.test('a predicate is asked anew for each request, however deep it stands, and whatever it said before', async (t) => {
  const nested = (predicate: () => boolean) => [predicate, { allOf: [predicate] }, { anyOf: [{ subject: { commonName: 'nobody' } }, predicate] }, { not: { not: { allOf: [predicate] } } }]
  let answer = true
  for (const policy of nested(() => answer)) {
    const compiled = compilePolicy(policy as Policy, 'authorize')
    for (const said of [true, false, true]) {
      answer = said
      t.match(judge(compiled, alice, {}), { permitted: said })
    }
  }
})
