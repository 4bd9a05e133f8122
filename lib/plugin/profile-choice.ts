import type { FastifyRequest } from 'fastify'
import { shortened } from '../errors.js'
import { hostName, type Hosts } from './hosts.js'
import type { Requirement } from './requirement.js'
import type { TrustProfile } from './trust-profile.js'

/** Which profiles may have verified the caller of a request; or why the request is on the wrong connection. */
export type Choice = { readonly profiles: readonly TrustProfile[] } | { readonly misdirected: string }

/**
 * Where a profile depends on the host, the name that the client gave by SNI, under which it was asked for its certificate, and
 * the host of the request have to be one: else a client could choose its authorities by the one and its route by the other.
 */
export function chooseProfiles (request: FastifyRequest, servername: string | undefined, hosts: Hosts, asked: Requirement): Choice {
  const names = hostsOf(request)
  const sni = servername && hostName(servername)
  const profile = hosts.of(sni) ?? names.map((name) => hosts.of(name)).find((each) => each !== undefined)
  if (profile === undefined) return withoutHost(asked.profiles, hosts)
  if (names.length !== 1 || names[0] !== sni) return { misdirected: `the connection was made for ${shortened(sni ?? 'no name')}, and the request is for ${shortened(names.join(' and ')) || 'no host'}` }
  return atHost(profile, asked)
}

/** HTTP/2 has both `:authority` and `host`, and either may be what a route is chosen by. */
export function hostsOf ({ raw: { headers } }: FastifyRequest): readonly string[] {
  const given = [headers[':authority'], headers.host].filter((each) => typeof each === 'string')
  return [...new Set(given.map(hostName))]
}

function withoutHost (asked: readonly TrustProfile[], hosts: Hosts): Choice {
  const profiles = asked.filter((profile) => !hosts.has(profile))
  return profiles.length > 0 ? { profiles } : { misdirected: 'the route is for a trust profile that has hosts of its own' }
}

function atHost (profile: TrustProfile, { namesProfiles, profiles }: Requirement): Choice {
  // A route that names no profile takes that of its host.
  if (!namesProfiles || profiles.includes(profile)) return { profiles: [profile] }
  return { misdirected: `the host is of trust profile ${profile.name}, for which the route is not` }
}
