import { createHash } from 'node:crypto'
import { constants, type BigIntStats } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { withinTime } from '../files/index.js'

// To read a list of a million entries anew every few seconds would be a waste; key and certificates are far below.
const largeFile = 1024 * 1024

// No file that is of any use here has more; that it is there, and whether it is another one, its times tell.
const largestRead = 256 * 1024 * 1024

// Milliseconds.
const readingTakes = 10_000

interface Known {
  readonly version: string
  readonly digest: string
}

/** Tells whether files have another content, whatever their times say. */
export class ContentDigest {
  readonly #large = new Map<string, Known>()
  readonly #counts: (name: string) => boolean

  /** @param counts which files of a folder are looked at, by their names */
  constructor (counts: (name: string) => boolean = () => true) {
    this.#counts = counts
  }

  /** A text that is another one when a file, or a file in a folder, has another content, is gone, or cannot be read. */
  async of (paths: readonly string[]): Promise<string> {
    const found: string[] = []
    for (const path of paths) found.push(await this.#path(path))
    return found.join('\n')
  }

  async #path (path: string): Promise<string> {
    try {
      const state = await withinTime(path, () => stat(path, { bigint: true }))
      return state.isDirectory() ? await this.#folder(path) : await this.#file(path, state)
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code)
    }
  }

  async #file (path: string, state: BigIntStats): Promise<string> {
    // Nobody knows when the reading of a pipe or a device comes to an end.
    if (!state.isFile()) return 'no regular file'
    const version = [state.dev, state.ino, state.size, state.mtimeNs, state.ctimeNs].join()
    if (state.size > largestRead) return version
    return state.size < largeFile ? digestOf(path) : this.#largeFile(path, version)
  }

  async #folder (folder: string): Promise<string> {
    const found: string[] = []
    const names = await withinTime(folder, () => readdir(folder))
    for (const name of names.filter(this.#counts).sort()) found.push(`${name} ${await this.#inFolder(join(folder, name))}`)
    return found.join()
  }

  /** One that cannot be read is told by its name alone: the others go on. */
  async #inFolder (path: string): Promise<string> {
    try {
      const state = await withinTime(path, () => stat(path, { bigint: true }))
      return state.isDirectory() ? 'folder' : await this.#file(path, state)
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code)
    }
  }

  async #largeFile (path: string, version: string): Promise<string> {
    const known = this.#large.get(path)
    if (known?.version === version) return known.digest
    const digest = await digestOf(path)
    this.#large.set(path, { version, digest })
    return digest
  }
}

/** Part by part, so that a large file does not hold up everything else; without waiting for a named pipe that took its place. */
const digestOf = (path: string): Promise<string> => withinTime(path, async () => {
  const hash = createHash('sha256')
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  for await (const part of file.createReadStream({ highWaterMark: 256 * 1024 })) hash.update(part)
  return hash.digest('base64')
}, readingTakes)
