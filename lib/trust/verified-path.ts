import type { Certificate } from '../certificate/index.js'

/**
 * A certification path that was verified; a value of this type exists only then.
 * It says nothing of revocation, and nothing of any instant outside `notBefore` to `notAfter`.
 */
export class VerifiedPath {
  /** The leaf; its `path` is this one. */
  readonly certificate: Certificate
  readonly trustAnchor: Certificate
  /** From the leaf to the trust anchor, both included. */
  readonly certificates: readonly Certificate[]
  /** From when on every certificate of the path is valid: the latest `notBefore`. */
  readonly notBefore: Date
  /** Until when, this second included, every one is valid: the earliest `notAfter`. */
  readonly notAfter: Date

  constructor (path: readonly Certificate[]) {
    this.certificate = path[0].along(path.slice(1))
    this.certificates = this.certificate.path as readonly Certificate[]
    this.trustAnchor = path[path.length - 1]
    const validities = path.map((certificate) => certificate.validity)
    this.notBefore = new Date(Math.max(...validities.map((validity) => validity.notBefore.getTime())))
    this.notAfter = new Date(Math.min(...validities.map((validity) => validity.notAfter.getTime())))
    Object.freeze(this)
  }
}
