import { contextTag, expect, Fields, readMembers, readNamedBits, readObjectIdentifier, readWhole, tags, type Element } from './der.js'
import { attributes, type Attribute } from './distinguished-name.js'
import { generalName, generalNames, type GeneralName } from './general-name.js'

/** Neither is there where no place is told. */
export interface DistributionPointName {
  /** Where the certificate list is, or the directory name of its place. */
  readonly fullName: readonly GeneralName[] | undefined
  /** Attributes to add to the issuer's name. */
  readonly nameRelativeToCRLIssuer: readonly Attribute[] | undefined
}

export interface DistributionPoint extends DistributionPointName {
  /** The numbers of the reason flags it covers, or `undefined` for all. */
  readonly reasons: readonly number[] | undefined
  readonly cRLIssuer: readonly GeneralName[] | undefined
}

export interface AccessDescription {
  /** Dotted. */
  readonly accessMethod: string
  readonly accessLocation: GeneralName
}

/** The value of cRLDistributionPoints, or of freshestCRL (RFC 5280, sections 4.2.1.13 and 4.2.1.15). */
export function readDistributionPoints (value: Buffer, what: string): readonly DistributionPoint[] {
  return readMembers(readWhole(value, tags.sequence, what), what, distributionPoint)
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

export function distributionPointName (element: Element | undefined): DistributionPointName {
  if (element === undefined) return { fullName: undefined, nameRelativeToCRLIssuer: undefined }
  const fields = new Fields(element, 'DistributionPointName')
  const fullName = fields.optional(contextTag(0, true))
  const relative = fullName === undefined ? fields.take(contextTag(1, true), 'nameRelativeToCRLIssuer') : undefined
  fields.end()
  return { fullName: fullName && generalNames(fullName, 'fullName'), nameRelativeToCRLIssuer: relative && attributes(relative, 'nameRelativeToCRLIssuer') }
}

export function readAuthorityInfoAccess (value: Buffer): readonly AccessDescription[] {
  return readMembers(readWhole(value, tags.sequence, 'authorityInfoAccess'), 'authorityInfoAccess', accessDescription, mostDescriptions)
}

// One for each kind of place, and some to spare: a stranger's are read, too.
const mostDescriptions = 128

function accessDescription (element: Element): AccessDescription {
  const fields = new Fields(expect(element, tags.sequence, 'AccessDescription'), 'AccessDescription')
  const accessMethod = readObjectIdentifier(fields.take(tags.objectIdentifier, 'accessMethod'))
  const accessLocation = generalName(fields.takeAny('accessLocation'))
  fields.end()
  return Object.freeze({ accessMethod, accessLocation })
}
