import { readReasonCode } from './certificate-list-extensions.js'
import { contents, contextTag, expect, Fields, malformed, onlyChild, tags, type Element } from './der.js'
import { readExtensions, type Extension } from './extensions.js'
import { certID, type CertID } from './ocsp-cert-id.js'
import type { RevocationReason } from './revocation-reason.js'
import { readTime } from './time.js'

export type CertStatus = 'good' | 'revoked' | 'unknown'

/** Times are milliseconds since 1970. */
interface Times {
  readonly thisUpdate: number
  readonly nextUpdate: number | undefined
  readonly revocationTime: number | undefined
}

/** What a responder says of one certificate (RFC 6960, section 4.2.1). Immutable. */
export class SingleResponse {
  readonly certID: CertID
  readonly certStatus: CertStatus
  /** `undefined` where none is told, or the certificate is not revoked. */
  readonly revocationReason: RevocationReason | undefined
  /** All extensions in order, with their criticality; empty where there are none. None of them is decoded here. */
  readonly extensions: readonly Extension[]
  readonly #times: Times

  /** @internal Single responses come from `readOcspResponse`. */
  constructor (id: CertID, { certStatus, revocationReason }: Status, extensions: readonly Extension[], times: Times) {
    this.certID = id
    this.certStatus = certStatus
    this.revocationReason = revocationReason
    this.extensions = extensions
    this.#times = times
    Object.freeze(this)
  }

  /** When the status was known to be right. Made anew for each call. */
  get thisUpdate (): Date { return new Date(this.#times.thisUpdate) }

  /** When newer information will be there at the latest; `undefined` where it is there at any time. Made anew for each call. */
  get nextUpdate (): Date | undefined { return dateOf(this.#times.nextUpdate) }

  /** Since when the certificate is revoked; `undefined` where it is not. Made anew for each call. */
  get revocationTime (): Date | undefined { return dateOf(this.#times.revocationTime) }

  /** Whether it says something that may not be passed over and is not understood here. */
  get hasUnknownCriticalExtension (): boolean { return this.extensions.some(({ critical }) => critical) }
}

const dateOf = (time: number | undefined): Date | undefined => time === undefined ? undefined : new Date(time)

export function singleResponse (element: Element): SingleResponse {
  const fields = new Fields(expect(element, tags.sequence, 'SingleResponse'), 'SingleResponse')
  const id = certID(fields.take(tags.sequence, 'certID'))
  const status = readStatus(fields.takeAny('certStatus'))
  const thisUpdate = readGeneralizedTime(fields.takeAny('thisUpdate'), 'thisUpdate')
  const next = fields.optional(contextTag(0, true))
  const extensions = optionalExtensions(fields, 'singleExtensions')
  fields.end()
  const nextUpdate = next && readGeneralizedTime(onlyChild(next, tags.generalizedTime, 'nextUpdate'), 'nextUpdate')
  return new SingleResponse(id, status, extensions, { thisUpdate, nextUpdate, revocationTime: status.revocationTime })
}

interface Status {
  readonly certStatus: CertStatus
  readonly revocationTime?: number
  readonly revocationReason?: RevocationReason
}

function readStatus (element: Element): Status {
  switch (element.tag) {
    case contextTag(0): return { certStatus: expectEmpty(element, 'good') }
    case contextTag(1, true): return readRevoked(element)
    case contextTag(2): return { certStatus: expectEmpty(element, 'unknown') }
    default: throw malformed(`CertStatus has tag 0x${element.tag.toString(16)},`, element.start)
  }
}

function expectEmpty (element: Element, status: CertStatus): CertStatus {
  if (element.from !== element.end) throw malformed(`the status ${status} is not empty`, element.start)
  return status
}

function readRevoked (element: Element): Status {
  const fields = new Fields(element, 'RevokedInfo')
  const revocationTime = readGeneralizedTime(fields.takeAny('revocationTime'), 'revocationTime')
  const reason = fields.optional(contextTag(0, true))
  fields.end()
  return { certStatus: 'revoked', revocationTime, revocationReason: reason && readReasonCode(contents(reason)) }
}

/** In milliseconds since 1970; of the form of RFC 5280, section 4.1.2.5.2, as RFC 6960, section 4.2.2.1 asks. */
export const readGeneralizedTime = (element: Element, what: string): number => readTime(expect(element, tags.generalizedTime, what))

const noExtensions: readonly Extension[] = Object.freeze([])

/** Those of the field `[1]`. */
export function optionalExtensions (fields: Fields, what: string): readonly Extension[] {
  const element = fields.optional(contextTag(1, true))
  return element === undefined ? noExtensions : readExtensions(onlyChild(element, tags.sequence, what))
}
