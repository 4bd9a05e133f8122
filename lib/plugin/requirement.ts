import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { compilePolicy, type CompiledPolicy, type Policy } from '../authorization/index.js'
import { OptionError } from '../errors.js'
import type { Trust } from './trust.js'
import type { TrustProfile } from './trust-profile.js'

/** That a route needs a current certificate, by whom it has to be verified, and which policy besides, if any. */
export interface Requirement {
  readonly policy: CompiledPolicy<FastifyRequest> | undefined
  /** Of these the first that lets in; at least one. */
  readonly profiles: readonly TrustProfile[]
  /** Whether they are there by name; else they give way to the profile of a host. */
  readonly namesProfiles: boolean
}

/** What each route asks of its callers: read from its config once, then looked up. */
export class Requirements {
  readonly #trust: Trust
  readonly #standard: Requirement
  readonly #open: Requirement
  readonly #global: boolean
  readonly #warn: (warning: string) => void
  readonly #compiled = new WeakMap<object, Requirement>()
  readonly #found = new WeakMap<object, Requirement | null>()

  /** @throws OptionError `authorize` is no policy */
  constructor (trust: Trust, authorize: Policy<FastifyRequest> | undefined, global: boolean, warn: (warning: string) => void) {
    this.#trust = trust
    this.#warn = warn
    this.#standard = authorize === undefined ? { policy: undefined, profiles: [trust.standard], namesProfiles: false } : this.compile(authorize, 'authorize')
    const anywhere = this.#standard.profiles.filter((profile) => !trust.hosts.has(profile))
    this.#open = { policy: undefined, profiles: anywhere.length > 0 ? anywhere : [trust.standard], namesProfiles: false }
    this.#global = global
  }

  /** What `config.clientCertificate: true` asks for. */
  get standard (): Requirement {
    return this.#standard
  }

  /** By whom a caller is judged at a route that asks for nothing: as elsewhere, but such a route is there at every host. */
  get open (): Requirement {
    return this.#open
  }

  /** `null` where the route asks for nothing. `config` is the one object that Fastify keeps for the route. */
  of (config: FastifyContextConfig & { url?: string, method?: unknown }): Requirement | null {
    const known = this.#found.get(config)
    if (known !== undefined) return known
    const found = this.read(config, `${String(config.method)} ${config.url}`)
    this.#found.set(config, found)
    return found
  }

  /**
   * @throws OptionError the route's `config.clientCertificate` is neither a boolean nor a policy; also where it is written
   * but `undefined`, as a misspelt `policies.admni` is, which must not be weaker than what was meant
   */
  read (config: FastifyContextConfig | undefined, route: string): Requirement | null {
    if (config === undefined || !Object.hasOwn(config, 'clientCertificate')) return this.#global ? this.#standard : null
    const value: unknown = config.clientCertificate
    if (value === true) return this.#standard
    if (value === false) return null
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
      throw new OptionError('config.clientCertificate', 'is neither true, false nor a policy', { route })
    }
    return this.#compile(value as Policy<FastifyRequest> & object, 'config.clientCertificate', route)
  }

  // HEAD routes and the routes of one plugin share a policy object: it is checked and compiled once.
  #compile (policy: Policy<FastifyRequest> & object, key: string, route?: string): Requirement {
    const known = this.#compiled.get(policy)
    if (known !== undefined) return known
    const requirement = this.compile(policy, key, route)
    this.#compiled.set(policy, requirement)
    return requirement
  }

  /**
   * As `compile`, for a policy that comes along with each call.
   * @throws OptionError
   */
  given (policy: Policy<FastifyRequest> | undefined, key: string): Requirement {
    return policy instanceof Object ? this.#compile(policy, key) : this.compile(policy as never, key)
  }

  /** @throws OptionError it is no policy, or names a trust profile that is not there */
  compile (given: Policy<FastifyRequest>, key: string, route?: string): Requirement {
    const policy = compilePolicy(given, key, { route, warn: this.#warn })
    const profiles = policy.trust?.map((name) => this.#trust.profile(name, `${key}.trust`, route)) ?? [this.#trust.standard]
    return Object.freeze({ policy, profiles, namesProfiles: policy.trust !== undefined })
  }
}
