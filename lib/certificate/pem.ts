import { CertificateError } from '../errors.js'
import { asBuffer, malformed, tags } from './der.js'

/** One block of PEM (RFC 7468): `-----BEGIN label-----` … */
export interface PemBlock {
  readonly label: string
  readonly octets: Buffer
  /** Whether the block has headers (`Proc-Type: 4,ENCRYPTED`) before its octets, as the older private keys do. */
  readonly hasHeaders: boolean
}

// A dot is in OpenSSL's `X9.42 DH PARAMETERS`, and `#` in its `PKCS #7 SIGNED DATA`.
const boundary = /-----(BEGIN|END) ([A-Z0-9 .#]*)-----/g

/**
 * All blocks of a text, in order. Text around the blocks is passed over, as `openssl x509 -text` writes it, and so are
 * lines that begin with `#`; a broken boundary is not, or what stands behind it would be missing in silence. Where the
 * lines end in `\n` of two characters, as in a variable of the environment, these are line breaks.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a block without its beginning or end, or whose body is not base64
 */
export function readPem (text: string): PemBlock[] {
  const plain = plainText(text)
  const blocks: PemBlock[] = []
  let position = 0
  for (let begin = nextBoundary(plain, position); begin !== null; begin = nextBoundary(plain, position)) {
    const [line, kind, label] = begin
    const number = blocks.length + 1
    if (kind === 'END') throw malformed(`PEM block ${number} (${label}) has no beginning`)
    const from = begin.index + line.length
    const end = nextBoundary(plain, from)
    if (end === null || end[1] !== 'END' || end[2] !== label) throw malformed(`PEM block ${number} (${label}) has no end`)
    blocks.push(block(label, plain.slice(from, end.index), number))
    position = end.index + end[0].length
  }
  return blocks
}

/** The text with real line breaks, and without the lines that are commented out. */
export function plainText (text: string): string {
  const lines = text.includes('-----\\') ? text.replace(/\\r\\n|\\n/g, '\n') : text
  return lines.includes('#') ? lines.replace(/^[ \t]*#.*$/gm, '') : lines
}

function nextBoundary (text: string, from: number): RegExpExecArray | null {
  boundary.lastIndex = from
  const found = boundary.exec(text)
  // Shows no more than the label: behind it, on the same line, may be a private key.
  const broken = /-----?(?:BEGIN|END)\b[A-Z0-9 .#]{0,40}-*/.exec(text.slice(from, found?.index))
  if (broken !== null) throw malformed(`${JSON.stringify(broken[0])} is no boundary of a PEM block`)
  return found
}

function block (label: string, body: string, number: number): PemBlock {
  const [, headers, base64] = /^\s*((?:[A-Za-z][A-Za-z0-9-]*:.*\r?\n(?:[ \t].*\r?\n)*)*)([^]*)$/.exec(body)!
  const dense = base64.replace(/\s+/g, '')
  if (dense === '' || dense.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(dense)) throw notBase64(label, number)
  return { label, octets: Buffer.from(dense, 'base64'), hasHeaders: headers !== '' }
}

function notBase64 (label: string, number: number): CertificateError {
  if (!label.startsWith('PGP ')) return malformed(`PEM block ${number} (${label}) is empty or not base64`)
  return new CertificateError('UNSUPPORTED', `PEM block ${number} (${label}) is from GPG, whose keys are not X.509: ` +
    'export X.509 certificates with `gpgsm --armor --export`')
}

/** One PEM block, in lines of 64 characters with a line break at the end. */
export function writePem (label: string, octets: Uint8Array): string {
  const lines = asBuffer(octets).toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

const begin = '-----BEGIN '
const beginInUtf16 = Buffer.from(begin, 'utf16le')

/** Whether this is PEM: somewhere in it a block begins, in bytes also as UTF-16. DER is DER, whatever text stands in it. */
export function isPem (content: string | Uint8Array): boolean {
  if (typeof content === 'string') return content.includes(begin)
  const octets = asBuffer(content)
  return !isLongSequence(octets) && (octets.includes(begin) || octets.includes(beginInUtf16))
}

// A text may begin with a digit 0, which is the tag; but none goes on with a length of 128 or more.
const isLongSequence = (octets: Buffer): boolean => octets[0] === tags.sequence && octets[1] >= 0x80

/**
 * The text of what `isPem` says is PEM. UTF-16, as PowerShell 5 and Notepad write it, is told by its first block.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: blocks in UTF-16 beside others, of which only the ones would be read
 */
export function pemText (content: string | Uint8Array): string {
  if (typeof content === 'string') return content
  const octets = asBuffer(content)
  const at = octets.indexOf(beginInUtf16)
  if (at === -1) return octets.toString('latin1')
  if (octets.includes(begin)) throw malformed('the text is partly UTF-16 and partly not: write it again in UTF-8')
  // A big end first puts the zero byte before its letter.
  return at % 2 === 0 ? octets.toString('utf16le') : swapped(octets).toString('utf16le')
}

const swapped = (octets: Buffer): Buffer => Buffer.from(octets.subarray(0, octets.length & ~1)).swap16()
