import type { CertificationPathError } from '../errors.js'

/** What may help where a certificate above the client's own broke a rule of time: a new certificate for the client would not. */
export function authorityHint ({ rule, depth, certificate }: CertificationPathError): string | undefined {
  if (depth === 0) return undefined
  if (rule === 'EXPIRED') return `the certificate of the CA ${certificate} has expired, not the client's: renew the CA's certificate, and give it to this server`
  return rule === 'NOT_YET_VALID' ? `the certificate of the CA ${certificate} is not valid yet: see that the clocks here and at the CA are right` : undefined
}
