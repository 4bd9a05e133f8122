import { extensionTypes, keyIdentifierOf, requestAttributeTypes, type CertificationRequest, type Extension } from '../certificate/index.js'
import { keyUsagesOf, purposes, type Profile } from './profile.js'

/**
 * What a request asks for beside its names, and a certificate of this profile does not have: in words, such as
 * `extendedKeyUsage codeSigning`, without any text of the requester's.
 */
export function droppedExtensions (request: CertificationRequest, profile: Profile): readonly string[] {
  return [
    ...request.extensions.flatMap((extension) => droppedOf(extension, request, profile)),
    ...request.otherAttributes.map((type) => `attribute ${attributeNames.get(type) ?? type}`)
  ]
}

function droppedOf ({ type, value }: Extension, request: CertificationRequest, profile: Profile): readonly string[] {
  switch (type) {
    // The names are the policy's.
    case extensionTypes.subjectAltName: return []
    // Written by every profile, as CA:FALSE; CA:TRUE was refused before.
    case extensionTypes.basicConstraints: return request.basicConstraints!.pathLenConstraint === undefined ? [] : ['basicConstraints pathLenConstraint']
    case extensionTypes.keyUsage: return request.keyUsage!.filter((usage) => !keyUsagesOf(profile, request.publicKey).includes(usage)).map((usage) => `keyUsage ${usage}`)
    case extensionTypes.extendedKeyUsage: return request.extendedKeyUsage!.filter((purpose) => purpose !== purposes[profile]).map((purpose) => `extendedKeyUsage ${purpose}`)
    case extensionTypes.subjectKeyIdentifier: return isOwnIdentifier(value, request) ? [] : ['subjectKeyIdentifier']
    default: return [extensionNames.get(type) ?? `extension ${type}`]
  }
}

// The value is an OCTET STRING of 20 octets, where it is the one that every certificate here has.
const isOwnIdentifier = (value: Buffer, { subjectPublicKeyInfo }: CertificationRequest): boolean =>
  value.subarray(2).equals(keyIdentifierOf(subjectPublicKeyInfo))

const byType = (table: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(table).map(([name, type]) => [type, name]))

const extensionNames = byType(extensionTypes)
const attributeNames = byType(requestAttributeTypes)
