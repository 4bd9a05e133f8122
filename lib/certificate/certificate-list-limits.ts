import { malformed, maxCertificateOctets, type Element } from './der.js'

/**
 * How many octets a certificate list may have. A million entries with serial numbers of 20 octets, a reason and an
 * invalidity date have 79 million; so many are held in memory, beside them an index of 12 for each entry.
 */
export const maxCertificateListOctets = 128 * 1024 * 1024

/** The same element, seen to be no longer than a whole certificate may be: of a name or an extension far more is made than its octets. */
export function withinLimit (element: Element, what: string): Element {
  const length = element.end - element.start
  if (length > maxCertificateOctets) throw malformed(`${what} has ${length} octets, more than ${maxCertificateOctets},`, element.start)
  return element
}
