import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AuthorityError } from '../errors.js'
import { easyRsaLayout, opensslLayout, type DirectoryLayout } from './directory-layout.js'
import { syncFolder, writeDurably } from './durable-file.js'
import { withLock } from './lock.js'

/** Makes a directory of `openssl ca`. Where there is an index, nothing is changed; what is there of the rest stays. */
export async function createDirectory (directory: string): Promise<void> {
  const layout = opensslLayout(directory)
  if (await mkdir(directory, { recursive: true }) !== undefined) await syncFolder(dirname(resolve(directory)))
  await withLock(layout.lock, async () => {
    if (existsSync(layout.index)) return
    refuseInterrupted(layout)
    for (const folder of layout.folders) await mkdir(folder, { recursive: true })
    await writeIfAbsent(layout.attributes, 'unique_subject = no\n')
    await writeIfAbsent(layout.serial, `${firstSerialNumber()}\n`)
    await writeIfAbsent(layout.listNumber, '01\n')
    // The last, so that where it is, the others are.
    await writeDurably(layout.index, '')
  })
}

// `openssl ca` moves the index away before it moves the new one to its place: an empty one there would lose everything.
function refuseInterrupted ({ index }: DirectoryLayout): void {
  for (const path of [`${index}.new`, `${index}.old`]) {
    if (existsSync(path)) throw new AuthorityError(`there is no ${index}, but ${path}: openssl ca was interrupted; rename the one that is complete`)
  }
}

async function writeIfAbsent (path: string, content: string): Promise<void> {
  if (!existsSync(path)) await writeDurably(path, content)
}

/** `openssl ca` counts from here. Its numbers begin with 1, those that are made here with 4 to 7: they never meet. */
function firstSerialNumber (): string {
  const octets = randomBytes(20)
  octets[0] = 0x10 | (octets[0] & 0x0f)
  return octets.toString('hex').toUpperCase()
}

/** The layout of a directory that is there: that of easy-rsa where it has the folder `certs_by_serial`. */
export function layoutOf (directory: string): DirectoryLayout {
  return existsSync(join(directory, 'certs_by_serial')) ? easyRsaLayout(directory) : opensslLayout(directory)
}
