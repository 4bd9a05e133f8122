import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { extensionTypes, type StringType } from '../../lib/certificate/index.js'
import type { ExtensionReading, Reading } from './reading.js'

/** The same reading of a certificate, by pkijs and asn1js alone. */
export function readingByPkijs (der: Uint8Array): Reading {
  const certificate = pkijs.Certificate.fromBER(new Uint8Array(der))
  const { algorithm, subjectPublicKey } = certificate.subjectPublicKeyInfo
  return {
    version: certificate.version + 1,
    serialNumber: serialNumber(certificate.serialNumber),
    signatureAlgorithm: certificate.signatureAlgorithm.algorithmId,
    issuer: attributes(certificate.issuer),
    subject: attributes(certificate.subject),
    notBefore: certificate.notBefore.value.toISOString(),
    notAfter: certificate.notAfter.value.toISOString(),
    publicKeyAlgorithm: [algorithm.algorithmId, parameters(algorithm)],
    subjectPublicKey: hex(subjectPublicKey.valueBlock.valueHexView),
    signature: hex(certificate.signatureValue.valueBlock.valueHexView),
    extensions: certificate.extensions?.map(extension) ?? []
  }
}

const hex = (octets: ArrayBuffer | Uint8Array) => Buffer.from(octets as Uint8Array).toString('hex')

const derOf = (block: asn1js.BaseBlock) => hex(block.toBER(false))

const parameters = ({ algorithmParams }: pkijs.AlgorithmIdentifier) => algorithmParams === undefined || algorithmParams instanceof asn1js.Any ? undefined : derOf(algorithmParams)

function serialNumber (integer: asn1js.Integer): string {
  const octets = hex(integer.valueBlock.valueHexView)
  return octets.length > 2 ? octets.replace(/^00/, '') : octets
}

const stringTypes: Record<string, StringType> = {
  UTF8String: 'utf8String',
  PrintableString: 'printableString',
  IA5String: 'ia5String',
  BMPString: 'bmpString',
  UniversalString: 'universalString',
  TeletexString: 'teletexString',
  NumericString: 'numericString',
  VisibleString: 'visibleString'
}

const attributes = (name: pkijs.RelativeDistinguishedNames): string[] => name.typesAndValues.map(attribute)

function attribute ({ type, value }: pkijs.AttributeTypeAndValue): string {
  const block = value as unknown as asn1js.BaseStringBlock
  const stringType = stringTypes[(block.constructor as unknown as { NAME: string }).NAME]
  return stringType === undefined ? `${type} ${derOf(block)} #${derOf(block)}` : `${type} ${stringType} ${block.valueBlock.value}`
}

function extension ({ extnID, critical, extnValue, parsedValue }: pkijs.Extension): ExtensionReading {
  return { type: extnID, critical, value: hex(extnValue.valueBlock.valueHexView), decoded: decoded(extnID, parsedValue) }
}

// `parsedValue` is of the class that pkijs has for the type.
function decoded (type: string, value: any): unknown {
  switch (type) {
    case extensionTypes.subjectAltName: case extensionTypes.issuerAltName: return value.altNames.map(generalName)
    case extensionTypes.keyUsage: return bits(value)
    case extensionTypes.extendedKeyUsage: return value.keyPurposes
    case extensionTypes.basicConstraints: return { cA: value.cA, pathLenConstraint: value.pathLenConstraint }
    case extensionTypes.subjectKeyIdentifier: return hex(value.valueBlock.valueHexView)
    case extensionTypes.authorityKeyIdentifier: return authorityKeyIdentifier(value)
    case extensionTypes.certificatePolicies: return value.certificatePolicies.map(policy)
    case extensionTypes.policyMappings: return value.mappings.map((each: pkijs.PolicyMapping) => [each.issuerDomainPolicy, each.subjectDomainPolicy])
    case extensionTypes.policyConstraints: return { requireExplicitPolicy: value.requireExplicitPolicy, inhibitPolicyMapping: value.inhibitPolicyMapping }
    case extensionTypes.inhibitAnyPolicy: return value.valueBlock.valueDec
    case extensionTypes.cRLDistributionPoints: return value.distributionPoints.map(distributionPoint)
    case extensionTypes.authorityInfoAccess: return value.accessDescriptions.map((each: pkijs.AccessDescription) => [each.accessMethod, generalName(each.accessLocation)])
    case extensionTypes.nameConstraints: return [value.permittedSubtrees, value.excludedSubtrees].map((each?: pkijs.GeneralSubtree[]) => each?.map(({ base }) => generalName(base)))
    default: return undefined
  }
}

function bits (value: asn1js.BitString): number[] {
  const octets = value.valueBlock.valueHexView
  return Array.from({ length: octets.length * 8 }, (_, bit) => bit).filter((bit) => (octets[bit >> 3] & (0x80 >> (bit & 7))) !== 0)
}

function authorityKeyIdentifier (value: pkijs.AuthorityKeyIdentifier) {
  const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber } = value
  return [keyIdentifier && hex(keyIdentifier.valueBlock.valueHexView), authorityCertIssuer?.map(generalName), authorityCertSerialNumber && serialNumber(authorityCertSerialNumber)]
}

function policy ({ policyIdentifier, policyQualifiers }: pkijs.PolicyInformation) {
  return [policyIdentifier, policyQualifiers && derOf(new asn1js.Sequence({ value: policyQualifiers.map((each) => each.toSchema()) }))]
}

function distributionPoint (point: pkijs.DistributionPoint) {
  const { distributionPoint: name, reasons, cRLIssuer } = point
  // The octets of `reasons` begin with the count of unused bits here: pkijs makes a BIT STRING of a primitive's contents.
  const reasonBits = reasons && bits(asn1js.fromBER(Buffer.concat([Buffer.from([3, reasons.valueBlock.valueHexView.length]), reasons.valueBlock.valueHexView])).result as asn1js.BitString)
  return [Array.isArray(name) ? name.map(generalName) : undefined, undefined, reasonBits, (cRLIssuer as pkijs.GeneralName[] | undefined)?.map(generalName)]
}

const choices = ['otherName', 'rfc822Name', 'dNSName', 'x400Address', 'directoryName', 'ediPartyName', 'uniformResourceIdentifier', 'iPAddress', 'registeredID']

function generalName ({ type, value }: pkijs.GeneralName): unknown[] {
  const choice = choices[type]
  switch (choice) {
    case 'otherName': return [choice, ...otherName(value)]
    case 'directoryName': return [choice, attributes(value)]
    case 'iPAddress': return [choice, hex(value.valueBlock.valueHexView)]
    case 'x400Address': case 'ediPartyName': return [choice]
    default: return [choice, value]
  }
}

function otherName (block: asn1js.Constructed): unknown[] {
  const [type, tagged] = block.valueBlock.value as [asn1js.ObjectIdentifier, asn1js.Constructed]
  const [inner] = tagged.valueBlock.value
  const isText = ['1.3.6.1.4.1.311.20.2.3', '1.3.6.1.5.5.7.8.9'].includes(type.valueBlock.toString())
  return [type.valueBlock.toString(), derOf(inner), isText ? (inner as asn1js.BaseStringBlock).valueBlock.value : undefined]
}
