import { createHash } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Certificate } from '../certificate/index.js'
import type { TlsServers } from '../tls/index.js'
import type { LiveConnections } from './live-connections.js'
import { secureContexts, type ServerIdentity, type ServerIdentitySource } from './server-identity.js'
import type { Trust } from './trust.js'
import type { ProfileAuthorities } from './trust-source.js'

/** Servers, and where that which they show of themselves comes from. */
export interface Served {
  readonly source: ServerIdentitySource
  readonly identity: ServerIdentity
  readonly servers: TlsServers
}

export interface ReloadOptions {
  readonly trust: Trust
  readonly log: FastifyBaseLogger
  readonly live: Pick<LiveConnections, 'makeRoom'>
  /** Not there on an application without TLS of this plugin's. */
  readonly served: Served | undefined
}

/** What subscribers of `diagnostics_channel` get: `error` where the new state was refused and the one before stays. */
export interface ReloadRecord {
  readonly changed: boolean
  readonly error: Error | undefined
}

const mostAttempts = 5

// Milliseconds.
const pauseForRoom = 10

function hasNoDescriptors (error: unknown): boolean {
  const { code, cause } = error as { code?: unknown, cause?: unknown }
  return code === 'EMFILE' || code === 'ENFILE' || (cause instanceof Error && hasNoDescriptors(cause))
}

const reloads = channel('fastify-client-certificate:reload')

/** Reads all that options name once more, and puts it in the place of what was, if it is good. */
export class Reload {
  readonly #options: ReloadOptions
  #digest: string
  #running: Promise<boolean> = Promise.resolve(false)
  #identity: ServerIdentity | undefined

  constructor (options: ReloadOptions) {
    this.#options = options
    this.#identity = options.served?.identity
    this.#digest = digestOf(this.#identity, options.trust.sources.map((source) => source.authorities))
  }

  /** Days until it ends are counted; `undefined` where it is not this plugin's. */
  get serverCertificate (): Certificate | undefined {
    return this.#identity?.credentials.certificate
  }

  /**
   * Whether anything was new: in files, or behind configured URLs. One at a time: who asks meanwhile gets the one behind it.
   * @throws OptionError something is broken: of that the last good state stays
   */
  async now (): Promise<boolean> {
    // Files do not wait for a host that is slow.
    const found = await Promise.all([this.#next(), ...this.#options.trust.sources.map((source) => source.refreshLists())])
    return found.includes(true)
  }

  /** Files alone, for when nobody waits: what is wrong is in the log. Never rejects. */
  async attempt (): Promise<void> {
    await Promise.allSettled([this.#next()])
  }

  #next (): Promise<boolean> {
    const begin = () => this.#reload()
    this.#running = this.#running.then(begin, begin)
    return this.#running
  }

  async #reload (): Promise<boolean> {
    const { log } = this.#options
    try {
      const changed = await this.#replaceWithRoom(mostAttempts)
      if (changed) log.info('trust was reloaded: connections are judged by it from now on')
      reloads.publish({ changed, error: undefined } satisfies ReloadRecord)
      return changed
    } catch (error) {
      log.error({ err: error }, 'what was to be reloaded is not good: of that the last good state stays')
      reloads.publish({ changed: false, error: error as Error } satisfies ReloadRecord)
      throw error
    }
  }

  /** File descriptors that one client holds by its connections are not to keep its revocation out. */
  async #replaceWithRoom (attempts: number): Promise<boolean> {
    try {
      return await this.#replace()
    } catch (error) {
      if (!hasNoDescriptors(error) || attempts === 1 || !this.#makeRoom()) throw error
      // Descriptors are given back with the next turns of the event loop.
      await setTimeout(pauseForRoom)
      return this.#replaceWithRoom(attempts - 1)
    }
  }

  #makeRoom (): boolean {
    const { closed, client } = this.#options.live.makeRoom()
    if (closed > 0) this.#options.log.error({ closed, client }, 'no file descriptors are left for a reload: the oldest connections of the client that has most are closed')
    return closed > 0
  }

  /**
   * Keys, certificates and CAs are one set, the lists of each profile another: what is broken keeps its last good state, and
   * does not hold up the rest. A revocation is not to wait for a certificate that was mistyped.
   */
  async #replace (): Promise<boolean> {
    const sets = [this.#replaceIdentity(), ...this.#options.trust.sources.map((source) => source.reloadLists())]
    const results = await Promise.allSettled(sets)
    const broken = results.find((result) => result.status === 'rejected')
    if (broken !== undefined) throw broken.reason
    return results.some((result) => result.status === 'fulfilled' && result.value)
  }

  async #replaceIdentity (): Promise<boolean> {
    const { trust, served, log } = this.#options
    // All is read before anything is put in its place.
    const identity = await served?.source.read()
    const authorities = await Promise.all(trust.sources.map((source) => source.readAuthorities()))
    const digest = digestOf(identity, authorities)
    if (digest === this.#digest) return false
    if (identity !== undefined) served?.servers.replace(secureContexts(identity, trust, authorities, log))
    trust.replace(authorities)
    this.#identity = identity
    this.#digest = digest
    return true
  }
}

function digestOf (identity: ServerIdentity | undefined, authorities: readonly ProfileAuthorities[]): string {
  const hash = createHash('sha256').update(`${String(identity?.credentials.key)}\n${String(identity?.credentials.cert)}`)
  for (const { certificates, advertised } of authorities) {
    hash.update('profile')
    for (const { raw } of certificates) hash.update(raw)
    hash.update('advertised')
    for (const { raw } of advertised) hash.update(raw)
  }
  return hash.digest('hex')
}
