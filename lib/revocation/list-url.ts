import { writePem, type Certificate, type CertificateList } from '../certificate/index.js'
import type { ListCache } from './list-cache.js'
import type { ListReader } from './list-reader.js'
import { intervalOf, retryOf } from './list-schedule.js'
import { withSigners } from './list-signer.js'
import { isCurrentAt, succeed, type HeldList } from './list-succession.js'
import type { Report } from './report.js'

/** What all URLs of one profile share. */
export interface UrlSurroundings {
  readonly fetch: (url: string, signal: AbortSignal) => Promise<Buffer>
  readonly reader: ListReader
  readonly cache: ListCache | undefined
  readonly issuers: () => readonly Certificate[]
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** Calls back after so many milliseconds, unless the function that it returns was called. */
  readonly after: (milliseconds: number, action: () => void) => () => void
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
  #failures = 0
  /** After a failure it is not tried again before: milliseconds since 1970. */
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
  }

  get held (): readonly HeldList[] { return this.#held }

  /** Whether what it names could not be had, and no list that is current is held. */
  get isFailing (): boolean { return this.#failures > 0 && !this.#isCurrent }

  get #isCurrent (): boolean { return this.#current.length > 0 }

  get #current (): readonly CertificateList[] {
    const at = this.#surroundings.now()
    return this.#held.map(({ list }) => list).filter((list) => isCurrentAt(list, at))
  }

  /**
   * Fetches what it names, and tells when that is over. `undefined`, and nothing is done, where a current list is held or the
   * last failure was just now. Never rejects.
   */
  ask (): Promise<void> | undefined {
    this.#isAskedFor = true
    if (this.#closed.signal.aborted) return undefined
    if (this.#isCurrent) return this.#renewLapsed()
    const isResting = this.#flight === undefined && this.#surroundings.now() < this.#restsUntil
    return isResting ? undefined : this.#fly()
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
    return this.#isCurrent
  }

  async #download (): Promise<boolean> {
    const { fetch, report } = this.#surroundings
    try {
      this.#isAskedFor = false
      const octets = await fetch(this.url, this.#closed.signal)
      // The octets of DER that is held already need not be read.
      if (!this.#held.some(({ list }) => list.raw.equals(octets))) await this.#take(octets, true)
      return true
    } catch (error) {
      if (this.#closed.signal.aborted) return false
      report({ level: 'warn', message: `no certificate list was had from ${this.url}: ${(error as Error).message}`, url: this.url, error })
      return false
    }
  }

  /** @throws CertificateError: they cannot be read */
  async #take (octets: Buffer, isNew = false): Promise<void> {
    const { reader, issuers, now } = this.#surroundings
    const lists = await reader.read(octets)
    const found = await withSigners(lists, issuers())
    if (this.#closed.signal.aborted) return
    const { kept, refused } = succeed(this.#held, found, 'url', now())
    for (const { list, problem } of refused) this.#refuse(list, problem)
    this.#hold(kept)
    if (isNew && refused.length === 0) await this.#writeCache(lists)
  }

  #refuse (list: CertificateList, problem: string): void {
    this.#surroundings.report({ level: 'warn', message: `the certificate list of ${list.issuer.toShortString()} from ${this.url} is not taken: it ${problem}`, url: this.url, list })
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
    const { now, random } = this.#surroundings
    this.#failures = hasCome && this.#isCurrent ? 0 : this.#failures + 1
    if (this.#failures === 0) return this.#flyIn(intervalOf(this.#left, random()))
    const delay = retryOf(this.#failures, random())
    this.#restsUntil = now() + delay
    this.#flyIn(delay)
  }

  /** Milliseconds until the first of the current lists is not so any more. */
  get #left (): number | undefined {
    const ends = this.#current.map(({ nextUpdate }) => nextUpdate?.getTime()).filter((end) => end !== undefined)
    return ends.length === 0 ? undefined : Math.min(...ends) - this.#surroundings.now()
  }

  #flyIn (delay: number): void {
    this.#cancelTimer = this.#surroundings.after(delay, () => {
      this.#hasLapsed = !this.#isConfigured && !this.#isAskedFor
      if (!this.#hasLapsed) this.#fly()
    })
  }
}
