import { authorityInfoAccessExtension, cRLDistributionPointsExtension, type Extension } from '../certificate/index.js'
import { refuseUnknown } from './known-options.js'
import { reworded } from './reworded.js'

/** Where those who verify a certificate find more: absolute URLs that stand in each certificate that is issued. */
export interface Places {
  /** Where the authority's certificate list is (RFC 5280, section 4.2.1.13). */
  readonly cRLDistributionPoints?: readonly string[]
  /** Where its OCSP responder is (RFC 5280, section 4.2.2.1). */
  readonly ocsp?: readonly string[]
  /** Where its own certificate is. */
  readonly caIssuers?: readonly string[]
}

const places = ['cRLDistributionPoints', 'ocsp', 'caIssuers']

/**
 * The extensions that tell the places.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: a place that is unknown, or no absolute URL
 */
export function placeExtensions (given: Places = {}): readonly Extension[] {
  refuseUnknown(given, places)
  const { cRLDistributionPoints = [], ocsp = [], caIssuers = [] } = given
  return reworded('places', () => [
    ...(cRLDistributionPoints.length === 0 ? [] : [cRLDistributionPointsExtension(...cRLDistributionPoints)]),
    ...(ocsp.length + caIssuers.length === 0 ? [] : [authorityInfoAccessExtension({ ocsp, caIssuers })])
  ])
}
