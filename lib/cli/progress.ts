import type { Terminal } from './terminal.js'

const frameMilliseconds = 200

/** Waits for work that takes long, and shows that it is under way where a person looks on. */
export async function underWay<Value> (terminal: Terminal, what: string, work: () => Promise<Value>): Promise<Value> {
  let dots = 0
  const draw = () => terminal.draw(`${what} ${'.'.repeat(dots++ % 20 + 1)}`)
  draw()
  const timer = setInterval(draw, frameMilliseconds)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    terminal.draw('')
  }
}

const barWidth = 30

/** A bar of how many of all are done. */
export function bar (done: number, all: number): string {
  const full = Math.floor(done / all * barWidth)
  return `[${'#'.repeat(full)}${' '.repeat(barWidth - full)}] ${done} of ${all}`
}
