/** Object identifiers in dotted form, under the names that the RFCs give them. */

/** Attribute types of distinguished names: RFC 5280 appendix A.1, RFC 4519, X.520, PKCS #9 and ETSI EN 319 412-1. */
export const attributeTypes = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  countryName: '2.5.4.6',
  localityName: '2.5.4.7',
  stateOrProvinceName: '2.5.4.8',
  streetAddress: '2.5.4.9',
  organizationName: '2.5.4.10',
  organizationalUnitName: '2.5.4.11',
  title: '2.5.4.12',
  description: '2.5.4.13',
  businessCategory: '2.5.4.15',
  postalCode: '2.5.4.17',
  name: '2.5.4.41',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  generationQualifier: '2.5.4.44',
  dnQualifier: '2.5.4.46',
  pseudonym: '2.5.4.65',
  organizationIdentifier: '2.5.4.97',
  userId: '0.9.2342.19200300.100.1.1',
  domainComponent: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1'
} as const

export type AttributeName = keyof typeof attributeTypes

/**
 * What stands for an attribute type in the text of a name: the table of RFC 4514, section 3, and for the others what
 * OpenSSL prints. A type without a short name goes by its long one.
 */
export const attributeShortNames: Partial<Record<AttributeName, string>> = {
  commonName: 'CN',
  localityName: 'L',
  stateOrProvinceName: 'ST',
  organizationName: 'O',
  organizationalUnitName: 'OU',
  countryName: 'C',
  streetAddress: 'STREET',
  domainComponent: 'DC',
  userId: 'UID',
  surname: 'SN',
  givenName: 'GN'
}

/** Certificate extensions: RFC 5280, section 4.2. */
export const extensionTypes = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1'
} as const

/** The policy that stands for any (RFC 5280, section 4.2.1.4). */
export const anyPolicy = '2.5.29.32.0'

/** Extensions of certificate lists and of their entries: RFC 5280, sections 5.2 and 5.3. */
export const certificateListExtensionTypes = {
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  freshestCRL: '2.5.29.46'
} as const

/** Attributes of certification requests: RFC 2985, section 5.4, and Microsoft's own type from before it. */
export const requestAttributeTypes = {
  extensionRequest: '1.2.840.113549.1.9.14',
  certificateExtensions: '1.3.6.1.4.1.311.2.1.14',
  challengePassword: '1.2.840.113549.1.9.7',
  unstructuredName: '1.2.840.113549.1.9.2'
} as const

/** Purposes of extended key usage: RFC 5280 section 4.2.1.12, RFC 6960, and the two of Windows and Kerberos log-on. */
export const keyPurposes = {
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  pkinitKPClientAuth: '1.3.6.1.5.2.3.4',
  smartcardLogon: '1.3.6.1.4.1.311.20.2.2'
} as const

export type KeyPurposeName = keyof typeof keyPurposes

/** Types of otherName whose text is decoded: RFC 9598 and Microsoft's user principal name. */
export const otherNameTypes = {
  userPrincipalName: '1.3.6.1.4.1.311.20.2.3',
  smtpUTF8Mailbox: '1.3.6.1.5.5.7.8.9'
} as const

/** Access methods of authorityInfoAccess: RFC 5280, section 4.2.2.1. */
export const accessMethods = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2'
} as const

/** The curves of nearly all elliptic-curve keys: RFC 5480, section 2.1.1.1. */
export const usualCurves = {
  secp256r1: '1.2.840.10045.3.1.7',
  secp384r1: '1.3.132.0.34',
  secp521r1: '1.3.132.0.35'
} as const

/** Algorithms of public keys: RFC 3279, RFC 4055, RFC 5480, RFC 8410. */
export const publicKeyAlgorithms = {
  rsaEncryption: '1.2.840.113549.1.1.1',
  'id-RSASSA-PSS': '1.2.840.113549.1.1.10',
  'id-ecPublicKey': '1.2.840.10045.2.1',
  'id-ecDH': '1.3.132.1.12',
  'id-ecMQV': '1.3.132.1.13',
  'id-dsa': '1.2.840.10040.4.1',
  'id-Ed25519': '1.3.101.112',
  'id-Ed448': '1.3.101.113'
} as const

/** Algorithms of signatures: RFC 3279, RFC 4055, RFC 5758, RFC 8410. */
export const signatureAlgorithms = {
  md5WithRSAEncryption: '1.2.840.113549.1.1.4',
  sha1WithRSAEncryption: '1.2.840.113549.1.1.5',
  sha224WithRSAEncryption: '1.2.840.113549.1.1.14',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
  sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
  'id-RSASSA-PSS': '1.2.840.113549.1.1.10',
  'ecdsa-with-SHA1': '1.2.840.10045.4.1',
  'ecdsa-with-SHA224': '1.2.840.10045.4.3.1',
  'ecdsa-with-SHA256': '1.2.840.10045.4.3.2',
  'ecdsa-with-SHA384': '1.2.840.10045.4.3.3',
  'ecdsa-with-SHA512': '1.2.840.10045.4.3.4',
  'id-Ed25519': '1.3.101.112',
  'id-Ed448': '1.3.101.113'
} as const

const inverse = <Name extends string>(table: Record<Name, string>) =>
  new Map<string, Name>(Object.entries(table).map(([name, type]) => [type as string, name as Name]))

export const attributeNames: ReadonlyMap<string, AttributeName> = inverse(attributeTypes)

/** The dotted type of an attribute that is given by its name or by its type. */
export const attributeTypeOf = (nameOrType: AttributeName | (string & {})): string =>
  Object.hasOwn(attributeTypes, nameOrType) ? attributeTypes[nameOrType as AttributeName] : nameOrType

export const keyPurposeNames: ReadonlyMap<string, KeyPurposeName> = inverse(keyPurposes)
