import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** A process, so that another one can tell whether it is still there. What the system does not tell is empty. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Another one after each start of the machine. */
  readonly boot: string
  /** Process ids of one namespace mean nothing in another: that of a container. */
  readonly namespace: string
  /** When the process began, as the system counts: process ids are used again. */
  readonly started: string
  /** Another one each time: by it two locks of one process are told apart. */
  readonly token: string
}

/** @param proc where Linux tells about processes; elsewhere there is no such folder */
export const identifyProcess = (pid = process.pid, proc = '/proc'): ProcessIdentity => ({
  pid,
  host: hostname(),
  boot: told(() => readFileSync(join(proc, 'sys/kernel/random/boot_id'), 'latin1').trim()),
  namespace: told(() => readlinkSync(join(proc, 'self/ns/pid'))),
  started: stateOf(pid, proc).started,
  token: randomBytes(8).toString('hex')
})

// A system that does not tell is no error: what is not known is not compared.
function told (tell: () => string): string {
  try {
    return tell()
  } catch {
    return ''
  }
}

// The name of the program, in parentheses, may hold anything; behind it the first field is the state, the twentieth the start (proc(5)).
function stateOf (pid: number, proc: string): { state: string, started: string } {
  const text = told(() => readFileSync(join(proc, String(pid), 'stat'), 'latin1'))
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0], started: fields[19] ?? '' }
}

/**
 * Whether a process has ended for certain. One of another machine, or of another container, may be there without being seen here:
 * it is not said to have ended.
 */
export function hasEnded (other: ProcessIdentity, self: ProcessIdentity, proc = '/proc'): boolean {
  if (other.host !== self.host) return false
  if (other.boot !== self.boot) return true
  if (other.namespace !== self.namespace) return false
  if (!exists(other.pid)) return true
  const { state, started } = stateOf(other.pid, proc)
  // A zombie has ended, and waits for its parent to ask how.
  return state === 'Z' || (started !== '' && started !== other.started)
}

function exists (pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user may not be sent signals, and is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
