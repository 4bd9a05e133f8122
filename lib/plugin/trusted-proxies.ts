import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { judge } from '../authorization/index.js'
import type { AddressList } from '../forwarding/index.js'
import { verdictBy, type Called } from './called.js'
import type { Requirement } from './requirement.js'
import type { CheckedProxy } from './trusted-proxy-options.js'

/** Who is at the other end of the connection that a request came over. */
export interface Sender {
  /** The socket's own; `unix` for a Unix domain socket. */
  readonly address: string | undefined
  /** Who presented a certificate, where the connection is mutual TLS. */
  readonly called: Called | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** `true`, `false`, or what has to be waited for before it can be told. */
export type Trusted = boolean | Promise<unknown>

/** One kind of sender whose word counts: all that is named has to fit. */
export class TrustedProxy {
  readonly #addresses: AddressList | undefined
  readonly #requirement: Requirement | undefined
  readonly #secret: Buffer | undefined
  readonly #secretHeader: string

  constructor ({ addresses, secret, secretHeader }: CheckedProxy, requirement: Requirement | undefined) {
    this.#addresses = addresses
    this.#requirement = requirement
    this.#secret = secret === undefined ? undefined : digest(secret)
    this.#secretHeader = secretHeader
  }

  /** The field that no handler is to see; `undefined` where there is no secret. */
  get secretHeader (): string | undefined {
    return this.#secret && this.#secretHeader
  }

  /** Whether a connection from this address may be its own. */
  isAt (address: string | undefined): boolean {
    return this.#addresses?.has(address) !== false
  }

  trusts (request: FastifyRequest, sender: Sender): Trusted {
    if (this.#addresses?.has(sender.address) === false || !this.#knowsSecret(request)) return false
    return this.#requirement === undefined || this.#isPermitted(request, sender, this.#requirement)
  }

  /** Digests are compared, so that neither content nor length shows in the time it takes. */
  #knowsSecret ({ raw }: FastifyRequest): boolean {
    if (this.#secret === undefined) return true
    const given = raw.headers[this.#secretHeader]
    return typeof given === 'string' && timingSafeEqual(digest(given), this.#secret)
  }

  #isPermitted (request: FastifyRequest, { called, now }: Sender, { policy, profiles }: Requirement): Trusted {
    if (called === undefined) return false
    const { certificate, refusal, pending } = verdictBy(called, profiles, now())
    if (refusal !== null) return pending ?? false
    const judgement = judge(policy!, certificate!, request)
    return !(judgement instanceof Promise) && judgement.permitted
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether any of them trusts the sender. */
export function trustedBy (proxies: readonly TrustedProxy[], request: FastifyRequest, sender: Sender): Trusted {
  let pending: Promise<unknown> | undefined
  for (const proxy of proxies) {
    const found = proxy.trusts(request, sender)
    if (found === true) return true
    if (found !== false) pending = found
  }
  return pending ?? false
}
