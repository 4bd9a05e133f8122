import t, { type Test } from 'tap'
import { timersBy } from '../../lib/revocation/timers.js'

/** Two clocks that are moved by hand, and Node's timers in their place: which waits there are, and what comes of them. */
function clocks (t: Test) {
  const pauses: number[] = []
  let look = () => {}
  let isCancelled = false
  t.intercept(globalThis, 'setTimeout', { value: (action: () => void, pause: number) => { look = action; pauses.push(pause); return { unref: () => 1 } } })
  t.intercept(globalThis, 'clearTimeout', { value: () => { isCancelled = true } })
  const state = { wall: 1_000_000, elapsed: 0, pauses, count: 0, get isCancelled () { return isCancelled } }
  const after = timersBy({ now: () => state.wall, elapsed: () => state.elapsed })
  const move = (elapsed: number, wall = elapsed) => { state.elapsed += elapsed; state.wall += wall; look() }
  return { state, move, wait: (milliseconds: number, instant?: number) => after(milliseconds, () => { state.count++ }, instant) }
}

const minute = 60_000

t.test('no pause is longer than a minute, and it is over when its time has passed', async (t) => {
  const { state, move, wait } = clocks(t)
  wait(2.5 * minute)
  for (const elapsed of [minute, minute]) move(elapsed)
  t.strictSame([state.pauses, state.count], [[minute, minute, minute / 2], 0])
  move(minute / 2)
  t.equal(state.count, 1)
})

t.test('a wall clock that is set does not change how long it waits', async (t) => {
  const { state, move, wait } = clocks(t)
  wait(2 * minute)
  move(minute, -60 * minute)
  t.strictSame([state.pauses.at(-1), state.count], [minute, 0])
  move(minute, 120 * minute)
  t.equal(state.count, 1)
})

t.test('at an instant of the wall clock it is over, however the clock came there', async (t) => {
  const { state, move, wait } = clocks(t)
  wait(60 * minute, state.wall + 30 * minute)
  move(minute, 30 * minute)
  t.equal(state.count, 1)
})

t.test('a machine that was suspended looks within a minute of its own time', async (t) => {
  const { state, move, wait } = clocks(t)
  wait(24 * 60 * minute, state.wall + 10 * minute)
  t.strictSame(state.pauses, [minute])
  move(minute, 8 * 60 * minute)
  t.equal(state.count, 1)
})

t.test('what was called off does not happen', async (t) => {
  const { state, wait } = clocks(t)
  wait(minute)()
  t.ok(state.isCancelled)
})
