import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { accessMethods, attributeTypes, extensionTypes, keyPurposes } from '../../lib/certificate/index.js'

export interface Specimen {
  title: string
  der: Buffer
}

type StringBlock = new (parameters: { value: string }) => asn1js.BaseBlock

const type = attributeTypes
const utf8 = asn1js.Utf8String as StringBlock
const printable = asn1js.PrintableString as StringBlock
const ia5 = asn1js.IA5String as StringBlock

const attribute = (type: string, value: string, Block: StringBlock = utf8) =>
  new pkijs.AttributeTypeAndValue({ type, value: new Block({ value }) as unknown as pkijs.AttributeValueType })

const subjects: Record<string, pkijs.AttributeTypeAndValue[]> = {
  'common name': [attribute(type.commonName, 'alice')],
  'usual name': [attribute(type.countryName, 'NL', printable), attribute(type.organizationName, 'Example'), attribute(type.organizationalUnitName, 'Operations'), attribute(type.commonName, 'alice')],
  'empty name': [],
  PrintableString: [attribute(type.commonName, 'Alice (Example), 1/2', printable)],
  TeletexString: [attribute(type.commonName, 'Müller', asn1js.TeletexString as StringBlock)],
  BMPString: [attribute(type.commonName, 'Lučić', asn1js.BmpString as StringBlock)],
  UniversalString: [attribute(type.commonName, 'Lučić', asn1js.UniversalString as StringBlock)],
  UTF8String: [attribute(type.commonName, 'Lučić 😀 مرحبا'), attribute(type.surname, ' ,+"\\<>;=#')],
  'repeated attributes': ['a', 'b', 'c'].map((value) => attribute(type.organizationalUnitName, value)),
  'domain components': [attribute(type.domainComponent, 'com', ia5), attribute(type.domainComponent, 'example', ia5), attribute(type.userId, 'alice')],
  'mail address': [attribute(type.commonName, 'alice'), attribute(type.emailAddress, 'alice@example.com', ia5)],
  'control characters': [attribute(type.commonName, 'a\nb\u202ec')],
  'unknown attribute': [attribute('1.3.6.1.4.1.99999.1', 'x'), new pkijs.AttributeTypeAndValue({ type: '2.5.4.45', value: new asn1js.BitString({ valueHex: new Uint8Array([1, 2]).buffer }) as never })],
  'many attributes': Object.entries(type).map(([name, dotted]) => attribute(dotted, name === 'countryName' ? 'NL' : name, name === 'countryName' ? printable : utf8))
}

const extension = (extnID: string, value: { toSchema: () => asn1js.BaseBlock } | asn1js.BaseBlock, critical = false) =>
  new pkijs.Extension({ extnID, critical, extnValue: ('toSchema' in value ? value.toSchema() : value).toBER(false) })

const bits = (octets: number[], unusedBits: number) => new asn1js.BitString({ valueHex: new Uint8Array(octets).buffer, unusedBits })
const octets = (...values: number[]) => new asn1js.OctetString({ valueHex: new Uint8Array(values).buffer })
// pkijs writes all attributes into one set, which gives a name of one relative distinguished name: here one each.
const directory = (...attributes: pkijs.AttributeTypeAndValue[]) =>
  pkijs.RelativeDistinguishedNames.fromBER(new asn1js.Sequence({ value: attributes.map((each) => new asn1js.Set({ value: [each.toSchema()] })) }).toBER(false))
const oneSet = (...attributes: pkijs.AttributeTypeAndValue[]) => new pkijs.RelativeDistinguishedNames({ typesAndValues: attributes })
const name = (type: number, value: unknown) => new pkijs.GeneralName({ type: type as 0, value })
const tagged = (tagNumber: number, ...value: asn1js.BaseBlock[]) => new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber }, value })
const identifier = (value: string) => new asn1js.ObjectIdentifier({ value })
// pkijs writes the inside of an otherName as it is given, one element; the extension is therefore written by asn1js.
const otherName = (type: string, value: asn1js.BaseBlock) => tagged(0, identifier(type), tagged(0, value))
const text = (value: string) => new asn1js.Utf8String({ value })

const subtree = (base: pkijs.GeneralName) => new pkijs.GeneralSubtree({ base })
const allNames = [name(1, 'alice@example.com'), name(2, 'example.com'), name(6, 'spiffe://example.com/a, DNS:b'), name(7, octets(127, 0, 0, 1)), name(7, octets(...Array(15).fill(0), 1)),
  name(4, directory(attribute(type.commonName, 'Alice'), attribute(type.organizationName, 'Éxample'))), name(8, '1.2.3.4')]

const extensions: Record<string, pkijs.Extension[] | undefined> = {
  'version 1': undefined,
  client: [
    extension(extensionTypes.basicConstraints, new pkijs.BasicConstraints(), true), extension(extensionTypes.keyUsage, bits([0x80], 7), true),
    extension(extensionTypes.extendedKeyUsage, new pkijs.ExtKeyUsage({ keyPurposes: [keyPurposes.clientAuth] })), extension(extensionTypes.subjectKeyIdentifier, octets(1, 2, 3)),
    extension(extensionTypes.authorityKeyIdentifier, new pkijs.AuthorityKeyIdentifier({ keyIdentifier: octets(4, 5, 6) }))
  ],
  CA: [extension(extensionTypes.basicConstraints, new pkijs.BasicConstraints({ cA: true }), true), extension(extensionTypes.keyUsage, bits([0x06], 1), true)],
  'CA of length 0': [extension(extensionTypes.basicConstraints, new pkijs.BasicConstraints({ cA: true, pathLenConstraint: 0 }), true)],
  'CA of length 300': [extension(extensionTypes.basicConstraints, new pkijs.BasicConstraints({ cA: true, pathLenConstraint: 300 }))],
  'all key usages': [extension(extensionTypes.keyUsage, bits([0xff, 0x80], 7))],
  'all purposes': [extension(extensionTypes.extendedKeyUsage, new pkijs.ExtKeyUsage({ keyPurposes: [...Object.values(keyPurposes), '1.2.3.4', '2.999.1'] }))],
  'alternative names': [extension(extensionTypes.subjectAltName, new pkijs.AltName({ altNames: allNames }), true)],
  'alternative names of the issuer': [extension(extensionTypes.issuerAltName, new pkijs.AltName({ altNames: allNames }))],
  'other names': [extension(extensionTypes.subjectAltName, new asn1js.Sequence({
    value: [otherName('1.3.6.1.4.1.311.20.2.3', text('alice@corp.example')), otherName('1.3.6.1.5.5.7.8.9', text('álice@example.com')), otherName('1.2.3', new asn1js.Integer({ value: 7 }))]
  }))],
  policies: [extension(extensionTypes.certificatePolicies, new pkijs.CertificatePolicies({
    certificatePolicies: [
      new pkijs.PolicyInformation({ policyIdentifier: '2.5.29.32.0' }),
      new pkijs.PolicyInformation({ policyIdentifier: '1.2.3.4', policyQualifiers: [new pkijs.PolicyQualifierInfo({ policyQualifierId: '1.3.6.1.5.5.7.2.1', qualifier: new asn1js.IA5String({ value: 'https://example.com/cps' }) })] })
    ]
  }))],
  'mapped policies': [
    extension(extensionTypes.policyMappings, new pkijs.PolicyMappings({ mappings: [new pkijs.PolicyMapping({ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' })] }), true),
    extension(extensionTypes.policyConstraints, new asn1js.Sequence({ value: [0, 1].map((tagNumber) => new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: new Uint8Array([tagNumber + 1]).buffer })) }), true),
    extension(extensionTypes.inhibitAnyPolicy, new asn1js.Integer({ value: 3 }), true)
  ],
  'distribution points': [extension(extensionTypes.cRLDistributionPoints, new pkijs.CRLDistributionPoints({
    distributionPoints: [
      new pkijs.DistributionPoint({ distributionPoint: [name(6, 'http://example.com/a.crl'), name(4, directory(attribute(type.commonName, 'crl')))] }),
      new pkijs.DistributionPoint({ cRLIssuer: [name(4, directory(attribute(type.commonName, 'issuer')))] as never })
    ]
  }))],
  access: [extension(extensionTypes.authorityInfoAccess, new pkijs.InfoAccess({
    accessDescriptions: [
      new pkijs.AccessDescription({ accessMethod: accessMethods.ocsp, accessLocation: name(6, 'http://example.com/ocsp') }),
      new pkijs.AccessDescription({ accessMethod: accessMethods.caIssuers, accessLocation: name(6, 'http://example.com/ca.cer') })
    ]
  }))],
  'name constraints': [extension(extensionTypes.nameConstraints, new pkijs.NameConstraints({
    permittedSubtrees: [subtree(name(2, 'example.com')), subtree(name(7, octets(10, 0, 0, 0, 255, 0, 0, 0)))],
    excludedSubtrees: [subtree(name(1, '.example.com')), subtree(name(4, directory(attribute(type.countryName, 'US', printable)))), subtree(name(6, 'example.org'))]
  }), true)],
  'authority with serial number': [extension(extensionTypes.authorityKeyIdentifier, new pkijs.AuthorityKeyIdentifier({
    keyIdentifier: octets(9), authorityCertIssuer: [name(4, directory(attribute(type.commonName, 'issuer')))], authorityCertSerialNumber: new asn1js.Integer({ value: 200 })
  }))],
  'unknown, critical': [extension('1.3.6.1.4.1.99999.2', octets(1), true), extension('2.16.840.1.113730.1.13', new asn1js.IA5String({ value: 'comment' }))],
  everything: []
}
extensions.everything = Object.entries(extensions).filter(([title]) => ['client', 'alternative names', 'policies', 'mapped policies', 'distribution points', 'access', 'name constraints'].includes(title))
  .flatMap(([, list]) => list ?? [])

const keys: Record<string, () => KeyObject> = {
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
  'P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey,
  'RSA 2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
  'RSA-PSS 2048': () => generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256' }).publicKey,
  Ed25519: () => generateKeyPairSync('ed25519').publicKey,
  Ed448: () => generateKeyPairSync('ed448').publicKey
}

const periods: Array<[string, string]> = [
  ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'], ['1950-01-01T00:00:00Z', '2049-12-31T23:59:59Z'],
  ['2049-12-31T23:59:59Z', '2050-01-01T00:00:00Z'], ['2024-02-29T12:34:56Z', '9999-12-31T23:59:59Z'], ['1999-12-31T23:59:59Z', '2000-01-01T00:00:00Z']
]

// Minimal, as DER wants them, with and without a sign octet.
const serialNumbers = [[1], [0], [0x7f], [0, 0x80], [0, ...Array(19).fill(0xff)], [0x7f, ...Array(18).fill(0xab)], [0x12, 0x34]]

const nth = <Value> (list: readonly Value[], index: number): Value => list[index % list.length]

/** Certificates that pkijs wrote: each subject with each set of extensions, over all kinds of keys, periods and serial numbers. */
export function corpusOfPkijs (): Specimen[] {
  const publicKeys = Object.entries(keys).map(([title, create]) => [title, create().export({ type: 'spki', format: 'der' })] as const)
  return Object.entries(subjects).flatMap(([subjectTitle, subject], one) => Object.entries(extensions).map(([title, list], other) => {
    const index = one * Object.keys(extensions).length + other
    const [keyTitle, key] = nth(publicKeys, index)
    return { title: `${subjectTitle}, ${title}, ${keyTitle}`, der: certificate(index, subject, list, key) }
  }))
}

function certificate (index: number, subject: pkijs.AttributeTypeAndValue[], list: pkijs.Extension[] | undefined, key: Buffer): Buffer {
  const [notBefore, notAfter] = nth(periods, index)
  const algorithm = () => new pkijs.AlgorithmIdentifier({ algorithmId: nth(['1.2.840.10045.4.3.2', '1.3.101.112', '1.2.840.10045.4.3.4'], index) })
  const made = new pkijs.Certificate({
    version: list === undefined ? 0 : 2,
    serialNumber: new asn1js.Integer({ valueHex: new Uint8Array(nth(serialNumbers, index)).buffer }),
    signature: algorithm(),
    issuer: directory(...nth(Object.values(subjects), index + 1)),
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    subject: index % 4 === 3 && subject.length > 0 ? oneSet(...subject) : directory(...subject),
    subjectPublicKeyInfo: pkijs.PublicKeyInfo.fromBER(new Uint8Array(key)),
    ...(list === undefined ? {} : { extensions: list }),
    signatureAlgorithm: algorithm(),
    signatureValue: new asn1js.BitString({ valueHex: new Uint8Array(64).fill(index).buffer })
  })
  return Buffer.from(made.toSchema(true).toBER(false))
}

// UTCTime until 2049, as RFC 5280 asks; pkijs leaves the choice to who calls it.
const time = (text: string) => new pkijs.Time({ type: new Date(text).getUTCFullYear() < 2050 ? 0 : 1, value: new Date(text) })
