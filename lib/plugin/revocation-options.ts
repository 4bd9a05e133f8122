import { OptionError } from '../errors.js'
import type { CertificateListOptions, OcspOptions } from '../revocation/index.js'
import type { RevocationOptions } from '../trust/index.js'

/** What is asked about revocation, where, and what becomes of those of whom nothing is told. */
export interface RevocationSettings extends RevocationOptions, Omit<CertificateListOptions, 'crl'> {
  /** Whether OCSP responders are asked about the leaf, and how. Default false. */
  readonly ocsp?: false | OcspOptions
}

const words: Readonly<Record<string, readonly unknown[]>> = {
  depth: ['end-entity', 'path'],
  whenUnknown: ['reject', 'accept'],
  whenStale: ['reject', 'accept'],
  whenNotConforming: ['reject', 'accept'],
  allowPrivateAddresses: [true, false]
}

const numbers = new Set(['gracePeriod', 'fetchTimeout', 'maxListOctets'])
const others = new Set(['distributionPoints', 'cacheDirectory', 'ocsp'])

/** @throws OptionError an unknown option, or one of a wrong type; `key` is where they stand */
export function checkRevocationSettings (settings: RevocationSettings | undefined, key: string): RevocationSettings {
  if (settings === undefined) return {}
  if (settings === null || typeof settings !== 'object') throw new OptionError(key, 'is not an object')
  for (const [name, value] of Object.entries(settings)) checkSetting(name, value, `${key}.${name}`)
  checkHosts(settings.distributionPoints, `${key}.distributionPoints`)
  checkOcsp(settings.ocsp, `${key}.ocsp`)
  return settings
}

function checkSetting (name: string, value: unknown, key: string): void {
  if (Object.hasOwn(words, name)) {
    if (value !== undefined && !words[name].includes(value)) throw new OptionError(key, `is none of ${words[name].map((word) => typeof word === 'string' ? `'${word}'` : String(word)).join(', ')}`)
  } else if (numbers.has(name)) checkNumber(value, key)
  else if (!others.has(name)) throw new OptionError(key, 'is unknown')
}

function checkNumber (value: unknown, key: string): void {
  if (value !== undefined && !(typeof value === 'number' && value >= 0)) throw new OptionError(key, 'is no number, or a negative one')
}

function checkHosts (value: RevocationSettings['distributionPoints'], key: string): void {
  if (value === undefined || value === false) return
  const hosts: unknown = (value as { allowedHosts?: unknown } | null)?.allowedHosts
  if (!Array.isArray(hosts) || hosts.length === 0) throw new OptionError(key, 'is neither false nor { allowedHosts: […] }: only hosts that are named are asked')
}

const ocspNumbers = ['timeout', 'maxAge', 'maxCached'] as const
const knownOcsp: ReadonlySet<string> = new Set<keyof OcspOptions & string>(['responder', 'allowedHosts', 'allowPrivateAddresses', 'nonce', ...ocspNumbers])

const booleans: ReadonlySet<unknown> = new Set([undefined, true, false])

function checkWholeNumber (value: unknown, key: string): void {
  if (value !== undefined && !(Number.isInteger(value) && (value as number) > 0)) throw new OptionError(key, 'is no whole number above 0')
}

function checkOcsp (options: unknown, key: string): void {
  if (options === undefined || options === false) return
  if (options === null || typeof options !== 'object') throw new OptionError(key, 'is neither false nor an object')
  for (const name of Object.keys(options)) {
    if (!knownOcsp.has(name)) throw new OptionError(`${key}.${name}`, 'is unknown')
  }
  const { responder, allowedHosts } = options as OcspOptions
  if (responder === undefined && !(Array.isArray(allowedHosts) && allowedHosts.length > 0)) throw new OptionError(key, 'names neither a responder nor allowedHosts: only hosts that are named are asked')
  for (const name of ocspNumbers) checkWholeNumber((options as OcspOptions)[name], `${key}.${name}`)
  for (const name of ['nonce', 'allowPrivateAddresses'] as const) {
    if (!booleans.has((options as OcspOptions)[name])) throw new OptionError(`${key}.${name}`, 'is neither true nor false')
  }
}
