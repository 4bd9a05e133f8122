import { CertificateError } from '../errors.js'
import { readCertificate, type Certificate } from './certificate.js'
import { malformed } from './der.js'

/** One block of PEM (RFC 7468): `-----BEGIN label-----` … */
export interface PemBlock {
  readonly label: string
  readonly octets: Buffer
  /** Whether the block has headers (`Proc-Type: 4,ENCRYPTED`) before its octets, as the older private keys do. */
  readonly hasHeaders: boolean
}

const boundary = /-----BEGIN ([A-Z0-9 ]*)-----/g

/** All blocks of a text, in order. Text around the blocks is passed over, as `openssl x509 -text` writes it.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a block without its end, or whose body is not base64 */
export function readPem (text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  boundary.lastIndex = 0
  for (let begin = boundary.exec(text); begin !== null; begin = boundary.exec(text)) {
    const label = begin[1]
    const end = text.indexOf(`-----END ${label}-----`, boundary.lastIndex)
    if (end < 0) throw malformed(`PEM block ${blocks.length + 1} (${label}) has no end`)
    blocks.push(block(label, text.slice(boundary.lastIndex, end), blocks.length + 1))
    boundary.lastIndex = end + label.length + 14
  }
  return blocks
}

function block (label: string, body: string, number: number): PemBlock {
  const [, headers, base64] = /^\s*((?:[A-Za-z][A-Za-z0-9-]*:.*\r?\n(?:[ \t].*\r?\n)*)*)([^]*)$/.exec(body)!
  const dense = base64.replace(/\s+/g, '')
  if (dense === '' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(dense)) {
    throw malformed(`PEM block ${number} (${label}) is empty or not base64`)
  }
  return { label, octets: Buffer.from(dense, 'base64'), hasHeaders: headers !== '' }
}

/** One PEM block, in lines of 64 characters with a line break at the end. */
export function writePem (label: string, octets: Uint8Array): string {
  const lines = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Whether this is PEM: somewhere in it a block begins. */
export const isPem = (content: string | Uint8Array): boolean =>
  (typeof content === 'string' ? content : Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')).includes('-----BEGIN ')

/**
 * The certificates of a PEM text with one or several blocks, or the one of a DER document, in order. Blocks of other
 * kinds (keys, parameters) are passed over.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: no certificate in it, or any one of them cannot be read
 */
export function readCertificates (content: string | Uint8Array): Certificate[] {
  if (!isPem(content)) return [readDer(content)]
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1')
  const found = readPem(text).filter(isCertificate).map((each) => readCertificate(each.octets))
  if (found.length === 0) throw malformed('the PEM text holds no certificate')
  return found
}

function readDer (content: string | Uint8Array): Certificate {
  if (typeof content === 'string') throw malformed('the text holds no PEM block')
  return readCertificate(content)
}

function isCertificate (each: PemBlock): boolean {
  // `openssl x509 -trustout` puts octets of its own behind the certificate.
  if (each.label === 'TRUSTED CERTIFICATE') {
    throw new CertificateError('UNSUPPORTED', 'a block TRUSTED CERTIFICATE is OpenSSL\'s own form: write it again with `openssl x509 -in FILE -out FILE.cer`')
  }
  return each.label === 'CERTIFICATE' || each.label === 'X509 CERTIFICATE'
}
