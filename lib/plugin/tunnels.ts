import type { FastifyRequest } from 'fastify'
import { UpgradedConnection } from '../tls/index.js'
import type { Called } from './called.js'
import type { LiveClient, LiveConnections } from './live-connections.js'
import { hostsOf } from './profile-choice.js'
import type { Trust } from './trust.js'

export interface TunnelOptions {
  readonly live: LiveConnections
  readonly trust: Trust
  readonly now: () => number
}

/** Connections of proxies that are one client's alone, since it made a WebSocket or another protocol of them: they end as its own would. */
export class Tunnels {
  readonly #options: TunnelOptions

  constructor (options: TunnelOptions) {
    this.#options = options
  }

  /** The request asks for one; whether it is let in is still to be seen. */
  begin (request: FastifyRequest, client: Called & LiveClient): void {
    const { live, trust, now } = this.#options
    const [host] = hostsOf(request)
    // All are asked, so that it is known who counts for the connection.
    for (const profile of trust.profilesFor(host)) client.verdictAt(now(), profile)
    live.add(new UpgradedConnection(request.raw, client, host))
  }
}
