import { OptionError } from '../errors.js'
import { defaultGrace } from '../tls/index.js'

/** How connections are closed. */
export interface ClosingOptions {
  /**
   * Milliseconds that an answer or a stream under way, or a WebSocket's closing, may go on for before the connection is cut off.
   * 0: it is cut off at once. At most 2,147,483,647. Default 5000.
   */
  readonly grace?: number
}

// What setTimeout can wait for; beyond, it does not wait at all.
const longest = 2 ** 31 - 1

/** @throws OptionError `options` has another key, or `grace` is not a number of milliseconds. `key` is the name of the function */
export function checkGrace (options: ClosingOptions, key: string): number {
  if (typeof options !== 'object' || options === null) throw new OptionError(key, 'has options that are not an object: write { grace: 0 }')
  const unknown = Object.keys(options).find((name) => name !== 'grace')
  if (unknown !== undefined) throw new OptionError(`${key}.${unknown}`, 'is unknown')
  const { grace = defaultGrace } = options
  const isPossible = typeof grace === 'number' && grace >= 0 && grace <= longest
  if (!isPossible) throw new OptionError(`${key}.grace`, `is not a number of milliseconds from 0 to ${longest}`)
  return grace
}
