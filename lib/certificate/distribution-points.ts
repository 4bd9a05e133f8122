import { contextTag, expect, Fields, readMembers, readNamedBits, readObjectIdentifier, readWhole, tags, type Element } from './der.js'
import { attributes, type Attribute } from './distinguished-name.js'
import { generalName, generalNames, type GeneralName } from './general-name.js'

export interface DistributionPoint {
  /** Where the certificate list is, or the directory name of its place. */
  readonly fullName: readonly GeneralName[] | undefined
  /** Attributes to add to the issuer's name. */
  readonly nameRelativeToCRLIssuer: readonly Attribute[] | undefined
  /** The numbers of the reason flags it covers, or `undefined` for all. */
  readonly reasons: readonly number[] | undefined
  readonly cRLIssuer: readonly GeneralName[] | undefined
}

export interface AccessDescription {
  /** Dotted. */
  readonly accessMethod: string
  readonly accessLocation: GeneralName
}

export function readDistributionPoints (value: Buffer): readonly DistributionPoint[] {
  return readMembers(readWhole(value, tags.sequence, 'cRLDistributionPoints'), 'cRLDistributionPoints', distributionPoint)
}

function distributionPoint (element: Element): DistributionPoint {
  const fields = new Fields(expect(element, tags.sequence, 'DistributionPoint'), 'DistributionPoint')
  const name = fields.optional(contextTag(0, true))
  const reasons = fields.optional(contextTag(1))
  const issuer = fields.optional(contextTag(2, true))
  fields.end()
  return Object.freeze({
    ...distributionPointName(name),
    reasons: reasons && readNamedBits(reasons),
    cRLIssuer: issuer && generalNames(issuer, 'cRLIssuer')
  })
}

function distributionPointName (element: Element | undefined): Pick<DistributionPoint, 'fullName' | 'nameRelativeToCRLIssuer'> {
  if (element === undefined) return { fullName: undefined, nameRelativeToCRLIssuer: undefined }
  const fields = new Fields(element, 'DistributionPointName')
  const fullName = fields.optional(contextTag(0, true))
  const relative = fullName === undefined ? fields.take(contextTag(1, true), 'nameRelativeToCRLIssuer') : undefined
  fields.end()
  return { fullName: fullName && generalNames(fullName, 'fullName'), nameRelativeToCRLIssuer: relative && attributes(relative, 'nameRelativeToCRLIssuer') }
}

export function readAuthorityInfoAccess (value: Buffer): readonly AccessDescription[] {
  return readMembers(readWhole(value, tags.sequence, 'authorityInfoAccess'), 'authorityInfoAccess', accessDescription)
}

function accessDescription (element: Element): AccessDescription {
  const fields = new Fields(expect(element, tags.sequence, 'AccessDescription'), 'AccessDescription')
  const accessMethod = readObjectIdentifier(fields.take(tags.objectIdentifier, 'accessMethod'))
  const accessLocation = generalName(fields.takeAny('accessLocation'))
  fields.end()
  return Object.freeze({ accessMethod, accessLocation })
}
