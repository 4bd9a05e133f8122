import { writePem, type Certificate, type CertificateList } from '../certificate/index.js'
import type { ListCache } from './list-cache.js'
import type { ListReader } from './list-reader.js'
import { intervalOf, retryOf, retryOnDemand } from './list-schedule.js'
import { withSigners } from './list-signer.js'
import { isCurrentAt, succeed, type HeldList } from './list-succession.js'
import { FailureReports } from './failure-reports.js'
import type { Report } from './report.js'
import type { After, Clocks } from './timers.js'

/** What all URLs of one profile share. */
export interface UrlSurroundings extends Clocks {
  readonly fetch: (url: string, signal: AbortSignal) => Promise<Buffer>
  readonly reader: ListReader
  readonly cache: ListCache | undefined
  readonly issuers: () => readonly Certificate[]
  /** From 0 to 1. */
  readonly random: () => number
  readonly after: After
  readonly changed: () => void
  readonly report: Report
}

// So many servers that start at once do not ask at once.
const greatestDelayAtStart = 5000

/** A URL of a certificate list: what came from there, fetched again ahead of its end, one flight at a time. */
export class ListUrl {
  readonly url: string
  readonly #surroundings: UrlSurroundings
  /** Whether it is fetched for good, or only as long as somebody asks for it. */
  readonly #isConfigured: boolean
  readonly #closed = new AbortController()
  #held: readonly HeldList[] = []
  #flight: Promise<void> | undefined
  readonly #failureReports: FailureReports
  #failures = 0
  /** After a failure nobody's request has it tried again before, by `elapsed`. */
  #restsUntil = -Infinity
  #isAskedFor = false
  /** Whether nobody asked for it since it was fetched, so that it was not fetched again. */
  #hasLapsed = false
  #isCacheRead = false
  #cancelTimer: () => void = () => undefined

  constructor (url: string, isConfigured: boolean, surroundings: UrlSurroundings) {
    this.url = url
    this.#isConfigured = isConfigured
    this.#surroundings = surroundings
    this.#failureReports = new FailureReports(surroundings.report, surroundings.elapsed)
  }

  get held (): readonly HeldList[] { return this.#held }

  /** Whether what it names could not be had, and no list that is current is held. */
  get isFailing (): boolean { return this.#failures > 0 && !this.isCurrent }

  get isCurrent (): boolean { return this.#current.length > 0 }

  get #current (): readonly CertificateList[] {
    const at = this.#surroundings.now()
    return this.#held.filter((each) => this.#isTrusted(each)).map(({ list }) => list).filter((list) => isCurrentAt(list, at))
  }

  /** Of a URL that a verified certificate names the signer may be an intermediate that only its clients send. */
  #isTrusted ({ signer }: HeldList): boolean { return signer !== undefined || !this.#isConfigured }

  /**
   * Fetches what it names, and tells when that is over. `undefined`, and nothing is done, where a current list is held or the
   * last failure was just now. Never rejects.
   */
  ask (): Promise<void> | undefined {
    this.#isAskedFor = true
    if (this.#closed.signal.aborted) return undefined
    if (this.isCurrent) return this.#renewLapsed()
    const isResting = this.#flight === undefined && this.#surroundings.elapsed() < this.#restsUntil
    return isResting ? undefined : this.#fly()
  }

  /** Fetches the URL even if the CRL held is current; settles when the fetch has ended. Never rejects. */
  async refresh (): Promise<void> {
    if (!this.#closed.signal.aborted) await this.#fly()
  }

  /** What is held will do until the new one is there. */
  #renewLapsed (): undefined {
    if (this.#hasLapsed) this.#fly()
  }

  close (): void {
    this.#closed.abort()
    this.#cancelTimer()
  }

  #fly (): Promise<void> {
    this.#flight ??= this.#obtain().finally(() => { this.#flight = undefined })
    return this.#flight
  }

  async #obtain (): Promise<void> {
    this.#cancelTimer()
    this.#hasLapsed = false
    if (!this.#isCacheRead && await this.#readCache()) return this.#flyIn(greatestDelayAtStart * this.#surroundings.random())
    const hasCome = await this.#download()
    if (!this.#closed.signal.aborted) this.#rest(hasCome)
  }

  /** From the disk, once. Whether there was a current list. */
  async #readCache (): Promise<boolean> {
    this.#isCacheRead = true
    const { cache, report } = this.#surroundings
    try {
      const octets = await cache?.read(this.url)
      if (octets !== undefined) await this.#take(octets)
    } catch (error) {
      report({ level: 'warn', message: `the copy of ${this.url} on the disk cannot be used: ${(error as Error).message}`, url: this.url, error })
    }
    return this.isCurrent
  }

  async #download (): Promise<boolean> {
    const { fetch } = this.#surroundings
    try {
      this.#isAskedFor = false
      const octets = await fetch(this.url, this.#closed.signal)
      // The octets of DER that is held already need not be read.
      const problem = this.#isHeld(octets) ? undefined : await this.#take(octets, true)
      if (problem !== undefined) this.#fail(problem)
      return problem === undefined
    } catch (error) {
      this.#fail((error as Error).message, error)
      return false
    }
  }

  #isHeld (octets: Buffer): boolean {
    return this.#held.some((each) => each.list.raw.equals(octets) && this.#isTrusted(each))
  }

  #fail (problem: string, error?: unknown): void {
    if (this.#closed.signal.aborted) return
    this.#failureReports.failed({ level: 'warn', message: `no certificate list was had from ${this.url}: ${problem}`, url: this.url, error })
  }

  /**
   * What is wrong with them, if anything.
   * @throws CertificateError: they cannot be read
   */
  async #take (octets: Buffer, isNew = false): Promise<string | undefined> {
    const { reader, issuers, now } = this.#surroundings
    const lists = await reader.read(octets)
    const found = await withSigners(lists, issuers())
    if (this.#closed.signal.aborted) return undefined
    const { kept, refused } = succeed(this.#held, found, 'url', now())
    this.#hold(kept)
    const [problem] = [...refused.map(({ list, problem }) => `that of ${list.issuer.toShortString()} is not taken: it ${problem}`), ...this.#foreign(found)]
    if (isNew && problem === undefined) await this.#writeCache(lists)
    return problem
  }

  /** At a URL that the owner named there is a list of the owner's CAs: anybody on the way may have put another one in its place. */
  #foreign (found: readonly HeldList[]): string[] {
    if (!this.#isConfigured || found.some(({ signer }) => signer !== undefined)) return []
    return [`that of ${found[0].list.issuer.toShortString()} is signed by no certificate of the option ca`]
  }

  #hold (kept: readonly HeldList[]): void {
    const isSame = kept.length === this.#held.length && kept.every(({ list }, place) => list === this.#held[place].list)
    this.#held = kept
    if (!isSame) this.#surroundings.changed()
  }

  async #writeCache (lists: readonly CertificateList[]): Promise<void> {
    const { cache, report } = this.#surroundings
    try {
      await cache?.write(this.url, lists.length === 1 ? lists[0].raw : Buffer.from(lists.map(({ raw }) => writePem('X509 CRL', raw)).join('')))
    } catch (error) {
      report({ level: 'warn', message: `the certificate list of ${this.url} cannot be kept on the disk: ${(error as Error).message}`, url: this.url, error })
    }
  }

  /** What came but is out of date is as good as nothing: it is tried again like after a failure. */
  #rest (hasCome: boolean): void {
    const { elapsed, random } = this.#surroundings
    if (hasCome && this.isCurrent) return this.#succeed()
    this.#failures++
    if (hasCome) this.#fail('it is out of date')
    const chance = random()
    this.#restsUntil = elapsed() + retryOnDemand(this.#failures, chance)
    this.#flyIn(retryOf(this.#failures, chance))
  }

  #succeed (): void {
    if (this.#failures > 0) this.#failureReports.succeeded({ level: 'info', message: `the certificate list of ${this.url} is had again`, url: this.url })
    this.#failures = 0
    this.#flyIn(intervalOf(this.#left, this.#surroundings.random()))
  }

  /** Milliseconds until the first of the current lists is not so any more. */
  get #left (): number | undefined {
    return this.#end === Infinity ? undefined : this.#end - this.#surroundings.now()
  }

  /** Milliseconds since 1970. */
  get #end (): number {
    return Math.min(...this.#current.map(({ nextUpdate }) => nextUpdate?.getTime() ?? Infinity))
  }

  #flyIn (delay: number): void {
    this.#cancelTimer = this.#surroundings.after(delay, () => {
      this.#hasLapsed = !this.#isConfigured && !this.#isAskedFor
      if (!this.#hasLapsed) this.#fly()
    }, this.#end + 1)
  }
}
