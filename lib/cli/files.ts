import { randomUUID } from 'node:crypto'
import { lstat, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { AuthorityError } from '../errors.js'
import { Failure } from './failure.js'
import type { Terminal } from './terminal.js'

/** A file to be made. `name` is as the user has it. */
export interface OutputFile {
  readonly name: string
  readonly content: string | Uint8Array
  /** Whether it holds a private key: then it is for its owner's eyes alone. */
  readonly isSecret?: boolean
}

/** The octets of a file, or with `-` of standard input. */
export async function readInput (terminal: Terminal, name: string): Promise<Buffer> {
  if (name === '-') return await buffer(terminal.input)
  return await orFailure(name, 'read', () => readFile(terminal.path(name)))
}

/** Whether something of this name is there, if only a link to nothing. */
export async function isThere (terminal: Terminal, name: string): Promise<boolean> {
  try {
    await lstat(terminal.path(name))
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw failureOf(name, 'read', error)
  }
}

/** Refuses, before any work is done, what could not be written afterwards. */
export async function checkAbsent (terminal: Terminal, names: readonly string[]): Promise<void> {
  const twice = names.find((name, index) => names.slice(0, index).some((other) => terminal.path(other) === terminal.path(name)))
  if (twice !== undefined) throw new Failure(`two files would be called ${twice}`)
  for (const name of names) if (await isThere(terminal, name)) throw taken(name)
}

/** Refuses, before any work is done, what is there already, and what has no folder to be written into. */
export async function checkOutputs (terminal: Terminal, names: readonly string[]): Promise<void> {
  await checkAbsent(terminal, names)
  for (const folder of new Set(names.map((name) => dirname(name)))) {
    if (!await isThere(terminal, folder)) throw new Failure(`there is no folder ${folder}`, 'nothing was changed: make the folder first')
  }
}

const taken = (name: string) => new Failure(`${name} is there already, and is not overwritten`, 'nothing was changed: move it away, or choose another name')

/** Makes all of these files or, where one cannot be made, none. A file that is there is never overwritten. */
export async function createFiles (terminal: Terminal, files: readonly OutputFile[]): Promise<void> {
  const made: string[] = []
  try {
    for (const file of files) await orFailure(file.name, 'write', () => create(terminal.path(file.name), file, made))
  } catch (error) {
    for (const path of made) await unlink(path)
    throw error
  }
}

async function create (path: string, { content, isSecret = false }: OutputFile, made: string[]): Promise<void> {
  const handle = await open(path, 'wx', isSecret ? 0o600 : 0o644)
  made.push(path)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes a file whole or not at all, in the place of one that may be there. Not for private keys. */
export async function replaceFile (terminal: Terminal, { name, content }: OutputFile): Promise<void> {
  const path = terminal.path(name)
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.temporary`)
  await orFailure(name, 'write', async () => {
    const made: string[] = []
    try {
      await create(temporary, { name, content }, made)
      await rename(temporary, path)
    } catch (error) {
      for (const path of made) await unlink(path)
      throw error
    }
  })
}

/** Makes a directory, and those above it, where it is not there; only its owner may enter. */
export async function createDirectory (terminal: Terminal, name: string): Promise<void> {
  await orFailure(name, 'make', () => mkdir(terminal.path(name), { recursive: true, mode: 0o700 }))
}

/** The result of an act, or a `Failure` that says what the system refused: `cannot VERB NAME: …`. */
export async function orFailure<Value> (name: string, verb: string, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act()
  } catch (error) {
    throw failureOf(name, verb, error)
  }
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  EFBIG: 'no file may be as large'
}

/** What the system says, in words. */
export const systemProblem = (error: NodeJS.ErrnoException): string =>
  `${error.path === undefined ? '' : `${error.path}: `}${problemOf(error)}`

/** The same without the name of the file. */
export const problemOf = ({ code, message }: NodeJS.ErrnoException): string => problems[String(code)] ?? message

function failureOf (name: string, verb: string, error: unknown): unknown {
  if (error instanceof AuthorityError && isSystemError(error.cause)) return failureOf(name, verb, error.cause)
  const code = codeOf(error)
  if (code === undefined) return error
  return code === 'EEXIST' ? taken(name) : new Failure(`cannot ${verb} ${name}: ${problems[code] ?? code}`, spaceHints[code], error)
}

const spaceHints: Readonly<Record<string, string>> = {
  ENOSPC: 'make space, and run the command again',
  EDQUOT: 'make space, and run the command again'
}

/** Whether the system refused something: no file, no permission, no space. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error

/** The code of an error of the system, as ENOENT. */
const codeOf = (error: unknown): string | undefined => isSystemError(error) ? error.code : undefined
