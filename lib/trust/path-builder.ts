import { CertificateError, CertificationPathError, type PathFacts } from '../errors.js'
import type { Certificate } from '../certificate/index.js'
import { issuerProblem, leafProblem, type Broken, type Circumstances } from './rules.js'
import { signatureProblem } from './signature.js'

// As many as Go's crypto/x509 and rustls' webpki allow: enough for every honest set, an end for a crafted one.
const maxSignatureChecks = 100

// A leaf, eight intermediates and an anchor: more than any public or private hierarchy in use has.
const maxPathCertificates = 10

/**
 * Looks for a path from the leaf to an anchor, depth first, and backs out of dead ends. A candidate issuer has to pass
 * every rule before its signature is checked, and only a signature leads on, so the work is bounded by their number.
 */
export class PathBuilder {
  readonly #anchors: readonly Certificate[]
  readonly #intermediates: readonly Certificate[]
  readonly #circumstances: Circumstances
  #signatureChecks = 0
  #failure: { facts: PathFacts, cause?: unknown } | undefined

  constructor (anchors: readonly Certificate[], intermediates: readonly Certificate[], circumstances: Circumstances) {
    this.#anchors = anchors
    this.#intermediates = intermediates
    this.#circumstances = circumstances
  }

  /** @throws CertificationPathError with the facts of the candidate that came furthest */
  build (leaf: Certificate): readonly Certificate[] {
    const problem = guard(() => leafProblem(leaf, this.#circumstances))
    if (problem !== undefined) throw failureOf(leaf, 0, problem)
    const path = this.#extend([leaf])
    if (path !== undefined) return path
    throw new CertificationPathError(this.#failure!.facts, this.#failure!.cause)
  }

  #extend (path: readonly Certificate[]): readonly Certificate[] | undefined {
    const last = path[path.length - 1]
    let known = false
    for (const anchor of issuersOf(last, this.#anchors)) {
      if (path.includes(anchor)) continue
      known = true
      if (this.#accepts(anchor, path, true)) return [...path, anchor]
    }
    for (const issuer of issuersOf(last, this.#intermediates)) {
      if (path.some((certificate) => isSameAuthority(certificate, issuer))) continue
      known = true
      const found = this.#accepts(issuer, path, false) ? this.#extend([...path, issuer]) : undefined
      if (found !== undefined) return found
    }
    if (!known) this.#note(last, path.length - 1, { rule: 'NO_ISSUER', problem: noIssuer(last) })
    return undefined
  }

  #accepts (issuer: Certificate, path: readonly Certificate[], isAnchor: boolean): boolean {
    const depth = path.length
    const problem = guard(() => issuerProblem(issuer, path, isAnchor, this.#circumstances)) ?? this.#limitProblem(path, isAnchor)
    if (problem !== undefined) return this.#note(issuer, depth, problem)
    this.#signatureChecks++
    const signature = guard(() => signatureProblem(path[depth - 1], issuer))
    return signature === undefined || this.#note(path[depth - 1], depth - 1, signature)
  }

  #limitProblem (path: readonly Certificate[], isAnchor: boolean): Broken | undefined {
    if (this.#signatureChecks >= maxSignatureChecks) return { rule: 'LIMIT', problem: `no path was found within ${maxSignatureChecks} signature checks` }
    // The anchor still has to find its place behind an intermediate.
    if (path.length + (isAnchor ? 0 : 1) < maxPathCertificates) return undefined
    return { rule: 'LIMIT', problem: `no path was found within ${maxPathCertificates} certificates` }
  }

  /** Keeps the failure that is furthest from the leaf: the first one there. */
  #note (certificate: Certificate, depth: number, { rule, problem, cause }: Problem): false {
    if (this.#failure === undefined || depth > this.#failure.facts.depth) {
      this.#failure = { facts: { rule, problem, depth, certificate: certificate.subject.toString() }, cause }
    }
    return false
  }
}

interface Problem extends Broken { readonly cause?: unknown }

/** What cannot be read (a key, the parameters of an algorithm) is a problem of the certificate, not of the caller. */
function guard (judge: () => Broken | undefined): Problem | undefined {
  try {
    return judge()
  } catch (cause) {
    if (cause instanceof CertificateError) return { rule: 'MALFORMED', problem: cause.message, cause }
    throw cause
  }
}

function failureOf (certificate: Certificate, depth: number, { rule, problem, cause }: Problem): CertificationPathError {
  return new CertificationPathError({ rule, problem, depth, certificate: certificate.subject.toString() }, cause)
}

const noIssuer = (certificate: Certificate) =>
  certificate.isSelfIssued
    ? 'the certificate is issued by itself and is no trust anchor'
    : `no certificate of its issuer ${certificate.issuer.toString() || '(empty name)'} is known`

/** Those whose subject is the issuer's name, the ones whose key identifier fits first (RFC 4158, section 3.5.12). */
function issuersOf (certificate: Certificate, candidates: readonly Certificate[]): readonly Certificate[] {
  const named = candidates.filter((candidate) => candidate.subject.equals(certificate.issuer))
  return named.length < 2 ? named : named.sort((one, other) => mismatch(certificate, one) - mismatch(certificate, other))
}

function mismatch (certificate: Certificate, issuer: Certificate): number {
  const wanted = certificate.authorityKeyIdentifier?.keyIdentifier
  const found = issuer.subjectKeyIdentifier
  if (wanted === undefined || found === undefined) return 1
  return wanted.equals(found) ? 0 : 2
}

/** The same name and key again would be a cycle (RFC 4158, section 5.2). */
const isSameAuthority = (one: Certificate, other: Certificate) =>
  one.subjectPublicKeyInfo.equals(other.subjectPublicKeyInfo) && one.subject.equals(other.subject)
