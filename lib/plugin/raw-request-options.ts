import { OptionError } from '../errors.js'

/** Requests that Fastify's hooks do not see. */
export interface RawRequestOptions {
  /** Paths that are open to all, each with what is below it: `/status` is for `/status` and `/status/live`. */
  readonly exempt: readonly string[]
}

export interface CheckedRawRequests {
  readonly isGuarded: boolean
  readonly exempt: readonly string[]
}

/** @throws OptionError */
export function checkRawRequests (given: unknown, global: boolean): CheckedRawRequests {
  if (given === undefined) return { isGuarded: global, exempt: [] }
  if (typeof given === 'boolean') return { isGuarded: given, exempt: [] }
  if (given === null || typeof given !== 'object' || Array.isArray(given)) throw new OptionError('rawRequests', 'must be true, false or { exempt: […] }')
  const { exempt, ...rest } = given as Record<string, unknown>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new OptionError(`rawRequests.${unknown}`, 'is unknown')
  if (!Array.isArray(exempt)) throw new OptionError('rawRequests.exempt', 'must be a list of paths')
  return { isGuarded: true, exempt: exempt.map((path, place) => checkPath(path, `rawRequests.exempt[${place}]`)) }
}

/** Without the hyphen at its end. */
function checkPath (path: unknown, key: string): string {
  if (typeof path !== 'string' || !isPlain(path)) throw new OptionError(key, 'must be a path such as \'/status\': no query, no percent-encoding, no empty or dot segments')
  return path.replace(/\/$/, '')
}

/** Whether every reader of the path takes it for the same: servers decode, normalize or keep others. */
const isPlain = (path: string): boolean => /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~!$&'()*+,;=:@-]+)*\/?$/.test(path) && path.startsWith('/')

/** Whether the target of a request is below one of these paths. One that can be read in two ways is below none. */
export function isExempt (target: string | undefined, exempt: readonly string[]): boolean {
  if (exempt.length === 0 || target === undefined) return false
  const [path] = target.split('?', 1)
  return isPlain(path) && exempt.some((each) => path === each || path.startsWith(`${each}/`))
}
