import type { FastifyRequest } from 'fastify'
import { OptionError } from '../errors.js'
import { formats, type FieldOptions, type ProxyKind } from '../forwarding/index.js'
import { checkFieldName } from './field-name.js'
import { checkAreNotEverybody, checkProxies, type CheckedProxy, type TrustedProxy } from './trusted-proxy-options.js'

interface AnyForwarding {
  /** Whose word counts: any of these. An address by itself is short for `{ address }`. */
  readonly trustedProxies: string | TrustedProxy | ReadonlyArray<string | TrustedProxy>
  /**
   * `here` (default): the certification path is verified by this server, like any other. `proxy`: that is left to the proxy, which has to
   * say of each certificate that it did; there is no path then, and no revocation but by `deny`.
   */
  readonly verified?: 'here' | 'proxy'
}

/** Certificates in the header, in the form of one kind of proxy. */
export interface HeaderForwarding extends FieldOptions, AnyForwarding {}

/** What `read` of a form of one's own answers: DER, or nothing where the client presented no certificate. */
export type CustomCertificate = Uint8Array | { readonly certificate: Uint8Array, readonly intermediates?: readonly Uint8Array[] } | undefined

/** Certificates in a form of one's own. */
export interface CustomForwarding extends AnyForwarding {
  readonly from: 'custom'
  /** The fields that `read` looks at: taken away from the requests of everybody else, and refused where one is there twice. */
  readonly headers: readonly string[]
  /** Where it throws, or answers anything else, the request is refused as malformed. */
  readonly read: (request: FastifyRequest) => CustomCertificate
  readonly verdictHeader?: string
  readonly verdict?: string
}

export type ForwardingOptions = HeaderForwarding | CustomForwarding

export interface CheckedForwarding {
  readonly given: ForwardingOptions
  readonly verified: 'here' | 'proxy'
  readonly proxies: readonly CheckedProxy[]
}

/** @throws OptionError an unknown option, one of a wrong type, or two that contradict each other */
export function checkForwarding (given: unknown): readonly CheckedForwarding[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) return checkSources([checkSource(given, 'forwarding')])
  if (given.length === 0) throw new OptionError('forwarding', 'is an empty list')
  return checkSources(given.map((source, index) => checkSource(source, `forwarding[${index}]`)))
}

/** Nor may the proxies of all sources together be everybody. */
function checkSources (sources: readonly CheckedForwarding[]): readonly CheckedForwarding[] {
  const key = sources.length === 1 ? 'forwarding.trustedProxies' : 'forwarding'
  checkAreNotEverybody(sources.flatMap(({ proxies }) => proxies), key)
  return sources
}

const kinds = [...Object.keys(formats), 'custom']

function checkSource (source: unknown, key: string): CheckedForwarding {
  if (source === null || typeof source !== 'object') throw new OptionError(key, 'is not an object')
  const given = source as ForwardingOptions
  if (!kinds.includes(given.from)) throw new OptionError(`${key}.from`, `is none of ${listed(kinds)}`)
  checkNames(given, key)
  checkVerdict(given, key)
  if (given.from === 'custom') checkCustom(given, key)
  else checkFields(given, key)
  return { given, verified: given.verified ?? 'here', proxies: checkProxies(given.trustedProxies, `${key}.trustedProxies`) }
}

const listed = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ')

const ofAll = ['from', 'trustedProxies', 'verified', 'verdictHeader', 'verdict']
const ofXfcc = ['hops', 'whenMoreElements']
const ofFields = ['header', 'chainHeader']
const ofCustom = ['headers', 'read']
const ofAny = [...ofAll, ...ofXfcc, ...ofFields, ...ofCustom]

function checkNames (given: ForwardingOptions, key: string): void {
  const known = [...ofAll, ...(given.from === 'custom' ? ofCustom : ofFields), ...(given.from === 'envoy' ? ofXfcc : [])]
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw new OptionError(`${key}.${name}`, ofAny.includes(name) ? `is not for '${given.from}'` : 'is unknown')
  }
}

function checkVerdict ({ from, verified, verdict, verdictHeader }: ForwardingOptions, key: string): void {
  if (verified !== undefined && verified !== 'here' && verified !== 'proxy') throw new OptionError(`${key}.verified`, 'is none of \'here\', \'proxy\'')
  if (verdict !== undefined && (typeof verdict !== 'string' || verdict === '')) throw new OptionError(`${key}.verdict`, 'is no text, or an empty one')
  checkFieldName(verdictHeader, `${key}.verdictHeader`)
  const usual = from === 'custom' ? undefined : formats[from].verdictField
  if (verified === 'proxy' && (verdictHeader ?? usual) === undefined) throw new OptionError(`${key}.verdictHeader`, 'is missing: where verified is \'proxy\', the proxy has to say of each certificate that it is good')
}

function checkFields (given: HeaderForwarding, key: string): void {
  const format = formats[given.from as ProxyKind]
  for (const name of ['header', 'chainHeader'] as const) checkFieldName(given[name], `${key}.${name}`)
  if (given.chainHeader !== undefined && format.readChain === undefined) throw new OptionError(`${key}.chainHeader`, `is not for '${given.from}', which has no field of its own for a chain`)
  const names = [...(given.header === undefined ? format.fields : [given.header]), given.chainHeader ?? format.chainField, given.verdictHeader ?? format.verdictField]
  const written = names.filter((name) => name !== undefined).map((name) => name.toLowerCase())
  if (new Set(written).size < written.length) throw new OptionError(key, 'names one header field for two things')
  checkXfcc(given, key)
}

function checkXfcc ({ hops, whenMoreElements }: HeaderForwarding, key: string): void {
  if (hops !== undefined && !(Number.isInteger(hops) && hops > 0)) throw new OptionError(`${key}.hops`, 'is no whole number above 0')
  if (whenMoreElements !== undefined && !['reject', 'ignore'].includes(whenMoreElements)) throw new OptionError(`${key}.whenMoreElements`, 'is none of \'reject\', \'ignore\'')
}

function checkCustom ({ headers, read }: CustomForwarding, key: string): void {
  if (!Array.isArray(headers) || headers.length === 0) throw new OptionError(`${key}.headers`, 'is no list of header fields: those that read looks at are taken away from everybody else\'s requests')
  headers.forEach((name, index) => checkFieldName(name ?? '', `${key}.headers[${index}]`))
  if (typeof read !== 'function') throw new OptionError(`${key}.read`, 'is not a function')
}
