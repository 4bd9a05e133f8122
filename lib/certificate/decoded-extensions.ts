import { readAuthorityInfoAccess, readDistributionPoints, type AccessDescription, type DistributionPoint } from './distribution-points.js'
import * as read from './extensions.js'
import type { Extension, KeyUsage } from './extensions.js'
import type { GeneralName } from './general-name.js'
import { readNameConstraints, type NameConstraints } from './name-constraints.js'
import { certificateListExtensionTypes, extensionTypes, type KeyPurposeName } from './object-identifiers.js'
import { readCertificatePolicies, readInhibitAnyPolicy, readPolicyConstraints, readPolicyMappings, type PolicyConstraints, type PolicyInformation, type PolicyMapping } from './policies.js'

/** The values of the extensions that RFC 5280 defines, each `undefined` (lists: empty) where the certificate has it not. */
export interface DecodedExtensions {
  readonly subjectAltName: readonly GeneralName[]
  readonly issuerAltName: readonly GeneralName[]
  readonly keyUsage: readonly KeyUsage[] | undefined
  readonly extendedKeyUsage: ReadonlyArray<KeyPurposeName | (string & {})> | undefined
  readonly basicConstraints: read.BasicConstraints | undefined
  readonly nameConstraints: NameConstraints | undefined
  readonly certificatePolicies: readonly PolicyInformation[]
  readonly policyMappings: readonly PolicyMapping[]
  readonly policyConstraints: PolicyConstraints | undefined
  readonly inhibitAnyPolicy: number | undefined
  readonly subjectKeyIdentifier: Buffer | undefined
  readonly authorityKeyIdentifier: read.AuthorityKeyIdentifier | undefined
  readonly cRLDistributionPoints: readonly DistributionPoint[]
  readonly freshestCRL: readonly DistributionPoint[]
  readonly authorityInfoAccess: readonly AccessDescription[]
}

type Mutable = { -readonly [Key in keyof DecodedExtensions]: DecodedExtensions[Key] }

const none: readonly never[] = Object.freeze([])

const readers: ReadonlyMap<string, (into: Mutable, value: Buffer) => void> = new Map<string, (into: Mutable, value: Buffer) => void>([
  [extensionTypes.subjectAltName, (into, value) => { into.subjectAltName = read.readAlternativeNames(value, 'subjectAltName') }],
  [extensionTypes.issuerAltName, (into, value) => { into.issuerAltName = read.readAlternativeNames(value, 'issuerAltName') }],
  [extensionTypes.keyUsage, (into, value) => { into.keyUsage = read.readKeyUsage(value) }],
  [extensionTypes.extendedKeyUsage, (into, value) => { into.extendedKeyUsage = read.readExtendedKeyUsage(value) }],
  [extensionTypes.basicConstraints, (into, value) => { into.basicConstraints = read.readBasicConstraints(value) }],
  [extensionTypes.nameConstraints, (into, value) => { into.nameConstraints = readNameConstraints(value) }],
  [extensionTypes.certificatePolicies, (into, value) => { into.certificatePolicies = readCertificatePolicies(value) }],
  [extensionTypes.policyMappings, (into, value) => { into.policyMappings = readPolicyMappings(value) }],
  [extensionTypes.policyConstraints, (into, value) => { into.policyConstraints = readPolicyConstraints(value) }],
  [extensionTypes.inhibitAnyPolicy, (into, value) => { into.inhibitAnyPolicy = readInhibitAnyPolicy(value) }],
  [extensionTypes.subjectKeyIdentifier, (into, value) => { into.subjectKeyIdentifier = read.readSubjectKeyIdentifier(value) }],
  [extensionTypes.authorityKeyIdentifier, (into, value) => { into.authorityKeyIdentifier = read.readAuthorityKeyIdentifier(value) }],
  [extensionTypes.cRLDistributionPoints, (into, value) => { into.cRLDistributionPoints = readDistributionPoints(value, 'cRLDistributionPoints') }],
  [certificateListExtensionTypes.freshestCRL, (into, value) => { into.freshestCRL = readDistributionPoints(value, 'freshestCRL') }],
  [extensionTypes.authorityInfoAccess, (into, value) => { into.authorityInfoAccess = readAuthorityInfoAccess(value) }]
])

export function decodeExtensions (extensions: readonly Extension[]): DecodedExtensions {
  const decoded: Mutable = {
    subjectAltName: none,
    issuerAltName: none,
    keyUsage: undefined,
    extendedKeyUsage: undefined,
    basicConstraints: undefined,
    nameConstraints: undefined,
    certificatePolicies: none,
    policyMappings: none,
    policyConstraints: undefined,
    inhibitAnyPolicy: undefined,
    subjectKeyIdentifier: undefined,
    authorityKeyIdentifier: undefined,
    cRLDistributionPoints: none,
    freshestCRL: none,
    authorityInfoAccess: none
  }
  for (const { type, value } of extensions) readers.get(type)?.(decoded, value)
  return decoded
}
