/** Host names and what they are held against (RFC 5280, section 4.2.1.10). */

// Letters, digits and hyphens (RFC 1034, section 3.5), and the underscore that many networks have in theirs.
const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const domainName = new RegExp(`^(?!.{254})${label}(?:\\.${label})*$`)

/** The name in lower case, or `undefined` where it is no domain name. Letters beyond ASCII belong into A-labels. */
export function readDomainName (text: string): string | undefined {
  // `toLowerCase` makes ASCII letters of some others, which the pattern would then let in.
  if (!/^[\x21-\x7e]*$/.test(text)) return undefined
  const name = text.toLowerCase()
  return domainName.test(name) ? name : undefined
}

// Some make an address of a name whose last label is a number, whatever stands before it.
export const endsWithNumber = (name: string): boolean => /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(name)

const isBelow = (name: string, domain: string): boolean => name.endsWith(`.${domain}`)

/** A host of a mailbox or a URI, or all in the domain that a leading period names. */
export interface HostBase {
  readonly domain: string
  readonly isParent: boolean
}

export function readHostBase (text: string): HostBase | undefined {
  const isParent = text.startsWith('.')
  const domain = readDomainName(isParent ? text.slice(1) : text)
  return domain === undefined ? undefined : { domain, isParent }
}

export const isHostWithin = (host: string, { domain, isParent }: HostBase): boolean => isParent ? isBelow(host, domain) : host === domain

/** A `dNSName`; of a pattern (`*.example.com`) what stands behind its first label. */
export interface HostPattern {
  readonly domain: string
  readonly isPattern: boolean
}

export function readHostPattern (text: string): HostPattern | undefined {
  const isPattern = text.startsWith('*.')
  const domain = readDomainName(isPattern ? text.slice(2) : text)
  return domain === undefined ? undefined : { domain, isPattern }
}

/** A `dNSName` stands for itself and all with labels added on the left; an empty one for all there are. */
export const readDomainBase = (text: string): string | undefined => text === '' ? '' : readDomainName(text)

/** Whether all hosts of the pattern are in the domain. */
export const isInDomain = ({ domain }: HostPattern, base: string): boolean => base === '' || domain === base || isBelow(domain, base)

/** Whether any one is. The asterisk stands for one label (RFC 9525, section 6.3). */
export function reachesDomain (pattern: HostPattern, base: string): boolean {
  if (isInDomain(pattern, base)) return true
  const { domain, isPattern } = pattern
  return isPattern && isBelow(base, domain) && !base.slice(0, -domain.length - 1).includes('.')
}
