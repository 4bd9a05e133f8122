import { CertificateError } from '../errors.js'
import { readCertificate, type Certificate } from './certificate.js'
import { expectKind, expectSome, readDocument } from './document.js'
import type { PemBlock } from './pem.js'
import { isPkcs7, pkcs7Labels, readPkcs7Certificates } from './pkcs7.js'

/**
 * The certificates of a file or an option: PEM with one or several blocks, in order; the one of a DER document; or those of a
 * PKCS #7 (`.p7b`), leaf first. PEM blocks of other kinds (keys, parameters) are passed over, and so are zero bytes and a
 * line break behind DER. Not for what a stranger sends: that is for `readCertificate`.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: no certificate in it, or any one of them cannot be read;
 * ERR_CERTIFICATE_UNSUPPORTED: another kind of file, as a Java keystore; the message says what to do
 */
export function readCertificates (content: string | Uint8Array): Certificate[] {
  const document = readDocument(content)
  return document.form === 'PEM' ? fromBlocks(document.blocks) : fromDer(document.octets)
}

function fromBlocks (blocks: readonly PemBlock[]): Certificate[] {
  const found = blocks.flatMap(certificatesInBlock)
  expectSome(blocks, found, 'certificate')
  return found
}

/** The certificates of one PEM block; none where it is of another kind. */
export function certificatesInBlock ({ label, octets }: PemBlock): Certificate[] {
  // `openssl x509 -trustout` puts octets of its own behind the certificate.
  if (label === 'TRUSTED CERTIFICATE') {
    throw new CertificateError('UNSUPPORTED', 'a block TRUSTED CERTIFICATE is OpenSSL\'s own form: write it again with `openssl x509 -in FILE -out FILE.cer`')
  }
  if (pkcs7Labels.has(label)) return readPkcs7Certificates(octets)
  return label === 'CERTIFICATE' || label === 'X509 CERTIFICATE' ? [readCertificate(octets)] : []
}

function fromDer (octets: Buffer): Certificate[] {
  if (isPkcs7(octets)) return readPkcs7Certificates(octets)
  expectKind(octets, 'certificate')
  return [readCertificate(octets)]
}
