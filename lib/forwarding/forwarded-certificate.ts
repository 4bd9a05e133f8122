import { ForwardedCertificateError } from '../errors.js'

/** What a proxy says its client presented, as DER; nothing of it is verified, and it may be no certificate at all. */
export interface ForwardedCertificate {
  readonly certificate: Buffer
  /** What the client sent behind its own certificate, where the proxy passes it on. */
  readonly intermediates: readonly Buffer[]
}

/** As many as a path may have: eight intermediates, a root, and one to spare. */
export const maxIntermediates = 10

/** Of one field's value: what Node takes for all fields of a request together (`maxHeaderSize`). */
export const maxFieldOctets = 16 * 1024

export const malformed = (problem: string, cause?: unknown): ForwardedCertificateError => new ForwardedCertificateError(problem, cause)
