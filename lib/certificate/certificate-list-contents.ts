import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { readListNumber } from './certificate-list-extensions.js'
import { withinLimit } from './certificate-list-limits.js'
import { contextTag, encoding, Fields, malformed, onlyChild, readBitStringOctets, readSmallInteger, tags, type Element } from './der.js'
import { distinguishedName, type DistinguishedName } from './distinguished-name.js'
import { readDistributionPoints, type DistributionPoint } from './distribution-points.js'
import { readAuthorityKeyIdentifier, readExtensions, type AuthorityKeyIdentifier, type Extension } from './extensions.js'
import { readIssuingDistributionPoint, type IssuingDistributionPoint } from './issuing-distribution-point.js'
import { certificateListExtensionTypes, extensionTypes } from './object-identifiers.js'
import { RevokedCertificates, type EntryIndex } from './revoked-certificates.js'
import { readTime } from './time.js'

/** What stands in a certificate list (RFC 5280, section 5.1). Times are milliseconds since 1970. */
export interface CertificateListContents {
  readonly version: 1 | 2
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly issuer: DistinguishedName
  readonly thisUpdate: number
  readonly nextUpdate: number | undefined
  readonly revokedCertificates: RevokedCertificates
  readonly extensions: readonly Extension[]
  readonly number: bigint | undefined
  readonly baseNumber: bigint | undefined
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined
  readonly freshestCRL: readonly DistributionPoint[]
  readonly tbsCertificateList: Buffer
  readonly signature: Buffer
}

/**
 * @param index of the entries, where it was made before
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED, ERR_CERTIFICATE_UNSUPPORTED
 */
export function readListContents (list: Element, index?: EntryIndex): CertificateListContents {
  const outer = new Fields(list, 'CertificateList')
  const tbs = outer.take(tags.sequence, 'tbsCertList')
  const signatureAlgorithm = outer.take(tags.sequence, 'signatureAlgorithm')
  const signature = readBitStringOctets(outer.take(tags.bitString, 'signatureValue'))
  outer.end()
  return { ...readTbsCertificateList(tbs, signatureAlgorithm, index), tbsCertificateList: encoding(tbs), signature }
}

function readTbsCertificateList (tbs: Element, signatureAlgorithm: Element, index: EntryIndex | undefined) {
  const fields = new Fields(tbs, 'tbsCertList')
  const version = readVersion(fields.optional(tags.integer))
  expectSame(fields.take(tags.sequence, 'signature'), signatureAlgorithm)
  const issuer = distinguishedName(withinLimit(fields.take(tags.sequence, 'issuer'), 'issuer'))
  const thisUpdate = readTime(fields.takeAny('thisUpdate'))
  const nextUpdate = fields.optional(tags.utcTime) ?? fields.optional(tags.generalizedTime)
  // An empty SEQUENCE is not what RFC 5280 wants of a list without entries, but some write it, and it says the same.
  const revoked = fields.optional(tags.sequence) ?? { ...tbs, from: tbs.end }
  const extensions = version === 2 ? optionalExtensions(fields) : noExtensions
  fields.end()
  return {
    version,
    signatureAlgorithm: algorithmIdentifier(signatureAlgorithm),
    issuer,
    thisUpdate,
    nextUpdate: nextUpdate && readTime(nextUpdate),
    extensions,
    ...decodeExtensions(extensions),
    revokedCertificates: new RevokedCertificates(revoked, version, index)
  }
}

function readVersion (element: Element | undefined): 1 | 2 {
  if (element === undefined) return 1
  const version = readSmallInteger(element, 'version') + 1
  if (version !== 2) throw malformed(`certificate list says that it has version ${version}`, element.start)
  return version
}

// What is signed names its algorithm too: an attacker could change the other one.
function expectSame (inner: Element, outer: Element): void {
  if (!encoding(inner).equals(encoding(outer))) throw malformed('the certificate list names two signature algorithms', inner.start)
}

const noExtensions: readonly never[] = Object.freeze([])

function optionalExtensions (fields: Fields): readonly Extension[] {
  const element = fields.optional(contextTag(0, true))
  return element === undefined ? noExtensions : readExtensions(onlyChild(withinLimit(element, 'crlExtensions'), tags.sequence, 'crlExtensions'))
}

function decodeExtensions (extensions: readonly Extension[]) {
  const valueOf = (type: string) => extensions.find((each) => each.type === type)?.value
  const number = valueOf(certificateListExtensionTypes.cRLNumber)
  const baseNumber = valueOf(certificateListExtensionTypes.deltaCRLIndicator)
  const authorityKeyIdentifier = valueOf(extensionTypes.authorityKeyIdentifier)
  const issuingDistributionPoint = valueOf(certificateListExtensionTypes.issuingDistributionPoint)
  const freshestCRL = valueOf(certificateListExtensionTypes.freshestCRL)
  return {
    number: number && readListNumber(number, 'cRLNumber'),
    baseNumber: baseNumber && readListNumber(baseNumber, 'deltaCRLIndicator'),
    authorityKeyIdentifier: authorityKeyIdentifier && readAuthorityKeyIdentifier(authorityKeyIdentifier),
    issuingDistributionPoint: issuingDistributionPoint && readIssuingDistributionPoint(issuingDistributionPoint),
    freshestCRL: freshestCRL === undefined ? noExtensions : readDistributionPoints(freshestCRL, 'freshestCRL')
  }
}
