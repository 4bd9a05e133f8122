import type { Certificate, OcspResponse } from '../certificate/index.js'
import { ocspStatus, type OcspStatus } from '../trust/index.js'
import { intervalOf, retryOf } from './list-schedule.js'
import type { OcspFailure, OcspResponder } from './ocsp-responder.js'
import type { Report } from './report.js'
import type { After, Clocks } from './timers.js'

/** A certificate, who issued it, and where it is asked about. */
export interface OcspSubject {
  readonly certificate: Certificate
  readonly issuer: Certificate
  readonly responder: OcspResponder
  readonly url: string
  /** Nobody asks about the certificate any more. */
  readonly abandoned: () => void
}

/** What the answers of one client share. */
export interface AnswerSurroundings extends Clocks {
  readonly random: () => number
  readonly after: After
  readonly report: Report
  readonly maxAge: number | undefined
  /** What is told of the certificate is another thing. */
  readonly changed: (certificate: Certificate) => void
}

// So long those who come again do not wait once more, and then the responder may have come to.
const restAfterFailure = 5000

type Told = Exclude<OcspStatus, { status: undefined }>

const endOf = ({ end, signerUntil }: Told): number => Math.min(end, signerUntil)

const noResponses: readonly OcspResponse[] = Object.freeze([])

/** What a responder said of one certificate: asked again ahead of its end while anybody asks about it, one flight at a time. */
export class OcspAnswer {
  readonly #subject: OcspSubject
  readonly #surroundings: AnswerSurroundings
  #responses = noResponses
  #status: OcspStatus['status']
  #thisUpdate = -Infinity
  /** The answer is current until then: milliseconds since 1970. */
  #until = -Infinity
  #failures = 0
  /** By `elapsed`: not to be asked for again before, unless by itself. */
  #restsUntil = -Infinity
  #flight: Promise<void> | undefined
  #isAskedFor = false
  #isClosed = false
  #cancel: () => void = () => {}

  constructor (subject: OcspSubject, surroundings: AnswerSurroundings) {
    this.#subject = subject
    this.#surroundings = surroundings
  }

  /** One response, which may be stale, or none. */
  responses (): readonly OcspResponse[] {
    this.#isAskedFor = true
    return this.#responses
  }

  /** Asks unless there is a current answer, or the last failure was just now. Never rejects. */
  ask (): Promise<void> | undefined {
    this.#isAskedFor = true
    const { now, elapsed } = this.#surroundings
    if (now() <= this.#until) return undefined
    if (this.#flight !== undefined) return this.#flight
    return elapsed() < this.#restsUntil || !this.#subject.responder.isAsked ? undefined : this.#start()
  }

  close (): void {
    this.#isClosed = true
    this.#cancel()
  }

  #start (): Promise<void> {
    this.#cancel()
    this.#flight ??= this.#obtain().finally(() => { this.#flight = undefined })
    return this.#flight
  }

  /** Whatever goes wrong is reported: those who wait go on without an answer. */
  async #obtain (): Promise<void> {
    const { certificate, issuer, responder, url } = this.#subject
    try {
      const found = await responder.ask(url, { certificate, issuer }, (response) => this.#problemOf(response))
      if ('raw' in found) this.#keep(found)
      else this.#fail(found)
    } catch (error) {
      this.#fail({ problem: (error as Error).message, cause: error as Error })
    }
  }

  #judge (response: OcspResponse): OcspStatus {
    const { certificate, issuer } = this.#subject
    const { now, maxAge } = this.#surroundings
    return ocspStatus(certificate, issuer, [response], new Date(now()), { maxAge })
  }

  #problemOf (response: OcspResponse): string | undefined {
    const found = this.#judge(response)
    if (found.status === undefined) return found.problem ?? 'the answer is about another certificate'
    if (endOf(found) < this.#surroundings.now()) return `the answer is out of date since ${new Date(endOf(found)).toISOString()}`
    const { thisUpdate } = found.response
    return thisUpdate.getTime() < this.#thisUpdate ? `the answer is of ${thisUpdate.toISOString()}, older than the last one` : undefined
  }

  #keep (response: OcspResponse): void {
    if (this.#isClosed) return
    const found = this.#judge(response) as Told
    const isNews = found.status !== this.#status || this.#until < this.#surroundings.now()
    this.#responses = Object.freeze([response])
    this.#status = found.status
    this.#thisUpdate = found.response.thisUpdate.getTime()
    this.#until = endOf(found)
    this.#failures = 0
    this.#renewIn(intervalOf(this.#until - this.#surroundings.now(), this.#surroundings.random()))
    if (isNews) this.#surroundings.changed(this.#subject.certificate)
  }

  #fail ({ problem, cause, isKnown, isFinal }: OcspFailure): void {
    if (this.#isClosed) return
    const { elapsed, random } = this.#surroundings
    this.#failures++
    this.#restsUntil = isFinal ? Infinity : elapsed() + restAfterFailure
    if (this.#responses.length > 0) this.#renewIn(retryOf(this.#failures, random()))
    if (isKnown) return
    const { certificate, url, responder } = this.#subject
    responder.reportFailure({ level: 'warn', message: `the status of a certificate is not told by OCSP: ${problem}`, responder: url, certificate: certificate.toJSON(), error: cause })
  }

  #renewIn (milliseconds: number): void {
    this.#isAskedFor = false
    this.#cancel()
    this.#cancel = this.#surroundings.after(milliseconds, () => this.#renew(), this.#end)
  }

  /** When the answer at hand is over, if it is not yet. */
  get #end (): number {
    return this.#until < this.#surroundings.now() ? Infinity : this.#until + 1
  }

  #renew (): void {
    if (this.#isAskedFor) this.#start()
    else this.#subject.abandoned()
  }
}
