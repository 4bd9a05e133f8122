import { CertificateError } from '../errors.js'
import { documentKind, type DocumentKind } from './document-kind.js'
import { asBuffer, isPadding, malformed, readElement, tags } from './der.js'
import { foreignFile } from './foreign-file.js'
import { isPem, pemText, plainText, readPem, type PemBlock } from './pem.js'

/** What a file or an option holds, out of its wrapping: the blocks of PEM with their text, or the octets of one document in DER or BER. */
export type Document =
  | { readonly form: 'PEM', readonly blocks: readonly PemBlock[], readonly text: string }
  | { readonly form: 'DER', readonly octets: Buffer }

/**
 * Reads the wrapping of what people keep in files and give in options: PEM as `readPem` takes it, also in UTF-16 or behind a
 * byte order mark; DER or BER, behind which zero bytes and a line break may stand; either of them in base64.
 * What comes from a stranger, as in a handshake, is never read by this: there a certificate is its octets and nothing else.
 * @throws CertificateError ERR_CERTIFICATE_UNSUPPORTED: another kind of file, and the message says which and what to do;
 * ERR_CERTIFICATE_MALFORMED: neither PEM nor DER
 */
export function readDocument (content: string | Uint8Array): Document {
  const octets = bare(content)
  if (octets === undefined) throw unknownContent(content)
  if (isPem(octets)) return fromPem(pemText(octets))
  return { form: 'DER', octets: withoutTrailer(asBuffer(octets as Uint8Array)) }
}

/** Whether `readDocument` knows the wrapping; where not, a clause that says what it is (`is a Java keystore (JKS): …`). */
export function wrappingProblem (content: Uint8Array): string | undefined {
  return bare(content) === undefined ? foreignFile(asBuffer(content)) ?? damage(asBuffer(content)) : undefined
}

/** PEM, or octets that begin as DER does, out of base64 if need be; `undefined` where it is neither. */
function bare (content: string | Uint8Array): string | Uint8Array | undefined {
  if (isPem(content)) return content
  const octets = octetsOf(content)
  if (octets[0] === tags.sequence) return octets
  const decoded = fromBase64(octets)
  return decoded !== undefined && (isPem(decoded) || decoded[0] === tags.sequence) ? decoded : undefined
}

const octetsOf = (content: string | Uint8Array): Buffer => typeof content === 'string' ? Buffer.from(content, 'latin1') : asBuffer(content)

function unknownContent (content: string | Uint8Array): CertificateError {
  const octets = octetsOf(content)
  const foreign = foreignFile(octets)
  return foreign === undefined ? malformed(`it ${damage(octets)}`) : new CertificateError('UNSUPPORTED', `it ${foreign}`)
}

const isBlank = (octets: Buffer): boolean => octets.every((each) => each <= 0x20)

const damage = (octets: Buffer): string => isBlank(octets) ? 'is empty' : 'is neither PEM nor DER'

function fromPem (text: string): Document {
  const plain = plainText(text)
  const blocks = readPem(plain)
  if (blocks.length === 0) throw malformed('each PEM block of the text is commented out')
  return { form: 'PEM', blocks, text: plain }
}

/**
 * What stands in front of zero bytes and a line break. Windows and devices that write whole blocks of memory leave the
 * ones, editors the other; they are in no element, so nothing that is read depends on them.
 */
function withoutTrailer (octets: Buffer): Buffer {
  // Where the length is indefinite, BER's reader finds the end.
  if (octets[1] === 0x80) return octets
  const { end } = readElement(octets)
  return end < octets.length && isPadding(octets.subarray(end)) ? octets.subarray(0, end) : octets
}

/** What base64 stands for, as in a Kubernetes secret; `undefined` where it is none. */
function fromBase64 (octets: Buffer): Buffer | undefined {
  // The base64 of a SEQUENCE begins with M, that of PEM with L.
  if (!/^(?:\xef\xbb\xbf)?\s*[ML]/.test(octets.toString('latin1', 0, 256))) return undefined
  const dense = octets.toString('latin1').replace(/^\xef\xbb\xbf|\s+/g, '')
  return /^[A-Za-z0-9+/]+={0,2}$/.test(dense) ? Buffer.from(dense, 'base64') : undefined
}

/** @throws CertificateError ERR_CERTIFICATE_MALFORMED: the DER is another kind of document, which the message names */
export function expectKind (der: Buffer, ...wanted: readonly [DocumentKind, ...DocumentKind[]]): void {
  const kind = documentKind(der)
  if (kind !== undefined && !wanted.includes(kind)) throw malformed(`it is ${withArticle(kind)}, and not ${withArticle(wanted[0])}`)
}

const withArticle = (kind: DocumentKind): string => `${/^[eO]/.test(kind) ? 'an' : 'a'} ${kind}`

/** @throws CertificateError ERR_CERTIFICATE_MALFORMED: none of the blocks is one of those that were wanted */
export function expectSome (blocks: readonly PemBlock[], wanted: readonly unknown[], what: string): void {
  if (wanted.length === 0) throw malformed(`the PEM text holds no ${what}, only ${blocks.map(({ label }) => label).join(', ')}`)
}
