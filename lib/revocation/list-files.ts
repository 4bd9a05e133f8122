import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { OptionError } from '../errors.js'
import { FileError, readRegularFile, withinTime } from '../files/index.js'
import type { CertificateList } from '../certificate/index.js'
import type { ListReader } from './list-reader.js'

/** What a path names: a file, or the files of a folder, with the lists in each. */
export interface ListFiles {
  /** Absolute; of a folder the folder, then its files. */
  readonly watched: readonly string[]
  readonly lists: readonly CertificateList[]
}

/** Whether a file in a folder is named as lists are: as people name them, or as `openssl rehash` does. */
export const isListName = (name: string): boolean => /^[^.].*\.(?:crl|pem|der|r\d+)$/i.test(name)

/**
 * The lists of a file, or of those files of a folder that end in `.crl`, `.pem`, `.der` or `.r0`.
 * @throws OptionError that names a file that is missing, empty or broken, or a folder without such files
 */
export async function readListFiles (path: string, reader: ListReader, maxBytes: number): Promise<ListFiles> {
  const files = await filesOf(path)
  const lists: CertificateList[] = []
  // One after another: a great one takes much memory while it is read.
  for (const file of files) lists.push(...await readListFile(file, reader, maxBytes))
  const absolute = files.map((file) => resolve(file))
  return { watched: files[0] === path ? absolute : [resolve(path), ...absolute], lists }
}

async function filesOf (path: string): Promise<string[]> {
  if (!(await attempt(path, () => withinTime(path, () => stat(path)))).isDirectory()) return [path]
  const names = (await attempt(path, () => withinTime(path, () => readdir(path)))).filter(isListName).sort()
  if (names.length === 0) throw new OptionError('crl', `names the folder ${path}, which holds no file .crl, .pem, .der or .r0`)
  return names.map((name) => join(path, name))
}

async function readListFile (file: string, reader: ListReader, maxBytes: number): Promise<CertificateList[]> {
  const octets = await attempt(file, () => readRegularFile(file, { maxBytes }))
  if (octets.length === 0) throw new OptionError('crl', `names the file ${file}, which is empty`)
  return attempt(file, () => reader.read(octets))
}

async function attempt <Value> (file: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (cause instanceof FileError) throw new OptionError('crl', `names ${file}, which ${message}`, { cause })
    const problem = code === 'ENOENT' || code === 'ENOTDIR' ? `does not exist (${resolve(file)})` : `cannot be read: ${message}`
    throw new OptionError('crl', `names ${file}, which ${problem}`, { cause })
  }
}
