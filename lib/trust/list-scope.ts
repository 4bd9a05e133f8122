import {
  readDistinguishedName, writeObjectIdentifier, writeSequence, writeSet, type Attribute, type Certificate, type CertificateList, type DistinguishedName,
  type DistributionPoint, type DistributionPointName, type GeneralName, type IssuingDistributionPoint
} from '../certificate/index.js'

/**
 * Where the lists of a certificate are to be found, by its own word; and last what RFC 5280, section 6.3.3 has one assume
 * of lists that its issuer has elsewhere.
 */
export const distributionPointsOf = (certificate: Certificate): readonly DistributionPoint[] => [...certificate.cRLDistributionPoints, {
  fullName: [{ type: 'directoryName', value: certificate.issuer }],
  nameRelativeToCRLIssuer: undefined,
  reasons: undefined,
  cRLIssuer: undefined
}]

/** Whose lists are asked at a distribution point: those of the issuer of the certificate, unless it names others (section 6.3.3, b, 1). */
export const listIssuers = ({ cRLIssuer }: DistributionPoint, certificate: Certificate): readonly DistinguishedName[] =>
  cRLIssuer === undefined ? [certificate.issuer] : directoryNames(cRLIssuer)

/** Whether a list of one of these issuers tells of the certificate, as one of the distribution point (section 6.3.3, b, 1 and 2). */
export function isInScope (list: CertificateList, certificate: Certificate, point: DistributionPoint): boolean {
  const scope = list.issuingDistributionPoint
  if (point.cRLIssuer !== undefined && scope?.indirectCRL !== true) return false
  return scope === undefined || (isOfKind(scope, certificate) && isOfPlace(scope, list, certificate, point))
}

function isOfKind ({ onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts }: IssuingDistributionPoint, { basicConstraints }: Certificate): boolean {
  const isAuthority = basicConstraints?.cA === true
  return !onlyContainsAttributeCerts && !(isAuthority ? onlyContainsUserCerts : onlyContainsCACerts)
}

function isOfPlace (scope: IssuingDistributionPoint, list: CertificateList, certificate: Certificate, point: DistributionPoint): boolean {
  const places = placeNames(scope, [list.issuer])
  if (places === undefined) return true
  const asked = placeNames(point, listIssuers(point, certificate)) ?? point.cRLIssuer ?? []
  return places.some((place) => asked.some((each) => isSameName(place, each)))
}

function placeNames ({ fullName, nameRelativeToCRLIssuer }: DistributionPointName, issuers: readonly DistinguishedName[]): readonly GeneralName[] | undefined {
  if (nameRelativeToCRLIssuer === undefined) return fullName
  return issuers.map((issuer) => ({ type: 'directoryName', value: nameBelow(issuer, nameRelativeToCRLIssuer) }))
}

/** The issuer's name with one relative distinguished name more (section 4.2.1.13). */
function nameBelow (issuer: DistinguishedName, relative: readonly Attribute[]): DistinguishedName {
  const sets = [...issuer.relativeDistinguishedNames, relative].map((set) => writeSet(...set.map(writeAttribute)))
  return readDistinguishedName(writeSequence(...sets))
}

const writeAttribute = ({ type, raw }: Attribute): Buffer => writeSequence(writeObjectIdentifier(type), raw)

const directoryNames = (names: readonly GeneralName[]): readonly DistinguishedName[] =>
  names.flatMap((name) => name.type === 'directoryName' ? [name.value] : [])

// Section 5.2.5: list and certificate are to have the identical encoding; of directory names the comparison is known.
function isSameName (one: GeneralName, other: GeneralName): boolean {
  if (one.type === 'directoryName' && other.type === 'directoryName') return one.value.equals(other.value)
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Every reason of ReasonFlags; the bit 0 is not used (section 4.2.1.13). */
export const allReasons = 0b1_1111_1110

/** For which reasons such a list, found at the distribution point, tells of the certificate: a bit for each (section 6.3.3, d). */
export const reasonsOf = (list: CertificateList, point: DistributionPoint): number =>
  mask(list.issuingDistributionPoint?.onlySomeReasons) & mask(point.reasons)

const mask = (reasons: readonly number[] | undefined): number =>
  reasons === undefined ? allReasons : reasons.filter((reason) => reason < 9).reduce((bits, reason) => bits | 1 << reason, 0) & allReasons
