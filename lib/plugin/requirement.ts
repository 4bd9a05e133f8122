import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { compilePolicy, type CompiledPolicy, type Policy } from '../authorization/index.js'
import { OptionError } from '../errors.js'

/** That a route needs a current certificate, and which policy besides, if any. */
export interface Requirement {
  readonly policy: CompiledPolicy<FastifyRequest> | undefined
}

/** What each route asks of its callers: read from its config once, then looked up. */
export class Requirements {
  readonly #standard: Requirement
  readonly #global: boolean
  readonly #compiled = new WeakMap<object, Requirement>()
  readonly #found = new WeakMap<object, Requirement | null>()

  /** @throws OptionError `authorize` is no policy */
  constructor (authorize: Policy<FastifyRequest> | undefined, global: boolean) {
    this.#standard = { policy: authorize === undefined ? undefined : compilePolicy(authorize, 'authorize') }
    this.#global = global
  }

  /** What `config.clientCertificate: true` asks for. */
  get standard (): Requirement {
    return this.#standard
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
    return this.#compile(value as Policy<FastifyRequest> & object, route)
  }

  // HEAD routes and the routes of one plugin share a policy object: it is checked and compiled once.
  #compile (policy: Policy<FastifyRequest> & object, route: string): Requirement {
    const known = this.#compiled.get(policy)
    if (known !== undefined) return known
    const requirement = { policy: compilePolicy(policy, 'config.clientCertificate', { route }) }
    this.#compiled.set(policy, requirement)
    return requirement
  }
}
