import { CertificationPathError } from '../errors.js'
import type { Certificate, CertificateList } from '../certificate/index.js'
import { pathHint, type Purpose, type RevocationOptions, type VerifiedPath } from '../trust/index.js'
import { table } from './table.js'
import { dateText } from './time.js'

/** What `explain` is asked. */
export interface Question {
  readonly certificate: Certificate
  readonly intermediates: readonly Certificate[]
  readonly trustAnchors: readonly Certificate[]
  readonly at: Date
  readonly purpose: Purpose
  readonly whenNotConforming: 'accept' | 'reject'
  /** Without them nothing is said of revocation. */
  readonly certificateLists?: readonly CertificateList[]
  readonly revocation?: RevocationOptions
}

export function acceptanceText (file: string, path: VerifiedPath, question: Question): string {
  const { at, purpose } = question
  const rows = path.certificates.map((certificate, depth) => row(certificate, depth, certificate === path.trustAnchor ? 'trusted' : 'good'))
  const { until, why } = endOf(path)
  const verdict = `${file} would get in (${purpose}) at ${dateText(at)}, and until ${dateText(until)}${why}`
  return [verdict, ...isRevocationChecked(question) ? [] : ['revocation: not checked (no --crl)'], '', table(rows)].join('\n')
}

const isRevocationChecked = ({ certificateLists }: Question): boolean => certificateLists !== undefined

// A list that is over has to be followed by a new one, long before the certificate ends.
function endOf ({ notAfter, statusUntil = Infinity }: VerifiedPath): { readonly until: Date, readonly why: string } {
  if (notAfter.getTime() <= statusUntil) return { until: notAfter, why: '' }
  return { until: new Date(statusUntil), why: ', when newer certificate lists are needed' }
}

export function refusalText (file: string, error: CertificationPathError, question: Question): string {
  const { at, purpose, trustAnchors } = question
  const rows = presumedPath(question).map((certificate, depth) => row(certificate, depth, remark(certificate, depth, error, trustAnchors)))
  return [`${file} would be refused (${purpose}) at ${dateText(at)}: ${error.message}`, `code: ${error.code}`, `hint: ${pathHint(error)}`, '', table(rows)].join('\n')
}

function row (certificate: Certificate, depth: number, remark: string): readonly string[] {
  const { subject, validity: { notBefore, notAfter } } = certificate
  return ['', String(depth), subject.toString() || '(empty subject)', `${dateText(notBefore)} to ${dateText(notAfter)}`, remark]
}

function remark (certificate: Certificate, depth: number, error: CertificationPathError, trustAnchors: readonly Certificate[]): string {
  if (depth === error.depth && certificate.subject.toString() === error.certificate) return `refused: ${error.rule}`
  return trustAnchors.some(({ raw }) => raw.equals(certificate.raw)) ? 'trusted' : ''
}

// The way up by the names alone, for people to look at: the verdict was found otherwise.
function presumedPath ({ certificate, intermediates, trustAnchors }: Question): readonly Certificate[] {
  const path = [certificate]
  for (let next = issuerOf(path, [...trustAnchors, ...intermediates]); next !== undefined; next = issuerOf(path, [...trustAnchors, ...intermediates])) path.push(next)
  return path
}

function issuerOf (path: readonly Certificate[], known: readonly Certificate[]): Certificate | undefined {
  const last = path[path.length - 1]
  if (last.isSelfIssued) return undefined
  return known.find((candidate) => candidate.subject.equals(last.issuer) && !path.some(({ raw }) => raw.equals(candidate.raw)))
}

/** The same for a program. */
export function verdictJson (verdict: VerifiedPath | CertificationPathError, question: Question): object {
  const { at, purpose } = question
  const revocation = isRevocationChecked(question) ? 'checked' : 'not checked'
  if (!(verdict instanceof CertificationPathError)) return { getsIn: true, at, purpose, revocation, until: endOf(verdict).until, path: verdict.certificates }
  const { code, rule, depth, certificate, message } = verdict
  return { getsIn: false, at, purpose, revocation, code, rule, depth, certificate, message, hint: pathHint(verdict), path: presumedPath(question) }
}
