import type { AlgorithmIdentifier } from './algorithm-identifier.js'
import { readListContents, type CertificateListContents } from './certificate-list-contents.js'
import { maxCertificateListOctets } from './certificate-list-limits.js'
import { asBuffer, malformed, readWhole, tags } from './der.js'
import { expectKind, expectSome, readDocument } from './document.js'
import type { DistinguishedName } from './distinguished-name.js'
import type { DistributionPoint } from './distribution-points.js'
import type { AuthorityKeyIdentifier, Extension } from './extensions.js'
import type { IssuingDistributionPoint } from './issuing-distribution-point.js'
import type { RevokedCertificate } from './revoked-certificate.js'
import type { EntryIndex } from './revoked-certificates.js'

/**
 * A certificate list (CRL) as its octets say it (RFC 5280, section 5): well formed, and nothing more. Whether it is
 * genuine, current, or of this CA, and whether its critical extensions are understood, is not decided here.
 * Immutable, as a certificate; iterating gives the entries in the order of the document, each decoded anew.
 */
export class CertificateList {
  /** The DER; its octets are not to be changed. */
  readonly raw: Buffer
  readonly #contents: CertificateListContents

  /** @internal Certificate lists come from `readCertificateList`. */
  constructor (raw: Buffer, contents: CertificateListContents) {
    this.raw = raw
    this.#contents = contents
    Object.freeze(this)
  }

  get version (): 1 | 2 { return this.#contents.version }
  get signatureAlgorithm (): AlgorithmIdentifier { return this.#contents.signatureAlgorithm }
  get issuer (): DistinguishedName { return this.#contents.issuer }

  /** When the list was issued. Made anew for each call. */
  get thisUpdate (): Date { return new Date(this.#contents.thisUpdate) }

  /** When the next list will be there at the latest; `undefined` where it is not told. Made anew for each call. */
  get nextUpdate (): Date | undefined {
    const { nextUpdate } = this.#contents
    return nextUpdate === undefined ? undefined : new Date(nextUpdate)
  }

  /** cRLNumber: greater with each list of one issuer. `undefined` where the list has none. */
  get number (): bigint | undefined { return this.#contents.number }

  get authorityKeyIdentifier (): AuthorityKeyIdentifier | undefined { return this.#contents.authorityKeyIdentifier }

  /** All extensions of the list in order, with their criticality, also those that are not decoded here. */
  get extensions (): readonly Extension[] { return this.#contents.extensions }

  /** Of which certificates the list tells; `undefined` where of all that its issuer issued. */
  get issuingDistributionPoint (): IssuingDistributionPoint | undefined { return this.#contents.issuingDistributionPoint }

  /** Where delta lists for it are. Empty where the list does not tell. */
  get freshestCRL (): readonly DistributionPoint[] { return this.#contents.freshestCRL }

  /** Whether this is a delta CRL (RFC 5280, section 5.2.4), which tells only what changed since another list. */
  get isDelta (): boolean { return this.baseCRLNumber !== undefined }

  /** The number of the list since which a delta CRL tells what changed; `undefined` where this is none. */
  get baseCRLNumber (): bigint | undefined { return this.#contents.baseNumber }

  /** How many entries there are. */
  get size (): number { return this.#contents.revokedCertificates.size }

  /**
   * Whether any entry has a critical extension that is not understood here. Such a list tells of no certificate at all
   * (RFC 5280, section 5.3).
   */
  get hasUnknownCriticalEntryExtension (): boolean { return this.#contents.revokedCertificates.hasUnknownCriticalExtension }

  /**
   * What the list says of the certificate with this serial number (lower-case hexadecimal, as `certificate.serialNumber`);
   * `undefined` where it has no such entry. Of entries with the same number it is the first. The certificate is one of
   * `certificateIssuer`, by default of the issuer of the list; in an indirect list others may have the same number.
   * @throws CertificateError ERR_CERTIFICATE_MALFORMED: the text is no serial number
   */
  find (serialNumber: string, certificateIssuer: DistinguishedName = this.issuer): RevokedCertificate | undefined {
    const isOwn = certificateIssuer.equals(this.issuer)
    return this.#contents.revokedCertificates.find(serialNumber, (named) => named === undefined ? isOwn : named.equals(certificateIssuer))
  }

  [Symbol.iterator] (): Iterator<RevokedCertificate, undefined> {
    return this.#contents.revokedCertificates[Symbol.iterator]()
  }

  /** @internal Where its entries are: with `raw` all that `restoreCertificateList` needs. */
  get index (): EntryIndex { return this.#contents.revokedCertificates.index }

  /** The octets that the signature is over. */
  get tbsCertificateList (): Buffer { return this.#contents.tbsCertificateList }

  get signature (): Buffer { return this.#contents.signature }

  /** What a log or a reply may say of a list; its entries are not in it. */
  toJSON () {
    return {
      issuer: this.issuer.toShortString(),
      number: this.number?.toString(),
      thisUpdate: this.thisUpdate.toISOString(),
      nextUpdate: this.nextUpdate?.toISOString(),
      size: this.size
    }
  }
}

/**
 * Reads one certificate list from DER, of version 1 or 2. The form of the whole is checked here, every entry included, so
 * that no property and no entry of the result throws. The result is not verified in any way. The octets are kept, not
 * copied, and not to be changed any more.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: broken DER, more than 134,217,728 octets, or 102,400 in the issuer's
 * name, the extensions, or any one entry; what RFC 5280 does not allow, or a NUL in a name; ERR_CERTIFICATE_UNSUPPORTED: an object identifier of more than 128 octets
 */
export function readCertificateList (der: Uint8Array): CertificateList {
  if (der.length > maxCertificateListOctets) throw malformed(`certificate list has ${der.length} octets, more than ${maxCertificateListOctets}`)
  const raw = asBuffer(der)
  return new CertificateList(raw, readListContents(readWhole(raw, tags.sequence, 'CertificateList')))
}

/**
 * The list of which these are `raw` and `index`, as they were, in another thread maybe: the entries are not read again, so
 * the time does not depend on how many there are.
 */
export function restoreCertificateList (raw: Buffer, index: EntryIndex): CertificateList {
  return new CertificateList(raw, readListContents(readWhole(raw, tags.sequence, 'CertificateList'), index))
}

/**
 * The certificate lists of a PEM text with one or several blocks `X509 CRL`, or the one of a DER document, in order. Blocks
 * of other kinds (certificates, keys) are passed over, and so are zero bytes and a line break behind DER.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: no certificate list in it, or any one of them cannot be read;
 * ERR_CERTIFICATE_UNSUPPORTED: another kind of file; the message says which
 */
export function readCertificateLists (content: string | Uint8Array): CertificateList[] {
  const document = readDocument(content)
  if (document.form === 'DER') return [fromDer(document.octets)]
  const lists = document.blocks.filter(({ label }) => label === 'X509 CRL')
  expectSome(document.blocks, lists, 'certificate list (X509 CRL)')
  return lists.map(({ octets }) => readCertificateList(octets))
}

function fromDer (octets: Buffer): CertificateList {
  expectKind(octets, 'certificate list (CRL)')
  return readCertificateList(octets)
}
