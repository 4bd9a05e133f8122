import { domainToASCII } from 'node:url'
import { OptionError } from '../errors.js'
import type { TrustProfile } from './trust-profile.js'

/** Which trust profile belongs to a host name. A name with `*.` before it stands for any one label there. */
export class Hosts {
  readonly #profiles = new Map<string, TrustProfile>()

  /** @throws OptionError the name belongs to another profile */
  add (name: string, profile: TrustProfile, key: string): void {
    if (this.#profiles.has(name)) throw new OptionError(key, `has ${name} a second time: a host belongs to one trust profile`)
    this.#profiles.set(name, profile)
  }

  get isEmpty (): boolean {
    return this.#profiles.size === 0
  }

  /** Whether the profile counts for its hosts alone. */
  has (profile: TrustProfile): boolean {
    return [...this.#profiles.values()].includes(profile)
  }

  /** `name` as `hostName` gives it. */
  of (name: string | undefined): TrustProfile | undefined {
    return name === undefined ? undefined : this.#profiles.get(name) ?? this.#profiles.get(name.replace(/^[^.]+/, '*'))
  }

  [Symbol.iterator] (): IterableIterator<[string, TrustProfile]> {
    return this.#profiles.entries()
  }
}

/** The name of a Host header or of SNI as it is compared: without its port and the dot of the root, in lower case. */
export const hostName = (text: string): string => text.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()

const label = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?'
const form = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`)

/** @throws OptionError it is no list of host names */
export function readHosts (value: unknown, key: string): readonly string[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length === 0) throw new OptionError(key, 'is no list of host names')
  return value.map((name, index) => readHost(name, `${key}[${index}]`))
}

function readHost (name: unknown, key: string): string {
  const text = typeof name === 'string' ? toAscii(name) : ''
  if (!form.test(text)) throw new OptionError(key, 'is no host name, as example.com or *.example.com')
  return text
}

const toAscii = (name: string): string => name.startsWith('*.') ? `*.${domainToASCII(name.slice(2))}` : domainToASCII(name)
