import type { FastifyRequest } from 'fastify'
import { RawFields } from '../forwarding/index.js'
import type { Called } from './called.js'
import type { CheckedForwarding } from './forwarding-options.js'
import { ForwardingSource, type ForwardingParts } from './forwarding-source.js'
import type { Journal } from './journal.js'
import type { Sender } from './trusted-proxies.js'

/** Certificates that proxies forward: whose word counts, and what becomes of the same fields from anybody else. */
export class Forwarding {
  readonly #sources: ReadonlyArray<{ readonly source: ForwardingSource, readonly foreign: RawFields }>
  /** The fields of all sources, and all secrets. */
  readonly #all: RawFields
  readonly #secrets: RawFields
  /** In lower case: no client may set any of these. */
  readonly names: readonly string[]
  readonly #journal: Journal
  #removals = 0

  /** @throws OptionError */
  constructor (options: readonly CheckedForwarding[], parts: ForwardingParts, journal: Journal) {
    const sources = options.map((each) => new ForwardingSource(each, parts))
    const names = [...new Set(sources.flatMap((source) => source.names))]
    const secrets = [...new Set(sources.flatMap((source) => source.secretHeaders))]
    this.names = [...names, ...secrets]
    this.#journal = journal
    this.#all = new RawFields(names)
    this.#secrets = new RawFields(secrets)
    this.#sources = sources.map((source) => ({ source, foreign: new RawFields(names.filter((name) => !source.names.includes(name))) }))
  }

  /** How many requests had fields taken away, for they were not from a proxy whose word counts. */
  get removals (): number {
    return this.#removals
  }

  /** Whether a connection from this address may be a trusted proxy's. */
  isAt (address: string | undefined): boolean {
    return this.#sources.some(({ source }) => source.isAt(address))
  }

  /** Whether a look at a request takes something from it that the next look would need. */
  get hasSecrets (): boolean {
    return this.#secrets.names.length > 0
  }

  /**
   * The client that a trusted proxy names; `undefined` where the sender is none; or what has to be waited for before that can be
   * told. Fields of anybody else than the sender, and secrets, are no more in the request then.
   */
  calledBy (request: FastifyRequest, sender: Sender): Called | undefined | Promise<unknown> {
    for (const { source, foreign } of this.#sources) {
      const trusted = source.trusts(request, sender)
      if (trusted === false) continue
      if (trusted !== true) return trusted
      this.#remove(foreign, request, sender)
      return source.calledBy(request, sender)
    }
    this.#remove(this.#all, request, sender)
    return undefined
  }

  #remove (fields: RawFields, request: FastifyRequest, { address }: Sender): void {
    this.#secrets.remove(request.raw)
    const removed = fields.remove(request.raw)
    if (removed.length === 0) return
    this.#removals++
    this.#journal.fieldsRemoved(request, removed, address)
  }
}
