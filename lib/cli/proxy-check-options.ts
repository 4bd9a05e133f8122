import { InvalidArgumentError } from 'commander'
import type { ProxyKind } from '../forwarding/index.js'
import { fieldsOf, proxyKinds } from './forged-fields.js'

/** Which fields are forged. */
export interface FieldChoice {
  readonly from?: readonly ProxyKind[]
  readonly header?: readonly string[]
}

/** Those that are chosen, or those of all kinds of proxies. */
export const chosenFields = ({ from, header = [] }: FieldChoice): readonly string[] =>
  [...new Set([...fieldsOf(from ?? (header.length === 0 ? proxyKinds : [])), ...header])]

export function parseUrl (text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) throw new InvalidArgumentError('A URL begins with https:// or http://.')
  if (url.username !== '' || url.password !== '') throw new InvalidArgumentError('Every process can read a password on the command line.')
  url.hash = ''
  return url
}

export function collectKind (value: string, kinds: readonly ProxyKind[] = []): readonly ProxyKind[] {
  const kind = proxyKinds.find((known) => known === value)
  if (kind === undefined) throw new InvalidArgumentError(`Allowed choices are ${proxyKinds.join(', ')}.`)
  return [...kinds, kind]
}

// RFC 9110, section 5.6.2. A name with underscores is forged on the way.
const fieldName = /^[a-z0-9!#$%&'*+.^`|~-]+$/

// These are between a client and its proxy alone, or say where a request ends: RFC 9110, section 7.6.1, and RFC 9112, section 6.
const ofTheConnection = ['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']

export function collectName (value: string, names: readonly string[] = []): readonly string[] {
  const name = value.toLowerCase()
  if (!fieldName.test(name)) throw new InvalidArgumentError('It is no name of a header field, or has an underscore; those with underscores are sent as well.')
  if (ofTheConnection.includes(name)) throw new InvalidArgumentError('It tells of the connection, and of no certificate.')
  return [...names, name]
}

export function parseSeconds (text: string): number {
  const seconds = /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0
  if (seconds === 0) throw new InvalidArgumentError('A number of seconds above 0 is needed.')
  return seconds
}
