import { extensionTypes } from './object-identifiers.js'
import * as read from './extensions.js'
import type { Extension } from './extensions.js'

/** The values of the extensions that RFC 5280 defines, each `undefined` (lists: empty) where the certificate has it not. */
export interface DecodedExtensions {
  readonly subjectAltName: ReturnType<typeof read.readGeneralNames>
  readonly issuerAltName: ReturnType<typeof read.readGeneralNames>
  readonly keyUsage: ReturnType<typeof read.readKeyUsage> | undefined
  readonly extendedKeyUsage: ReturnType<typeof read.readExtendedKeyUsage> | undefined
  readonly basicConstraints: read.BasicConstraints | undefined
  readonly nameConstraints: read.NameConstraints | undefined
  readonly certificatePolicies: readonly read.PolicyInformation[]
  readonly policyMappings: readonly read.PolicyMapping[]
  readonly policyConstraints: read.PolicyConstraints | undefined
  readonly inhibitAnyPolicy: number | undefined
  readonly subjectKeyIdentifier: Buffer | undefined
  readonly authorityKeyIdentifier: read.AuthorityKeyIdentifier | undefined
  readonly cRLDistributionPoints: readonly read.DistributionPoint[]
  readonly authorityInfoAccess: readonly read.AccessDescription[]
}

type Mutable = { -readonly [Key in keyof DecodedExtensions]: DecodedExtensions[Key] }

const none: readonly never[] = Object.freeze([])

const readers: ReadonlyMap<string, (into: Mutable, value: Buffer) => void> = new Map<string, (into: Mutable, value: Buffer) => void>([
  [extensionTypes.subjectAltName, (into, value) => { into.subjectAltName = read.readGeneralNames(value, 'subjectAltName') }],
  [extensionTypes.issuerAltName, (into, value) => { into.issuerAltName = read.readGeneralNames(value, 'issuerAltName') }],
  [extensionTypes.keyUsage, (into, value) => { into.keyUsage = read.readKeyUsage(value) }],
  [extensionTypes.extendedKeyUsage, (into, value) => { into.extendedKeyUsage = read.readExtendedKeyUsage(value) }],
  [extensionTypes.basicConstraints, (into, value) => { into.basicConstraints = read.readBasicConstraints(value) }],
  [extensionTypes.nameConstraints, (into, value) => { into.nameConstraints = read.readNameConstraints(value) }],
  [extensionTypes.certificatePolicies, (into, value) => { into.certificatePolicies = read.readCertificatePolicies(value) }],
  [extensionTypes.policyMappings, (into, value) => { into.policyMappings = read.readPolicyMappings(value) }],
  [extensionTypes.policyConstraints, (into, value) => { into.policyConstraints = read.readPolicyConstraints(value) }],
  [extensionTypes.inhibitAnyPolicy, (into, value) => { into.inhibitAnyPolicy = read.readInhibitAnyPolicy(value) }],
  [extensionTypes.subjectKeyIdentifier, (into, value) => { into.subjectKeyIdentifier = read.readSubjectKeyIdentifier(value) }],
  [extensionTypes.authorityKeyIdentifier, (into, value) => { into.authorityKeyIdentifier = read.readAuthorityKeyIdentifier(value) }],
  [extensionTypes.cRLDistributionPoints, (into, value) => { into.cRLDistributionPoints = read.readDistributionPoints(value) }],
  [extensionTypes.authorityInfoAccess, (into, value) => { into.authorityInfoAccess = read.readAuthorityInfoAccess(value) }]
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
    authorityInfoAccess: none
  }
  for (const { type, value } of extensions) readers.get(type)?.(decoded, value)
  return decoded
}
