import { endsWithNumber, readDomainName } from './domain-name.js'

// RFC 3986, section 3.2: what a parser might take for another end of the authority is not let in.
const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._~!$&'()*+,;=:%-]*@)?([^/?#@:]*)(?::\d*)?(?:[/?#]|$)/i

/** The host name of a URI, or `undefined` where it has no authority or names no host: then no constraint lets it pass (RFC 5280, section 4.2.1.10). */
export function readUriHost (uri: string): string | undefined {
  const host = authority.exec(uri)?.[1]
  if (host === undefined) return undefined
  const name = readDomainName(host.endsWith('.') ? host.slice(0, -1) : host)
  return name === undefined || endsWithNumber(name) ? undefined : name
}
