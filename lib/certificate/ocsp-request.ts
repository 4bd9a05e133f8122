import type { Certificate } from './certificate.js'
import { writeExtension } from './certificate-writer.js'
import { contextTag, malformed } from './der.js'
import { write, writeOctetString, writeSequence } from './der-writer.js'
import { writeCertID } from './ocsp-cert-id.js'
import { ocspTypes } from './ocsp-object-identifiers.js'

/** What a responder is asked. */
export interface OcspQuestion {
  readonly certificate: Certificate
  /** Who issued it: a responder knows certificates by their issuer's name and key. */
  readonly issuer: Certificate
  /** Octets that the answer has to repeat, 1 to 128 (RFC 9654, section 2.1). Default none. */
  readonly nonce?: Uint8Array
}

/**
 * The DER of an OCSPRequest (RFC 6960, section 4.1.1) for one certificate, which is not signed. That the issuer is the
 * issuer is not looked at.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: a nonce of no octets, or of more than 128
 */
export function writeOcspRequest ({ certificate, issuer, nonce }: OcspQuestion): Buffer {
  const requestList = writeSequence(writeSequence(writeCertID(certificate, issuer)))
  const requestExtensions = nonce === undefined ? [] : [write(contextTag(2, true), writeSequence(nonceExtension(nonce)))]
  return writeSequence(writeSequence(requestList, ...requestExtensions))
}

function nonceExtension (nonce: Uint8Array): Buffer {
  if (nonce.length < 1 || nonce.length > 128) throw malformed(`a nonce has 1 to 128 octets, not ${nonce.length}`)
  return writeExtension({ type: ocspTypes['id-pkix-ocsp-nonce'], critical: false, value: writeOctetString(nonce) })
}
