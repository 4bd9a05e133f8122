import {
  certificatesInBlock, documentKind, isPkcs12, isPkcs7, readCertificate, readCertificateList, readCertificationRequest, readDocument, readPkcs12,
  readPkcs7Certificates, readPrivateKey, type Certificate, type CertificateList, type CertificationRequest, type DocumentKind, type PemBlock, type Pkcs12
} from '../certificate/index.js'
import { CertificateError } from '../errors.js'
import { Failure, only } from './failure.js'
import { readInput } from './files.js'
import { keyText } from './key.js'
import { openWithPassphrase, ownPassphrase } from './passphrase.js'
import type { Terminal } from './terminal.js'

/** One document of a file. Of a private key no more is told than its kind. */
export type Content =
  | { readonly kind: 'certificate', readonly certificate: Certificate }
  | { readonly kind: 'certification request', readonly request: CertificationRequest }
  | { readonly kind: 'certificate list', readonly list: CertificateList }
  | { readonly kind: 'PKCS #12', readonly pkcs12: Pkcs12 }
  | { readonly kind: 'private key', readonly key: string }
  | { readonly kind: 'other', readonly label: string }

/** What is in a file, in order: of a PEM text each block, of DER the one document, of PKCS #7 each certificate. */
export async function readContents (terminal: Terminal, file: string, passphraseFile: string | undefined): Promise<readonly Content[]> {
  const document = await readAs(terminal, file, readDocument)
  if (document.form === 'DER' && isPkcs12(document.octets)) {
    return [{ kind: 'PKCS #12', pkcs12: await openPkcs12(terminal, file, document.octets, passphraseFile) }]
  }
  return readable(file, () => document.form === 'PEM' ? document.blocks.flatMap(readBlock) : readDer(document.octets))
}

/** What `read` makes of a file; where it cannot, the error names the file. */
export async function readAs<Value> (terminal: Terminal, file: string, read: (content: Buffer) => Value): Promise<Value> {
  const content = await readInput(terminal, file)
  return readable(file, () => read(content))
}

function readable<Value> (file: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    const { message } = only(CertificateError, error)
    throw new Failure(`${file} cannot be read: ${message}`, undefined, error)
  }
}

const openPkcs12 = (terminal: Terminal, what: string, content: Buffer, file: string | undefined) =>
  openWithPassphrase(terminal, { what, source: ownPassphrase, file }, (passphrase) => readPkcs12(content, passphrase))

function readBlock (block: PemBlock): readonly Content[] {
  const { label, octets, hasHeaders } = block
  const certificates = certificatesInBlock(block)
  if (certificates.length > 0) return certificates.map(ofCertificate)
  switch (label) {
    case 'CERTIFICATE REQUEST': case 'NEW CERTIFICATE REQUEST': return [ofRequest(octets)]
    case 'X509 CRL': return [ofList(octets)]
    case 'ENCRYPTED PRIVATE KEY': return [encryptedKey]
    default: return [label.endsWith('PRIVATE KEY') ? privateKey(label, octets, hasHeaders) : { kind: 'other', label }]
  }
}

const ofCertificate = (certificate: Certificate): Content => ({ kind: 'certificate', certificate })

const ofRequest = (octets: Buffer): Content => ({ kind: 'certification request', request: readCertificationRequest(octets) })

const ofList = (octets: Buffer): Content => ({ kind: 'certificate list', list: readCertificateList(octets) })

const encryptedKey: Content = { kind: 'private key', key: 'encrypted' }

const privateKey = (label: string, octets: Buffer, isEncrypted: boolean): Content =>
  isEncrypted || label === 'OPENSSH PRIVATE KEY' ? { kind: 'private key', key: isEncrypted ? 'encrypted' : 'OpenSSH' } : readKey(octets)

const readKey = (octets: Buffer): Content => ({ kind: 'private key', key: `${keyText(readPrivateKey(octets))}, not encrypted` })

const readers: Readonly<Partial<Record<DocumentKind, (octets: Buffer) => Content>>> = {
  'certification request': ofRequest,
  'certificate list (CRL)': ofList,
  'private key': readKey,
  'encrypted private key': () => encryptedKey
}

/** Of what is damaged, the reader whose grammar it follows furthest says why. */
function readDer (octets: Buffer): readonly Content[] {
  if (isPkcs7(octets)) return readPkcs7Certificates(octets).map(ofCertificate)
  const kind = documentKind(octets) ?? 'certificate'
  const read = readers[kind]
  if (read !== undefined) return [read(octets)]
  return kind === 'certificate' ? [ofCertificate(readCertificate(octets))] : [{ kind: 'other', label: kind }]
}

/** The certificates of a file, the one that it is about first. */
export async function certificatesIn (terminal: Terminal, file: string, passphraseFile: string | undefined): Promise<readonly [Certificate, ...Certificate[]]> {
  const [first, ...others] = (await readContents(terminal, file, passphraseFile)).flatMap(certificatesOf)
  if (first === undefined) throw new Failure(`${file} holds no certificate`)
  return [first, ...others]
}

export function certificatesOf (content: Content): readonly Certificate[] {
  if (content.kind === 'certificate') return [content.certificate]
  if (content.kind !== 'PKCS #12') return []
  const { certificate, certificates } = content.pkcs12
  return certificate === undefined ? certificates : [certificate, ...certificates]
}
