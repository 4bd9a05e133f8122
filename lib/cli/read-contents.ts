import {
  isPem, isPkcs12, readCertificate, readCertificateList, readCertificationRequest, readPem, readPkcs12, readPrivateKey,
  type Certificate, type CertificateList, type CertificationRequest, type PemBlock, type Pkcs12
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

/** What is in a file, in order: of a PEM text each block, of DER the one document. */
export async function readContents (terminal: Terminal, file: string, passphraseFile: string | undefined): Promise<readonly Content[]> {
  const content = await readInput(terminal, file)
  if (isPkcs12(content)) return [{ kind: 'PKCS #12', pkcs12: await openPkcs12(terminal, file, content, passphraseFile) }]
  return isPem(content) ? readPem(content.toString('latin1')).map(readBlock) : [readDer(file, content)]
}

const openPkcs12 = (terminal: Terminal, what: string, content: Buffer, file: string | undefined) =>
  openWithPassphrase(terminal, { what, source: ownPassphrase, file }, (passphrase) => readPkcs12(content, passphrase))

function readBlock ({ label, octets, hasHeaders }: PemBlock): Content {
  switch (label) {
    case 'CERTIFICATE': case 'X509 CERTIFICATE': return { kind: 'certificate', certificate: readCertificate(octets) }
    case 'CERTIFICATE REQUEST': case 'NEW CERTIFICATE REQUEST': return { kind: 'certification request', request: readCertificationRequest(octets) }
    case 'X509 CRL': return { kind: 'certificate list', list: readCertificateList(octets) }
    case 'ENCRYPTED PRIVATE KEY': return encryptedKey
    default: return label.endsWith('PRIVATE KEY') ? privateKey(label, octets, hasHeaders) : { kind: 'other', label }
  }
}

const encryptedKey: Content = { kind: 'private key', key: 'encrypted' }

const privateKey = (label: string, octets: Buffer, isEncrypted: boolean): Content =>
  isEncrypted || label === 'OPENSSH PRIVATE KEY' ? { kind: 'private key', key: isEncrypted ? 'encrypted' : 'OpenSSH' } : readKey(octets)

const readKey = (octets: Buffer): Content => ({ kind: 'private key', key: `${keyText(readPrivateKey(octets))}, not encrypted` })

const readers: ReadonlyArray<(octets: Buffer) => Content> = [
  (octets) => ({ kind: 'certificate', certificate: readCertificate(octets) }),
  (octets) => ({ kind: 'certification request', request: readCertificationRequest(octets) }),
  (octets) => ({ kind: 'certificate list', list: readCertificateList(octets) }),
  readDerKey
]

function readDerKey (octets: Buffer): Content {
  try {
    return readKey(octets)
  } catch (error) {
    if (error instanceof CertificateError && error.code === 'ERR_CERTIFICATE_PASSPHRASE') return encryptedKey
    throw error
  }
}

function readDer (file: string, octets: Buffer): Content {
  const errors: CertificateError[] = []
  for (const read of readers) {
    try {
      return read(octets)
    } catch (error) {
      errors.push(only(CertificateError, error))
    }
  }
  throw new Failure(`${file} is nothing that is read here; as a certificate: ${errors[0].message}`, 'certificates, requests, lists, keys and PKCS #12 are read, as PEM or DER', errors[0])
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
