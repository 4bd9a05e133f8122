import { CertificationPathError } from '../errors.js'
import type { Certificate, CertificateList } from '../certificate/index.js'
import { isListSignedBy } from './list-signature.js'
import { statusProblem, type Status, type StatusInquiry } from './revocation-status.js'
import type { VerifiedPath } from './verified-path.js'
import { verifyCertificationPath } from './verify.js'

/** Who signed a list, and until when (milliseconds since 1970) that is known; or why nobody who may did. */
export type ListSigner =
  | { readonly certificate: Certificate, readonly until: number }
  | { readonly certificate: undefined, readonly problem: string }

// A CA has one key for its lists, or one more while it changes it; others of its name are not of it.
const maxSignerPaths = 8

// Signers whose status is told by lists of other signers, and so on: far more than there can be in earnest.
const maxSignerStatuses = 32

// A signer's path holds for every path that its list is heard for, as long as its certificates are valid.
const verifiedPaths = new WeakMap<Certificate, VerifiedPath>()

type SignerPath = readonly Certificate[] | string

/**
 * Finds the certificates whose keys signed lists (RFC 5280, section 6.3.3, f and g), for one path that is judged. A signer
 * is in that path, or has a path of its own to the same trust anchor, and is not revoked itself.
 */
export class ListSigners {
  readonly #inquiry: StatusInquiry
  readonly #paths = new Map<Certificate, SignerPath>()
  readonly #known = new Map<Certificate, Status>()
  readonly #asked = new Set<Certificate>()
  #statuses = 0

  constructor (inquiry: StatusInquiry) {
    this.#inquiry = inquiry
  }

  /** Who signed the list; `issuers` are those above the certificate that is asked for, up to the trust anchor. */
  find (list: CertificateList, issuers: readonly Certificate[]): ListSigner {
    const certificate = issuers.find((each) => maySign(each, list) && isListSignedBy(list, each))
    if (certificate !== undefined) return { certificate, until: Infinity }
    return this.#findElsewhere(list, issuers)
  }

  #findElsewhere (list: CertificateList, issuers: readonly Certificate[]): ListSigner {
    let problem = 'is not signed by a key of its issuer that is known here'
    for (const certificate of ranked(list, this.#inquiry.sources.certificates)) {
      if (issuers.includes(certificate) || !maySign(certificate, list)) continue
      const path = this.#pathOf(certificate, issuers)
      const found = typeof path === 'string' ? `may be signed by a certificate that has no good path: ${path}` : this.#judge(list, path, issuers)
      if (typeof found === 'number') return { certificate, until: found }
      problem = found ?? problem
    }
    return { certificate: undefined, problem }
  }

  /** Its own path to the same trust anchor, or what is wrong with it. Looked for once. */
  #pathOf (signer: Certificate, issuers: readonly Certificate[]): SignerPath {
    const known = this.#paths.get(signer)
    if (known !== undefined) return known
    if (this.#paths.size === maxSignerPaths) return `more than ${maxSignerPaths} certificates have the name of the issuer of a list`
    const found = this.#buildPath(signer, issuers)
    this.#paths.set(signer, found)
    return found
  }

  #buildPath (certificate: Certificate, issuers: readonly Certificate[]): SignerPath {
    const { at, sources } = this.#inquiry
    const trustAnchor = issuers[issuers.length - 1]
    const known = verifiedPaths.get(certificate)
    if (known !== undefined && isPathTo(known, trustAnchor, at)) return [certificate, ...known.certificates.slice(1)]
    const intermediates = [...issuers, ...sources.certificates]
    try {
      const path = verifyCertificationPath({ certificate, intermediates, trustAnchors: [trustAnchor], at, purpose: 'any', partialPath: true, whenNotConforming: 'accept' })
      verifiedPaths.set(certificate, path)
      return [certificate, ...path.certificates.slice(1)]
    } catch (error) {
      if (error instanceof CertificationPathError) return error.message
      throw error
    }
  }

  /** Until when it may be relied on that the first of the path signed the list; `undefined` where it did not, a text where it may not have. */
  #judge (list: CertificateList, path: readonly Certificate[], issuers: readonly Certificate[]): number | string | undefined {
    // Asked only of those with a good path: a list may be long, and is not hashed for everyone.
    if (!isListSignedBy(list, path[0])) return undefined
    const asked = this.#inquiry.depth === 'path' ? path.slice(0, -1).filter((each) => !issuers.some(({ raw }) => raw.equals(each.raw))) : []
    let until = Math.min(...path.map(({ validity }) => validity.notAfter.getTime()))
    for (const certificate of asked) {
      const status = this.#statusOf(certificate, path.slice(path.indexOf(certificate) + 1))
      const problem = statusProblem(status, this.#inquiry)
      if (problem !== undefined) return `is signed by a certificate that is not good itself: ${problem.problem}`
      if (status.kind === 'good') until = Math.min(until, status.until)
    }
    return until
  }

  // Whoever signs lists can be revoked like any other. Nobody vouches for himself, unless his issuer says so.
  #statusOf (certificate: Certificate, issuers: readonly Certificate[]): Status {
    const known = this.#known.get(certificate)
    if (known !== undefined) return known
    if (this.#asked.has(certificate)) return isOwnListIssuer(certificate) ? { kind: 'good', until: Infinity } : { kind: 'unknown', problem: 'only a list that it signed itself tells of it' }
    if (++this.#statuses > maxSignerStatuses) return { kind: 'unknown', problem: `more than ${maxSignerStatuses} others would have to be asked` }
    this.#asked.add(certificate)
    const status = this.#inquiry.statusOf(certificate, issuers)
    this.#asked.delete(certificate)
    // What was found while others were asked is true for those others alone.
    if (this.#asked.size === 0) this.#known.set(certificate, status)
    return status
  }
}

const isPathTo = (path: VerifiedPath, trustAnchor: Certificate, at: Date): boolean =>
  path.trustAnchor.raw.equals(trustAnchor.raw) && path.certificates.every((certificate) => certificate.isValidAt(at))

/** Whether the issuer of the certificate leaves it to its subject to say by a list whether it is revoked (RFC 5280, section 4.2.1.13). */
const isOwnListIssuer = ({ cRLDistributionPoints, subject }: Certificate): boolean =>
  cRLDistributionPoints.some(({ cRLIssuer = [] }) => cRLIssuer.some((name) => name.type === 'directoryName' && name.value.equals(subject)))

// RFC 5280, section 6.3.3, f: where there is a keyUsage, it says cRLSign.
const maySign = ({ subject, keyUsage }: Certificate, list: CertificateList): boolean =>
  subject.equals(list.issuer) && (keyUsage === undefined || keyUsage.includes('cRLSign'))

/** Those whose key identifier the list names come first. */
function ranked ({ authorityKeyIdentifier }: CertificateList, certificates: readonly Certificate[]): readonly Certificate[] {
  const wanted = authorityKeyIdentifier?.keyIdentifier
  if (wanted === undefined || certificates.length < 2) return certificates
  const isNamed = (certificate: Certificate) => certificate.subjectKeyIdentifier?.equals(wanted) === true
  return [...certificates.filter(isNamed), ...certificates.filter((each) => !isNamed(each))]
}
