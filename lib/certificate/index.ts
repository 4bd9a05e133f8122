/** What the documents of PKIX say: certificates, distinguished names, PEM. Nothing that is read here is verified yet. */
export { Certificate, readCertificate, type Validity } from './certificate.js'
export { isPem, readCertificates, readPem, writePem, type PemBlock } from './pem.js'
export { isKeyOf, readPrivateKey, writePrivateKey } from './private-key.js'
export { isPkcs12, readPkcs12, type Pkcs12 } from './pkcs12-reader.js'
export { writePkcs12, writePkcs12TrustStore, type Pkcs12KeyStore, type Pkcs12Profile, type Pkcs12TrustStore } from './pkcs12-writer.js'
export { DistinguishedName, readDistinguishedName, type Attribute } from './distinguished-name.js'
export { parseDistinguishedName } from './rfc4514-parser.js'
export type { GeneralName, OtherName } from './general-name.js'
export { writeGeneralName, writeGeneralNames, type GeneralNameText, type GeneralNameTextType } from './general-name-writer.js'
export type { AlgorithmIdentifier } from './algorithm-identifier.js'
export type { AuthorityKeyIdentifier, BasicConstraints, Extension, KeyUsage } from './extensions.js'
export type { AccessDescription, DistributionPoint } from './distribution-points.js'
export type { GeneralSubtree, NameConstraintBase, NameConstraints } from './name-constraints.js'
export type { PolicyConstraints, PolicyInformation, PolicyMapping } from './policies.js'
export { keyUsageNames } from './extensions.js'
export { accessMethods, attributeTypes, extensionTypes, keyPurposes, type AttributeName, type KeyPurposeName } from './object-identifiers.js'
export type { StringType } from './strings.js'
export { revocationReasons, type RevocationReason } from './revocation-reason.js'
export { signatureAlgorithm, signatureAlgorithmOf, type SignatureAlgorithm } from './signature-algorithm.js'

// From here on: for the rooms of this package, and no promise to anyone else.
export { readAlgorithmIdentifier } from './algorithm-identifier.js'
export { rsaKeyBits } from './rsa-key.js'
export { parseAddress } from './ip-address.js'
export { contextTag, tags } from './der.js'
export { write, writeBitString, writeBoolean, writeInteger, writeNamedBits, writeNull, writeObjectIdentifier, writeOctetString, writeSequence, writeSet, writeTime } from './der-writer.js'
export { writeCertificate, writeExtension, writeTbsCertificate, type ToBeSigned } from './certificate-writer.js'
export { writeDistinguishedName, type AttributeText } from './name-writer.js'
export {
  authorityInfoAccessExtension, authorityKeyIdentifierExtension, basicConstraintsExtension, cRLDistributionPointsExtension, extendedKeyUsageExtension,
  keyIdentifierOf, keyUsageExtension, subjectAltNameExtension, subjectKeyIdentifierExtension, type AccessPlaces
} from './extension-writer.js'
