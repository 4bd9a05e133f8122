import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OptionError } from '../errors.js'

/** What was fetched, on the disk: a file for each URL, named by the SHA-256 of the URL. Several processes may share the folder. */
export class ListCache {
  readonly #folder: string

  private constructor (folder: string) {
    this.#folder = folder
  }

  /** @throws OptionError: the folder is not there and cannot be made */
  static async open (folder: string): Promise<ListCache> {
    try {
      await mkdir(folder, { recursive: true })
    } catch (cause) {
      throw new OptionError('cacheDirectory', `names ${folder}, which cannot be made: ${(cause as Error).message}`, { cause })
    }
    return new ListCache(folder)
  }

  /** `undefined` where nothing is kept of this URL. */
  async read (url: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.fileOf(url))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Whatever happens meanwhile, the file is what it was before, or whole. */
  async write (url: string, octets: Buffer): Promise<void> {
    const path = this.fileOf(url)
    const temporary = `${path}.${randomUUID()}`
    try {
      await writeToDisk(temporary, octets)
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  fileOf (url: string): string {
    return join(this.#folder, `${createHash('sha256').update(url).digest('hex')}.crl`)
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
