import dns from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { FetchError } from '../errors.js'
import { isPublicAddress } from './public-address.js'

export interface FetchLimits {
  /** Host names or IP addresses as they stand in URLs, in lower case; with `:port` that port alone is allowed. Default: any. */
  readonly allowedHosts?: readonly string[]
  /** Whether an address may be fetched from that is not of the public Internet. */
  readonly allowPrivateAddresses: boolean
  /** Milliseconds for the whole exchange, from the look-up of the name to the last octet. */
  readonly timeout: number
  /** How many octets the answer may have. */
  readonly maxOctets: number
}

export interface FetchRequest {
  /** With a body it is a POST, else a GET. */
  readonly body?: Buffer
  readonly contentType?: string
  readonly accept: string
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal
}

/**
 * The octets behind an `http` or `https` URL, from an answer with status 200. Redirects are not followed, no proxy and no
 * credentials are used; the address that is connected to is the one that was checked. What the octets say is not looked at.
 * @throws FetchError ERR_REVOCATION_FETCH, whose `reason` is of `FetchReason`
 */
export async function fetchOctets (url: string, request: FetchRequest, limits: FetchLimits): Promise<Buffer> {
  const place = checkedUrl(url, limits)
  const timeout = AbortSignal.timeout(limits.timeout)
  const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal])
  try {
    return await exchange(place, request, limits, signal)
  } catch (error) {
    if (error instanceof FetchError) throw error
    if (timeout.aborted) throw new FetchError('TIMEOUT', url, `there was no whole answer within ${limits.timeout} ms`, error)
    throw new FetchError('NETWORK', url, messageOf(error as NodeJS.ErrnoException), error)
  }
}

// Where several addresses were tried in vain, the message is empty.
const messageOf = ({ message, code }: NodeJS.ErrnoException): string => message || String(code)

function checkedUrl (text: string, { allowedHosts, allowPrivateAddresses }: FetchLimits): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !(url.protocol in defaultPorts)) throw new FetchError('URL', text, 'it is no http or https URL')
  if (url.username !== '' || url.password !== '') throw new FetchError('URL', withoutCredentials(url), 'the URL has credentials')
  if (allowedHosts !== undefined && !isAllowed(url, allowedHosts)) throw new FetchError('HOST', text, `the host ${url.host} is not allowed`)
  const address = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && !allowPrivateAddresses) checkAddress(text, address)
  return url
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

const isAllowed = ({ protocol, hostname, port }: URL, allowed: readonly string[]): boolean =>
  allowed.includes(hostname) || allowed.includes(`${hostname}:${port || defaultPorts[protocol]}`)

function withoutCredentials (url: URL): string {
  url.username = ''
  url.password = ''
  return url.href
}

function checkAddress (url: string, address: string): void {
  if (!isPublicAddress(address)) throw new FetchError('ADDRESS', url, `its address ${address} is not of the public Internet`)
}

function exchange (url: URL, { body, contentType, accept }: FetchRequest, limits: FetchLimits, signal: AbortSignal): Promise<Buffer> {
  const headers = { accept, ...(contentType === undefined ? {} : { 'content-type': contentType }) }
  const lookup = limits.allowPrivateAddresses ? undefined : lookupPublic(url.href)
  // All addresses of a name are asked for, whatever the process' default is. A connection of its own, and no proxy: no agent is shared.
  const options = { method: body === undefined ? 'GET' : 'POST', headers, lookup, autoSelectFamily: true, agent: false as const, signal }
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, options)
    request.on('error', reject)
    request.on('response', (response) => {
      collect(url.href, response, limits.maxOctets).then(resolve, reject).finally(() => request.destroy())
    })
    request.end(body)
  })
}

/** Looks a name up as Node does, and refuses it where any of its addresses is not public: it is not asked which one would be taken. */
function lookupPublic (url: string): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      try {
        for (const { address } of addresses) checkAddress(url, address)
        callback(null, addresses)
      } catch (refusal) {
        callback(refusal as FetchError, [])
      }
    })
  }
}

async function collect (url: string, response: IncomingMessage, maxOctets: number): Promise<Buffer> {
  const { statusCode, headers } = response
  if (statusCode !== 200) throw new FetchError('STATUS', url, `the answer has status ${statusCode}${headers.location === undefined ? '' : ', and redirects are not followed'}`)
  const tooMany = () => new FetchError('SIZE', url, `the answer has more than ${maxOctets} octets`)
  const announced = Number(headers['content-length'] ?? 0)
  if (announced > maxOctets) throw tooMany()
  // Where it is not said how many octets come, there is room for all that are allowed: memory is used as it is written to, and nothing is copied twice.
  const octets = Buffer.allocUnsafeSlow(announced || maxOctets)
  let length = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    if (length + part.length > octets.length) throw tooMany()
    length += part.copy(octets, length)
  }
  const whole = octets.subarray(0, length)
  return length < leastOctetsToShare ? Buffer.from(whole) : whole
}

// A short answer does not hold the memory of a long one.
const leastOctetsToShare = 256 * 1024
