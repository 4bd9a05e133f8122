import { contents, contextTag, encoding, expect, Fields, malformed, members, readBoolean, readInteger, readNamedBits, readObjectIdentifier, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { generalName, generalNames, type GeneralName } from './general-name.js'
import { keyPurposeNames, type KeyPurposeName } from './object-identifiers.js'

/** An extension as it stands in the certificate (RFC 5280, section 4.2). */
export interface Extension {
  /** Its type, dotted. */
  readonly type: string
  readonly critical: boolean
  /** The DER of its value: what is inside the OCTET STRING. */
  readonly value: Buffer
}

/** The bits of RFC 5280, section 4.2.1.3, in order. */
export const keyUsageNames = [
  'digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'
] as const

export type KeyUsage = typeof keyUsageNames[number]

export interface BasicConstraints {
  readonly cA: boolean
  /** How many non-self-issued intermediates may follow; `undefined` says that there is no limit. */
  readonly pathLenConstraint: number | undefined
}

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Buffer | undefined
  readonly authorityCertIssuer: readonly GeneralName[] | undefined
  /** Lower-case hexadecimal. */
  readonly authorityCertSerialNumber: string | undefined
}

export interface PolicyInformation {
  /** Dotted. */
  readonly policyIdentifier: string
  /** The DER of the qualifiers, not decoded. */
  readonly policyQualifiers: Buffer | undefined
}

export interface DistributionPoint {
  /** Where the certificate list is, or the directory name of its place. */
  readonly fullName: readonly GeneralName[] | undefined
  /** The DER of a name relative to the issuer's, not decoded. */
  readonly nameRelativeToCRLIssuer: Buffer | undefined
  /** The numbers of the reason flags it covers, or `undefined` for all. */
  readonly reasons: readonly number[] | undefined
  readonly cRLIssuer: readonly GeneralName[] | undefined
}

export interface AccessDescription {
  /** Dotted. */
  readonly accessMethod: string
  readonly accessLocation: GeneralName
}

export interface GeneralSubtree {
  readonly base: NameConstraintBase
}

/** As a GeneralName, but for an iPAddress: there the base is an address and a mask. */
export type NameConstraintBase = Exclude<GeneralName, { type: 'iPAddress' }> | { readonly type: 'iPAddress', readonly octets: Buffer }

export interface NameConstraints {
  readonly permittedSubtrees: readonly GeneralSubtree[] | undefined
  readonly excludedSubtrees: readonly GeneralSubtree[] | undefined
}

export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined
  readonly inhibitPolicyMapping: number | undefined
}

export function readExtensions (element: Element): readonly Extension[] {
  const extensions = members(element, 'Extensions').map(extension)
  const types = new Set(extensions.map((each) => each.type))
  if (types.size !== extensions.length) throw malformed('an extension stands twice')
  return Object.freeze(extensions)
}

function extension (element: Element): Extension {
  expect(element, tags.sequence, 'Extension')
  const fields = new Fields(element, 'Extension')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'extnID'))
  const criticality = fields.optional(tags.boolean)
  // A FALSE that is written out is not DER, yet many CAs write it and every reader takes it.
  const critical = criticality !== undefined && readBoolean(criticality)
  const value = contents(fields.take(tags.octetString, 'extnValue'))
  fields.end()
  return Object.freeze({ type, critical, value })
}

export function readKeyUsage (value: Buffer): readonly KeyUsage[] {
  const bits = readNamedBits(readWhole(value, tags.bitString, 'keyUsage'))
  return Object.freeze(bits.map((bit) => keyUsageNames[bit]).filter((name) => name !== undefined))
}

export function readExtendedKeyUsage (value: Buffer): ReadonlyArray<KeyPurposeName | (string & {})> {
  const purposes = members(readWhole(value, tags.sequence, 'extendedKeyUsage'), 'extendedKeyUsage')
  return Object.freeze(purposes.map((purpose) => named(objectIdentifier(purpose, 'KeyPurposeId'))))
}

const named = (type: string) => keyPurposeNames.get(type) ?? type

const objectIdentifier = (element: Element, what: string) => readObjectIdentifier(expect(element, tags.objectIdentifier, what))

export function readBasicConstraints (value: Buffer): BasicConstraints {
  const fields = new Fields(readWhole(value, tags.sequence, 'basicConstraints'), 'basicConstraints')
  const cA = fields.optional(tags.boolean)
  const length = fields.optional(tags.integer)
  fields.end()
  return Object.freeze({
    cA: cA !== undefined && readBoolean(cA),
    pathLenConstraint: length && readSmallInteger(length, 'pathLenConstraint')
  })
}

export const readSubjectKeyIdentifier = (value: Buffer): Buffer => contents(readWhole(value, tags.octetString, 'subjectKeyIdentifier'))

export function readAuthorityKeyIdentifier (value: Buffer): AuthorityKeyIdentifier {
  const fields = new Fields(readWhole(value, tags.sequence, 'authorityKeyIdentifier'), 'authorityKeyIdentifier')
  const keyIdentifier = fields.optional(contextTag(0))
  const issuer = fields.optional(contextTag(1, true))
  const serialNumber = fields.optional(contextTag(2))
  fields.end()
  return Object.freeze({
    keyIdentifier: keyIdentifier && contents(keyIdentifier),
    authorityCertIssuer: issuer && generalNames(issuer),
    authorityCertSerialNumber: serialNumber && serialNumberText(readInteger(serialNumber))
  })
}

/** A serial number in lower-case hexadecimal, without a sign octet; a negative one has a minus sign. */
export function serialNumberText (integer: Buffer): string {
  if (integer[0] >= 0x80) return `-${(-BigInt.asIntN(integer.length * 8, BigInt(`0x${integer.toString('hex')}`))).toString(16)}`
  return integer.toString('hex', integer[0] === 0 && integer.length > 1 ? 1 : 0)
}

export function readGeneralNames (value: Buffer, what: string): readonly GeneralName[] {
  const sequence = readWhole(value, tags.sequence, what)
  members(sequence, what)
  return generalNames(sequence)
}

export function readCertificatePolicies (value: Buffer): readonly PolicyInformation[] {
  const policies = members(readWhole(value, tags.sequence, 'certificatePolicies'), 'certificatePolicies').map((element) => {
    const fields = new Fields(expect(element, tags.sequence, 'PolicyInformation'), 'PolicyInformation')
    const policyIdentifier = readObjectIdentifier(fields.take(tags.objectIdentifier, 'policyIdentifier'))
    const qualifiers = fields.optional(tags.sequence)
    fields.end()
    return Object.freeze({ policyIdentifier, policyQualifiers: qualifiers && encoding(qualifiers) })
  })
  if (new Set(policies.map((policy) => policy.policyIdentifier)).size !== policies.length) throw malformed('certificatePolicies names a policy twice')
  return Object.freeze(policies)
}

export function readDistributionPoints (value: Buffer): readonly DistributionPoint[] {
  const points = members(readWhole(value, tags.sequence, 'cRLDistributionPoints'), 'cRLDistributionPoints')
  return Object.freeze(points.map(distributionPoint))
}

function distributionPoint (element: Element): DistributionPoint {
  const fields = new Fields(expect(element, tags.sequence, 'DistributionPoint'), 'DistributionPoint')
  const name = fields.optional(contextTag(0, true))
  const reasons = fields.optional(contextTag(1))
  const issuer = fields.optional(contextTag(2, true))
  fields.end()
  return Object.freeze({
    ...distributionPointName(name),
    reasons: reasons && Object.freeze(readNamedBits(reasons)),
    cRLIssuer: issuer && generalNames(issuer)
  })
}

function distributionPointName (element: Element | undefined): Pick<DistributionPoint, 'fullName' | 'nameRelativeToCRLIssuer'> {
  if (element === undefined) return { fullName: undefined, nameRelativeToCRLIssuer: undefined }
  const fields = new Fields(element, 'DistributionPointName')
  const fullName = fields.optional(contextTag(0, true))
  const relative = fullName === undefined ? fields.take(contextTag(1, true), 'nameRelativeToCRLIssuer') : undefined
  fields.end()
  return { fullName: fullName && generalNames(fullName), nameRelativeToCRLIssuer: relative && encoding(relative) }
}

export function readAuthorityInfoAccess (value: Buffer): readonly AccessDescription[] {
  const descriptions = members(readWhole(value, tags.sequence, 'authorityInfoAccess'), 'authorityInfoAccess')
  return Object.freeze(descriptions.map((element) => {
    const fields = new Fields(expect(element, tags.sequence, 'AccessDescription'), 'AccessDescription')
    const accessMethod = readObjectIdentifier(fields.take(tags.objectIdentifier, 'accessMethod'))
    const accessLocation = generalName(fields.takeAny('accessLocation'))
    fields.end()
    return Object.freeze({ accessMethod, accessLocation })
  }))
}

export function readNameConstraints (value: Buffer): NameConstraints {
  const fields = new Fields(readWhole(value, tags.sequence, 'nameConstraints'), 'nameConstraints')
  const permitted = fields.optional(contextTag(0, true))
  const excluded = fields.optional(contextTag(1, true))
  fields.end()
  if (permitted === undefined && excluded === undefined) throw malformed('nameConstraints is empty')
  return Object.freeze({ permittedSubtrees: permitted && subtrees(permitted), excludedSubtrees: excluded && subtrees(excluded) })
}

const subtrees = (element: Element): readonly GeneralSubtree[] =>
  Object.freeze(members(element, 'GeneralSubtrees').map(subtree))

function subtree (element: Element): GeneralSubtree {
  const fields = new Fields(expect(element, tags.sequence, 'GeneralSubtree'), 'GeneralSubtree')
  const base = fields.takeAny('base')
  // RFC 5280 fixes minimum at 0, which DER leaves out, and forbids maximum.
  fields.end()
  return Object.freeze({ base: constraintBase(base) })
}

function constraintBase (base: Element): NameConstraintBase {
  if (base.tag !== contextTag(7)) return generalName(base) as NameConstraintBase
  const octets = contents(base)
  if (octets.length !== 8 && octets.length !== 32) throw malformed('iPAddress of nameConstraints is no address and mask', base.start)
  return Object.freeze({ type: 'iPAddress', octets })
}

export function readPolicyMappings (value: Buffer): readonly PolicyMapping[] {
  const mappings = members(readWhole(value, tags.sequence, 'policyMappings'), 'policyMappings')
  return Object.freeze(mappings.map((element) => {
    const fields = new Fields(expect(element, tags.sequence, 'PolicyMapping'), 'PolicyMapping')
    const issuerDomainPolicy = readObjectIdentifier(fields.take(tags.objectIdentifier, 'issuerDomainPolicy'))
    const subjectDomainPolicy = readObjectIdentifier(fields.take(tags.objectIdentifier, 'subjectDomainPolicy'))
    fields.end()
    return Object.freeze({ issuerDomainPolicy, subjectDomainPolicy })
  }))
}

export function readPolicyConstraints (value: Buffer): PolicyConstraints {
  const fields = new Fields(readWhole(value, tags.sequence, 'policyConstraints'), 'policyConstraints')
  const explicit = fields.optional(contextTag(0))
  const mapping = fields.optional(contextTag(1))
  fields.end()
  return Object.freeze({
    requireExplicitPolicy: explicit && readSmallInteger(explicit, 'requireExplicitPolicy'),
    inhibitPolicyMapping: mapping && readSmallInteger(mapping, 'inhibitPolicyMapping')
  })
}

export const readInhibitAnyPolicy = (value: Buffer): number => readSmallInteger(readWhole(value, tags.integer, 'inhibitAnyPolicy'), 'inhibitAnyPolicy')
