import { isIPv4 } from 'node:net'

/** From a first address to a last one. IPv4 addresses are where IPv6 has them mapped (`::ffff:0:0/96`). */
export type AddressRange = readonly [first: bigint, last: bigint]

const bits = 128

/** The range of a block. `network` is an address, seen to be one; `length` is in its own bits, 32 or 128. */
export function addressRange (network: string, length: number): AddressRange {
  const free = BigInt(isIPv4(network) ? 32 - length : bits - length)
  const first = (numberOf(network) >> free) << free
  return [first, first + (1n << free) - 1n]
}

/** A URL writes every IPv6 address in one form: groups of hexadecimal digits, with `::` for the longest run of zeros (RFC 5952). */
function numberOf (address: string): bigint {
  const { hostname } = new URL(`http://[${isIPv4(address) ? `::ffff:${address}` : address}]`)
  const [left, right = []] = hostname.slice(1, -1).split('::').map((part) => part.split(':').filter((group) => group !== ''))
  const groups = [...left, ...new Array(8 - left.length - right.length).fill('0'), ...right]
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`)
}

const blocks = (written: readonly string[]): readonly AddressRange[] => written.map((block) => {
  const [network, length] = block.split('/')
  return addressRange(network, Number(length))
})

// What IPv4 has besides public addresses (RFC 6890): a list that lacks only these is still everybody.
const notPublic = blocks([
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'
])

// All of IPv4; the same behind a translator (RFC 6052); all that is given out of IPv6.
const everybody = blocks(['::ffff:0:0/96', '64:ff9b::/96', '2000::/3'])

/** Whether the ranges add up to all addresses of IPv4 or of IPv6 that a stranger can have. */
export function includeEverybody (ranges: readonly AddressRange[]): boolean {
  const merged = merge([...ranges, ...notPublic])
  return everybody.some(([first, last]) => merged.some((range) => range[0] <= first && range[1] >= last))
}

function merge (ranges: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = []
  for (const [first, last] of [...ranges].sort(([one], [other]) => one < other ? -1 : 1)) {
    const before = merged.at(-1)
    if (before === undefined || first > before[1] + 1n) merged.push([first, last])
    else merged[merged.length - 1] = [before[0], last > before[1] ? last : before[1]]
  }
  return merged
}
