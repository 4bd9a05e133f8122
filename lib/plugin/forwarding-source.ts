import type { FastifyRequest } from 'fastify'
import { readPresentedCertificate } from '../certificate/index.js'
import { CertificateError, ForwardedCertificateError } from '../errors.js'
import { checkIsWhole, type ForwardedCertificate } from '../forwarding/index.js'
import { isUpgraded, type PeerCertificates } from '../tls/index.js'
import { notForwarded, unreadable, type Called } from './called.js'
import { Caller } from './caller.js'
import type { DenyList } from './deny-list.js'
import { ForwardedClient } from './forwarded-client.js'
import { forwardedCertificates, type Forwarded, type ForwardedCertificates } from './forwarded-certificates.js'
import type { CheckedForwarding } from './forwarding-options.js'
import { KnownPeers } from './known-peers.js'
import type { Requirements } from './requirement.js'
import { trustedBy, TrustedProxy, type Sender, type Trusted } from './trusted-proxies.js'
import type { Tunnels } from './tunnels.js'
import { VouchedClient } from './vouched-client.js'

export interface ForwardingParts {
  readonly requirements: Requirements
  readonly denyList: DenyList
  readonly tunnels: Tunnels
}

/** One kind of proxy: who it is, and what it forwards. */
export class ForwardingSource {
  readonly #proxies: readonly TrustedProxy[]
  readonly #certificates: ForwardedCertificates
  readonly #isVerifiedHere: boolean
  readonly #denyList: DenyList
  readonly #tunnels: Tunnels
  readonly #known = new KnownPeers()

  /** @throws OptionError the policy for a proxy's certificate is none */
  constructor ({ given, verified, proxies }: CheckedForwarding, { requirements, denyList, tunnels }: ForwardingParts) {
    this.#proxies = proxies.map((proxy) => new TrustedProxy(proxy, proxy.certificate && requirements.compile(proxy.certificate, `${proxy.key}.certificate`)))
    this.#certificates = forwardedCertificates(given)
    this.#isVerifiedHere = verified === 'here'
    this.#denyList = denyList
    this.#tunnels = tunnels
  }

  /** The fields that count from its proxies alone. */
  get names (): readonly string[] {
    return this.#certificates.names
  }

  get secretHeaders (): readonly string[] {
    return this.#proxies.map((proxy) => proxy.secretHeader).filter((name) => name !== undefined)
  }

  /** Whether a connection from this address may be one of its proxies'. */
  isAt (address: string | undefined): boolean {
    return this.#proxies.some((proxy) => proxy.isAt(address))
  }

  trusts (request: FastifyRequest, sender: Sender): Trusted {
    return trustedBy(this.#proxies, request, sender)
  }

  /** The client that a trusted proxy names. */
  calledBy (request: FastifyRequest, { now }: Sender): Called {
    try {
      checkIsWhole(request.raw)
      const found = this.#certificates.find(request)
      return found === undefined ? notForwarded : this.#clientOf(request, found, now)
    } catch (error) {
      if (error instanceof ForwardedCertificateError || error instanceof CertificateError) return unreadable(error)
      throw error
    }
  }

  #clientOf (request: FastifyRequest, found: Forwarded, now: () => number): Called {
    const peer = this.#peerOf(found)
    if (peer === undefined) return notForwarded
    if (!isUpgraded(request.raw)) return this.#isVerifiedHere ? new ForwardedClient(peer) : this.#vouched(peer, found, now())
    const client = this.#isVerifiedHere ? new Caller(peer, now()) : this.#vouched(peer, found, now())
    this.#tunnels.begin(request, client)
    return client
  }

  #vouched ({ certificate }: PeerCertificates, { isFoundGood }: Forwarded, since: number): VouchedClient {
    return new VouchedClient(certificate, isFoundGood === true, this.#denyList, since)
  }

  #peerOf ({ fields, read }: Forwarded): PeerCertificates | undefined {
    const known = fields && this.#known.of(fields)
    if (known !== undefined) return known
    const certificates = read()
    const peer = certificates && peerOf(certificates)
    if (fields !== undefined && peer !== undefined) this.#known.remember(fields, peer)
    return peer
  }
}

/** @throws CertificateError one of them cannot be read */
function peerOf ({ certificate, intermediates }: ForwardedCertificate): PeerCertificates {
  const { fingerprint256 } = readPresentedCertificate(certificate)
  for (const each of intermediates) readPresentedCertificate(each)
  return { fingerprint256, certificate, intermediates }
}
