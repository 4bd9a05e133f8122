import { link, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
  const self = identifyProcess()
  const own = ownFile(path, self)
  await writeFile(own, JSON.stringify(self), { flag: 'wx' })
  try {
    await acquire(path, own, self, tries)
  } finally {
    await unlink(own)
  }
  try {
    return await act()
  } finally {
    await unlink(path)
  }
}

const ownFile = (path: string, { token }: ProcessIdentity) => `${path}.${token}`

async function acquire (path: string, own: string, self: ProcessIdentity, tries: number): Promise<void> {
  for (let tried = 0; !(await isLinked(own, path)); tried++) {
    const holder = await readHolder(path)
    if (holder !== undefined && hasEnded(holder, self)) await removeStale(path, holder, tries)
    else if (tried < tries) await setTimeout(5 + Math.random() * 20)
    else throw held(path, holder)
  }
}

async function isLinked (own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function readHolder (path: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
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
  await withLock(ownFile(path, stale) + '.removal', async () => {
    if ((await readHolder(path))?.token === stale.token) await unlink(path)
    await removeLeftovers(path)
  }, { tries })
}

// What processes left that ended on the way to the lock or back. Such a name is used once, so that nobody else needs the file.
async function removeLeftovers (path: string): Promise<void> {
  const self = identifyProcess()
  for (const name of await readdir(dirname(path))) {
    const file = join(dirname(path), name)
    if (!file.startsWith(`${path}.`) || !/^[0-9a-f]{16}$/.test(file.slice(path.length + 1))) continue
    const holder = await readHolder(file)
    if (holder !== undefined && hasEnded(holder, self)) await rm(file, { force: true })
  }
}
