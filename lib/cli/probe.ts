import { once } from 'node:events'
import { request as requestHttp } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as requestHttps, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import { connect as connectTls, type SecureContextOptions } from 'node:tls'
import { codeOf, connectionFailure } from './connection-failure.js'
import { Failure } from './failure.js'
import type { HttpVersion } from './forged-fields.js'

/** Whom to ask, and how. */
export interface Target {
  readonly url: URL
  /** Who asks, and whom they trust. */
  readonly tls: SecureContextOptions
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number
}

export interface Answer {
  readonly status: number
  readonly body: string
}

// A header that is written as JSON has far less; what else answers must not fill the memory.
const maxBodyOctets = 1024 * 1024

/**
 * One request over a connection of its own, so that what is thought of one does not touch the next. `header` has names and values by
 * turns; they are sent as they are. `undefined` where the connection is closed instead of an answer.
 * @throws Failure there is no connection, no answer in time, or one that is too long
 */
export const ask = (target: Target, httpVersion: HttpVersion, header: readonly string[], stop: AbortSignal): Promise<Answer | undefined> =>
  inTime(target, stop, async (signal) => {
    try {
      return await (httpVersion === 'HTTP/2' ? askHttp2 : askHttp1)(target, header, signal)
    } catch (error) {
      if (closings.includes(codeOf(error))) return undefined
      throw error
    }
  })

// How Node says that the other side hung up.
const closings = ['ECONNRESET', 'EPIPE', 'ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_STREAM_CANCEL', 'ERR_HTTP2_SESSION_ERROR']

async function askHttp1 ({ url, tls }: Target, header: readonly string[], signal: AbortSignal): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  // In a list Node leaves names and lines as they are; Host then is not its own affair.
  const options: RequestOptions & { ALPNProtocols: string[] } = { ...tls, ALPNProtocols: ['http/1.1'], agent: false, signal, headers: ['Host', url.host, ...header] }
  const asked = request(url, options).end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, body: await bodyOf(response) }
}

async function askHttp2 ({ url, tls }: Target, header: readonly string[], signal: AbortSignal): Promise<Answer | undefined> {
  const session = connectHttp2(url.origin, { ...tls, ALPNProtocols: ['h2'] })
  try {
    // The stream fails with it.
    session.on('error', () => {})
    const stream = session.request({ ':path': url.pathname + url.search, ...linesByName(header) }, { signal })
    let status: number | undefined
    stream.on('response', (answered) => { status = answered[':status'] })
    const body = await bodyOf(stream)
    return status === undefined ? undefined : { status, body }
  } finally {
    session.destroy()
  }
}

function linesByName (header: readonly string[]): Record<string, string[]> {
  const lines: Record<string, string[]> = {}
  for (let place = 0; place < header.length; place += 2) (lines[header[place]] ??= []).push(header[place + 1])
  return lines
}

async function bodyOf (stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let octets = 0
  for await (const part of stream) {
    octets += part.length
    if (octets > maxBodyOctets) throw new Failure(`the answer has more than ${maxBodyOctets} octets`, endpointHint)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** What has to stand at the URL, for hints. */
export const endpointHint = 'the application has to answer there with { "rawHeaders": request.raw.rawHeaders }, to everybody: docs/proxies.md shows how'

/**
 * Whether HTTP/2 is spoken there, too, as ALPN tells.
 * @throws Failure there is no connection, or none in time
 */
export const offersHttp2 = (target: Target): Promise<boolean> => inTime(target, new AbortController().signal, async (signal) => {
  const { url, tls } = target
  if (url.protocol !== 'https:') return false
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const socket = connectTls({ ...tls, host, port: Number(url.port || 443), servername: isIP(host) === 0 ? host : '', ALPNProtocols: ['h2', 'http/1.1'] })
  try {
    await once(socket, 'secureConnect', { signal })
    return socket.alpnProtocol === 'h2'
  } finally {
    socket.destroy()
  }
})

async function inTime<Value> ({ url, timeout }: Target, stop: AbortSignal, act: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const limit = AbortSignal.timeout(timeout)
  try {
    return await act(AbortSignal.any([limit, stop]))
  } catch (error) {
    if (limit.aborted) throw new Failure(`${url.host} gave no answer within ${timeout / 1000} s`, '--timeout gives it more')
    throw connectionFailure(url.host, error)
  }
}
