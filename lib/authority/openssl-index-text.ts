import { AuthorityError } from '../errors.js'
import { isSilentLine, readIndexLine, type IndexEntry } from './openssl-index.js'

/**
 * A whole index of `openssl ca`. Every line stays as it was read but those that are replaced: also comments and empty ones,
 * though OpenSSL takes no empty line, and drops comments when it writes.
 */
export class IndexText {
  /** What stands behind the last line break: nothing, or a line that is being written, or was torn. */
  readonly tail: string
  readonly #lines: string[]
  // In the order of the lines.
  readonly #places = new Map<string, number>()
  readonly #entries = new Map<string, IndexEntry>()

  /**
   * @param text with one character for each octet
   * @param path for the errors, which name the line, too
   * @throws AuthorityError a line cannot be one of an index, or two have one serial number
   */
  constructor (text: string, path: string) {
    this.#lines = text.split('\n')
    this.tail = this.#lines.pop()!
    for (const [number, line] of this.#lines.entries()) {
      if (!isSilentLine(line)) this.#keep(readIndexLine(line, `${path}, line ${number + 1},`), number, path)
    }
  }

  #keep (entry: IndexEntry, number: number, path: string): void {
    const before = this.#places.get(entry.serialNumber)
    if (before !== undefined) {
      throw new AuthorityError(`${path}, lines ${before + 1} and ${number + 1}, are of one serial number, ${entry.serialNumber}`)
    }
    this.#places.set(entry.serialNumber, number)
    this.#entries.set(entry.serialNumber, entry)
  }

  get entries (): IndexEntry[] {
    return [...this.#entries.values()]
  }

  entry (serialNumber: string): IndexEntry | undefined {
    return this.#entries.get(serialNumber)
  }

  /** The line of an entry that is there. */
  line (serialNumber: string): string {
    return this.#lines[this.#places.get(serialNumber)!]
  }

  /** Whether another valid certificate has this name; to OpenSSL, names are the same where their lines are. */
  hasOtherValid ({ name, serialNumber }: IndexEntry): boolean {
    for (const other of this.#entries.values()) {
      if (other.isValid && other.name === name && other.serialNumber !== serialNumber) return true
    }
    return false
  }

  append (line: string, entry: IndexEntry): void {
    this.#places.set(entry.serialNumber, this.#lines.push(line) - 1)
    this.#entries.set(entry.serialNumber, entry)
  }

  replace (line: string, entry: IndexEntry): void {
    this.#lines[this.#places.get(entry.serialNumber)!] = line
    this.#entries.set(entry.serialNumber, entry)
  }

  /** The whole text, with the line of one entry replaced. */
  withLine (serialNumber: string, line: string): string {
    return ended(this.#lines.with(this.#places.get(serialNumber)!, line))
  }

  /** The whole text, with this in the place of `tail`. */
  withLast (...lines: readonly string[]): string {
    return ended([...this.#lines, ...lines])
  }
}

const ended = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
