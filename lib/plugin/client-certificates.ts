import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Policy } from '../authorization/index.js'
import type { Certificate } from '../certificate/index.js'
import type { AnyRequest } from './augmentation.js'
import type { Checkable } from './check.js'
import type { DenyEntry } from './deny-list.js'
import { readGauges, type Gauges } from './gauges.js'
import type { Forwarding } from './forwarding.js'
import { checkGrace, type ClosingOptions } from './grace.js'
import type { Journal, RefusalRecord } from './journal.js'
import type { ConnectedClient, LiveConnections } from './live-connections.js'
import type { Mode } from './options.js'
import type { Reload } from './reload.js'
import type { Trust } from './trust.js'
import { upstreamFields } from './upstream-fields.js'

/** What an application knows of its client certificates, and can do: `app.clientCertificates`. */
export interface ClientCertificates {
  readonly mode: Mode
  /** The self-signed certificates that paths may end at, of all trust profiles. Another list after a reload. */
  readonly trustAnchors: readonly Certificate[]
  /**
   * Reads keys, certificates, CAs and certificate lists once more, and puts them in the place of those before: all servers
   * follow, connections are judged again, and those that no longer hold are closed. Whether anything was new.
   * @throws OptionError something is broken: of that the last good state stays, and all that is good counts
   */
  reload (): Promise<boolean>
  /** The connections that are open now. */
  connections (): readonly ConnectedClient[]
  /**
   * Closes the connections that the predicate chooses, each as its protocol does; how many they are.
   * @throws OptionError `options` is not `{ grace }`, or `grace` is not a number of milliseconds
   */
  disconnect (predicate: (client: ConnectedClient) => boolean, options?: ClosingOptions): number
  /**
   * Refuses certificates from now on, and closes their connections; what it returns takes that back. It lasts as long as the
   * process. If several entries match a client, the shortest `grace` counts.
   * @throws OptionError `entry` has none of the forms of the option `deny`, or `grace` is not a number of milliseconds
   */
  deny (entry: DenyEntry, options?: ClosingOptions): () => void
  /**
   * The certificate of the caller of a request that came without Fastify's hooks, where the policy (default: that of the option
   * `authorize`) permits it. For Socket.IO's `allowRequest`, ws' `verifyClient`, a gateway of NestJS, the context of tRPC. A socket
   * of a proxy is refused: give the request.
   * @throws ClientCertificateError what a route would answer; it is in the log and in `refusals()`
   * @throws OptionError `policy` is not a policy, or is given but `undefined`
   */
  check (subject: Checkable, policy?: Policy<FastifyRequest>): Promise<Certificate>
  /** The latest 256 handshakes, connections and requests that were refused, the oldest first. */
  refusals (): readonly RefusalRecord[]
  /** What to watch over, for metrics. */
  gauges (): Gauges
  /**
   * The header for a request to an upstream server, where the application is itself a gateway (RFC 9440, section 2): `headers` without
   * any field that says something of a client's certificate, in any spelling, and with `Client-Cert` and `Client-Cert-Chain` if the
   * caller of `request` has a verified and current certificate. The chain is without the trust anchor.
   * @param headers what would be sent to the upstream server otherwise. Default `request.headers`
   */
  forwardedFields (request: AnyRequest & Pick<FastifyRequest, 'headers'>, headers?: IncomingHttpHeaders): IncomingHttpHeaders
}

export interface ClientCertificateParts {
  readonly mode: Mode
  readonly trust: Trust
  readonly journal: Journal
  readonly live: LiveConnections
  readonly reload: Reload
  readonly forwarding: Forwarding | undefined
  readonly check: ClientCertificates['check']
  readonly now: () => number
}

export function clientCertificates ({ mode, trust, journal, live, reload, forwarding, check, now }: ClientCertificateParts): ClientCertificates {
  return Object.freeze({
    mode,
    get trustAnchors () { return trust.trustAnchors },
    reload: () => reload.now(),
    connections: () => live.list(),
    disconnect: (predicate: (client: ConnectedClient) => boolean, options: ClosingOptions = {}) =>
      live.disconnect(predicate, checkGrace(options, 'disconnect')),
    deny (entry: DenyEntry, options: ClosingOptions = {}) {
      const lift = trust.denyList.add(entry, 'deny', checkGrace(options, 'deny'))
      trust.revise()
      return () => {
        lift()
        trust.revise()
      }
    },
    check,
    refusals: () => journal.latest,
    forwardedFields: (request: AnyRequest & Pick<FastifyRequest, 'headers'>, headers = request.headers) =>
      upstreamFields(request, headers, forwarding?.names ?? []),
    gauges: () => readGauges({ trust, clients: live.list(), serverCertificate: reload.serverCertificate, removals: forwarding?.removals ?? 0, at: now() })
  })
}
