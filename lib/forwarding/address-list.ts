import { BlockList, isIP } from 'node:net'
import { addressRange, includeEverybody, type AddressRange } from './address-range.js'

/** What stands for the peer of a Unix domain socket, which has no address. */
export const unixSocket = 'unix'

// One server has few proxies in front of it; strangers' addresses must not fill the memory.
const mostKnown = 256

/**
 * IP addresses and blocks of them (`10.0.0.0/8`, `2001:db8::/32`), and `unix`. An IPv4 address is also found in the form that an
 * IPv6 socket shows it in (`::ffff:10.0.0.1`). Always the address of a socket, never one out of a header.
 */
export class AddressList {
  readonly #blocks = new BlockList()
  readonly #hasUnix: boolean
  readonly #known = new Map<string, boolean>()
  readonly ranges: readonly AddressRange[]

  /** @throws RangeError an entry is no address and no block, or all of them together are everybody */
  constructor (entries: readonly string[]) {
    this.#hasUnix = entries.includes(unixSocket)
    this.ranges = entries.filter((entry) => entry !== unixSocket).map((entry) => addTo(this.#blocks, entry))
    if (includeEverybody(this.ranges)) throw new RangeError(entries.length === 1 ? `has '${entries[0]}', which is everybody: name the proxies` : `has blocks that ${addUp}`)
  }

  /** `undefined`, as of a socket that is closed, is in no list. */
  has (address: string | undefined): boolean {
    if (address === undefined) return false
    const known = this.#known.get(address)
    return known ?? this.#remember(address)
  }

  #remember (address: string): boolean {
    if (this.#known.size === mostKnown) this.#known.clear()
    const found = address === unixSocket ? this.#hasUnix : this.#isIn(address)
    this.#known.set(address, found)
    return found
  }

  #isIn (address: string): boolean {
    // Behind % stands the link that the peer of an address like fe80::1 is on.
    const [unscoped] = address.split('%')
    const family = isIP(unscoped)
    return family !== 0 && this.#blocks.check(unscoped, family === 4 ? 'ipv4' : 'ipv6')
  }
}

const addUp = 'add up to everybody: name the proxies'

/** @throws RangeError the lists are everybody together, although none of them is */
export function checkAreNotEverybody (lists: readonly AddressList[]): void {
  if (includeEverybody(lists.flatMap(({ ranges }) => ranges))) throw new RangeError(`have blocks that ${addUp}`)
}

function addTo (blocks: BlockList, entry: string): AddressRange {
  const [, network = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const family = isIP(network)
  const bits = family === 4 ? 32 : 128
  const length = prefix === undefined ? bits : Number(prefix)
  if (family === 0 || network.includes('%') || length > bits) throw new RangeError(`has '${entry}', which is no IP address, no block of them as 10.0.0.0/8, and not '${unixSocket}'`)
  if (length === 0) throw new RangeError(`has '${entry}', which is everybody: name the proxies`)
  blocks.addSubnet(network, length, family === 4 ? 'ipv4' : 'ipv6')
  return addressRange(network, length)
}
