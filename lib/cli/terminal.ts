import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { askWithoutEcho } from './prompt.js'
import { visibleLines } from './visible.js'

export type Input = Readable & { readonly isTTY?: boolean, setRawMode? (raw: boolean): unknown }

export interface Output {
  readonly isTTY?: boolean
  write (text: string | Uint8Array): unknown
}

/** All that the command knows of the world around it. */
export interface Surroundings {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** The directory that file names are relative to. */
  readonly cwd: string
  now (): Date
}

/** Where a command speaks: results go to standard output, words to standard error. Nothing is ever coloured. */
export class Terminal {
  readonly #surroundings: Surroundings
  /** What the command ends with where nothing is thrown. */
  exitStatus = 0

  constructor (surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  /** A line for the person who looks on. */
  say (line: string): void {
    this.#surroundings.stderr.write(visibleLines(line) + '\n')
  }

  /** Lines of the result. */
  print (text: string): void {
    this.#surroundings.stdout.write(visibleLines(text) + '\n')
  }

  /** A result for a program; dates are in ISO form. */
  printJson (value: unknown): void {
    this.print(JSON.stringify(value, null, 2))
  }

  /** A result that is a document: as it is, with nothing behind it. */
  printDocument (content: string | Uint8Array): void {
    this.#surroundings.stdout.write(content)
  }

  /** What comes and goes while work is under way: nothing, unless a person looks on. */
  draw (text: string): void {
    // Back to the beginning of the line, and clear it to its end.
    if (this.#surroundings.stderr.isTTY === true) this.#surroundings.stderr.write(`\r\u001b[K${text}`)
  }

  /** Whether there is a person to be asked. */
  get isInteractive (): boolean {
    return this.#surroundings.stdin.isTTY === true && this.#surroundings.stderr.isTTY === true
  }

  /** Whether results are read by eye, and octets would be a nuisance. */
  get showsResults (): boolean {
    return this.#surroundings.stdout.isTTY === true
  }

  ask (question: string): Promise<string> {
    return askWithoutEcho(this.#surroundings.stdin, this.#surroundings.stderr, question)
  }

  get input (): Input {
    return this.#surroundings.stdin
  }

  now (): Date {
    return this.#surroundings.now()
  }

  variable (name: string): string | undefined {
    return this.#surroundings.env[name]
  }

  path (name: string): string {
    return resolve(this.#surroundings.cwd, name)
  }
}
