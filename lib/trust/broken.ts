import { CertificateError, type PathRule } from '../errors.js'

/** A rule that a certificate broke, and how. */
export interface Broken {
  readonly rule: PathRule
  readonly problem: string
  readonly cause?: unknown
}

/** The same, of the certificate of a path that is so far from the leaf: 0 is the leaf. */
export interface Fault {
  readonly depth: number
  readonly broken: Broken
}

/** What cannot be read (a key, the parameters of an algorithm) is a problem of the certificate, not of the caller. */
export function guard (judge: () => Broken | undefined | void): Broken | undefined {
  try {
    return judge() ?? undefined
  } catch (cause) {
    if (cause instanceof CertificateError) return { rule: 'MALFORMED', problem: cause.message, cause }
    throw cause
  }
}
