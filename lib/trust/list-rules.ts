import { certificateListExtensionTypes as listTypes, extensionTypes, type CertificateList } from '../certificate/index.js'
import { clockSkew } from './clock-skew.js'
import type { StatusInquiry } from './revocation-status.js'

/** What this module heeds, or may pass over as it says no less than the list does without it; any other critical extension rules a list out. */
const heededExtensions: ReadonlySet<string> = new Set([
  extensionTypes.authorityKeyIdentifier,
  extensionTypes.issuerAltName,
  listTypes.cRLNumber,
  listTypes.deltaCRLIndicator,
  listTypes.issuingDistributionPoint,
  listTypes.freshestCRL
])

/** What keeps a list from telling of any certificate, its signature aside; in words that follow its name. */
export function listProblem (list: CertificateList, { at, whenNotConforming }: StatusInquiry): string | undefined {
  const unheeded = list.extensions.find(({ type, critical }) => critical && !heededExtensions.has(type))
  // RFC 5280, sections 5.2 and 5.3.
  if (unheeded !== undefined) return `has the critical extension ${unheeded.type}, which is not understood here`
  if (list.hasUnknownCriticalEntryExtension) return 'has an entry with a critical extension that is not understood here'
  if (list.thisUpdate.getTime() > at.getTime() + clockSkew) return `is not of this time but of ${list.thisUpdate.toISOString()}`
  return whenNotConforming === 'accept' ? undefined : numberProblem(list)
}

// RFC 5280, section 5.2.3.
function numberProblem ({ number, extensions }: CertificateList): string | undefined {
  if (number === undefined) return 'has no cRLNumber'
  return extensions.some(({ type, critical }) => critical && type === listTypes.cRLNumber) ? 'has a cRLNumber that is critical' : undefined
}

/**
 * Until when a list says that it holds, in milliseconds since 1970. RFC 5280, section 5.1.2.5, wants nextUpdate in every
 * list; one without it makes no promise, and is over as soon as it is issued.
 */
export const endOf = ({ nextUpdate, thisUpdate }: CertificateList): number => (nextUpdate ?? thisUpdate).getTime()

/** What a person calls the list. */
export const listName = ({ number, issuer }: CertificateList): string =>
  `certificate list ${number === undefined ? '' : `${number} `}of ${issuer.toShortString() || '(empty name)'}`
