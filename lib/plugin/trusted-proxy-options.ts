import type { FastifyRequest } from 'fastify'
import type { PolicyObject } from '../authorization/index.js'
import { OptionError } from '../errors.js'
import { AddressList, checkAreNotEverybody as checkLists } from '../forwarding/index.js'
import { checkFieldName } from './field-name.js'

/** Who is a proxy: all that is given has to fit. */
export interface TrustedProxy {
  /** Of the proxy's own socket: IP addresses, blocks of them as `10.0.0.0/8`, or `unix` for a Unix domain socket. */
  readonly address?: string | readonly string[]
  /** The proxy's own client certificate, where its connection to this server is mutual TLS. A predicate has to answer at once. */
  readonly certificate?: PolicyObject<FastifyRequest>
  /** A text of at least 16 characters that the proxy alone knows, and sends along with each request. */
  readonly secret?: string
  /** The field that the secret is in. Default `x-proxy-secret`. */
  readonly secretHeader?: string
}

export interface CheckedProxy {
  readonly addresses: AddressList | undefined
  readonly certificate: PolicyObject<FastifyRequest> | undefined
  readonly secret: string | undefined
  readonly secretHeader: string
  /** Where it stands, for errors. */
  readonly key: string
}

/** @throws OptionError nobody is named, an unknown option, or one of a wrong type */
export function checkProxies (given: unknown, key: string): readonly CheckedProxy[] {
  if (given === undefined) throw new OptionError(key, 'is missing: a certificate in a header counts only from proxies that are named')
  if (!Array.isArray(given)) return [checkProxy(given, key)]
  if (given.length === 0) throw new OptionError(key, 'is an empty list')
  return given.map((proxy, index) => checkProxy(proxy, `${key}[${index}]`))
}

function checkProxy (given: unknown, key: string): CheckedProxy {
  if (typeof given === 'string') return { addresses: readAddresses(given, key), certificate: undefined, secret: undefined, secretHeader: '', key }
  if (given === null || typeof given !== 'object') throw new OptionError(key, 'is neither an address nor an object')
  checkNames(given, key)
  const { address, certificate, secret, secretHeader } = given as TrustedProxy
  if (address === undefined && certificate === undefined && secret === undefined) throw new OptionError(key, 'names nobody: give address, certificate or secret')
  checkSecret(secret, secretHeader, key)
  return { addresses: address === undefined ? undefined : readAddresses(address, `${key}.address`), certificate, secret, secretHeader: (secretHeader ?? 'x-proxy-secret').toLowerCase(), key }
}

/** @throws OptionError those that are known by their address alone are everybody together */
export function checkAreNotEverybody (proxies: readonly CheckedProxy[], key: string): void {
  const byAddressAlone = proxies.filter(({ certificate, secret }) => certificate === undefined && secret === undefined)
  const lists = byAddressAlone.map(({ addresses }) => addresses).filter((addresses) => addresses !== undefined)
  namingOption(key, () => checkLists(lists))
}

const known = ['address', 'certificate', 'secret', 'secretHeader']

/** What is written but `undefined`, as a variable of the environment that is not set, must not be weaker than what was meant. */
function checkNames (given: object, key: string): void {
  for (const [name, value] of Object.entries(given)) {
    if (!known.includes(name)) throw new OptionError(`${key}.${name}`, 'is unknown')
    if (value === undefined) throw new OptionError(`${key}.${name}`, 'is undefined: leave it out, or give it')
  }
}

function readAddresses (address: unknown, key: string): AddressList {
  const addresses = Array.isArray(address) ? address : [address]
  if (addresses.length === 0) throw new OptionError(key, 'is an empty list')
  return namingOption(key, () => new AddressList(addresses))
}

function namingOption<Value> (key: string, check: () => Value): Value {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new OptionError(key, error.message, { cause: error })
  }
}

// Whoever would guess one has to try more of them than there is time for.
const leastSecret = 16

function checkSecret (secret: unknown, secretHeader: unknown, key: string): void {
  if (secret === undefined && secretHeader !== undefined) throw new OptionError(`${key}.secretHeader`, 'is given without secret')
  if (secret !== undefined && !(typeof secret === 'string' && secret.length >= leastSecret)) throw new OptionError(`${key}.secret`, `is no text of at least ${leastSecret} characters`)
  checkFieldName(secretHeader, `${key}.secretHeader`)
}
