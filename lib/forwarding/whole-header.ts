import { malformed } from './forwarded-certificate.js'
import type { RawHeaders } from './raw-fields.js'

/** A request of Node's. */
export interface ReceivedRequest {
  readonly httpVersionMajor: number
  readonly rawHeaders: RawHeaders
  readonly socket: object
}

// Names and values: what Node keeps of an HTTP/1 header where `server.maxHeadersCount` says nothing.
const usualLimit = 2000

/**
 * Sees that the header of a request is all there. Many releases of Node cut that of HTTP/1 off after so many fields and go on as if
 * it were whole: a client that sends a forged field, and then enough others, has the proxy's own field cut off. Those of late
 * 2026 (from 22.23.5, 24.22.3, 26.12.1 at the latest) answer 431 instead, and HTTP/2 ends such a stream.
 * @throws ForwardedCertificateError the header has as many fields as Node keeps, or more
 */
export function checkIsWhole ({ httpVersionMajor, rawHeaders, socket }: ReceivedRequest): void {
  if (httpVersionMajor > 1 || rawHeaders.length < limitOf(socket)) return
  throw malformed(`the header has ${rawHeaders.length / 2} fields or more: Node may have cut fields off (server.maxHeadersCount)`)
}

/** Node takes 0, and less, for no limit. */
function limitOf (socket: object): number {
  const { server } = socket as { server?: { maxHeadersCount?: unknown } }
  const count = server?.maxHeadersCount
  if (typeof count !== 'number') return usualLimit
  return count > 0 ? count * 2 : Infinity
}
