import { knownHashes, signatureProblem, strongHashes, type Certificate } from '../certificate/index.js'
import { guard, type Broken } from './broken.js'

/**
 * Why the issuer's key did not sign this certificate, or `undefined` where it did. The names are not compared.
 * @throws CertificateError when the key or the parameters of the algorithm cannot be read
 */
export const certificateSignatureProblem = (certificate: Certificate, issuer: Certificate, hashes = strongHashes): Broken | undefined =>
  signatureProblem({ algorithm: certificate.signatureAlgorithm, octets: certificate.tbsCertificate, signature: certificate.signature }, issuer, hashes)

const selfSigned = new WeakMap<Certificate, boolean>()

/**
 * Whether the certificate names itself as its issuer and its own key signed it, as a root's does; `false` also where
 * its algorithm is not known here. Asked once, then remembered.
 */
export function isSelfSigned (certificate: Certificate): boolean {
  const known = selfSigned.get(certificate)
  if (known !== undefined) return known
  // A root that was signed with SHA-1 is still its own: nobody relies on that signature, only on the key being configured.
  const found = certificate.isSelfIssued && guard(() => certificateSignatureProblem(certificate, certificate, knownHashes)) === undefined
  selfSigned.set(certificate, found)
  return found
}
