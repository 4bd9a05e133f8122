import { clockSkew } from './clock-skew.js'
import { isCertIDOf, type BasicOcspResponse, type Certificate, type OcspResponse, type SingleResponse } from '../certificate/index.js'
import { hasNoCheck, ocspSigner } from './ocsp-signer.js'

export interface OcspRules {
  /**
   * Milliseconds after `thisUpdate` for which an answer counts, whatever its `nextUpdate` says. Default: until `nextUpdate`;
   * an answer without one counts for an hour.
   */
  readonly maxAge?: number
  /**
   * Whether a delegate's certificate is known to be revoked. Asked of those that do not say that they need not be looked up
   * (id-pkix-ocsp-nocheck). Default: of none it is known.
   */
  readonly isRevoked?: (delegate: Certificate) => boolean
}

/** What OCSP responses tell of a certificate; or that no answer among them counts, and why the first one about it does not. */
export type OcspStatus =
  | {
    readonly status: 'good' | 'revoked' | 'unknown'
    /** Where it stands. */
    readonly response: SingleResponse
    /** Milliseconds since 1970: after this instant, which may have passed, the answer is stale. */
    readonly end: number
    /** Milliseconds since 1970: after this instant its signer may sign no more, and the answer does not count; `Infinity` for the issuer itself. */
    readonly signerUntil: number
  }
  | { readonly status: undefined, readonly problem: string | undefined }

type Answer = Exclude<OcspStatus, { status: undefined }>

// A responder that answers at any time with what it knows then needs no `nextUpdate`; what is kept has to end.
const maxAgeWithoutNextUpdate = 60 * 60 * 1000

/**
 * What responses tell of a certificate of `issuer` at an instant (RFC 6960, section 3.2). An answer counts where it names
 * the certificate, is signed by the issuer or by a delegate of it whose certificate is current, is not from the future, and
 * has no critical extension. Of several the latest tells, but a revocation that cannot be taken back always does. Whether
 * `issuer` issued the certificate, and is to be trusted, is not looked at; nor is the nonce.
 */
export function ocspStatus (certificate: Certificate, issuer: Certificate, responses: readonly OcspResponse[], at: Date, rules: OcspRules = {}): OcspStatus {
  const answers: Answer[] = []
  let problem: string | undefined
  for (const response of responses) {
    const found = answersIn(response, certificate, issuer, at.getTime(), rules)
    if (typeof found === 'string') problem ??= found
    else answers.push(...found)
  }
  return answers.length === 0 ? { status: undefined, problem } : decisive(answers)
}

// RFC 5280, section 5.3.1: a hold alone ends.
const isFinal = ({ status, response: { revocationReason } }: Answer): boolean => status === 'revoked' && revocationReason !== 'certificateHold'

const severity = { good: 0, unknown: 1, revoked: 2 } as const

function decisive (answers: readonly Answer[]): Answer {
  const final = answers.find(isFinal)
  if (final !== undefined) return final
  const isAfter = (one: Answer, other: Answer) =>
    one.response.thisUpdate.getTime() - other.response.thisUpdate.getTime() || severity[one.status] - severity[other.status]
  return answers.reduce((latest, each) => isAfter(each, latest) > 0 ? each : latest)
}

/** The answers about the certificate in one response, or why those there do not count. */
function answersIn ({ responseStatus, basicResponse }: OcspResponse, certificate: Certificate, issuer: Certificate, at: number, rules: OcspRules): readonly Answer[] | string {
  if (basicResponse === undefined) return `the responder said ${responseStatus}`
  const singles = basicResponse.responses.filter(({ certID }) => isCertIDOf(certID, certificate, issuer))
  if (singles.length === 0) return []
  const signerUntil = endOfSigner(basicResponse, issuer, at, rules)
  if (typeof signerUntil === 'string') return signerUntil
  const problem = contentProblem(basicResponse, singles, at)
  if (problem !== undefined) return problem
  return singles.map((response) => ({ status: response.certStatus, response, end: endOf(response, rules.maxAge), signerUntil }))
}

function contentProblem (basicResponse: BasicOcspResponse, singles: readonly SingleResponse[], at: number): string | undefined {
  if (basicResponse.hasUnknownCriticalExtension || singles.some((each) => each.hasUnknownCriticalExtension)) return 'the response has a critical extension that is not understood here'
  const latest = Math.max(basicResponse.producedAt.getTime(), ...singles.map(({ thisUpdate }) => thisUpdate.getTime()))
  return latest > at + clockSkew ? `the response is from the future: ${new Date(latest).toISOString()}` : undefined
}

/** Until when one of those who signed the response may do so, in milliseconds since 1970; or why none may. */
function endOfSigner (response: BasicOcspResponse, issuer: Certificate, at: number, { isRevoked = () => false }: OcspRules): number | string {
  const signer = ocspSigner(response, issuer)
  if (signer.isIssuer) return Infinity
  if (signer.problem !== undefined) return `the response is not to be trusted: ${signer.problem}`
  const current = signer.delegates.filter((delegate) => delegate.isValidAt(new Date(at)))
  if (current.length === 0) return 'the response is not to be trusted: the certificate of its signer is not current'
  const holding = current.filter((delegate) => hasNoCheck(delegate) || !isRevoked(delegate))
  if (holding.length === 0) return 'the response is not to be trusted: the certificate of its signer is revoked'
  return Math.max(...holding.map(({ validity }) => validity.notAfter.getTime() + lastSecond))
}

// Certificates count whole seconds, and the last one belongs to them.
const lastSecond = 999

function endOf ({ thisUpdate, nextUpdate }: SingleResponse, maxAge = nextUpdate === undefined ? maxAgeWithoutNextUpdate : Infinity): number {
  return Math.min(nextUpdate?.getTime() ?? Infinity, thisUpdate.getTime() + maxAge)
}
