import t from 'tap'
import { FailureReports } from '../../lib/revocation/failure-reports.js'
import type { ReportedEvent } from '../../lib/revocation/index.js'

const minute = 60_000

const failure: ReportedEvent = { level: 'warn', message: 'it failed' }

function reports () {
  const state = { elapsed: 0, messages: [] as string[] }
  const told = new FailureReports(({ message }) => state.messages.push(message), () => state.elapsed)
  return { state, told }
}

t.test('the first failures are told, then one each quarter of an hour, with how many there were', async (t) => {
  const { state, told } = reports()
  for (; state.elapsed < 30 * minute; state.elapsed += minute) told.failed(failure)
  t.strictSame(state.messages, ['it failed', 'it failed', 'it failed (and 14 failures more since the last line)'])
})

t.test('that it is well again is told once, where the failure was', async (t) => {
  const { state, told } = reports()
  told.succeeded({ level: 'info', message: 'well' })
  told.failed(failure)
  told.succeeded({ level: 'info', message: 'well' })
  told.succeeded({ level: 'info', message: 'well' })
  t.strictSame(state.messages, ['it failed', 'well'])
})

t.test('what fails and is well again by turns for a day is in few lines', async (t) => {
  const { state, told } = reports()
  const lines = []
  for (let hour = 0; hour < 24; hour++) {
    const before = state.messages.length
    for (let turn = 0; turn < 360; turn++, state.elapsed += 10_000) turn % 2 === 0 ? told.failed(failure) : told.succeeded({ level: 'info', message: 'well' })
    lines.push(state.messages.length - before)
  }
  t.ok(Math.max(...lines) <= 12, lines.join())
})
