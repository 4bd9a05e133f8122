import { existsSync } from 'node:fs'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AuthorityError } from '../errors.js'

// One in each folder, so that crashes leave one at most: whoever writes holds the lock of the directory.
const temporaryName = '.unfinished'

/**
 * Puts `content` in the place of a file, or into a new one: after a crash at any moment the file is what it was before, or whole.
 * When the promise is fulfilled, it is on the disk. A file that is there keeps its mode. The caller sees to it that nobody
 * else writes in the folder at the same time.
 * @param content a text has one character for each octet
 */
export async function writeDurably (path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), temporaryName)
  try {
    await writeWhole(temporary, content, existsSync(path) ? (await stat(path)).mode & 0o7777 : undefined)
    await rename(temporary, path)
  } catch (cause) {
    // On a disk that is full, its part would be in the way of what makes space.
    await rm(temporary, { force: true })
    throw notWritten(path, cause)
  }
  await syncFolder(dirname(path))
}

async function writeWhole (path: string, content: string | Uint8Array, mode: number | undefined): Promise<void> {
  const file = await open(path, 'w', 0o666)
  try {
    if (mode !== undefined) await file.chmod(mode)
    await file.writeFile(content, 'latin1')
    await file.sync()
  } finally {
    await file.close()
  }
}

/** That a file could not be written; what the system says is the cause. */
const notWritten = (path: string, cause: unknown) => new AuthorityError(`cannot write ${path}: ${(cause as Error).message}`, cause)

/**
 * Puts a text behind what is in a file; when the promise is fulfilled, it is on the disk. A crash may leave a part of it.
 * If it is rejected, as on a disk that is full, the file is as it was before.
 */
export async function appendDurably (path: string, text: string): Promise<void> {
  const file = await open(path, 'a')
  const { size } = await file.stat()
  try {
    await file.appendFile(text, 'latin1')
    await file.datasync()
  } catch (cause) {
    await file.truncate(size)
    throw notWritten(path, cause)
  } finally {
    await file.close()
  }
}

/** Makes what was renamed or created in a folder last; Windows does it by itself, and cannot be asked to. */
export async function syncFolder (path: string, platform: string = process.platform): Promise<void> {
  if (platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Whether an error of the system says that there is no such file. */
export const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** The content of a file; `undefined` where there is no such file. */
export async function readIfThere (path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}
