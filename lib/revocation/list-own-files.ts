import type { Certificate, CertificateList } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { readListFiles } from './list-files.js'
import type { ListReader } from './list-reader.js'
import { withSigners } from './list-signer.js'
import type { ListSources } from './list-source.js'
import { succeed, type HeldList, type Succession } from './list-succession.js'
import type { Report } from './report.js'
import { timersBy, type After, type Clocks } from './timers.js'

/** Where lists are, and those that came from there. */
export interface ListPlace {
  readonly source: string
  readonly watched: readonly string[]
  readonly held: readonly HeldList[]
}

interface FoundPlace {
  readonly place: ListPlace
  /** When a list that is of a time to come is to be taken: milliseconds since 1970, or `Infinity`. */
  readonly begins: number
}

interface Surroundings extends Clocks {
  readonly issuers: readonly Certificate[]
  readonly report: Report
  readonly after?: After
}

interface Settings {
  readonly reader: ListReader
  /** Of one file. */
  readonly maxBytes: number
  /** The lists are other ones than before, though nobody had them read again. */
  readonly changed: () => void
}

/** The lists that the owner gave as content, or put into files and folders. */
export class ListOwnFiles {
  readonly #settings: Settings
  readonly #surroundings: Surroundings
  readonly #contents: readonly ListPlace[]
  #files: readonly ListPlace[]
  #reloaded: Promise<unknown> = Promise.resolve()
  #cancelTimer: () => void = () => undefined

  private constructor (settings: Settings, surroundings: Surroundings, contents: readonly ListPlace[], files: readonly ListPlace[]) {
    this.#settings = settings
    this.#surroundings = surroundings
    this.#contents = contents
    this.#files = files
  }

  /** @throws OptionError: what is missing, empty or broken */
  static async read ({ contents, paths }: ListSources, settings: Settings, surroundings: Surroundings): Promise<ListOwnFiles> {
    const given: ListPlace[] = []
    for (const content of contents) given.push({ source: 'option \'crl\'', watched: [], held: await withSigners(await readContent(content, settings.reader), surroundings.issuers) })
    const own = new ListOwnFiles(settings, surroundings, given, paths.map((path) => ({ source: path, watched: [], held: [] })))
    await own.reload()
    return own
  }

  get places (): readonly ListPlace[] { return [...this.#contents, ...this.#files] }

  get watched (): readonly string[] { return this.#files.flatMap(({ watched }) => watched) }

  /** Ends timers. */
  close (): void { this.#cancelTimer() }

  /**
   * Reads files and folders again, all of them before any counts. Whether any list is another one.
   * @throws OptionError: what is missing, empty or broken
   */
  reload (): Promise<boolean> {
    const begun = this.#reloaded.then(() => this.#readAgain())
    // Whoever began it is told of its failure; the next one begins anyway.
    this.#reloaded = begun.catch(() => undefined)
    return begun
  }

  async #readAgain (): Promise<boolean> {
    const next: FoundPlace[] = []
    for (const place of this.#files) next.push(await this.#readPlace(place))
    const before = listsIn(this.#files)
    this.#files = next.map(({ place }) => place)
    this.#readAgainAt(Math.min(...next.map(({ begins }) => begins)))
    const now = listsIn(this.#files)
    return now.length !== before.length || now.some((list, index) => list !== before[index])
  }

  /** What is of a time to come is put in place when that begins. */
  #readAgainAt (instant: number): void {
    this.#cancelTimer()
    if (instant === Infinity) return
    const { now, elapsed, after = timersBy({ now, elapsed }) } = this.#surroundings
    this.#cancelTimer = after(instant - now(), () => { this.reload().then((isChanged) => { if (isChanged) this.#settings.changed() }, () => {}) }, instant)
  }

  async #readPlace ({ source, held }: ListPlace): Promise<FoundPlace> {
    const { watched, lists } = await readListFiles(source, this.#settings.reader, this.#settings.maxBytes)
    const { kept, refused } = succeed(held, await withSigners(lists, this.#surroundings.issuers), 'file', this.#surroundings.now())
    refused.forEach((each) => this.#refuse(source, each))
    kept.filter((each) => each.signer === undefined && !held.includes(each)).forEach(({ list }) => this.#doubt(source, list))
    return { place: { source, watched, held: kept }, begins: Math.min(...refused.map(({ begins }) => begins ?? Infinity)) }
  }

  /** It counts once a client sends the intermediate that signed it; where none does, it tells nothing. */
  #doubt (source: string, list: CertificateList): void {
    this.#surroundings.report({ level: 'warn', message: `the certificate list of ${list.issuer.toShortString()} in ${source} is signed by no certificate of the option ca: it counts only for clients that send the certificate which signed it`, file: source, list })
  }

  #refuse (source: string, { list, problem }: Succession['refused'][number]): void {
    this.#surroundings.report({ level: 'warn', message: `the certificate list of ${list.issuer.toShortString()} in ${source} is not taken: it ${problem}`, file: source, list })
  }
}

const listsIn = (places: readonly ListPlace[]): CertificateList[] => places.flatMap(({ held }) => held.map(({ list }) => list))

async function readContent (content: Buffer, reader: ListReader): Promise<CertificateList[]> {
  try {
    return await reader.read(content)
  } catch (cause) {
    throw new OptionError('crl', `cannot be read: ${(cause as Error).message}`, { cause })
  }
}
