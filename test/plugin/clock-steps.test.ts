import t, { type Test } from 'tap'
import { Journal } from '../../lib/plugin/journal.js'
import { LiveConnections, type LiveClient } from '../../lib/plugin/live-connections.js'
import { holds, outOfDate, refusedFor } from '../../lib/plugin/verdict.js'
import { CertificationPathError } from '../../lib/errors.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'

const minute = 60_000
const hour = 60 * minute
const { certificate } = mintClient(mintAuthority())
const silent = { info: () => {}, warn: () => {}, error: () => {} } as never

/** A connection whose client is let in until `end`, a wall clock that is moved by hand, and the timers that wait. */
function scene (t: Test, end: number) {
  const timers = new Map<number, { action: () => void, pause: number }>()
  let last = 0
  t.intercept(globalThis, 'setTimeout', { value: (action: () => void, pause: number) => { timers.set(++last, { action, pause }); return { unref: () => last } } })
  t.intercept(globalThis, 'clearTimeout', { value: (timer: number) => { timers.delete(timer) } })
  const state = { now: 0, ended: 0 }
  const caller: LiveClient = {
    since: 0,
    latest: { profile: {} as never, revision: 0, verdict: { certificate, refusal: { reason: 'EXPIRED' }, presented: certificate, from: -Infinity, until: end } },
    isOverAt: (at) => at >= end,
    nextLook: () => end,
    forget: () => false
  }
  const live = new LiveConnections({ journal: new Journal(silent), now: () => state.now, maxAge: Infinity })
  live.follow({ connections: [{ caller, remoteAddress: undefined, end: () => { state.ended++ } } as never] })
  live.expect(caller)
  /** The timer that waits comes to its end, when the wall clock says this. */
  const fire = async (now: number) => {
    state.now = now
    const [[timer, { action }]] = timers
    timers.delete(timer)
    action()
    await live.sweep()
  }
  return { state, fire, pauses: () => [...timers.values()].map(({ pause }) => pause) }
}

t.test('a certificate that ended by a step of the clock ends its connection within a minute', async (t) => {
  const { state, fire, pauses } = scene(t, 24 * hour)
  t.strictSame(pauses(), [minute])
  await fire(25 * hour)
  t.equal(state.ended > 0, true)
})

t.test('where the clock is set back the connection stays until its certificate ends by the clock', async (t) => {
  const { state, fire, pauses } = scene(t, 30_000)
  t.strictSame(pauses(), [30_000])
  await fire(-hour)
  t.strictSame([state.ended, pauses()], [0, [minute]])
})

t.test('what was said for a while does not hold for longer where the clock is set back', async (t) => {
  const unknown = new CertificationPathError({ rule: 'STATUS_UNKNOWN', problem: 'nothing is known', depth: 0, certificate: 'CN=client' })
  for (const verdict of [refusedFor(unknown, certificate, hour), refusedFor(new Error('no path'), undefined, hour), outOfDate(certificate, certificate.validity.notBefore.getTime() - hour)]) {
    const said = verdict.refusal?.reason === 'NOT_YET_VALID' ? certificate.validity.notBefore.getTime() - hour : hour
    t.ok(holds(verdict, said))
    t.notOk(holds(verdict, said - 10 * minute))
  }
})
