import type { FastifyBaseLogger } from 'fastify'
import type { Certificate } from '../certificate/index.js'
import { OptionError, shortened } from '../errors.js'
import { CertificateLists, OcspClient, type OcspOptions, type OcspSurroundings } from '../revocation/index.js'
import { readAdvertised, readClientAuthorities, type AdvertisedAuthorities, type Source } from '../tls/index.js'
import type { DenyList } from './deny-list.js'
import type { RevocationSettings } from './revocation-options.js'
import { StatusFinder } from './status-finder.js'
import { TrustProfile } from './trust-profile.js'

/** What one trust profile is made of. */
export interface TrustSourceOptions {
  readonly ca?: Source | readonly Source[]
  readonly caPassphrase?: string
  readonly advertisedAuthorities?: AdvertisedAuthorities
  readonly crl?: Source | readonly Source[]
  readonly revocation: RevocationSettings
  readonly whenNotConforming: 'accept' | 'reject'
}

export interface TrustSurroundings {
  readonly now: () => number
  readonly elapsed: () => number
  readonly log: FastifyBaseLogger
  readonly denyList: DenyList
  /** Milliseconds for which a start waits for URLs of lists. */
  readonly startsWithin: number
  /** Verdicts of before may no longer hold: those on one certificate, where it is named. */
  readonly changed: (certificate?: Certificate) => void
}

/** The authorities of one profile. */
export interface ProfileAuthorities {
  readonly certificates: readonly Certificate[]
  /** Those whose names clients are sent. */
  readonly advertised: readonly Certificate[]
}

/** A trust profile, and the files and places that it comes from. */
export class TrustSource {
  readonly profile: TrustProfile
  /** Those that count now. */
  authorities: ProfileAuthorities
  readonly #options: TrustSourceOptions
  /** Stands before the names of options in errors. */
  readonly #prefix: string
  #lists: CertificateLists | undefined
  #ocsp: OcspClient | undefined

  /**
   * `name` is `default` for the options of the plugin itself.
   * @throws OptionError that names the option of this profile
   */
  static async open (name: string, options: TrustSourceOptions, surroundings: TrustSurroundings): Promise<TrustSource> {
    const prefix = name === 'default' ? '' : `trust.${name}.`
    const authorities = await readAuthorities(options, prefix)
    const profile = new TrustProfile(authorities.certificates, { name, denyList: surroundings.denyList, revocation: options.revocation, whenNotConforming: options.whenNotConforming })
    const source = new TrustSource(profile, authorities, options, prefix)
    await source.#openStatus(surroundings)
    return source
  }

  private constructor (profile: TrustProfile, authorities: ProfileAuthorities, options: TrustSourceOptions, prefix: string) {
    this.profile = profile
    this.authorities = authorities
    this.#options = options
    this.#prefix = prefix
  }

  async #openStatus ({ now, elapsed, log, changed, startsWithin }: TrustSurroundings): Promise<void> {
    const { profile } = this
    const { crl, revocation } = this.#options
    const report = reportTo(log, profile.name)
    const listsChanged = () => {
      profile.revise()
      changed()
    }
    const answerChanged = (certificate: Certificate) => {
      profile.forget(certificate)
      changed(certificate)
    }
    if (hasLists(crl, revocation)) {
      this.#lists = await atPrefix(this.#prefix, CertificateLists.open({ ...revocation, crl }, { now, elapsed, report, startsWithin, changed: listsChanged, get issuers () { return profile.authorities } }))
    }
    if (revocation.ocsp) this.#ocsp = await atPrefix(this.#prefix, openOcsp(revocation.ocsp, { now, elapsed, report, changed: answerChanged }))
    if (this.#lists !== undefined || this.#ocsp !== undefined) profile.lookUpStatus(new StatusFinder(this.#lists, this.#ocsp, () => profile.authorities))
  }

  /**
   * Reads the authorities once more. Nothing has changed before they are given to the profile.
   * @throws OptionError
   */
  readAuthorities (): Promise<ProfileAuthorities> {
    return readAuthorities(this.#options, this.#prefix)
  }

  /** Whom to trust from now on. */
  replace (authorities: ProfileAuthorities): void {
    this.authorities = authorities
    this.profile.trust(authorities.certificates)
  }

  /**
   * Reads files of certificate lists once more; whether anything changed.
   * @throws OptionError a file is broken: the lists of before stay
   */
  async reloadLists (): Promise<boolean> {
    return this.#lists === undefined ? false : atPrefix(this.#prefix, this.#lists.reload())
  }

  /** Fetches the lists of configured URLs once more; whether anything changed. Never rejects. */
  async refreshLists (): Promise<boolean> {
    return this.#lists !== undefined && await this.#lists.refresh()
  }

  lists (): ReturnType<CertificateLists['state']> {
    return this.#lists?.state() ?? []
  }

  close (): void {
    this.#lists?.close()
    this.#ocsp?.close()
  }
}

const hasLists = (crl: TrustSourceOptions['crl'], { distributionPoints }: RevocationSettings): boolean => crl !== undefined || Boolean(distributionPoints)

const openOcsp = async (options: OcspOptions, surroundings: OcspSurroundings): Promise<OcspClient> => new OcspClient(options, surroundings)

async function readAuthorities (options: TrustSourceOptions, prefix: string): Promise<ProfileAuthorities> {
  const certificates = (await atPrefix(prefix, readClientAuthorities(options)))?.certificates ?? []
  return { certificates, advertised: await atPrefix(prefix, readAdvertised(options.advertisedAuthorities, certificates)) }
}

/** An error about an option names it where it stands. */
async function atPrefix<Value> (prefix: string, reading: Promise<Value>): Promise<Value> {
  try {
    return await reading
  } catch (error) {
    throw error instanceof OptionError ? new OptionError(`${prefix}${placeOf(error.key)}`, error.problem, { cause: error.cause }) : error
  }
}

// Those of the room of revocation stand in the option of that name.
const placeOf = (key: string): string => /^(?:ca|caPassphrase|advertisedAuthorities|crl|revocation\..*)$/.test(key) ? key : `revocation.${key}`

const mostBytesOfMessage = 1200

/** URLs, and what the other side said, may be long. */
const reportTo = (log: FastifyBaseLogger, profile: string) =>
  ({ level, message, ...facts }: { level: 'info' | 'warn' | 'error', message: string, [fact: string]: unknown }): void =>
    log[level]({ revocation: { profile, ...forTheLog(facts) } }, shortened(message, mostBytesOfMessage))

const forTheLog = (facts: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, logged(value)]))

/** Texts are cut. Of an error the log would show nothing at all, so it gets the message. */
function logged (value: unknown): unknown {
  const text = value instanceof Error ? value.message : value
  return typeof text === 'string' ? shortened(text, mostBytesOfMessage) : text
}
