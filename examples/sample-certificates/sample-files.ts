import { randomUUID } from 'node:crypto'
import { access, constants, copyFile, link, open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { orLeftAlone } from './left-alone.js'

const all = ['.key', '.cer', '.p12'] as const

type Suffix = typeof all[number]

/** The three files of one sample, and which of them were written. */
export class SampleFiles {
  readonly directory: string
  readonly name: string
  readonly added: Suffix[] = []
  readonly replaced: Suffix[] = []

  constructor (directory: string, name: string) {
    this.directory = directory
    this.name = name
  }

  path (suffix: Suffix): string {
    return join(this.directory, this.name + suffix)
  }

  /** Their names in short: `certs/client.key, .cer, .p12`. */
  list (suffixes: readonly Suffix[] = all): string {
    return join(this.directory, this.name) + all.filter((suffix) => suffixes.includes(suffix)).join(', ')
  }

  async has (suffix: Suffix): Promise<boolean> {
    try {
      await access(this.path(suffix))
      return true
    } catch (error) {
      if (isError(error, 'ENOENT')) return false
      throw error
    }
  }

  /** @throws LeftAlone: the file does not hold what it should */
  async read <Value> (suffix: Suffix, parse: (content: Buffer) => Value | Promise<Value>): Promise<Value> {
    const content = await readFile(this.path(suffix))
    return await orLeftAlone(this.path(suffix), () => parse(content))
  }

  /** Writes a file that is not there. One that another process wrote meanwhile stays. */
  async add (suffix: Suffix, content: string | Buffer): Promise<void> {
    const temporary = await writeTemporary(this.path(suffix), content)
    try {
      await putInPlace(temporary, this.path(suffix))
      this.added.push(suffix)
    } catch (error) {
      if (!isError(error, 'EEXIST')) throw error
    } finally {
      await unlink(temporary)
    }
  }

  async replace (suffix: Suffix, content: string | Buffer): Promise<void> {
    await rename(await writeTemporary(this.path(suffix), content), this.path(suffix))
    this.replaced.push(suffix)
  }
}

// A file comes whole or not at all, also when the process is ended or the power goes while it is written.
async function writeTemporary (path: string, content: string | Buffer): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.temporary`)
  // All but the certificate holds the private key.
  const file = await open(temporary, 'wx', path.endsWith('.cer') ? 0o644 : 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  return temporary
}

/** Gives a file its place, and never one that is taken, as `rename` would. Where there are no hard links, it is copied. */
export async function putInPlace (from: string, to: string, makeLink = link): Promise<void> {
  try {
    await makeLink(from, to)
  } catch (error) {
    if (isError(error, 'EEXIST')) throw error
    await copyFile(from, to, constants.COPYFILE_EXCL)
  }
}

const isError = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
