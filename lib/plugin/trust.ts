import type { FastifyBaseLogger } from 'fastify'
import { isSelfSigned } from '../trust/index.js'
import type { Certificate } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { DenyList } from './deny-list.js'
import { hostName, Hosts } from './hosts.js'
import type { CheckedOptions } from './options.js'
import type { TrustProfile } from './trust-profile.js'
import { TrustSource, type ProfileAuthorities, type TrustSourceOptions } from './trust-source.js'

/** Whom the application trusts: the profile of its own options, and those that it names. */
export class Trust {
  readonly denyList: DenyList
  readonly hosts = new Hosts()
  readonly #sources = new Map<string, TrustSource>()
  readonly #changed: (certificate?: Certificate) => void
  #anywhere: readonly TrustProfile[] | undefined

  /**
   * `changed` is called when verdicts of before may no longer hold: those on one certificate, where it is named.
   * @throws OptionError that names the option
   */
  static async open (options: CheckedOptions, log: FastifyBaseLogger, changed: (certificate?: Certificate) => void, startsWithin: number): Promise<Trust> {
    const trust = new Trust(new DenyList(options.deny, (warning) => log.warn(warning)), changed)
    const opening = profilesIn(options).map(([name, profile]) => TrustSource.open(name, profile, { now: options.now, elapsed: () => performance.now(), log, denyList: trust.denyList, changed, startsWithin }))
    // One that fails does not leave the others alone: they have timers.
    const opened = await Promise.allSettled(opening)
    for (const each of opened) if (each.status === 'fulfilled') trust.#sources.set(each.value.profile.name, each.value)
    try {
      const broken = opened.find((each) => each.status === 'rejected')
      if (broken !== undefined) throw broken.reason
      for (const [name, { hosts }] of Object.entries(options.trust)) trust.#addHosts(trust.#sources.get(name)!, hosts)
      return trust
    } catch (error) {
      trust.close()
      throw error
    }
  }

  private constructor (denyList: DenyList, changed: (certificate?: Certificate) => void) {
    this.denyList = denyList
    this.#changed = changed
  }

  #addHosts ({ profile }: TrustSource, hosts: readonly string[]): void {
    hosts.forEach((host, index) => this.hosts.add(host, profile, `trust.${profile.name}.hosts[${index}]`))
  }

  get sources (): readonly TrustSource[] {
    return [...this.#sources.values()]
  }

  /** The profile that counts where none is named. */
  get standard (): TrustProfile {
    return (this.#sources.get('default') as TrustSource).profile
  }

  /** @throws OptionError there is no profile of the name */
  profile (name: string, key: string, route?: string): TrustProfile {
    const source = this.#sources.get(name)
    if (source === undefined) throw new OptionError(key, `names the trust profile '${name}'; known are ${[...this.#sources.keys()].join(', ')}`, { route })
    return source.profile
  }

  get hasOneProfile (): boolean {
    return this.#sources.size === 1
  }

  /** Those that a connection may be judged by, whose client named this server by SNI. */
  profilesFor (servername: string | undefined): readonly TrustProfile[] {
    const profile = this.hosts.of(servername && hostName(servername))
    return profile === undefined ? this.withoutHosts : [profile]
  }

  /** Those that count at any host that has none of its own. Found once: every new connection asks, and profiles stay. */
  get withoutHosts (): readonly TrustProfile[] {
    this.#anywhere ??= this.sources.map((source) => source.profile).filter((profile) => !this.hosts.has(profile))
    return this.#anywhere
  }

  /** The self-signed certificates that paths may end at, of all profiles. */
  get trustAnchors (): readonly Certificate[] {
    return Object.freeze([...new Set(this.sources.flatMap(({ profile }) => profile.authorities.filter(isSelfSigned)))])
  }

  /** Greater after each change of anything. */
  get revision (): number {
    return this.sources.reduce((sum, { profile }) => sum + profile.revision, 0)
  }

  /** Whom to trust from now on: the authorities of each source, in their order. */
  replace (authorities: readonly ProfileAuthorities[]): void {
    this.sources.forEach((source, place) => source.replace(authorities[place]))
    this.#changed()
  }

  /** Something that all verdicts rest on is another one. */
  revise (): void {
    for (const { profile } of this.sources) profile.revise()
    this.#changed()
  }

  close (): void {
    for (const source of this.sources) source.close()
  }
}

/** That of the plugin's own options first, then those that have a name. */
function profilesIn ({ trust, mode, ...options }: CheckedOptions): ReadonlyArray<readonly [name: string, TrustSourceOptions]> {
  // Without a request for a certificate no name is sent, and there is nothing that could be too long.
  const unasked = mode === 'none' ? { advertisedAuthorities: 'none' } as const : {}
  const { whenNotConforming } = options
  return [
    ['default', { ...options, ...unasked }],
    ...Object.entries(trust).map(([name, profile]) => [name, { ...profile, ...unasked, revocation: profile.revocation === false ? {} : profile.revocation ?? options.revocation, whenNotConforming }] as const)
  ]
}
