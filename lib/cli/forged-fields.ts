import { formats, type ProxyKind } from '../forwarding/index.js'

export type HttpVersion = 'HTTP/1.1' | 'HTTP/2'

/** The ways to write one field so that a proxy may miss it, and a server behind it may not. */
export type Spelling = 'as it is' | 'in other case' | 'with underscores' | 'twice' | 'named in Connection'

/** A request with one field that no client may set. */
export interface Forgery {
  /** Whose name is forged, in lower case. */
  readonly field: string
  readonly spelling: Spelling
  /** As it is sent. */
  readonly name: string
  readonly httpVersion: HttpVersion
  /** The values that are sent, one in each line: random texts, by which they are known wherever they arrive. */
  readonly tokens: readonly string[]
}

export const proxyKinds = Object.keys(formats) as ProxyKind[]

/** The fields that these kinds of proxies write to, each once. */
export const fieldsOf = (kinds: readonly ProxyKind[]): readonly string[] => [...new Set(kinds.flatMap((kind) => {
  const { fields, chainField, verdictField } = formats[kind]
  return [...fields, chainField, verdictField].filter((name) => name !== undefined)
}))]

/** Every way to forge one of these fields in this version of HTTP. */
export const forgeriesOf = (fields: readonly string[], httpVersion: HttpVersion, newToken: () => string): readonly Forgery[] =>
  fields.flatMap((field) => spellingsOf(field, httpVersion).map(([spelling, name]) =>
    ({ field, spelling, name, httpVersion, tokens: spelling === 'twice' ? [newToken(), newToken()] : [newToken()] })))

type Written = readonly [spelling: Spelling, name: string]

function spellingsOf (field: string, httpVersion: HttpVersion): readonly Written[] {
  const inBoth: readonly Written[] = [['as it is', field], ...underscored(field).map((name): Written => ['with underscores', name]), ['twice', field]]
  // In HTTP/2 names are in lower case, and there is no Connection: RFC 9113, sections 8.2.1 and 8.2.2.
  if (httpVersion === 'HTTP/2') return inBoth
  return [...inBoth, ['in other case', field.toUpperCase()], ['in other case', capitalized(field)], ['named in Connection', field]]
}

const capitalized = (field: string): string => field.replace(/(?<![a-z0-9])[a-z]/g, (letter) => letter.toUpperCase())

/** With all hyphens replaced, and with each of them alone. */
function underscored (field: string): readonly string[] {
  const alone = [...field.matchAll(/-/g)].map(({ index }) => `${field.slice(0, index)}_${field.slice(index + 1)}`)
  return alone.length === 0 ? [] : [...new Set([field.replaceAll('-', '_'), ...alone])]
}

/** The header of the request, names and values by turns. */
export const headerOf = ({ name, spelling, tokens }: Forgery): readonly string[] =>
  [...tokens.flatMap((token) => [name, token]), ...(spelling === 'named in Connection' ? ['Connection', `close, ${name}`] : [])]
