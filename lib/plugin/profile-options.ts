import { OptionError } from '../errors.js'
import { checkAdvertised, type AdvertisedAuthorities, type Source } from '../tls/index.js'
import { readHosts } from './hosts.js'
import { checkRevocationSettings, type RevocationSettings } from './revocation-options.js'

/** Other authorities than those of the option `ca`. */
export interface TrustProfileOptions {
  /** As the option `ca`. */
  readonly ca: Source | readonly Source[]
  readonly caPassphrase?: string
  /** As the option `advertisedAuthorities`, for the names of this profile. */
  readonly advertisedAuthorities?: AdvertisedAuthorities
  /** As the option `crl`. */
  readonly crl?: Source | readonly Source[]
  /** Default: the option `revocation`. `false`: nothing is known of revocation here, although lists are given for `ca`. */
  readonly revocation?: RevocationSettings | false
  /** Host names, as `partners.example.com` or `*.partners.example.com`, for which these authorities count, and no others. */
  readonly hosts?: readonly string[]
}

export interface CheckedProfile extends TrustProfileOptions {
  readonly hosts: readonly string[]
}

export type CheckedProfiles = Readonly<Record<string, CheckedProfile>>

/** What the plugin's own options say of revocation. */
interface StandardSources {
  readonly crl?: unknown
  readonly revocation?: RevocationSettings
}

export const nothingToJudgeBy = 'has nothing to judge by: give crl, distributionPoints or ocsp'

/** Whether revocation is asked about where certificates or the owner say, besides lists that are given. */
export const asksElsewhere = ({ distributionPoints, ocsp }: RevocationSettings): boolean => Boolean(distributionPoints) || Boolean(ocsp)

/** @throws OptionError an unknown option of a profile, one of a wrong type, or two that contradict each other */
export function checkProfiles (profiles: unknown, options: StandardSources): CheckedProfiles {
  if (profiles === undefined) return {}
  if (profiles === null || typeof profiles !== 'object' || Array.isArray(profiles)) throw new OptionError('trust', 'is no object of trust profiles by name')
  return Object.fromEntries(Object.entries(profiles).map(([name, profile]) => [name, checkProfile(profile, name, options)]))
}

const knownInProfile = new Set(['ca', 'caPassphrase', 'advertisedAuthorities', 'crl', 'revocation', 'hosts'])

function checkProfile (profile: TrustProfileOptions, name: string, options: StandardSources): CheckedProfile {
  const key = `trust.${name}`
  if (name === 'default') throw new OptionError(key, 'is the name of the options ca and crl themselves')
  if (profile === null || typeof profile !== 'object') throw new OptionError(key, 'is not an object')
  for (const option of Object.keys(profile)) {
    if (!knownInProfile.has(option)) throw new OptionError(`${key}.${option}`, 'is unknown')
  }
  if (profile.ca === undefined) throw new OptionError(`${key}.ca`, 'is missing')
  checkAdvertised(profile.advertisedAuthorities, `${key}.advertisedAuthorities`)
  if (profile.revocation !== false) checkRevocationSettings(profile.revocation, `${key}.revocation`)
  checkListsOf(profile, key, options)
  return { ...profile, hosts: readHosts(profile.hosts, `${key}.hosts`) }
}

/** Who has lists for one CA must not take another CA's clients for checked. */
function checkListsOf ({ crl, revocation }: TrustProfileOptions, key: string, options: StandardSources): void {
  if (revocation === false && crl !== undefined) throw new OptionError(`${key}.revocation`, 'is false, but lists are given: give one or the other')
  if (revocation === false) return
  if (revocation !== undefined && crl === undefined && !asksElsewhere(revocation)) throw new OptionError(`${key}.revocation`, `${nothingToJudgeBy}, or set it to false`)
  if (options.crl === undefined || crl !== undefined || asksElsewhere(revocation ?? options.revocation ?? {})) return
  throw new OptionError(`${key}.crl`, 'is missing: the lists of the option \'crl\' do not count here; give its own, or set its revocation to false')
}
