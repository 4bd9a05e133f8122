import type { IncomingHttpHeaders } from 'node:http'
import { isKnownField, writeClientCertFields } from '../forwarding/index.js'
import type { AnyRequest } from './augmentation.js'

/**
 * The header for an upstream server: without any field in which a client could have named itself, and with that of RFC 9440 for
 * the caller of this request, if its certificate is verified and current. `ownNames` are fields of the application's own, in lower case.
 */
export function upstreamFields (request: AnyRequest, headers: IncomingHttpHeaders, ownNames: readonly string[]): IncomingHttpHeaders {
  const isRemoved = (name: string) => isKnownField(name) || ownNames.includes(name.toLowerCase().replaceAll('_', '-'))
  const kept = Object.entries(headers).filter(([name, value]) => !isRemoved(name) && !namesOne(name, value, isRemoved))
  return { ...Object.fromEntries(kept), ...fieldsOf(request) }
}

/** A client that names a field in Connection would have the upstream server drop it (RFC 9110, section 7.6.1). */
function namesOne (name: string, value: string | string[] | undefined, isRemoved: (name: string) => boolean): boolean {
  return name.toLowerCase() === 'connection' && String(value).split(',').some((option) => isRemoved(option.trim()))
}

function fieldsOf ({ clientCertificate, clientCertificateError }: AnyRequest): IncomingHttpHeaders {
  if (clientCertificate === null || clientCertificateError !== null) return {}
  const above = clientCertificate.path!.slice(1, -1)
  return { ...writeClientCertFields(clientCertificate.raw, above.map(({ raw }) => raw)) }
}
