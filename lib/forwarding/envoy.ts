import { createHash } from 'node:crypto'
import { malformed, type ForwardedCertificate } from './forwarded-certificate.js'
import { percentDecode } from './percent-encoding.js'
import { readPemCertificates } from './pem.js'
import { readXfcc, type XfccElement } from './xfcc.js'

export interface XfccOptions {
  /** How many proxies on the way are trusted, the one that speaks to this server included. Default 1. */
  readonly hops?: number
  /** What becomes of a field with more elements than that: default `reject`. With `ignore` those to the left are not looked at. */
  readonly whenMoreElements?: 'reject' | 'ignore'
}

/**
 * The client of the outermost trusted proxy, told by counting elements from the right; `undefined` where fewer are there, for then that
 * proxy had nothing to say.
 * @throws ForwardedCertificateError
 */
export function readXfccCertificate (field: string, { hops = 1, whenMoreElements = 'reject' }: XfccOptions): ForwardedCertificate | undefined {
  const elements = readXfcc(field)
  if (elements.length > hops && whenMoreElements === 'reject') {
    throw malformed(`XFCC has ${elements.length} elements, and ${hops === 1 ? '1 proxy is' : `${hops} proxies are`} trusted: somebody in front of them wrote there too`)
  }
  return elements.length < hops ? undefined : certificateOf(elements[elements.length - hops])
}

function certificateOf (element: XfccElement): ForwardedCertificate {
  const own = certificatesOf(element, 'cert')
  const chain = certificatesOf(element, 'chain')
  const certificate = own?.[0] ?? chain?.[0]
  if (certificate === undefined) throw malformed('the element of XFCC has neither Cert nor Chain: the proxy has to be told to set them')
  if (own !== undefined && own.length > 1) throw malformed('Cert of XFCC has more than one certificate')
  checkHash(single(element, 'hash'), certificate)
  // Envoy begins the chain with the client's own certificate, others do not. Nothing in it is trusted for being there.
  return { certificate, intermediates: chain?.filter((each) => !each.equals(certificate)) ?? [] }
}

function certificatesOf (element: XfccElement, key: string): Buffer[] | undefined {
  const value = single(element, key)
  return value === undefined ? undefined : readPemCertificates(percentDecode(value))
}

function single (element: XfccElement, key: string): string | undefined {
  const values = element.get(key)
  if (values !== undefined && values.length > 1) throw malformed(`the element of XFCC has ${key} ${values.length} times`)
  return values?.[0]
}

function checkHash (hash: string | undefined, certificate: Buffer): void {
  if (hash === undefined) return
  if (createHash('sha256').update(certificate).digest('hex') !== hash.toLowerCase()) throw malformed('Hash of XFCC is not that of its certificate')
}
