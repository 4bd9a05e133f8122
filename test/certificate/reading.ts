import { extensionTypes, keyPurposes, keyUsageNames, type Certificate, type DistinguishedName, type DistributionPoint, type Extension, type GeneralName, type GeneralSubtree } from '../../lib/certificate/index.js'

/** A certificate in plain values, octets in hexadecimal, so that two readings of it can be held against each other. */
export interface Reading {
  version: number
  serialNumber: string
  signatureAlgorithm: string
  issuer: string[]
  subject: string[]
  notBefore: string
  notAfter: string
  publicKeyAlgorithm: [string, string | undefined]
  subjectPublicKey: string
  signature: string
  extensions: ExtensionReading[]
}

export interface ExtensionReading {
  type: string
  critical: boolean
  value: string
  /** In the same form by either reader; `undefined` where the type is not decoded. */
  decoded: unknown
}

export function readingOf (certificate: Certificate): Reading {
  const { algorithm, parameters } = certificate.publicKeyAlgorithm
  return {
    version: certificate.version,
    serialNumber: certificate.serialNumber,
    signatureAlgorithm: certificate.signatureAlgorithm.algorithm,
    issuer: attributes(certificate.issuer),
    subject: attributes(certificate.subject),
    notBefore: certificate.validity.notBefore.toISOString(),
    notAfter: certificate.validity.notAfter.toISOString(),
    publicKeyAlgorithm: [algorithm, parameters?.toString('hex')],
    subjectPublicKey: certificate.subjectPublicKey.toString('hex'),
    signature: certificate.signature.toString('hex'),
    extensions: certificate.extensions.map((extension) => extensionReading(certificate, extension))
  }
}

const attributes = (name: DistinguishedName): string[] =>
  name.attributes.map(({ type, value, stringType, raw }) => `${type} ${stringType ?? raw.toString('hex')} ${value}`)

function extensionReading (certificate: Certificate, { type, critical, value }: Extension): ExtensionReading {
  return { type, critical, value: value.toString('hex'), decoded: decoded(certificate, type) }
}

function decoded (certificate: Certificate, type: string): unknown {
  switch (type) {
    case extensionTypes.subjectAltName: return certificate.subjectAltName.map(generalName)
    case extensionTypes.issuerAltName: return certificate.issuerAltName.map(generalName)
    case extensionTypes.keyUsage: return certificate.keyUsage?.map((name) => keyUsageNames.indexOf(name))
    case extensionTypes.extendedKeyUsage: return certificate.extendedKeyUsage?.map((name) => keyPurposes[name as keyof typeof keyPurposes] ?? name)
    case extensionTypes.basicConstraints: return { ...certificate.basicConstraints }
    case extensionTypes.subjectKeyIdentifier: return certificate.subjectKeyIdentifier?.toString('hex')
    case extensionTypes.authorityKeyIdentifier: return authorityKeyIdentifier(certificate)
    case extensionTypes.certificatePolicies: return certificate.certificatePolicies.map((each) => [each.policyIdentifier, each.policyQualifiers?.toString('hex')])
    case extensionTypes.policyMappings: return certificate.policyMappings.map((each) => [each.issuerDomainPolicy, each.subjectDomainPolicy])
    case extensionTypes.policyConstraints: return { ...certificate.policyConstraints }
    case extensionTypes.inhibitAnyPolicy: return certificate.inhibitAnyPolicy
    case extensionTypes.cRLDistributionPoints: return certificate.cRLDistributionPoints.map(distributionPoint)
    case extensionTypes.authorityInfoAccess: return certificate.authorityInfoAccess.map((each) => [each.accessMethod, generalName(each.accessLocation)])
    case extensionTypes.nameConstraints: return [certificate.nameConstraints?.permittedSubtrees, certificate.nameConstraints?.excludedSubtrees].map((each) => each?.map(subtree))
    default: return undefined
  }
}

function authorityKeyIdentifier (certificate: Certificate) {
  const identifier = certificate.authorityKeyIdentifier
  return [identifier?.keyIdentifier?.toString('hex'), identifier?.authorityCertIssuer?.map(generalName), identifier?.authorityCertSerialNumber]
}

const distributionPoint = (point: DistributionPoint) => [
  point.fullName?.map(generalName),
  point.nameRelativeToCRLIssuer?.map(({ type, value }) => `${type} ${value}`),
  point.reasons,
  point.cRLIssuer?.map(generalName)
]

const subtree = ({ base }: GeneralSubtree) => base.type === 'iPAddress' ? [base.type, base.octets.toString('hex')] : generalName(base)

function generalName (name: GeneralName): unknown[] {
  switch (name.type) {
    case 'directoryName': return [name.type, attributes(name.value)]
    case 'iPAddress': return [name.type, name.octets.toString('hex')]
    case 'otherName': return [name.type, name.typeIdentifier, name.value.toString('hex'), name.userPrincipalName ?? name.smtpUTF8Mailbox]
    case 'x400Address': case 'ediPartyName': return [name.type]
    default: return [name.type, name.value]
  }
}
