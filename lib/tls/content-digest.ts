import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isFolder } from './folder.js'

// To read a list of a million entries anew every few seconds would be a waste; key and certificates are far below.
const largeFile = 1024 * 1024

interface Known {
  readonly version: string
  readonly digest: string
}

/** Tells whether files have another content, whatever their times say. */
export class ContentDigest {
  readonly #large = new Map<string, Known>()

  /** A text that is another one when a file, or a file in a folder, has another content, is gone, or cannot be read. */
  async of (paths: readonly string[]): Promise<string> {
    const found: string[] = []
    for (const path of paths) found.push(await this.#path(path))
    return found.join('\n')
  }

  async #path (path: string): Promise<string> {
    try {
      const state = await stat(path, { bigint: true })
      if (state.isDirectory()) return await this.#folder(path)
      if (state.size < largeFile) return await digestOf(path)
      return await this.#largeFile(path, [state.dev, state.ino, state.size, state.mtimeNs, state.ctimeNs].join())
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code)
    }
  }

  async #folder (folder: string): Promise<string> {
    const found: string[] = []
    for (const name of (await readdir(folder)).sort()) {
      const path = join(folder, name)
      if (!await isFolder(path)) found.push(`${name} ${await this.#path(path)}`)
    }
    return found.join()
  }

  async #largeFile (path: string, version: string): Promise<string> {
    const known = this.#large.get(path)
    if (known?.version === version) return known.digest
    const digest = await digestOf(path)
    this.#large.set(path, { version, digest })
    return digest
  }
}

/** Part by part, so that a large file does not hold up everything else. */
async function digestOf (path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(part)
  return hash.digest('base64')
}
