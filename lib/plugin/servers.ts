import type { Server } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { TlsServers, type Connection, type PeerCertificates, type SecureContexts, type ServerEvents } from '../tls/index.js'
import { Caller } from './caller.js'
import type { Journal } from './journal.js'
import type { LiveConnections } from './live-connections.js'
import type { CheckedOptions } from './options.js'
import type { Trust } from './trust.js'
import type { TrustProfile } from './trust-profile.js'
import type { Refusal } from './verdict.js'

export interface Reception {
  readonly trust: Trust
  readonly journal: Journal
  readonly live: LiveConnections
}

/** Gives key, certificate and CA to every server of the application, and hears of their handshakes. */
export function openServers (app: FastifyInstance, options: CheckedOptions, contexts: SecureContexts, reception: Reception): TlsServers {
  const servers = new TlsServers(app.server as unknown as Server, contexts, options.mode !== 'none', serverEvents(options, reception), app.routing)
  servers.open()
  return servers
}

function serverEvents ({ mode, now }: CheckedOptions, { trust, journal, live }: Reception): ServerEvents {
  return {
    connected (peer: PeerCertificates | undefined, connection: Connection) {
      const at = now()
      const caller = new Caller(peer, at)
      const profiles = trust.hosts.isEmpty ? trust.withoutHosts : trust.profilesFor(connection.servername)
      const refusal = refusalBy(profiles, caller, at)
      if (refusal !== null && mode === 'required') closeWhenRefused(caller, connection, profiles)
      live.expect(caller)
      return caller
    },
    failed: (failure) => journal.handshakeFailed(failure),
    closed () {}
  }

  function closeWhenRefused (caller: Caller, connection: Connection, profiles: readonly TrustProfile[]): void {
    const pending = profiles.map((profile) => caller.verdictAt(now(), profile).pending).filter((each) => each !== undefined)
    if (pending.length === 0) return close(caller, connection, profiles)
    // What is being asked for is waited for: until then its requests wait too.
    caller.awaitAdmission(Promise.all(pending).then(() => {
      if (refusalBy(profiles, caller, now()) !== null) close(caller, connection, profiles)
    }))
  }

  function close (caller: Caller, connection: Connection, profiles: readonly TrustProfile[]): void {
    const { refusal, presented } = caller.verdictAt(now(), profiles[0])
    journal.connectionRefused(refusal as Refusal, presented, connection.remoteAddress)
    caller.isTurnedAway = true
    connection.destroy()
  }
}

/** `null` where one of the profiles lets in. All are asked, so that it is known who counts for the connection. */
function refusalBy (profiles: readonly TrustProfile[], caller: Caller, at: number): Refusal | null {
  let first: Refusal | null | undefined
  for (const profile of profiles) {
    const { refusal } = caller.verdictAt(at, profile)
    if (first === undefined || refusal === null) first = refusal
  }
  return first as Refusal | null
}
