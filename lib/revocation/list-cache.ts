import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OptionError } from '../errors.js'
import { readRegularFile, withinTime } from '../files/index.js'

// Milliseconds: what is to be had by the network is not to wait for a disk.
const readingTakes = 2000
const writingTakes = 10_000

/** What was fetched, on the disk: a file for each URL, named by the SHA-256 of the URL. Several processes may share the folder. */
export class ListCache {
  readonly #folder: string
  readonly #maxBytes: number

  private constructor (folder: string, maxBytes: number) {
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  /** @throws OptionError: the folder is not there and cannot be made */
  static async open (folder: string, maxBytes: number): Promise<ListCache> {
    try {
      await withinTime(folder, () => mkdir(folder, { recursive: true }))
    } catch (cause) {
      throw new OptionError('cacheDirectory', `names ${folder}, which cannot be made: ${(cause as Error).message}`, { cause })
    }
    return new ListCache(folder, maxBytes)
  }

  /** `undefined` where nothing is kept of this URL. */
  async read (url: string): Promise<Buffer | undefined> {
    try {
      return await readRegularFile(this.fileOf(url), { maxBytes: this.#maxBytes, timeout: readingTakes })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Whatever happens meanwhile, the file is what it was before, or whole. */
  write (url: string, octets: Buffer): Promise<void> {
    const path = this.fileOf(url)
    return withinTime(path, () => replaceFile(path, octets), writingTakes)
  }

  fileOf (url: string): string {
    return join(this.#folder, `${createHash('sha256').update(url).digest('hex')}.crl`)
  }
}

async function replaceFile (path: string, octets: Buffer): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  try {
    await writeToDisk(temporary, octets)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function writeToDisk (path: string, octets: Buffer): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(octets)
    await file.sync()
  } finally {
    await file.close()
  }
}
