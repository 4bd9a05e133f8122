import type { CertificateList, DistinguishedName } from '../certificate/index.js'

/** The lists under one issuer's name, which may be of several keys and scopes; the newest come first. */
export interface ListsOfIssuer {
  readonly issuer: DistinguishedName
  readonly complete: readonly CertificateList[]
  readonly deltas: readonly CertificateList[]
}

interface Index {
  readonly groups: readonly ListsOfIssuer[]
  /** By the octets of the name, which are nearly always written in one way. */
  readonly byOctets: ReadonlyMap<string, ListsOfIssuer>
}

// The same lists are asked for each path, and there may be many.
const indexes = new WeakMap<readonly CertificateList[], Index>()

/** The lists whose issuer has this name; `undefined` where there is none. The array is not to be changed any more. */
export function listsOf (lists: readonly CertificateList[], issuer: DistinguishedName): ListsOfIssuer | undefined {
  const { byOctets, groups } = indexOf(lists)
  return byOctets.get(octetsOf(issuer)) ?? groups.find((group) => group.issuer.equals(issuer))
}

function indexOf (lists: readonly CertificateList[]): Index {
  const known = indexes.get(lists)
  if (known !== undefined) return known
  const made = makeIndex([...lists].sort(newestFirst))
  indexes.set(lists, made)
  return made
}

function makeIndex (lists: readonly CertificateList[]): Index {
  const groups: Array<{ issuer: DistinguishedName, complete: CertificateList[], deltas: CertificateList[] }> = []
  const byOctets = new Map<string, ListsOfIssuer>()
  for (const list of lists) {
    let group = groups.find(({ issuer }) => issuer.equals(list.issuer))
    if (group === undefined) groups.push(group = { issuer: list.issuer, complete: [], deltas: [] })
    byOctets.set(octetsOf(list.issuer), group)
    group[list.isDelta ? 'deltas' : 'complete'].push(list)
  }
  return { groups, byOctets }
}

const octetsOf = (name: DistinguishedName): string => name.raw.toString('latin1')

// RFC 5280, section 5.2.3: the number tells which of two lists is the newer one. A list without one is of old times.
function newestFirst (one: CertificateList, other: CertificateList): number {
  const [first, second] = [one.number ?? -1n, other.number ?? -1n]
  if (first !== second) return first > second ? -1 : 1
  return other.thisUpdate.getTime() - one.thisUpdate.getTime()
}
