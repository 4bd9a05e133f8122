import { CertificateError } from '../errors.js'
import { fileToDer } from './ber.js'
import { readCertificate, type Certificate } from './certificate.js'
import { children, contextTag, encoding, expect, Fields, malformed, readWhole, tags, type Element } from './der.js'
import { readContentInfo } from './pkcs12-bags.js'

// As much as a PKCS #12 may have: the roots of all browsers together are less.
const maxPkcs7Octets = 1024 * 1024

const signedData = '1.2.840.113549.1.7.2'

// OBJECT IDENTIFIER 1.2.840.113549.1.7, which all content types of PKCS #7 begin with.
const contentType = Buffer.from('06092a864886f70d0107', 'hex')

/** Whether this is a PKCS #7: SEQUENCE { OBJECT IDENTIFIER 1.2.840.113549.1.7… */
export function isPkcs7 (octets: Buffer): boolean {
  const lengthOctets = octets[1] < 0x80 ? 0 : octets[1] & 0x7f
  return octets[0] === tags.sequence && octets.subarray(2 + lengthOctets).subarray(0, contentType.length).equals(contentType)
}

/** The labels of PEM blocks that hold a PKCS #7 (RFC 7468, sections 8 and 9, and OpenSSL). */
export const pkcs7Labels: ReadonlySet<string> = new Set(['PKCS7', 'PKCS #7 SIGNED DATA', 'CMS'])

/**
 * The certificates of a PKCS #7 (RFC 2315, section 9.1; RFC 5652, section 5.1) in DER or BER, as `.p7b` files are. They are a
 * set, without an order: those that make a chain come first, the leaf in front. Its content, its lists and its signatures are
 * not looked at, and nothing is trusted for being in it.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: broken, more than 1,048,576 octets, or without a certificate;
 * ERR_CERTIFICATE_UNSUPPORTED: its content is not SignedData
 */
export function readPkcs7Certificates (octets: Buffer): Certificate[] {
  if (octets.length > maxPkcs7Octets) throw malformed(`PKCS #7 has ${octets.length} octets, more than ${maxPkcs7Octets}`)
  const { type, content } = readContentInfo(readWhole(fileToDer(octets), tags.sequence, 'ContentInfo'))
  if (type !== signedData) throw new CertificateError('UNSUPPORTED', `the PKCS #7 has content of type ${type}: only certificates in SignedData are read`)
  const certificates = certificatesOf(expect(content, tags.sequence, 'SignedData'))
  if (certificates.length === 0) throw malformed('the PKCS #7 holds no certificate')
  return leafFirst(certificates)
}

function certificatesOf (content: Element): readonly Certificate[] {
  const fields = new Fields(content, 'SignedData')
  fields.take(tags.integer, 'version')
  fields.take(tags.set, 'digestAlgorithms')
  fields.take(tags.sequence, 'encapContentInfo')
  const set = fields.optional(contextTag(0, true))
  fields.optional(contextTag(1, true))
  fields.take(tags.set, 'signerInfos')
  fields.end()
  // What is not a SEQUENCE is an attribute certificate, or one of a form that nobody writes any more.
  return set === undefined ? [] : children(set).filter(({ tag }) => tag === tags.sequence).map((each) => readCertificate(encoding(each)))
}

/** The same certificates: from one that issued none of the others up to its root, then those that are left. */
function leafFirst (certificates: readonly Certificate[]): Certificate[] {
  const bySubject = new Map(certificates.map((each) => [nameOf(each.subject), each]))
  const issued = certificates.filter((each) => !each.isSelfIssued)
  const issuers = new Set(issued.map((each) => nameOf(each.issuer)))
  const chain = new Set<Certificate>()
  let next = issued.find((each) => !issuers.has(nameOf(each.subject)))
  while (next !== undefined && !chain.has(next)) {
    chain.add(next)
    next = bySubject.get(nameOf(next.issuer))
  }
  return [...chain, ...certificates.filter((each) => !chain.has(each))]
}

// By its octets, which are the same in all certificates of a chain but for the oldest CAs: only the order depends on it.
const nameOf = ({ raw }: Certificate['subject']): string => raw.toString('latin1')
