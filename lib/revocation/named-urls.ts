import type { Certificate } from '../certificate/index.js'
import { ListUrl, type UrlSurroundings } from './list-url.js'

// A CA may have a list for every few certificates; those asked for longest ago are given up.
const mostUrls = 256

/** Per distribution point of a certificate the `http` and `https` URLs of its list, each as good as the others (RFC 5280, section 4.2.1.13). */
export function listUrlsOf (certificate: Certificate): ReadonlyArray<readonly string[]> {
  return certificate.cRLDistributionPoints.map(({ fullName = [] }) => fullName
    .filter(({ type }) => type === 'uniformResourceIdentifier').map(({ value }) => String(value)).filter((text) => /^https?:/i.test(text)))
}

/** The URLs that verified certificates name: made when one is asked for, bounded in number. */
export class NamedUrls {
  readonly #configured: ReadonlyMap<string, ListUrl>
  readonly #surroundings: UrlSurroundings
  readonly #urls = new Map<string, ListUrl>()

  constructor (configured: readonly ListUrl[], surroundings: UrlSurroundings) {
    this.#configured = new Map(configured.map((each) => [each.url, each]))
    this.#surroundings = surroundings
  }

  get urls (): Iterable<ListUrl> { return this.#urls.values() }

  /** Asks one URL after another until a list is had. `undefined` where there is nothing to wait for. Never rejects. */
  ask ([first, ...others]: readonly string[]): Promise<void> | undefined {
    if (first === undefined) return undefined
    const url = this.#find(first)
    const asked = url.ask()
    const next = () => url.isFailing ? this.ask(others) : undefined
    return asked === undefined ? next() : asked.then(next)
  }

  close (): void {
    for (const url of this.#urls.values()) url.close()
  }

  #find (text: string): ListUrl {
    const href = URL.canParse(text) ? new URL(text).href : text
    const configured = this.#configured.get(href)
    if (configured !== undefined) return configured
    const url = this.#urls.get(href) ?? new ListUrl(href, false, this.#surroundings)
    this.#urls.delete(href)
    this.#urls.set(href, url)
    if (this.#urls.size > mostUrls) this.#giveUp(this.#urls.values().next().value as ListUrl)
    return url
  }

  #giveUp (url: ListUrl): void {
    url.close()
    this.#urls.delete(url.url)
    if (url.held.length > 0) this.#surroundings.changed()
  }
}
