import { BlockList, isIPv4 } from 'node:net'

/**
 * Whether an IP address is one of the public Internet. Not so: this machine, private networks, those of one link or one
 * provider, multicast, documentation, and what is reserved (RFC 6890 and IANA's registries of special-purpose addresses).
 * Of IPv6 it is global unicast alone (2000::/3) without the ways to IPv4: a mapped or translated address could be anyone's.
 */
export function isPublicAddress (address: string): boolean {
  if (isIPv4(address)) return !specialIPv4.check(address, 'ipv4')
  // What is behind % is a link of this machine.
  const [unscoped] = address.split('%')
  return unscoped === address && globalUnicast.check(address, 'ipv6') && !specialIPv6.check(address, 'ipv6')
}

// Kept apart by family: a BlockList takes an IPv4 address also for the IPv6 address that it is mapped to.
const listOf = (family: 'ipv4' | 'ipv6', subnets: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network, prefix] = subnet.split('/')
    list.addSubnet(network, Number(prefix), family)
  }
  return list
}

const specialIPv4 = listOf('ipv4', [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'
])

const globalUnicast = listOf('ipv6', ['2000::/3'])

// Protocol assignments (Teredo among them), documentation, 6to4.
const specialIPv6 = listOf('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])
