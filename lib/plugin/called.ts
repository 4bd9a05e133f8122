import type { Seen, TrustProfile } from './trust-profile.js'
import { malformed, missing, type Verdict } from './verdict.js'

/** Whoever a request is of. */
export interface Called {
  /** What is to be said of them at this instant, in milliseconds since 1970, by these authorities. */
  verdictAt (at: number, profile: TrustProfile): Verdict
  /** What was said last. */
  readonly latest: Pick<Seen, 'profile' | 'verdict'> | undefined
  /** Nothing is to be answered any more. */
  readonly isTurnedAway: boolean
}

/** By the first profile that lets in; where none does, what the first one says. */
export function verdictBy (called: Called, profiles: readonly TrustProfile[], at: number): Verdict {
  const first = called.verdictAt(at, profiles[0])
  if (first.refusal === null || profiles.length === 1) return first
  const verdicts = profiles.slice(1).map((profile) => called.verdictAt(at, profile))
  return verdicts.find(({ refusal }) => refusal === null) ?? verdicts.find(({ pending }) => pending !== undefined) ?? first
}

/** Somebody of whom every profile says the same. */
const alike = (verdict: Verdict): Called => ({ verdictAt: () => verdict, latest: undefined, isTurnedAway: false })

/** A request that came over no connection of ours: a test's `inject`, or plain HTTP. */
export const nobody = alike({ ...missing, refusal: { reason: 'MISSING', hint: 'NO_CONNECTION' } })

/** A proxy forwarded nothing: its client has no certificate. */
export const notForwarded = alike({ ...missing, refusal: { reason: 'MISSING', cause: new Error('the proxy forwarded no certificate'), hint: 'NOT_FORWARDED' } })

/** A proxy forwarded something that is no certificate, or that a proxy alone would not have written. */
export const unreadable = (cause: Error): Called => alike(malformed(cause))

/** Of a proxy's connection, only its requests tell whose they are. */
export const proxyPerhaps = alike({ ...missing, refusal: { reason: 'MISSING', cause: new Error('the connection may be a proxy\'s, and only a request says for which client: check the request') } })

/** Whether the sender is a trusted proxy is still being asked for. */
export const notYetKnown = (pending: Promise<unknown>): Called => alike({ ...missing, until: -Infinity, pending })
