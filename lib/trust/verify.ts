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
  /** What may stand between the leaf and an anchor; not trusted for being here. Default none. One that cannot be read (of a PEM text: with all in it) is passed over. */
  readonly intermediates?: readonly CertificateInput[]
  /** Whom to trust. Self-signed ones are anchors; others serve as intermediates, unless `partialPath` is set. */
  readonly trustAnchors: readonly CertificateInput[]
  /** The instant that all validity periods are held against. */
  readonly at: Date
  /** What the leaf is to be used for. */
  readonly purpose: Purpose
  /** Whether a path may end at any certificate of `trustAnchors`, also at one that is not self-signed. Default false. */
  readonly partialPath?: boolean
  /**
   * `accept`: the path is good even though the leaf is outside its own validity period, which the caller then has to look
   * at (`certificate.isValidAt`); those above it have to be current all the same. Default `reject`.
   */
  readonly whenLeafNotCurrent?: 'reject' | 'accept'
}

/**
 * Finds and verifies a certification path from a certificate to a trust anchor (RFC 5280, section 6): signatures,
 * names, validity periods (also the anchor's), basic constraints, path length, key usage and extended key usage; an
 * unknown critical extension refuses. A certificate that is a trust anchor itself is a path of one. A pure function of
 * its arguments; it checks at most 100 signatures, and looks at paths of at most 10 certificates.
 *
 * Not looked at: revocation. Not evaluated yet, and so refused: name constraints and policy constraints.
 * SHA-1 and MD5 signatures and RSA keys under 2048 bits are refused.
 * @throws CertificationPathError when there is no such path
 * @throws CertificateError when `certificate` or one of `trustAnchors` cannot be read
 * @throws TypeError when `at` is an Invalid Date, or `purpose` none of its three words
 */
export function verifyCertificationPath (options: PathOptions): VerifiedPath {
  const { at, purpose, whenLeafNotCurrent = 'reject' } = options
  if (Number.isNaN(at.getTime())) throw new TypeError('at is an Invalid Date')
  if (!purposes.has(purpose)) throw new TypeError(`purpose is one of ${[...purposes].join(', ')}, not ${purpose}`)
  const leaf = onlyCertificate(options.certificate)
  const trusted = options.trustAnchors.flatMap(certificatesOf)
  const isAnchor = options.partialPath === true ? () => true : isSelfSigned
  const intermediates = (options.intermediates ?? []).flatMap(readableOf)
  return new VerifiedPath(new PathBuilder({ trusted, isAnchor, intermediates }, { at, purpose, whenLeafNotCurrent }).build(leaf))
}

const purposes: ReadonlySet<string> = new Set<Purpose>(['clientAuth', 'serverAuth', 'any'])

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
