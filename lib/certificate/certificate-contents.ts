import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { LazyExtensions } from './decoded-extensions.js'
import { checkBitString, contextTag, encoding, Fields, malformed, onlyChild, readBitStringOctets, readInteger, readSmallInteger, tags, type Element } from './der.js'
import { distinguishedName, type DistinguishedName } from './distinguished-name.js'
import { readExtensions, serialNumberText, type Extension } from './extensions.js'
import { readTime } from './time.js'

/** What stands in a certificate, all of it decoded (RFC 5280, section 4.1). Times are milliseconds since 1970. */
export interface CertificateContents {
  readonly version: 1 | 2 | 3
  readonly serialNumber: string
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKeyAlgorithm: AlgorithmIdentifier
  readonly subjectPublicKeyInfo: Buffer
  readonly subjectPublicKey: Buffer
  readonly extensions: readonly Extension[]
  readonly decoded: LazyExtensions
  readonly tbsCertificate: Buffer
  readonly signature: Buffer
}

/** @throws CertificateError ERR_CERTIFICATE_MALFORMED */
export function readContents (certificate: Element): CertificateContents {
  const outer = new Fields(certificate, 'Certificate')
  const tbs = outer.take(tags.sequence, 'tbsCertificate')
  const signatureAlgorithm = outer.take(tags.sequence, 'signatureAlgorithm')
  const signature = readBitStringOctets(outer.take(tags.bitString, 'signatureValue'))
  outer.end()
  return readTbsCertificate(tbs, signatureAlgorithm, signature)
}

function readTbsCertificate (tbs: Element, signatureAlgorithm: Element, signature: Buffer): CertificateContents {
  const fields = new Fields(tbs, 'tbsCertificate')
  const version = readVersion(fields.optional(contextTag(0, true)))
  const serialNumber = serialNumberText(readInteger(fields.take(tags.integer, 'serialNumber')))
  expectSame(fields.take(tags.sequence, 'signature'), signatureAlgorithm)
  const issuer = distinguishedName(fields.take(tags.sequence, 'issuer'))
  const { notBefore, notAfter } = readValidity(fields.take(tags.sequence, 'validity'))
  const subject = distinguishedName(fields.take(tags.sequence, 'subject'))
  const { publicKeyAlgorithm, subjectPublicKey, subjectPublicKeyInfo } = readPublicKey(fields.take(tags.sequence, 'subjectPublicKeyInfo'))
  if (version > 1) skipUniqueIdentifiers(fields)
  const extensions = version === 3 ? optionalExtensions(fields) : noExtensions
  fields.end()
  return {
    version,
    serialNumber,
    signatureAlgorithm: algorithmIdentifier(signatureAlgorithm),
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKeyAlgorithm,
    subjectPublicKeyInfo,
    subjectPublicKey,
    extensions,
    decoded: new LazyExtensions(extensions),
    tbsCertificate: encoding(tbs),
    signature
  }
}

// What is signed names its algorithm too: an attacker could change the other one.
function expectSame (inner: Element, outer: Element): void {
  const isSame = inner.octets.compare(outer.octets, outer.start, outer.end, inner.start, inner.end) === 0
  if (!isSame) throw malformed('the certificate names two signature algorithms', inner.start)
}

const noExtensions: readonly Extension[] = Object.freeze([])

function readVersion (element: Element | undefined): 1 | 2 | 3 {
  if (element === undefined) return 1
  const version = readSmallInteger(onlyChild(element, tags.integer, 'version'), 'version') + 1
  if (version === 1) throw malformed('certificate has version 1, which DER leaves out,', element.start)
  if (version !== 2 && version !== 3) throw malformed(`certificate has version ${version}`, element.start)
  return version
}

function readValidity (element: Element): { notBefore: number, notAfter: number } {
  const fields = new Fields(element, 'validity')
  const notBefore = readTime(fields.takeAny('notBefore'))
  const notAfter = readTime(fields.takeAny('notAfter'))
  fields.end()
  return { notBefore, notAfter }
}

function readPublicKey (element: Element) {
  const fields = new Fields(element, 'subjectPublicKeyInfo')
  const publicKeyAlgorithm = algorithmIdentifier(fields.take(tags.sequence, 'algorithm'))
  const subjectPublicKey = readBitStringOctets(fields.take(tags.bitString, 'subjectPublicKey'))
  fields.end()
  return { publicKeyAlgorithm, subjectPublicKey, subjectPublicKeyInfo: encoding(element) }
}

// RFC 5280, section 4.1.2.8: never used; where they stand they are BIT STRINGs.
function skipUniqueIdentifiers (fields: Fields): void {
  for (const tag of [contextTag(1), contextTag(2)]) {
    const identifier = fields.optional(tag)
    if (identifier !== undefined) checkBitString(identifier)
  }
}

function optionalExtensions (fields: Fields): readonly Extension[] {
  const element = fields.optional(contextTag(3, true))
  return element === undefined ? noExtensions : readExtensions(onlyChild(element, tags.sequence, 'extensions'))
}
