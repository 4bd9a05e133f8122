import { CertificateError } from '../errors.js'
import { Certificate, readCertificates } from '../certificate/index.js'
import { PathBuilder } from './path-builder.js'
import type { Purpose } from './rules.js'
import { isSelfSigned } from './signature.js'
import { VerifiedPath } from './verified-path.js'

/** A certificate, or one or several of them as PEM, or one as DER. */
export type CertificateInput = Certificate | string | Uint8Array

export interface PathOptions {
  /** The leaf: exactly one. */
  readonly certificate: CertificateInput
  /** What may stand between the leaf and an anchor; not trusted for being here. Default none. What cannot be read is passed over. */
  readonly intermediates?: readonly CertificateInput[]
  /** Whom to trust. Self-signed ones are anchors; others serve as intermediates, unless `partialPath` is set. */
  readonly trustAnchors: readonly CertificateInput[]
  /** The instant that all validity periods are held against. */
  readonly at: Date
  /** What the leaf is to be used for. */
  readonly purpose: Purpose
  /** Whether a path may end at any certificate of `trustAnchors`, also at one that is not self-signed. Default false. */
  readonly partialPath?: boolean
}

/**
 * Finds and verifies a certification path from a certificate to a trust anchor (RFC 5280, section 6): signatures,
 * names, validity periods, basic constraints, path length, key usage and extended key usage; an unknown critical
 * extension refuses. A pure function of its arguments.
 *
 * Not looked at: revocation. Not evaluated yet, and so refused: name constraints and policy constraints of a CA.
 * SHA-1 and MD5 signatures and RSA keys under 2048 bits are refused.
 * @throws CertificationPathError when there is no such path
 * @throws CertificateError when `certificate` or one of `trustAnchors` cannot be read
 */
export function verifyCertificationPath (options: PathOptions): VerifiedPath {
  const trusted = options.trustAnchors.flatMap(certificatesOf)
  const anchors = options.partialPath === true ? trusted : trusted.filter(isSelfSigned)
  const intermediates = [...(options.intermediates ?? []).flatMap(readableOf), ...trusted.filter((certificate) => !anchors.includes(certificate))]
  const builder = new PathBuilder(anchors, intermediates, { at: options.at, purpose: options.purpose })
  return new VerifiedPath(builder.build(onlyCertificate(options.certificate)))
}

function onlyCertificate (input: CertificateInput): Certificate {
  const found = certificatesOf(input)
  if (found.length !== 1) throw new CertificateError('MALFORMED', `one certificate is expected, not ${found.length}`)
  return found[0]
}

const certificatesOf = (input: CertificateInput): readonly Certificate[] =>
  input instanceof Certificate ? [input] : readCertificates(input)

// What a stranger sends along must not keep the path from being found without it.
function readableOf (input: CertificateInput): readonly Certificate[] {
  try {
    return certificatesOf(input)
  } catch (error) {
    if (error instanceof CertificateError) return []
    throw error
  }
}
