import { X509Certificate } from 'node:crypto'
import type { Certificate } from '../certificate/index.js'

/** Whether the issuer's name and its key's signature are on the certificate; neither is trusted for it. */
export const isIssuedBy = (certificate: Certificate, issuer: Certificate): boolean =>
  certificate.issuer.equals(issuer.subject) && new X509Certificate(certificate.raw).verify(issuer.publicKey)

/** Whether the certificate's own key signed it, as a root's does. */
export const isSelfSigned = (certificate: Certificate): boolean => isIssuedBy(certificate, certificate)

/**
 * The issuers of a certificate, its own first, as far as they are among the others. A root is left out: who is to
 * trust it has it (RFC 8446, section 4.4.2).
 */
export function chainOf (certificate: Certificate, others: readonly Certificate[]): Certificate[] {
  const issuer = others.find((other) => isIssuedBy(certificate, other))
  if (issuer === undefined || isSelfSigned(issuer)) return []
  return [issuer, ...chainOf(issuer, others.filter((other) => other !== issuer))]
}
