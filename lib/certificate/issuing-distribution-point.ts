import { contextTag, Fields, readBoolean, readNamedBits, readWhole, tags, type Element } from './der.js'
import { distributionPointName, type DistributionPointName } from './distribution-points.js'

/** Of which certificates a certificate list tells (RFC 5280, section 5.2.5). */
export interface IssuingDistributionPoint extends DistributionPointName {
  readonly onlyContainsUserCerts: boolean
  readonly onlyContainsCACerts: boolean
  /** The numbers of the reason flags it covers, or `undefined` for all. */
  readonly onlySomeReasons: readonly number[] | undefined
  /** Whether its entries may be of certificates of other issuers than its own. */
  readonly indirectCRL: boolean
  readonly onlyContainsAttributeCerts: boolean
}

export function readIssuingDistributionPoint (value: Buffer): IssuingDistributionPoint {
  const fields = new Fields(readWhole(value, tags.sequence, 'issuingDistributionPoint'), 'issuingDistributionPoint')
  const name = fields.optional(contextTag(0, true))
  const onlyContainsUserCerts = flag(fields.optional(contextTag(1)))
  const onlyContainsCACerts = flag(fields.optional(contextTag(2)))
  const reasons = fields.optional(contextTag(3))
  const indirectCRL = flag(fields.optional(contextTag(4)))
  const onlyContainsAttributeCerts = flag(fields.optional(contextTag(5)))
  fields.end()
  return Object.freeze({
    ...distributionPointName(name),
    onlyContainsUserCerts,
    onlyContainsCACerts,
    onlySomeReasons: reasons && readNamedBits(reasons),
    indirectCRL,
    onlyContainsAttributeCerts
  })
}

const flag = (element: Element | undefined): boolean => element !== undefined && readBoolean(element)
