import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { AuthorityError } from '../errors.js'
import { isAbsent } from './durable-file.js'
import { hasEnded, identifyProcess, type ProcessIdentity } from './process-identity.js'

export interface LockOptions {
  /** How often it is tried, with about 15 milliseconds in between. Default: 2000 times, half a minute. */
  readonly tries?: number
}

/**
 * Runs `act` while no other process, nor anyone else in this one, holds the lock of the same path. The lock is a file that tells whose
 * it is; one whose process has ended is taken away. It is made as a link to a file that is complete, so that
 * nobody sees a part of it.
 * @throws AuthorityError another process kept it all the time
 */
export async function withLock <Result> (path: string, act: () => Promise<Result>, { tries = 2000 }: LockOptions = {}): Promise<Result> {
  const isTakenOver = await acquire(path, identifyProcess(), tries)
  try {
    if (isTakenOver) removeLeftovers(path)
    return await act()
  } finally {
    rmSync(path, { force: true })
  }
}

/** Whether it was taken over from a process that has ended. */
async function acquire (path: string, self: ProcessIdentity, tries: number): Promise<boolean> {
  let isTakenOver = false
  for (let tried = 0; !isMade(path, self); tried++) {
    const holder = readHolder(path)
    const isStale = holder !== undefined && hasEnded(holder, self)
    if (!isStale && tried >= tries) throw held(path, holder)
    if (isStale) await removeStale(path, holder, tries)
    else await setTimeout(5 + Math.random() * 20)
    isTakenOver ||= isStale
  }
  return isTakenOver
}

// At one go, so that there is next to no time for a crash to leave something behind.
function isMade (path: string, self: ProcessIdentity): boolean {
  const own = `${path}.${self.token}`
  try {
    writeFileSync(own, JSON.stringify(self), { flag: 'wx' })
    return isLinked(own, path)
  } finally {
    // Also a part of it, which a disk that is full leaves.
    rmSync(own, { force: true })
  }
}

function isLinked (own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder (path: string): ProcessIdentity | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    // It is whole before it is linked: the machine was stopped before this was on the disk, and whoever held it is of an earlier start.
    return /^\0*$/.test(text) ? { ...identifyProcess(), boot: 'earlier', token: 'lost' } : JSON.parse(text)
  } catch (error) {
    // It was given back in the meantime.
    if (isAbsent(error)) return undefined
    throw new AuthorityError(`${path} is not a lock of this program: look at it, and remove it`, error)
  }
}

const held = (path: string, holder: ProcessIdentity | undefined) => new AuthorityError(holder === undefined
  ? `${path} was held by one process after another for too long`
  : `${path} is held by process ${holder.pid} on ${holder.host}; if that one is not there any more, remove the file`)

/**
 * Two that see one stale lock must not both remove what is at its path: the second would remove the new lock of the first.
 * So whoever removes it holds a lock of a name that only this stale one has, and looks again.
 */
async function removeStale (path: string, stale: ProcessIdentity, tries: number): Promise<void> {
  await withLock(`${path}.${stale.token}.removal`, async () => {
    if (readHolder(path)?.token === stale.token) rmSync(path, { force: true })
  }, { tries })
}

/**
 * Removes what processes left that have ended on the way to the lock. The files of removals are of earlier locks, for this one
 * is held: nobody relies on them any more.
 */
function removeLeftovers (path: string): void {
  const self = identifyProcess()
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}.`) && /\.(?:removal|[0-9a-f]{16})$/.test(name))
  for (const file of names.map((name) => join(dirname(path), name))) {
    if (isLeftover(file, self)) rmSync(file, { force: true })
  }
}

// One that is being written, or is gone meanwhile, tells nothing.
function isLeftover (file: string, self: ProcessIdentity): boolean {
  try {
    return hasEnded(JSON.parse(readFileSync(file, 'utf8')), self)
  } catch {
    return false
  }
}
