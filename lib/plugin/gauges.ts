import type { Certificate } from '../certificate/index.js'
import type { ConnectedClient } from './live-connections.js'
import type { Trust } from './trust.js'

const day = 24 * 60 * 60 * 1000

/** Upper bounds, in days, of the groups that clients are counted in: few, so that each may be a label of a metric. */
const bounds = [1, 7, 30, 90, 365] as const

export type DaysToExpiry = 'expired' | `${typeof bounds[number]}` | 'more'

/** One certificate list, as it is used. Seconds and not dates, for that is what metrics and alarms are made of. */
export interface ListGauge {
  readonly profile: string
  readonly issuer: string
  /** The file or the URL it came from. */
  readonly source: string
  readonly number: string | undefined
  readonly entries: number
  readonly ageSeconds: number
  /** Negative once it is stale; `undefined` where the list does not tell. */
  readonly nextUpdateInSeconds: number | undefined
}

/** One CA of a trust profile, as the option `ca` has it. */
export interface AuthorityGauge {
  readonly profile: string
  /** RFC 4514, for people. */
  readonly subject: string
  readonly fingerprint256: string
  /** Negative once it has expired: certificates below it are refused then. */
  readonly daysLeft: number
}

/** What to watch over, at one instant. */
export interface Gauges {
  /** Open connections of clients, by the days until the client's certificate expires: `7` are those with more than 1 and up to 7. */
  readonly clientsByDaysToExpiry: Readonly<Record<DaysToExpiry, number>>
  /** Open connections without a verified certificate. */
  readonly clientsWithoutCertificate: number
  readonly lists: readonly ListGauge[]
  readonly authorities: readonly AuthorityGauge[]
  /** Negative once it has expired; `undefined` where Fastify's own https options gave it. */
  readonly serverCertificateDaysLeft: number | undefined
  /** Requests so far that had header fields of client certificates taken away, for their sender was no trusted proxy. */
  readonly requestsWithForeignFields: number
  /** Greater after each change of trust. */
  readonly revision: number
}

export interface GaugeSources {
  readonly trust: Trust
  readonly clients: readonly ConnectedClient[]
  readonly serverCertificate: Certificate | undefined
  /** How many requests had fields taken away. */
  readonly removals: number
  /** Milliseconds since 1970. */
  readonly at: number
}

export function readGauges ({ trust, clients, serverCertificate, removals, at }: GaugeSources): Gauges {
  const known = clients.map(({ certificate }) => certificate).filter((certificate) => certificate !== null)
  return Object.freeze({
    clientsByDaysToExpiry: countByDays(known, at),
    clientsWithoutCertificate: clients.length - known.length,
    lists: listGauges(trust, at),
    authorities: authorityGauges(trust, at),
    serverCertificateDaysLeft: serverCertificate && daysLeft(serverCertificate, at),
    requestsWithForeignFields: removals,
    revision: trust.revision
  })
}

export const daysLeft = ({ validity }: Certificate, at: number): number => (validity.notAfter.getTime() - at) / day

function countByDays (certificates: readonly Certificate[], at: number): Gauges['clientsByDaysToExpiry'] {
  const counts: Record<DaysToExpiry, number> = { expired: 0, 1: 0, 7: 0, 30: 0, 90: 0, 365: 0, more: 0 }
  for (const certificate of certificates) counts[groupOf(daysLeft(certificate, at))]++
  return counts
}

function groupOf (days: number): DaysToExpiry {
  if (days < 0) return 'expired'
  const bound = bounds.find((each) => days <= each)
  return bound === undefined ? 'more' : `${bound}`
}

const authorityGauges = (trust: Trust, at: number): readonly AuthorityGauge[] =>
  trust.sources.flatMap(({ profile }) => profile.authorities.map((authority) => ({
    profile: profile.name,
    subject: authority.subject.toString(),
    fingerprint256: authority.fingerprint256,
    daysLeft: daysLeft(authority, at)
  })))

export function listGauges (trust: Trust, at: number): readonly ListGauge[] {
  return trust.sources.flatMap((source) => source.lists().map(({ issuer, source: from, number, size, thisUpdate, nextUpdate }) => ({
    profile: source.profile.name,
    issuer,
    source: from,
    number,
    entries: size,
    ageSeconds: Math.round((at - thisUpdate.getTime()) / 1000),
    nextUpdateInSeconds: nextUpdate && Math.round((nextUpdate.getTime() - at) / 1000)
  })))
}
