import { isPem } from '../certificate/index.js'
import { OptionError } from '../errors.js'

/** A `Buffer`, or a text that holds `-----BEGIN`, is the content; a text that begins with `http://` or `https://` is a URL; any other is the path of a file or a folder. */
export type Source = string | Uint8Array

/** Where certificate lists come from, by the owner's word. */
export interface ListSources {
  readonly contents: readonly Buffer[]
  readonly paths: readonly string[]
  readonly urls: readonly string[]
}

/** @throws OptionError that says what is wrong with the option `crl` */
export function listSources (crl: Source | readonly Source[] | undefined): ListSources {
  const sources = crl === undefined ? [] : [crl].flat() as readonly unknown[]
  if (crl !== undefined && sources.length === 0) throw new OptionError('crl', 'names no certificate list')
  sources.forEach(checkSource)
  const texts = (sources as readonly Source[]).filter((source) => typeof source === 'string' && !isPem(source)) as string[]
  const isUrl = (text: string) => /^https?:\/\//i.test(text)
  return {
    // Copied: what is read is handed over to a thread, and what the owner holds stays.
    contents: (sources as readonly Source[]).filter((source) => !texts.includes(source as string)).map((content) => Buffer.from(content as Uint8Array)),
    paths: texts.filter((text) => !isUrl(text)),
    urls: [...new Set(texts.filter(isUrl).map(normalUrl))]
  }
}

function checkSource (source: unknown): void {
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) throw new OptionError('crl', 'is neither a Buffer nor a text (PEM, a path, or a URL)')
  if (source.length === 0) throw new OptionError('crl', 'is empty')
}

// Credentials are not shown: the text may be a URL with some.
function normalUrl (text: string): string {
  if (!URL.canParse(text)) throw new OptionError('crl', 'holds a URL that cannot be read')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw new OptionError('crl', `names the URL of ${url.host} with credentials, which are not used`)
  return url.href
}
