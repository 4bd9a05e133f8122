import { certificateListExtensionTypes, type Certificate, type CertificateList } from '../certificate/index.js'
import { fetchOctets, type FetchLimits } from './fetch.js'
import { ListCache } from './list-cache.js'
import { ListOwnFiles } from './list-own-files.js'
import { allowedHostsOf, limitsOf, type CertificateListOptions } from './list-options.js'
import { ListReader, type ThreadStart } from './list-reader.js'
import { listSources } from './list-source.js'
import { isCurrentAt, type HeldList } from './list-succession.js'
import { ListUrl, type UrlSurroundings } from './list-url.js'
import { listUrlsOf, NamedUrls } from './named-urls.js'
import type { Report } from './report.js'
import { timersBy, type After, type Clocks } from './timers.js'

export interface CertificateListSurroundings extends Clocks {
  /** Those who may have signed lists: the configured CAs. Signers of other lists are judged when a list is used. */
  readonly issuers: readonly Certificate[]
  /** The lists are other ones than before. */
  readonly changed: () => void
  readonly report: Report
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number
  /** Default: timers that keep no process alive. */
  readonly after?: After
  /** Milliseconds for which a start waits for URLs. Default 5,000. */
  readonly startsWithin?: number
  /** What threads start with that read great lists, where it is not what comes with the package. */
  readonly threadStart?: ThreadStart
}

/** What a gauge may say of a list. */
export interface CertificateListState {
  /** In RFC 4514 form; a long one is shortened. */
  readonly issuer: string
  readonly number: string | undefined
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
  /** How many entries it has. */
  readonly size: number
  /** The file or URL that it came from, or `option 'crl'`. */
  readonly source: string
}

// Half of what Fastify gives a plugin to start, in milliseconds.
const longestStart = 5000

// So long, in milliseconds, a request waits for a list that has run out; who comes later finds it, if it came.
const longestWait = 2000

/** What URLs are read with. */
interface Reading {
  readonly surroundings: CertificateListSurroundings
  readonly reader: ListReader
  readonly cache: ListCache | undefined
  readonly fetchConfigured: UrlSurroundings['fetch']
  readonly fetchNamed: UrlSurroundings['fetch']
}

/**
 * The certificate lists of one trust profile: from where the owner says, and from where verified certificates say. Whether a
 * list is good is judged when it is used; here a list that is held is never replaced by an older one, nor by one of unknown origin.
 */
export class CertificateLists {
  readonly #surroundings: CertificateListSurroundings
  readonly #after: After
  readonly #own: ListOwnFiles
  readonly #configured: readonly ListUrl[]
  readonly #named: NamedUrls | undefined
  #lists: readonly CertificateList[] = Object.freeze([])
  #isOpen = false

  private constructor (own: ListOwnFiles, urls: readonly string[], named: boolean, { surroundings, ...reading }: Reading) {
    const { report, now, random = Math.random, elapsed, after = timersBy({ now, elapsed }) } = surroundings
    const shared = { ...reading, report, now, elapsed, random, after, issuers: () => surroundings.issuers, changed: () => { this.#renew() } }
    this.#surroundings = surroundings
    this.#after = after
    this.#own = own
    this.#configured = urls.map((url) => new ListUrl(url, true, { ...shared, fetch: reading.fetchConfigured }))
    this.#named = named ? new NamedUrls(this.#configured, { ...shared, fetch: reading.fetchNamed }) : undefined
  }

  /**
   * Reads and fetches what the options name; URLs are waited for `startsWithin` at most. A list that cannot be fetched is reported, and tried for again: what this means for a
   * certificate is for the policy to say.
   * @throws OptionError that names the file that is missing, empty or broken, or the option that cannot be
   */
  static async open (options: CertificateListOptions, surroundings: CertificateListSurroundings): Promise<CertificateLists> {
    const sources = listSources(options.crl)
    const limits = limitsOf(options)
    const allowedHosts = allowedHostsOf(options)
    const reader = new ListReader(surroundings.report, surroundings.threadStart)
    const own = await ListOwnFiles.read(sources, { reader, maxBytes: limits.maxOctets, changed: () => { lists.#renew() } }, surroundings)
    const cache = options.cacheDirectory === undefined ? undefined : await ListCache.open(options.cacheDirectory, limits.maxOctets)
    const lists: CertificateLists = new CertificateLists(own, sources.urls, allowedHosts !== undefined, {
      surroundings, reader, cache, fetchConfigured: fetchWithin({ ...limits, allowPrivateAddresses: true }), fetchNamed: fetchWithin({ ...limits, allowedHosts })
    })
    // The start is not held up for longer: a list that comes later counts from then on.
    if (lists.#configured.length > 0) await lists.#within(surroundings.startsWithin ?? longestStart, lists.#configured.map((url) => url.ask()))
    lists.#take()
    lists.#isOpen = true
    return lists
  }

  /** Waits for all flights, but no longer than so many milliseconds. */
  #within (milliseconds: number, flights: ReadonlyArray<Promise<void> | undefined>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#after(milliseconds, resolve)
      Promise.all(flights).then(cancel).then(resolve)
    })
  }

  /** All lists that are at hand: the same array until something changes. */
  get lists (): readonly CertificateList[] { return this.#lists }

  /** The files and folders to watch: absolute paths. */
  files (): readonly string[] { return this.#own.watched }

  /**
   * Reads files and folders again, and says whether anything changed. An older list than the one held is reported, and not taken.
   * @throws OptionError that names what is broken: the last good ones stay
   */
  async reload (): Promise<boolean> {
    return await this.#own.reload() && this.#renew()
  }

  /** Fetches what the configured URLs name, also where what is held is current, and says whether anything changed. Never rejects. */
  async refresh (): Promise<boolean> {
    const before = this.#lists
    await Promise.all(this.#configured.map((url) => url.refresh()))
    return this.#lists !== before
  }

  /**
   * Fetches lists of configured URLs that have run out, and those that these certificates name, where that is allowed and they are not at
   * hand. Only for a path that was verified: from its leaf to its trust anchor. `undefined` where there is nothing to wait for. Never rejects.
   */
  fetchFor (path: readonly Certificate[]): Promise<void> | undefined {
    const late = this.#configured.filter((url) => !url.isCurrent).map((url) => url.ask()).filter((each) => each !== undefined)
    const asked = this.#askNamed(path)
    // Who is told of by another list does not wait.
    if (late.length > 0 && !this.#areCovered(path)) asked.push(this.#within(longestWait, late))
    return asked.length === 0 ? undefined : Promise.all(asked).then(() => undefined)
  }

  #askNamed (path: readonly Certificate[]): Array<Promise<void>> {
    if (this.#named === undefined) return []
    const named = this.#named
    // The word of the anchor itself is the owner's: it is not looked up.
    return path.slice(0, -1).filter((certificate) => !this.#isCovered(certificate))
      .flatMap((certificate) => listUrlsOf(certificate).map((urls) => named.ask(urls))).filter((each) => each !== undefined)
  }

  state (): readonly CertificateListState[] {
    return this.#places.flatMap(({ source, held }) => held.map(({ list }) => stateOf(list, source)))
  }

  /** Ends timers and fetches. */
  close (): void {
    this.#own.close()
    for (const url of this.#configured) url.close()
    this.#named?.close()
  }

  get #places (): ReadonlyArray<{ readonly source: string, readonly held: readonly HeldList[] }> {
    const fromUrls = [...this.#configured, ...this.#named?.urls ?? []].map(({ url, held }) => ({ source: url, held }))
    return [...this.#own.places, ...fromUrls]
  }

  #areCovered (path: readonly Certificate[]): boolean {
    return path.slice(0, -1).every((certificate) => this.#isCovered(certificate))
  }

  /** Whether the owner named a list that tells of this certificate whatever its distribution points are. */
  #isCovered (certificate: Certificate): boolean {
    const at = this.#surroundings.now()
    return [...this.#own.places, ...this.#configured].some(({ held }) => held.some(({ list, signer }) =>
      signer !== undefined && isComplete(list) && isCurrentAt(list, at) && list.issuer.equals(certificate.issuer)))
  }

  #take (): boolean {
    const lists = this.#places.flatMap(({ held }) => held.map(({ list }) => list))
    if (lists.length === this.#lists.length && lists.every((list, place) => list === this.#lists[place])) return false
    this.#lists = Object.freeze(lists)
    return true
  }

  #renew (): boolean {
    const isChanged = this.#isOpen && this.#take()
    if (isChanged) this.#surroundings.changed()
    return isChanged
  }
}

const isComplete = (list: CertificateList): boolean => !list.isDelta && !list.extensions.some(({ type }) => type === certificateListExtensionTypes.issuingDistributionPoint)

const stateOf = (list: CertificateList, source: string): CertificateListState => Object.freeze({
  issuer: list.issuer.toShortString(),
  number: list.number?.toString(),
  thisUpdate: list.thisUpdate,
  nextUpdate: list.nextUpdate,
  size: list.size,
  source
})

const fetchWithin = (limits: FetchLimits) => (url: string, signal: AbortSignal): Promise<Buffer> =>
  fetchOctets(url, { accept: 'application/pkix-crl, */*;q=0.1', signal }, limits)
