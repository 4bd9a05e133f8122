import { PathBuilder } from './path-builder.js'
import type { PathOptions } from './path-options.js'
import { certificatesOf, circumstancesOf, onlyCertificate, readableOf } from './read-options.js'
import { isSelfSigned } from './signature.js'
import type { VerifiedPath } from './verified-path.js'

/**
 * Finds and verifies a certification path from a certificate to a trust anchor (RFC 5280, section 6): signatures, names,
 * validity periods (also the anchor's), basic constraints, path length, key usage and extended key usage, name constraints
 * (also the anchor's), certificate policies; an unknown critical extension refuses. A certificate that is a trust anchor
 * itself is a path of one. A pure function of its arguments; it checks at most 16 signatures, and looks at paths of at most
 * 10 certificates.
 *
 * Of revocation nothing is said unless `certificateLists` are given. SHA-1 and MD5 signatures and RSA keys under 2048 bits are
 * refused unless `algorithms` lets them be.
 * @throws CertificationPathError when there is no such path
 * @throws CertificateError when `certificate`, one of `trustAnchors` or one of `certificateLists` cannot be read
 * @throws TypeError when an option is not one of its words, numbers or dates, or `revocation` is given without `certificateLists`
 */
export function verifyCertificationPath (options: PathOptions): VerifiedPath {
  const leaf = onlyCertificate(options.certificate)
  const trusted = options.trustAnchors.flatMap(certificatesOf)
  const isAnchor = options.partialPath === true ? () => true : isSelfSigned
  const intermediates = (options.intermediates ?? []).flatMap(readableOf)
  const circumstances = circumstancesOf(options, [...trusted, ...intermediates])
  return new PathBuilder({ trusted, isAnchor, intermediates }, circumstances).build(leaf)
}
