import { randomBytes } from 'node:crypto'
import { CertificateError, FetchError } from '../errors.js'
import { maxOcspResponseOctets, readOcspResponse, writeOcspRequest, type OcspQuestion, type OcspResponse } from '../certificate/index.js'
import { fetchOctets, type FetchLimits } from './fetch.js'
import { CircuitBreaker, restOfResponder } from './ocsp-circuit-breaker.js'
import { FailureReports } from './failure-reports.js'
import type { Report, ReportedEvent } from './report.js'
import type { After } from './timers.js'

// RFC 9654, section 2.1: what a client should send.
const nonceOctets = 32

// Sockets towards one responder: many clients may come at once, as after a start.
const maxAtOnce = 64

/** Why there is no answer. */
export interface OcspFailure {
  readonly problem: string
  readonly cause?: Error
  /** Nothing is to be reported: that the responder rests, or is too slow, was. */
  readonly isKnown?: true
  /** Asking again would tell the same. */
  readonly isFinal?: true
  /** It is of this certificate alone, and the responder is all right. */
  readonly isAlive?: boolean
}

export interface ResponderOptions {
  readonly nonce: boolean
  readonly limits: Omit<FetchLimits, 'maxOctets'>
  /** Milliseconds by a clock that nobody sets: it is not asked again before some have passed, whatever the wall clock says. */
  readonly elapsed: () => number
  readonly after: After
  readonly report: Report
  /** Gives up when it is aborted. */
  readonly signal: AbortSignal
}

/** One OCSP responder, which is asked by HTTP (RFC 6960, appendix A), by so many at once and as long as it does not fail. */
export class OcspResponder {
  readonly #origin: string
  readonly #options: ResponderOptions
  readonly #breaker = new CircuitBreaker()
  readonly #answerReports: FailureReports
  readonly #restReports: FailureReports
  readonly #waiting = new Set<() => void>()
  #askedAtOnce = 0
  /** That some waited in vain was reported. */
  #isOverrun = false

  constructor (origin: string, options: ResponderOptions) {
    this.#origin = origin
    this.#options = options
    this.#answerReports = new FailureReports(options.report, options.elapsed)
    this.#restReports = new FailureReports(options.report, options.elapsed)
  }

  /** Reports that it told nothing of one certificate; of thousands of certificates not each. */
  reportFailure (event: ReportedEvent): void { this.#answerReports.failed(event) }

  /** Whether it may be asked now. */
  get isAsked (): boolean { return this.#breaker.allows(this.#options.elapsed()) }

  /**
   * Asks at one of its URLs. `problemOf` says what is wrong with an answer, if anything: only an answer that is good tells
   * that the responder is.
   */
  async ask (url: string, question: OcspQuestion, problemOf: (response: OcspResponse) => string | undefined): Promise<OcspResponse | OcspFailure> {
    if (this.#askedAtOnce < maxAtOnce) this.#askedAtOnce++
    else if (!await this.#turn()) return { problem: `the OCSP responder ${this.#origin} is too slow`, isKnown: true }
    try {
      return this.isAsked ? await this.#attempt(url, question, problemOf) : { problem: `the OCSP responder ${this.#origin} rests`, isKnown: true }
    } finally {
      this.#endTurn()
    }
  }

  /** Waits for a place, and no longer than for an answer; whether there is one. */
  #turn (): Promise<boolean> {
    return new Promise((resolve) => {
      const begin = () => { cancel(); resolve(true) }
      const cancel = this.#options.after(this.#options.limits.timeout, () => {
        this.#waiting.delete(begin)
        this.#overrun()
        resolve(false)
      })
      this.#waiting.add(begin)
    })
  }

  /** The place is handed on, or is free. */
  #endTurn (): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#askedAtOnce--
      this.#isOverrun = false
    } else {
      this.#waiting.delete(next)
      next()
    }
  }

  #overrun (): void {
    if (this.#isOverrun) return
    this.#isOverrun = true
    this.#options.report({ level: 'warn', message: `the OCSP responder ${this.#origin} is too slow: not all certificates can be asked about`, responder: this.#origin })
  }

  async #attempt (url: string, question: OcspQuestion, problemOf: (response: OcspResponse) => string | undefined): Promise<OcspResponse | OcspFailure> {
    const isProbe = this.#breaker.begin()
    const found = await this.#obtain(url, question, problemOf)
    if ('raw' in found || found.isAlive) this.#succeeded()
    else if (!this.#options.signal.aborted) this.#failed(isProbe)
    return found
  }

  #succeeded (): void {
    if (this.#breaker.succeeded()) this.#restReports.succeeded({ level: 'info', message: `the OCSP responder ${this.#origin} answers again`, responder: this.#origin })
  }

  #failed (isProbe: boolean): void {
    if (!this.#breaker.failed(this.#options.elapsed(), isProbe)) return
    this.#restReports.failed({ level: 'error', message: `the OCSP responder ${this.#origin} keeps failing, and is not asked for ${restOfResponder / 1000} s`, responder: this.#origin })
  }

  async #obtain (url: string, question: OcspQuestion, problemOf: (response: OcspResponse) => string | undefined): Promise<OcspResponse | OcspFailure> {
    const nonce = this.#options.nonce ? randomBytes(nonceOctets) : undefined
    try {
      const response = readOcspResponse(await this.#exchange(url, writeOcspRequest({ ...question, nonce })))
      const problem = problemOf(response) ?? nonceProblem(response, nonce)
      // RFC 5019, section 2.2.3: who has no record of a certificate says so.
      return problem === undefined ? response : { problem, isAlive: response.responseStatus === 'unauthorized' }
    } catch (cause) {
      return failureOf(cause)
    }
  }

  #exchange (url: string, body: Buffer): Promise<Buffer> {
    const { limits, signal } = this.#options
    const request = { body, contentType: 'application/ocsp-request', accept: 'application/ocsp-response', signal }
    return fetchOctets(url, request, { ...limits, maxOctets: maxOcspResponseOctets })
  }
}

/** An answer without the nonce, or with another one, may be an old one that is sent once more (RFC 6960, section 4.4.1). */
function nonceProblem ({ basicResponse }: OcspResponse, nonce: Buffer | undefined): string | undefined {
  if (nonce === undefined) return undefined
  const repeated = basicResponse?.nonce
  if (repeated === undefined) return 'the answer does not repeat the nonce, and may be an old one; for a responder that never does there is the option nonce: false'
  return repeated.equals(nonce) ? undefined : 'the answer repeats another nonce: it is an old one'
}

function failureOf (cause: unknown): OcspFailure {
  if (cause instanceof FetchError) return { problem: cause.message, cause, ...(isRefused(cause) ? { isFinal: true, isAlive: true } : {}) }
  if (cause instanceof CertificateError) return { problem: `the answer cannot be read: ${cause.message}`, cause }
  throw cause
}

// It was not asked at all, and never will be.
const isRefused = ({ reason }: FetchError): boolean => reason === 'URL' || reason === 'HOST'
