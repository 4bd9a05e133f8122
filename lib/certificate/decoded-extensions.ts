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
  /** Its `keyIdentifier` alone. */
  readonly issuerKeyIdentifier: Buffer | undefined
  readonly cRLDistributionPoints: readonly DistributionPoint[]
  readonly freshestCRL: readonly DistributionPoint[]
  readonly authorityInfoAccess: readonly AccessDescription[]
}

const none: readonly never[] = Object.freeze([])

/** How each value is read, and from which extension. */
const readers: { readonly [Key in keyof DecodedExtensions]: readonly [type: string, read: (value: Buffer) => DecodedExtensions[Key], absent: DecodedExtensions[Key]] } = {
  subjectAltName: [extensionTypes.subjectAltName, (value) => read.readAlternativeNames(value, 'subjectAltName'), none],
  issuerAltName: [extensionTypes.issuerAltName, (value) => read.readAlternativeNames(value, 'issuerAltName'), none],
  keyUsage: [extensionTypes.keyUsage, read.readKeyUsage, undefined],
  extendedKeyUsage: [extensionTypes.extendedKeyUsage, read.readExtendedKeyUsage, undefined],
  basicConstraints: [extensionTypes.basicConstraints, read.readBasicConstraints, undefined],
  nameConstraints: [extensionTypes.nameConstraints, readNameConstraints, undefined],
  certificatePolicies: [extensionTypes.certificatePolicies, readCertificatePolicies, none],
  policyMappings: [extensionTypes.policyMappings, readPolicyMappings, none],
  policyConstraints: [extensionTypes.policyConstraints, readPolicyConstraints, undefined],
  inhibitAnyPolicy: [extensionTypes.inhibitAnyPolicy, readInhibitAnyPolicy, undefined],
  subjectKeyIdentifier: [extensionTypes.subjectKeyIdentifier, read.readSubjectKeyIdentifier, undefined],
  authorityKeyIdentifier: [extensionTypes.authorityKeyIdentifier, read.readAuthorityKeyIdentifier, undefined],
  issuerKeyIdentifier: [extensionTypes.authorityKeyIdentifier, read.readIssuerKeyIdentifier, undefined],
  cRLDistributionPoints: [extensionTypes.cRLDistributionPoints, (value) => readDistributionPoints(value, 'cRLDistributionPoints'), none],
  freshestCRL: [certificateListExtensionTypes.freshestCRL, (value) => readDistributionPoints(value, 'freshestCRL'), none],
  authorityInfoAccess: [extensionTypes.authorityInfoAccess, readAuthorityInfoAccess, none]
}

const keys = Object.keys(readers) as ReadonlyArray<keyof DecodedExtensions>

/** Those whose values are short, whatever a stranger writes: they decide how a path is looked for. */
const shortKeys: typeof keys = ['keyUsage', 'extendedKeyUsage', 'basicConstraints', 'policyConstraints', 'inhibitAnyPolicy', 'subjectKeyIdentifier', 'issuerKeyIdentifier']

/**
 * Extensions that are decoded when they are first asked for: those of a stranger's certificate may be long, and nearly none of them has to be
 * known before its signature is verified. Those that may be long throw what their reader throws, until `decodeAll` was called.
 */
export class LazyExtensions {
  readonly #extensions: readonly Extension[]
  readonly #values: Partial<Record<keyof DecodedExtensions, unknown>> = {}

  /** @throws CertificateError ERR_CERTIFICATE_MALFORMED: one of those that are always short cannot be read */
  constructor (extensions: readonly Extension[]) {
    this.#extensions = extensions
    for (const key of shortKeys) this.value(key)
  }

  /** @throws CertificateError ERR_CERTIFICATE_MALFORMED */
  value <Key extends keyof DecodedExtensions> (key: Key): DecodedExtensions[Key] {
    if (!(key in this.#values)) this.#values[key] = this.#decode(key)
    return this.#values[key] as DecodedExtensions[Key]
  }

  #decode <Key extends keyof DecodedExtensions> (key: Key): DecodedExtensions[Key] {
    const [type, read, absent] = readers[key]
    const found = this.#extensions.find((each) => each.type === type)
    return found === undefined ? absent : read(found.value)
  }

  /** @throws CertificateError ERR_CERTIFICATE_MALFORMED: one of them cannot be read */
  decodeAll (): this {
    for (const key of keys) this.value(key)
    return this
  }
}
