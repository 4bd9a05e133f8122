import { readFile, stat } from 'node:fs/promises'
import { AuthorityError } from '../errors.js'
import { appendDurably, isAbsent, writeDurably } from './durable-file.js'
import { readIndexLine } from './openssl-index.js'
import { IndexText } from './openssl-index-text.js'

/** The file of an index, read again only where it has changed. Whoever writes holds the lock of the directory. */
export class IndexFile {
  readonly path: string
  #read: { readonly version: string, readonly text: IndexText } | undefined

  constructor (path: string) {
    this.path = path
  }

  /** @throws AuthorityError there is none, or it cannot be an index */
  async read (): Promise<IndexText> {
    // Before the content, so that what is written in between is read the next time.
    const version = await this.#version()
    if (this.#read?.version !== version) {
      this.#read = { version, text: new IndexText(await readFile(this.path, 'latin1'), this.path) }
    }
    return this.#read.text
  }

  /** Puts a line behind all others of `text`, which is what was read last. */
  async append (text: IndexText, line: string): Promise<void> {
    const entry = readIndexLine(line, this.path)
    this.#read = undefined
    await appendDurably(this.path, `${line}\n`)
    text.append(line, entry)
    this.#read = { version: await this.#version(), text }
  }

  /** Puts a line in the place of the one of its serial number. */
  async replace (text: IndexText, line: string): Promise<void> {
    const entry = readIndexLine(line, this.path)
    await this.write(text.withLine(entry.serialNumber, line))
    text.replace(line, entry)
    this.#read = { version: await this.#version(), text }
  }

  async write (text: string): Promise<void> {
    this.#read = undefined
    await writeDurably(this.path, text)
  }

  // Every writer that replaces the file makes another inode, every one that appends another size.
  async #version (): Promise<string> {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(this.path, { bigint: true })
      return [dev, ino, size, mtimeNs, ctimeNs].join()
    } catch (error) {
      if (!isAbsent(error)) throw error
      throw new AuthorityError(`there is no ${this.path} (where index.txt.new or index.txt.old is, openssl ca was interrupted: rename the one that is complete)`, error)
    }
  }
}
