import type { Certificate } from '../certificate/index.js'

/**
 * A certification path that was verified; a value of this type exists only then. Immutable.
 * It says nothing of revocation where `statusUntil` is `undefined`, and nothing of any instant outside `notBefore` to `notAfter`.
 */
export class VerifiedPath {
  /** The leaf; its `path` is this one. */
  readonly certificate: Certificate
  readonly trustAnchor: Certificate
  /** From the leaf to the trust anchor, both included: only one where the leaf is an anchor itself. */
  readonly certificates: readonly Certificate[]
  /**
   * The certificate policies that are valid for the path, dotted: the user-constrained-policy-set of RFC 5280, section
   * 6.1.5 (g). `2.5.29.32.0` is anyPolicy, and stands for every one.
   */
  readonly policies: readonly string[]
  /**
   * Until when it is known that no certificate of the path is revoked: milliseconds since 1970, `Infinity` where nothing ends
   * it; `undefined` where no certificate lists were given.
   */
  readonly statusUntil: number | undefined

  /** @internal Only `verifyCertificationPath` makes one. */
  constructor (path: readonly Certificate[], policies: readonly string[], statusUntil: number | undefined) {
    this.certificate = path[0].along(path.slice(1))
    this.certificates = this.certificate.path as readonly Certificate[]
    this.trustAnchor = this.certificates[path.length - 1]
    this.policies = Object.freeze([...policies])
    this.statusUntil = statusUntil
    Object.freeze(this)
  }

  /** From when on every certificate of the path is valid: the latest `notBefore`. Made anew for each call. */
  get notBefore (): Date {
    return new Date(Math.max(...this.certificates.map((certificate) => certificate.validity.notBefore.getTime())))
  }

  /** Until when, this second included, every one is valid: the earliest `notAfter`. Made anew for each call. */
  get notAfter (): Date {
    return new Date(Math.min(...this.certificates.map((certificate) => certificate.validity.notAfter.getTime())))
  }
}
