import { CertificationPathError } from '../errors.js'
import type { Certificate } from '../certificate/index.js'
import { guard, type Broken, type Fault } from './broken.js'
import type { Circumstances } from './circumstances.js'
import { emptyNamesProblem, keyIdentifierProblem, nameSyntaxProblem } from './conformity.js'
import { Comparisons, nameConstraintFault } from './name-constraints.js'
import { judgePolicies } from './policies.js'
import { issuerProblem, leafProblem } from './rules.js'
import { certificateSignatureProblem, isSelfSigned } from './signature.js'
import { VerifiedPath } from './verified-path.js'

// The longest path, and seven issuers that only look right, though key identifiers are compared before: honest sets have
// fewer. rustls' webpki and Go's crypto/x509 end a crafted set after 100, but a check with a P-521 key takes 2 ms.
const maxSignatureChecks = 16

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

/**
 * Looks for a path from the leaf to an anchor, depth first, and backs out of dead ends. A candidate issuer has to pass
 * every rule before a signature is checked with its key, and only a good signature leads on, so that the work is
 * bounded by the number of signature checks. What takes longer the more a certificate says (its alternative names, name constraints,
 * policies) is looked at once the path has come to an anchor: of a stranger's it is not even decoded. A builder builds once.
 */
export class PathBuilder {
  readonly #sources: Sources
  readonly #circumstances: Circumstances
  readonly #comparisons = new Comparisons()
  #signatureChecks = 0
  #failure: readonly [path: readonly Certificate[], fault: Fault] | undefined
  #longestPath = 0

  constructor (sources: Sources, circumstances: Circumstances) {
    this.#sources = sources
    this.#circumstances = circumstances
  }

  /** @throws CertificationPathError with the facts of the candidate path that came furthest */
  build (leaf: Certificate): VerifiedPath {
    const broken = guard(() => leafProblem(leaf, this.#circumstances))
    if (broken !== undefined) throw errorOf([leaf], { depth: 0, broken })
    const anchor = this.#anchorThatIs(leaf)
    const found = anchor === undefined ? this.#extend([leaf]) : this.#complete([anchor])
    if (found === undefined) throw errorOf(...this.#failure!)
    return found
  }

  /** Who is an anchor needs nobody to vouch for it. */
  #anchorThatIs (leaf: Certificate): Certificate | undefined {
    const { trusted, isAnchor } = this.#sources
    return trusted.find((certificate) => isSame(certificate, leaf) && isAnchor(certificate))
  }

  #extend (path: readonly Certificate[]): VerifiedPath | undefined {
    const last = path[path.length - 1]
    const trusted = issuersOf(last, this.#sources.trusted)
    const anchors = trusted.filter(this.#sources.isAnchor)
    const intermediates = [...issuersOf(last, this.#sources.intermediates), ...trusted.filter((issuer) => !anchors.includes(issuer))]
      .filter((issuer) => !path.some((certificate) => isSameAuthority(certificate, issuer)))
    if (anchors.length + intermediates.length === 0) return this.#note(path.length, path, { depth: path.length - 1, broken: noIssuer(last) })
    return this.#goOnBy(ranked(last, anchors), path, true) ?? this.#goOnBy(ranked(last, intermediates), path, false)
  }

  #goOnBy (issuers: readonly Certificate[], below: readonly Certificate[], isAnchor: boolean): VerifiedPath | undefined {
    for (const issuer of issuers) {
      const path = [...below, issuer]
      const fault = this.#faultOf(issuer, below, isAnchor)
      if (fault !== undefined) this.#note(below.length, path, fault)
      else {
        const found = isAnchor ? this.#complete(path) : this.#extend(path)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  /** Why `issuer` may not stand above the path so far, or did not sign its last certificate. */
  #faultOf (issuer: Certificate, below: readonly Certificate[], isAnchor: boolean): Fault | undefined {
    const depth = below.length
    const broken = lengthProblem(depth, isAnchor) ?? guard(() => issuerProblem(issuer, below, isAnchor, this.#circumstances))
    if (broken !== undefined) return { depth, broken }
    const unsigned = this.#signatureProblem(issuer, below)
    return unsigned && { depth: depth - 1, broken: unsigned }
  }

  #signatureProblem (issuer: Certificate, below: readonly Certificate[]): Broken | undefined {
    const { hashes, whenNotConforming } = this.#circumstances
    const last = below[below.length - 1]
    if (++this.#signatureChecks > maxSignatureChecks) throw errorOf(below, { depth: below.length - 1, broken: tooManyChecks })
    return guard(() => certificateSignatureProblem(last, issuer, hashes)) ?? (whenNotConforming === 'accept' ? undefined : keyIdentifierProblem(last, issuer))
  }

  /** What is said of a path that is whole: its names, its policies, and what is known of revocation. */
  #complete (path: readonly Certificate[]): VerifiedPath | undefined {
    const fault = undecodedFault(path) ?? this.#nameFault(path)
    if (fault !== undefined) return this.#note(path.length, path, fault)
    const verdict = judgePolicies(path, this.#circumstances.policies)
    if (verdict.fault !== undefined) return this.#note(path.length, path, verdict.fault)
    const status = this.#circumstances.status?.(path)
    if (status?.broken !== undefined) return this.#note(path.length, path, status)
    return new VerifiedPath(path, verdict.policies, status?.until)
  }

  #nameFault (path: readonly Certificate[]): Fault | undefined {
    for (const [depth, issuer] of path.entries()) {
      const fault = nameConstraintFault(issuer, path.slice(0, depth), this.#comparisons)
      if (fault?.broken.rule === 'LIMIT') throw errorOf(path, fault)
      if (fault !== undefined) return fault
    }
    return this.#circumstances.whenNotConforming === 'accept' ? undefined : nonconformingFault(path)
  }

  /** Keeps the failure of the candidate path that came furthest; of several, the first: the likeliest issuers are tried first. */
  #note (length: number, path: readonly Certificate[], fault: Fault): undefined {
    if (length <= this.#longestPath) return
    this.#longestPath = length
    this.#failure = [path, fault]
  }
}

const isSame = (anchor: Certificate, leaf: Certificate): boolean => anchor.raw.equals(leaf.raw) || isTurned(anchor, leaf)

/** Whether the leaf is the anchor with its ECDSA signature turned, which anybody can do. Where the anchor is self-signed, the leaf still has to be. */
const isTurned = (anchor: Certificate, leaf: Certificate): boolean =>
  anchor.tbsCertificate.equals(leaf.tbsCertificate) && leaf.hasFingerprint256(anchor.fingerprint256) && isSelfSigned(leaf) === isSelfSigned(anchor)

const errorOf = (path: readonly Certificate[], { depth, broken: { rule, problem, cause } }: Fault) =>
  new CertificationPathError({ rule, problem, depth, certificate: path[depth].subject.toShortString() }, cause)

/** From here on none of their properties throws. */
function undecodedFault (path: readonly Certificate[]): Fault | undefined {
  for (const [depth, certificate] of path.entries()) {
    const broken = guard(() => { certificate.decoded() })
    if (broken !== undefined) return { depth, broken }
  }
  return undefined
}

function nonconformingFault (path: readonly Certificate[]): Fault | undefined {
  for (const [depth, certificate] of path.entries()) {
    const broken = emptyNamesProblem(certificate) ?? (depth === 0 ? nameSyntaxProblem(certificate) : undefined)
    if (broken !== undefined) return { depth, broken }
  }
  return undefined
}

const tooManyChecks: Broken = { rule: 'LIMIT', problem: `no path was found within ${maxSignatureChecks} signature checks` }

function lengthProblem (depth: number, isAnchor: boolean): Broken | undefined {
  // The anchor still has to find its place behind an intermediate.
  if (depth + (isAnchor ? 1 : 2) <= maxPathCertificates) return undefined
  return { rule: 'LIMIT', problem: `no path was found within ${maxPathCertificates} certificates` }
}

const noIssuer = ({ isSelfIssued, issuer }: Certificate): Broken => ({
  rule: 'NO_ISSUER',
  problem: isSelfIssued
    ? 'its issuer has the same name as the certificate itself, and no trust anchor has that name'
    : `no certificate of its issuer ${issuer.toShortString() || '(empty name)'} is known`
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
  const wanted = certificate.issuerKeyIdentifier
  const found = issuer.subjectKeyIdentifier
  if (wanted === undefined || found === undefined) return 1
  return wanted.equals(found) ? 0 : 2
}

/** The same name and key again would be a cycle (RFC 4158, section 5.2). */
const isSameAuthority = (one: Certificate, other: Certificate) =>
  one.subjectPublicKeyInfo.equals(other.subjectPublicKeyInfo) && one.subject.equals(other.subject)
