import { CertificateError } from '../errors.js'
import { readCertificate, type Certificate } from './certificate.js'
import { asBuffer, malformed } from './der.js'

/** One block of PEM (RFC 7468): `-----BEGIN label-----` … */
export interface PemBlock {
  readonly label: string
  readonly octets: Buffer
  /** Whether the block has headers (`Proc-Type: 4,ENCRYPTED`) before its octets, as the older private keys do. */
  readonly hasHeaders: boolean
}

const boundary = /-----(BEGIN|END) ([A-Z0-9 ]*)-----/g

/**
 * All blocks of a text, in order. Text around the blocks is passed over, as `openssl x509 -text` writes it; a broken
 * boundary is not, or what stands behind it would be missing in silence.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a block without its beginning or end, or whose body is not base64
 */
export function readPem (text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  let position = 0
  for (let begin = nextBoundary(text, position); begin !== null; begin = nextBoundary(text, position)) {
    const [line, kind, label] = begin
    const number = blocks.length + 1
    if (kind === 'END') throw malformed(`PEM block ${number} (${label}) has no beginning`)
    const from = begin.index + line.length
    const end = nextBoundary(text, from)
    if (end === null || end[1] !== 'END' || end[2] !== label) throw malformed(`PEM block ${number} (${label}) has no end`)
    blocks.push(block(label, text.slice(from, end.index), number))
    position = end.index + end[0].length
  }
  return blocks
}

function nextBoundary (text: string, from: number): RegExpExecArray | null {
  boundary.lastIndex = from
  const found = boundary.exec(text)
  // Shows no more than the label: behind it, on the same line, may be a private key.
  const broken = /-----?(?:BEGIN|END)\b[A-Z0-9 ]{0,40}-*/.exec(text.slice(from, found?.index))
  if (broken !== null) throw malformed(`${JSON.stringify(broken[0])} is no boundary of a PEM block`)
  return found
}

function block (label: string, body: string, number: number): PemBlock {
  const [, headers, base64] = /^\s*((?:[A-Za-z][A-Za-z0-9-]*:.*\r?\n(?:[ \t].*\r?\n)*)*)([^]*)$/.exec(body)!
  const dense = base64.replace(/\s+/g, '')
  if (dense === '' || dense.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(dense)) {
    throw malformed(`PEM block ${number} (${label}) is empty or not base64`)
  }
  return { label, octets: Buffer.from(dense, 'base64'), hasHeaders: headers !== '' }
}

/** One PEM block, in lines of 64 characters with a line break at the end. */
export function writePem (label: string, octets: Uint8Array): string {
  const lines = asBuffer(octets).toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Whether this is PEM: somewhere in it a block begins. */
export const isPem = (content: string | Uint8Array): boolean =>
  (typeof content === 'string' ? content : asBuffer(content)).includes('-----BEGIN ')

/**
 * The certificates of a PEM text with one or several blocks, or the one of a DER document, in order. Blocks of other
 * kinds (keys, parameters) are passed over.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: no certificate in it, or any one of them cannot be read
 */
export function readCertificates (content: string | Uint8Array): Certificate[] {
  if (!isPem(content)) return [readDer(content)]
  const blocks = readPem(typeof content === 'string' ? content : asBuffer(content).toString('latin1'))
  const certificates = blocks.filter(isCertificate)
  if (certificates.length === 0) throw malformed(`the PEM text holds no certificate, only ${blocks.map((each) => each.label).join(', ')}`)
  return certificates.map((each) => readCertificate(each.octets))
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
