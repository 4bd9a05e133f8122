import { certificateListExtensionTypes, type Certificate, type CertificateList, type DistributionPoint, type RevokedCertificate } from '../certificate/index.js'
import { deltasTo, isCombinable } from './list-delta.js'
import { listsOf, type ListsOfIssuer } from './list-index.js'
import { endOf, listName, listProblem } from './list-rules.js'
import { allReasons, distributionPointsOf, isInScope, listIssuers, reasonsOf } from './list-scope.js'
import { isListSignedBy } from './list-signature.js'
import type { ListSigners } from './list-signer.js'
import { heldUntil, type Status, type StatusInquiry } from './revocation-status.js'

/**
 * What the certificate lists tell of a certificate (RFC 5280, section 6.3.3); `issuers` are those above it, up to the trust
 * anchor. Where the section stops at the first answer, every verified list is heard all the same: revoked by one is revoked.
 */
export function listStatus (certificate: Certificate, issuers: readonly Certificate[], inquiry: StatusInquiry, signers: ListSigners): Status {
  const hearing = new ListHearing(certificate, issuers, inquiry, signers)
  for (const point of distributionPointsOf(certificate)) hearing.hear(point)
  return hearing.status
}

/** What one list, with the deltas to it, says: that the certificate is revoked, or until when it is not; or why it tells nothing. */
type Answer =
  | { readonly revoked: RevokedCertificate }
  | { readonly until: number }
  | { readonly problem: string | undefined }

/** One certificate, of which the lists are heard. A hearing is held once. */
class ListHearing {
  readonly #certificate: Certificate
  readonly #issuers: readonly Certificate[]
  readonly #inquiry: StatusInquiry
  readonly #signers: ListSigners
  readonly #answers = new Map<CertificateList, Answer>()
  /** The scopes and keys of which a list was heard; the newest comes first, and an older one has nothing to say. */
  readonly #newest = new Set<string>()
  #revoked: RevokedCertificate | undefined
  #reasons = 0
  #until = Infinity
  #problem: string | undefined

  constructor (certificate: Certificate, issuers: readonly Certificate[], inquiry: StatusInquiry, signers: ListSigners) {
    this.#certificate = certificate
    this.#issuers = issuers
    this.#inquiry = inquiry
    this.#signers = signers
  }

  /** Hears the lists that tell of the certificate as one of this distribution point. */
  hear (point: DistributionPoint): void {
    for (const issuer of listIssuers(point, this.#certificate)) {
      const lists = listsOf(this.#inquiry.sources.certificateLists, issuer)
      for (const list of lists?.complete ?? []) {
        if (isInScope(list, this.#certificate, point)) this.#weigh(this.#answerOf(list, lists!), reasonsOf(list, point))
      }
    }
  }

  get status (): Status {
    if (this.#revoked !== undefined) return { kind: 'revoked', problem: revokedText(this.#revoked) }
    if (this.#reasons === allReasons) return { kind: 'good', until: this.#until }
    return { kind: 'unknown', problem: this.#problem ?? this.#silence }
  }

  get #silence (): string {
    if (this.#reasons !== 0) return 'the certificate lists that tell of it are not for every reason'
    return `no certificate list that tells of it is known (issuer ${this.#certificate.issuer.toShortString()})`
  }

  #weigh (answer: Answer, reasons: number): void {
    if ('revoked' in answer) this.#revoked ??= answer.revoked
    else if ('problem' in answer) this.#problem ??= answer.problem
    else if ((reasons & ~this.#reasons) !== 0) {
      this.#reasons |= reasons
      this.#until = Math.min(this.#until, answer.until)
    }
  }

  #answerOf (list: CertificateList, lists: ListsOfIssuer): Answer {
    const known = this.#answers.get(list)
    if (known !== undefined) return known
    const answer = this.#ask(list, lists)
    this.#answers.set(list, answer)
    return answer
  }

  #ask (list: CertificateList, { deltas }: ListsOfIssuer): Answer {
    const broken = listProblem(list, this.#inquiry)
    if (broken !== undefined) return problemOf(list, broken)
    const signer = this.#signers.find(list, this.#issuers)
    if (signer.certificate === undefined) return problemOf(list, signer.problem)
    const group = groupOf(list, signer.certificate)
    if (this.#newest.has(group)) return { problem: undefined }
    this.#newest.add(group)
    return this.#read(list, deltasTo(list, deltas, (delta) => listProblem(delta, this.#inquiry) === undefined && isListSignedBy(delta, signer.certificate)), signer.until)
  }

  #read (list: CertificateList, deltas: readonly CertificateList[], signerUntil: number): Answer {
    for (const delta of deltas) {
      const change = this.#entryOf(delta)
      if (change === undefined) continue
      if (change.reason !== 'removeFromCRL') return { revoked: change }
      // What is over may still revoke, but takes nothing back.
      const until = isCombinable(delta, list) ? heldUntil(endOf(delta), this.#inquiry) : undefined
      if (until !== undefined) return { until: Math.min(until, signerUntil) }
    }
    const entry = this.#entryOf(list)
    // In a list that is complete that reason has no place, and by section 6.3.3, k, it revokes nothing.
    if (entry !== undefined && entry.reason !== 'removeFromCRL') return { revoked: entry }
    return this.#heldBy(list, deltas.filter((delta) => isCombinable(delta, list)), signerUntil)
  }

  // Section 5.2.4: a list and a delta together are a list with the dates of the delta.
  #heldBy (list: CertificateList, deltas: readonly CertificateList[], signerUntil: number): Answer {
    const ends = [...deltas, list].map(endOf)
    const until = heldUntil(ends.find((end) => this.#inquiry.at.getTime() <= end) ?? Math.max(...ends), this.#inquiry)
    if (until !== undefined) return { until: Math.min(until, signerUntil) }
    return problemOf(list, list.nextUpdate === undefined ? 'does not say until when it holds' : `is over since ${new Date(Math.max(...ends)).toISOString()}`)
  }

  #entryOf (list: CertificateList): RevokedCertificate | undefined {
    return list.find(this.#certificate.serialNumber, this.#certificate.issuer)
  }
}

const problemOf = (list: CertificateList, problem: string): Answer => ({ problem: `the ${listName(list)} ${problem}` })

/** Lists of one issuer and scope that one key signed: each takes the place of those before it. */
const groupOf = ({ issuer, extensions }: CertificateList, { subjectPublicKeyInfo }: Certificate): string =>
  [issuer.raw, extensions.find(({ type }) => type === certificateListExtensionTypes.issuingDistributionPoint)?.value, subjectPublicKeyInfo]
    .map((octets) => octets?.toString('latin1')).join(' ')

function revokedText ({ revocationDate, reason }: RevokedCertificate): string {
  return `the certificate was revoked at ${revocationDate.toISOString()}${reason === undefined ? '' : ` (${reason})`}`
}
