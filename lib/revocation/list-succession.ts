import { certificateListExtensionTypes, type Certificate, type CertificateList } from '../certificate/index.js'
import { clockSkew } from '../trust/index.js'

/** A list that is held, and whose key signed it: `undefined` where nobody did who is configured. */
export interface HeldList {
  readonly list: CertificateList
  readonly signer: Certificate | undefined
}

export interface Succession {
  readonly kept: readonly HeldList[]
  /** Those of the new ones that are not taken, and why; `begins` where they may be taken from then on: milliseconds since 1970. */
  readonly refused: ReadonlyArray<{ readonly list: CertificateList, readonly problem: string, readonly begins?: number }>
}

/**
 * Which lists a file, or a URL, holds from now on: the new ones, but where an old one of the same signer, issuer and scope is newer,
 * that one stays. What stands in a file is its owner's to take away; of a URL whatever is missing now stays while it is current, for
 * anyone on the way could have taken it away.
 */
export function succeed (held: readonly HeldList[], found: readonly HeldList[], from: 'file' | 'url', at: number): Succession {
  const kept: HeldList[] = []
  const refused: Array<Succession['refused'][number]> = []
  for (const next of found) {
    const before = held.find((each) => isOneLine(each, next))
    const begins = next.list.thisUpdate.getTime() - clockSkew
    const isEarly = begins > at && (from === 'url' || before !== undefined)
    const problem = isEarly ? `was issued at ${next.list.thisUpdate.toISOString()}, which is not yet` : before && stepBack(before.list, next.list)
    if (problem !== undefined) refused.push({ list: next.list, problem, ...(isEarly && { begins }) })
    // The very same is not another one: who asked about its signature need not ask again.
    const stays = problem !== undefined || before?.list.raw.equals(next.list.raw) === true
    kept.push(...stays ? held.filter((each) => each === before) : [next])
  }
  if (from === 'url') kept.push(...missing(held, kept, at))
  return { kept: withoutTwins(kept), refused }
}

// Whoever answers for a URL could give another list each time, without end.
const mostMissing = 4

const missing = (held: readonly HeldList[], kept: readonly HeldList[], at: number): HeldList[] =>
  held.filter((each) => isCurrentAt(each.list, at) && !kept.some((next) => isReplacedBy(each, next)))
    .sort((one, other) => Number(other.signer !== undefined) - Number(one.signer !== undefined)).slice(0, mostMissing)

/** Whether both are of one signer, issuer and scope, and so numbered in one line. */
function isOneLine (one: HeldList, other: HeldList): boolean {
  return one.signer?.publicKeyFingerprint256 === other.signer?.publicKeyFingerprint256 && scopeOf(one.list) === scopeOf(other.list)
}

/** A list of unknown origin gives way to one that somebody configured has signed, and never the other way round. */
const isReplacedBy = (held: HeldList, next: HeldList): boolean =>
  isOneLine(held, next) || (held.signer === undefined && next.signer !== undefined && scopeOf(held.list) === scopeOf(next.list))

function scopeOf (list: CertificateList): string {
  const scope = list.extensions.find(({ type }) => type === certificateListExtensionTypes.issuingDistributionPoint)
  return [list.issuer.raw, list.authorityKeyIdentifier?.keyIdentifier, scope?.value].map((octets) => octets?.toString('hex')).join() + list.isDelta
}

function stepBack (held: CertificateList, next: CertificateList): string | undefined {
  if (held.number !== undefined && next.number !== undefined && next.number < held.number) return `has the number ${next.number}, and the one held ${held.number}`
  if (next.thisUpdate < held.thisUpdate) return `was issued at ${next.thisUpdate.toISOString()}, and the one held at ${held.thisUpdate.toISOString()}`
  return undefined
}

/** Whether `nextUpdate` has not passed; one without it is never out of date by its own word. */
export const isCurrentAt = ({ nextUpdate }: CertificateList, at: number): boolean => nextUpdate === undefined || nextUpdate.getTime() >= at

const withoutTwins = (held: readonly HeldList[]): readonly HeldList[] =>
  held.filter(({ list }, place) => held.findIndex((each) => each.list === list || each.list.raw.equals(list.raw)) === place)
