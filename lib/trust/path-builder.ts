import { CertificationPathError } from '../errors.js'
import type { Certificate } from '../certificate/index.js'
import { guard, type Broken } from './broken.js'
import { issuerProblem, leafProblem, type Circumstances } from './rules.js'
import { certificateSignatureProblem } from './signature.js'

// As many as rustls' webpki and Go's crypto/x509 allow: enough for every honest set, an end for a crafted one.
const maxSignatureChecks = 100

// A leaf, eight intermediates and an anchor: more than any public or private hierarchy in use has.
const maxPathCertificates = 10

/** Where issuers are looked for. */
export interface Sources {
  readonly trusted: readonly Certificate[]
  /** Which of the trusted ones a path may end at; the others may stand in it. */
  readonly isAnchor: (trusted: Certificate) => boolean
  /** May stand in a path, and are not trusted for being here. */
  readonly intermediates: readonly Certificate[]
}

/** The certificate that broke a rule, and how far it is from the leaf. */
interface Failure {
  readonly certificate: Certificate
  readonly depth: number
  readonly broken: Broken
}

/**
 * Looks for a path from the leaf to an anchor, depth first, and backs out of dead ends. A candidate issuer has to pass
 * every rule before a signature is checked with its key, and only a good signature leads on, so that the work is
 * bounded by the number of signature checks. A builder builds once.
 */
export class PathBuilder {
  readonly #sources: Sources
  readonly #circumstances: Circumstances
  #signatureChecks = 0
  #failure: Failure | undefined
  #longestPath = 0

  constructor (sources: Sources, circumstances: Circumstances) {
    this.#sources = sources
    this.#circumstances = circumstances
  }

  /** @throws CertificationPathError with the facts of the candidate path that came furthest */
  build (leaf: Certificate): readonly Certificate[] {
    const broken = guard(() => leafProblem(leaf, this.#circumstances))
    if (broken !== undefined) throw errorOf({ certificate: leaf, depth: 0, broken })
    const path = this.#isTrustedItself(leaf) ? [leaf] : this.#extend([leaf])
    if (path === undefined) throw errorOf(this.#failure!)
    return path
  }

  /** Who is an anchor needs nobody to vouch for it. */
  #isTrustedItself (leaf: Certificate): boolean {
    const { trusted, isAnchor } = this.#sources
    return trusted.some((certificate) => certificate.raw.equals(leaf.raw) && isAnchor(certificate))
  }

  #extend (path: readonly Certificate[]): readonly Certificate[] | undefined {
    const last = path[path.length - 1]
    const trusted = issuersOf(last, this.#sources.trusted)
    const anchors = trusted.filter(this.#sources.isAnchor)
    const intermediates = [...issuersOf(last, this.#sources.intermediates), ...trusted.filter((issuer) => !anchors.includes(issuer))]
      .filter((issuer) => !path.some((certificate) => isSameAuthority(certificate, issuer)))
    if (anchors.length + intermediates.length === 0) this.#note(path, { certificate: last, depth: path.length - 1, broken: noIssuer(last) })
    return this.#endAt(ranked(last, anchors), path) ?? this.#goOnBy(ranked(last, intermediates), path)
  }

  #endAt (anchors: readonly Certificate[], path: readonly Certificate[]): readonly Certificate[] | undefined {
    const anchor = anchors.find((each) => this.#accepts(each, path, true))
    return anchor && [...path, anchor]
  }

  #goOnBy (intermediates: readonly Certificate[], path: readonly Certificate[]): readonly Certificate[] | undefined {
    for (const intermediate of intermediates) {
      const found = this.#accepts(intermediate, path, false) ? this.#extend([...path, intermediate]) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Whether `issuer` may stand at the end of the path, and signed the last certificate of it. */
  #accepts (issuer: Certificate, path: readonly Certificate[], isAnchor: boolean): boolean {
    const depth = path.length
    const last = path[depth - 1]
    const broken = lengthProblem(depth, isAnchor) ?? guard(() => issuerProblem(issuer, path, isAnchor, this.#circumstances))
    if (broken !== undefined) return this.#note(path, { certificate: issuer, depth, broken })
    if (++this.#signatureChecks > maxSignatureChecks) throw errorOf({ certificate: last, depth: depth - 1, broken: tooManyChecks })
    const forged = guard(() => certificateSignatureProblem(last, issuer))
    return forged === undefined || this.#note(path, { certificate: last, depth: depth - 1, broken: forged })
  }

  /** Keeps the failure that ended the longest path; of several, the first: the likeliest issuers are tried first. */
  #note (path: readonly Certificate[], failure: Failure): false {
    if (path.length > this.#longestPath) {
      this.#longestPath = path.length
      this.#failure = failure
    }
    return false
  }
}

const errorOf = ({ certificate, depth, broken: { rule, problem, cause } }: Failure) =>
  new CertificationPathError({ rule, problem, depth, certificate: certificate.subject.toString() }, cause)

const tooManyChecks: Broken = { rule: 'LIMIT', problem: `no path was found within ${maxSignatureChecks} signature checks` }

function lengthProblem (depth: number, isAnchor: boolean): Broken | undefined {
  // The anchor still has to find its place behind an intermediate.
  if (depth + (isAnchor ? 1 : 2) <= maxPathCertificates) return undefined
  return { rule: 'LIMIT', problem: `no path was found within ${maxPathCertificates} certificates` }
}

const noIssuer = ({ isSelfIssued, issuer }: Certificate): Broken => ({
  rule: 'NO_ISSUER',
  problem: isSelfIssued
    ? 'the certificate is issued by itself and is no trust anchor'
    : `no certificate of its issuer ${issuer.toString() || '(empty name)'} is known`
})

/** Those whose subject is the issuer's name. An empty name is nobody's (RFC 5280, section 4.1.2.4). */
function issuersOf (certificate: Certificate, candidates: readonly Certificate[]): readonly Certificate[] {
  const { issuer } = certificate
  if (issuer.attributes.length === 0) return []
  return candidates.filter((candidate) => candidate.subject.equals(issuer))
}

/** Those whose key identifier fits come first (RFC 4158, section 3.5.12): a wrong one is only less likely. */
const ranked = (certificate: Certificate, issuers: readonly Certificate[]): readonly Certificate[] =>
  issuers.length < 2 ? issuers : [...issuers].sort((one, other) => mismatch(certificate, one) - mismatch(certificate, other))

function mismatch (certificate: Certificate, issuer: Certificate): number {
  const wanted = certificate.authorityKeyIdentifier?.keyIdentifier
  const found = issuer.subjectKeyIdentifier
  if (wanted === undefined || found === undefined) return 1
  return wanted.equals(found) ? 0 : 2
}

/** The same name and key again would be a cycle (RFC 4158, section 5.2). */
const isSameAuthority = (one: Certificate, other: Certificate) =>
  one.subjectPublicKeyInfo.equals(other.subjectPublicKeyInfo) && one.subject.equals(other.subject)
