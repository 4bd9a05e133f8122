/** Calls back after so many milliseconds, or as soon as the wall clock is at `instant`, unless the function that it returns was called. */
export type After = (milliseconds: number, action: () => void, instant?: number) => () => void

// A wall clock that was set, or a machine that was suspended, shows after this long at the latest.
const longestPause = 60_000

export interface Clocks {
  /** The wall clock, which may be set: milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds by a clock that nobody sets, for pauses and rests; from when it counts does not matter. */
  readonly elapsed: () => number
}

/** Timers that keep no process alive. */
export const timersBy = ({ now, elapsed }: Clocks): After => (milliseconds, action, instant = Infinity) => {
  const due = elapsed() + milliseconds
  let timer: NodeJS.Timeout
  const left = () => Math.min(due - elapsed(), instant - now())
  const look = () => { left() > 0 ? wait() : action() }
  const wait = () => { timer = setTimeout(look, Math.min(left(), longestPause)).unref() }
  wait()
  return () => clearTimeout(timer)
}
