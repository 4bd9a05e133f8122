import { watch, type FSWatcher } from 'node:fs'
import { basename, resolve } from 'node:path'
import { ContentDigest } from './content-digest.js'
import { folderIdentity, isFolder } from './folder.js'
import { linkChain } from './link-chain.js'

export interface WatchOptions {
  /** Milliseconds that a new content has to stay the same before it counts. Default 250. */
  readonly settle?: number
  /** Milliseconds from one look at all files to the next, for file systems that tell of no changes. Default 10,000. */
  readonly poll?: number
  /** Which files of a folder count, by their names. Default: all. */
  readonly counts?: (name: string) => boolean
}

export interface FileWatch {
  /** The first look is over: what changes from now on is told. Files that are read after it are not read too early. */
  readonly ready: Promise<void>
  close (): void
}

/**
 * Calls `changed` after one of the files, or of the files in a folder, has another content, and has kept it for a while.
 * A file that is gone, or can no longer be read, counts as another content, once it has been so for that while. Symbolic
 * links are followed anew each time. This never keeps the process alive.
 */
export function watchFiles (paths: readonly string[], options: WatchOptions, changed: () => void): FileWatch {
  const watched = new Watched(paths, options, changed)
  return { ready: watched.open(), close: () => watched.close() }
}

interface Folder {
  /** Whose events count, or `undefined` for all. */
  names: Set<string> | undefined
  /** Another one when another folder has taken the place of this one. */
  readonly identity: string
  readonly watcher: FSWatcher
}

class Watched {
  readonly #paths: readonly string[]
  readonly #settle: number
  readonly #changed: () => void
  readonly #digest: ContentDigest
  readonly #folders = new Map<string, Folder>()
  readonly #poll: NodeJS.Timeout
  /** The content that was told, and one that has yet to settle. */
  #told: string | undefined
  #candidate: string | undefined
  /** While a look is under way, and for a while after it, others wait. */
  #isResting = true
  #isWoken = false
  #isClosed = false

  constructor (paths: readonly string[], { settle = 250, poll = 10_000, counts }: WatchOptions, changed: () => void) {
    this.#digest = new ContentDigest(counts)
    this.#paths = paths.map((path) => resolve(path))
    this.#settle = settle
    this.#changed = changed
    this.#poll = setInterval(() => this.#wake(), poll).unref()
  }

  async open (): Promise<void> {
    this.#told = await this.#look()
    this.#rest()
  }

  close (): void {
    this.#isClosed = true
    clearInterval(this.#poll)
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  #wake (): void {
    this.#isWoken = true
    if (!this.#isResting) this.#compare()
  }

  async #compare (): Promise<void> {
    this.#isResting = true
    this.#isWoken = false
    const found = await this.#look()
    this.#rest()
    if (this.#isClosed) return
    const hasSettled = found === this.#candidate
    this.#candidate = found === this.#told || hasSettled ? undefined : found
    if (!hasSettled) return
    this.#told = found
    this.#changed()
  }

  #rest (): void {
    setTimeout(() => {
      this.#isResting = false
      if (!this.#isClosed && (this.#isWoken || this.#candidate !== undefined)) this.#compare()
    }, this.#settle).unref()
  }

  /** Folders first: what changes while the files are read wakes this again. */
  async #look (): Promise<string> {
    await this.#follow()
    return this.#digest.of(this.#paths)
  }

  async #follow (): Promise<void> {
    const wanted = await foldersOf(this.#paths)
    const identities = new Map<string, string>()
    for (const folder of wanted.keys()) identities.set(folder, await folderIdentity(folder))
    if (this.#isClosed) return
    for (const [folder, { identity, watcher }] of this.#folders) {
      if (identities.get(folder) === identity) continue
      watcher.close()
      this.#folders.delete(folder)
    }
    for (const [folder, names] of wanted) {
      const identity = identities.get(folder) as string
      // To watch one that does not answer would hold up the event loop.
      if (identity !== '') this.#watch(folder, names, identity)
    }
  }

  #watch (path: string, names: Set<string> | undefined, identity: string): void {
    const known = this.#folders.get(path)
    if (known !== undefined) {
      known.names = names
      return
    }
    const watcher = watcherOf(path, (name) => this.#onEvent(path, name))
    if (watcher === undefined) return
    watcher.on('error', () => {
      watcher.close()
      this.#folders.delete(path)
    })
    this.#folders.set(path, { names, identity, watcher })
  }

  #onEvent (path: string, name: string | null): void {
    const names = this.#folders.get(path)?.names
    // By its own name a folder tells that it is gone, or has another name.
    if (name === null || names === undefined || names.has(name) || name === basename(path)) this.#wake()
  }
}

/** A folder that cannot be watched, for it is not there or the system allows no more, is left to the next look. */
function watcherOf (path: string, told: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, (_event, name) => told(name))
  } catch {
    return undefined
  }
}

/** Folders in which it shows that a path leads to another content, with the names there; `undefined` for any name. */
async function foldersOf (paths: readonly string[]): Promise<Map<string, Set<string> | undefined>> {
  const folders = new Map<string, Set<string> | undefined>()
  for (const path of paths) {
    for (const { folder, name } of await linkChain(path)) {
      if (!folders.has(folder)) folders.set(folder, new Set())
      folders.get(folder)?.add(name)
    }
    if (await isFolder(path)) folders.set(path, undefined)
  }
  return folders
}
