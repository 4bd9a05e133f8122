import type { Test } from 'tap'

/** Time-outs of fetches come when a script says so, and never by the clock: a busy machine changes nothing. */
export function timeouts (t: Test): { readonly come: () => void } {
  const pending = new Set<AbortController>()
  t.intercept(AbortSignal, 'timeout', {
    value: () => {
      const controller = new AbortController()
      pending.add(controller)
      return controller.signal
    }
  })
  return {
    come () {
      for (const controller of pending) controller.abort()
      pending.clear()
    }
  }
}
