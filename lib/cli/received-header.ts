import { certificateHint } from './connection-failure.js'
import { Failure, only } from './failure.js'
import type { HttpVersion } from './forged-fields.js'
import { endpointHint, type Answer } from './probe.js'

export interface Field {
  readonly name: string
  readonly value: string
}

/** The header that the application says it received; `undefined` where the answer tells of none. */
export function receivedHeader ({ status, body }: Answer): readonly Field[] | undefined {
  if (status !== 200) return undefined
  const raw: unknown = parse(body)?.rawHeaders
  if (!Array.isArray(raw) || !raw.every((text) => typeof text === 'string')) return undefined
  return raw.flatMap((name, place) => place % 2 === 0 ? [{ name, value: raw[place + 1] ?? '' }] : [])
}

function parse (body: string): { readonly rawHeaders?: unknown } | null {
  try {
    return JSON.parse(body)
  } catch (error) {
    only(SyntaxError, error)
    return null
  }
}

/**
 * The same, of a request in which nothing is forged.
 * @throws Failure it is no answer that tells of a header
 */
export function expectHeader (url: URL, httpVersion: HttpVersion, answer: Answer | undefined): readonly Field[] {
  if (answer === undefined) throw new Failure(`${url.href} answers to ${httpVersion} by closing the connection`, url.protocol === 'https:' ? certificateHint : endpointHint)
  checkOpen(url, answer)
  const header = receivedHeader(answer)
  const found = answer.status === 200 ? 'something else than the header it received' : `status ${answer.status}`
  if (header === undefined) throw new Failure(`${url.href} answers to ${httpVersion} with ${found}`, mayWantCertificate(url, answer) ? `${certificateHint}; ${endpointHint}` : endpointHint)
  return header
}

// As nginx (400), Apache (403) and others say it, once the handshake is over.
const mayWantCertificate = ({ protocol }: URL, { status }: Answer): boolean => protocol === 'https:' && [400, 401, 403].includes(status)

/** @throws Failure the plugin itself refused: then the proxy passed on whatever was forged, and nothing is told of it */
export function checkOpen (url: URL, { status, body }: Answer): void {
  const [code] = /FST_CLIENT_CERTIFICATE_[A-Z_]+/.exec(body) ?? []
  if (code !== undefined) throw new Failure(`${url.href} answers with status ${status}, ${code}: it is not open to everybody`, endpointHint)
}
