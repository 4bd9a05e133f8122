import { maxCertificateListOctets } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import type { FetchLimits } from './fetch.js'
import type { Source } from './list-source.js'

export interface CertificateListOptions {
  /** Files, folders, `http` or `https` URLs, or contents (PEM with one or several lists, DER); one or several of these. */
  readonly crl?: Source | readonly Source[]
  /**
   * Whether the URLs that verified certificates name in cRLDistributionPoints are fetched, and from which hosts: names or addresses as in
   * a URL, with `:port` that port alone. Default false.
   */
  readonly distributionPoints?: false | { readonly allowedHosts: readonly string[] }
  /** Whether distribution points may have addresses that are not of the public Internet. Default false. The hosts of URLs in `crl` are the owner's choice, and may. */
  readonly allowPrivateAddresses?: boolean
  /** A folder where lists that were fetched are kept, for a start without network. It is made where it is not there. Default: none. */
  readonly cacheDirectory?: string
  /** Milliseconds for a whole fetch. Default 30,000. */
  readonly fetchTimeout?: number
  /** How many octets a list that is fetched may have. Default 67,108,864, which is more than a million entries. */
  readonly maxListOctets?: number
}

/** @throws OptionError that names the option that cannot be */
export function limitsOf ({ allowPrivateAddresses = false, fetchTimeout = 30_000, maxListOctets = 64 * 1024 * 1024 }: CertificateListOptions): FetchLimits {
  checkWholeNumber('fetchTimeout', fetchTimeout, 0x7fffffff)
  checkWholeNumber('maxListOctets', maxListOctets, maxCertificateListOctets)
  return { allowPrivateAddresses, timeout: fetchTimeout, maxOctets: maxListOctets }
}

function checkWholeNumber (key: string, value: number, greatest: number): void {
  if (!Number.isInteger(value) || value < 1 || value > greatest) throw new OptionError(key, `is no whole number from 1 to ${greatest}`)
}

/** @throws OptionError: no list of host names */
export function allowedHostsOf ({ distributionPoints = false }: CertificateListOptions): readonly string[] | undefined {
  if (distributionPoints === false) return undefined
  const allowedHosts: unknown = distributionPoints.allowedHosts
  if (Array.isArray(allowedHosts) && allowedHosts.length > 0 && allowedHosts.every((host) => typeof host === 'string' && host !== '')) return allowedHosts.map((host) => host.toLowerCase())
  throw new OptionError('distributionPoints.allowedHosts', 'is no list of host names')
}
