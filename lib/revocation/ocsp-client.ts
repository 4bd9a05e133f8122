import { accessMethods, type Certificate, type OcspResponse } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { OcspAnswer, type AnswerSurroundings } from './ocsp-answer.js'
import { OcspResponder, type ResponderOptions } from './ocsp-responder.js'
import type { Report } from './report.js'
import { timersBy, type After, type Clocks } from './timers.js'

/** Which OCSP responders are asked, and how. */
export interface OcspOptions {
  /**
   * The URL that is asked about every certificate. Its address may be private: the owner named it. Default: the first `http`
   * or `https` URL that the certificate names for OCSP (authorityInfoAccess), where `allowedHosts` has its host.
   */
  readonly responder?: string
  /** Host names or IP addresses as they stand in URLs of certificates, in lower case; with `:port` that port alone is allowed. Default none. */
  readonly allowedHosts?: readonly string[]
  /** Whether a URL of a certificate may lead to an address that is not of the public Internet. Default false. */
  readonly allowPrivateAddresses?: boolean
  /** Whether each question has a nonce, and only an answer counts that repeats it. Default true; some public responders never repeat it. */
  readonly nonce?: boolean
  /** Milliseconds for one question, from the look-up of the name to the last octet; and as long for its turn, where there are many. Default 3000. */
  readonly timeout?: number
  /** Milliseconds after `thisUpdate` for which an answer counts at most. Default: until `nextUpdate`; without one an hour. */
  readonly maxAge?: number
  /** How many certificates are remembered: those not asked about for longest go first. Default 10,000. */
  readonly maxCached?: number
}

export interface OcspSurroundings extends Clocks {
  readonly report: Report
  /** What is told of this certificate is another thing: verdicts of before may no longer hold. */
  readonly changed: (certificate: Certificate) => void
  /** Default `Math.random`. */
  readonly random?: () => number
  /** Default: timers that keep no process alive. */
  readonly after?: After
}

const defaultTimeout = 3000

// Some 3 KB each.
const defaultMaxCached = 10_000

const noResponses: readonly OcspResponse[] = Object.freeze([])

/** Asks OCSP responders (RFC 6960) about certificates whose path was verified, and remembers what they said while it counts. */
export class OcspClient {
  readonly #options: OcspOptions
  readonly #surroundings: AnswerSurroundings
  /** In the order in which they were last asked about. */
  readonly #answers = new Map<string, OcspAnswer>()
  readonly #responders = new Map<string, OcspResponder>()
  readonly #closing = new AbortController()

  /** @throws OptionError `responder` is no `http` or `https` URL, or has credentials */
  constructor (options: OcspOptions, surroundings: OcspSurroundings) {
    checkResponder(options.responder)
    this.#options = options
    const { now, report, changed, random = Math.random, elapsed, after = timersBy({ now, elapsed }) } = surroundings
    this.#surroundings = { now, elapsed, report, changed, random, after, maxAge: options.maxAge }
  }

  /** Milliseconds after `thisUpdate` for which an answer counts at most, where it was told: whoever judges by the answers has to heed it. */
  get maxAge (): number | undefined {
    return this.#options.maxAge
  }

  /** The answers at hand about this certificate, which may be stale; at once. The same array until it changes. */
  responsesFor (certificate: Certificate, issuer: Certificate): readonly OcspResponse[] {
    return this.#use(keyOf(certificate, issuer))?.responses() ?? noResponses
  }

  /**
   * Asks about a certificate whose path was verified, unless a current answer is at hand. What to wait for, which never
   * rejects; `undefined` where there is nothing: an answer is at hand, no responder may be asked, or it failed just now.
   */
  askFor (certificate: Certificate, issuer: Certificate): Promise<void> | undefined {
    if (this.#closing.signal.aborted) return undefined
    const key = keyOf(certificate, issuer)
    return (this.#use(key) ?? this.#admit(key, certificate, issuer))?.ask()
  }

  /** Nothing is asked any more, and nothing renewed. */
  close (): void {
    this.#closing.abort()
    for (const answer of this.#answers.values()) answer.close()
    this.#answers.clear()
  }

  #use (key: string): OcspAnswer | undefined {
    const answer = this.#answers.get(key)
    if (answer === undefined) return undefined
    this.#answers.delete(key)
    this.#answers.set(key, answer)
    return answer
  }

  #admit (key: string, certificate: Certificate, issuer: Certificate): OcspAnswer | undefined {
    const url = this.#options.responder ?? namedResponder(certificate)
    if (url === undefined) return undefined
    const answer = new OcspAnswer({ certificate, issuer, url, responder: this.#responderAt(url), abandoned: () => this.#forget(key) }, this.#surroundings)
    this.#answers.set(key, answer)
    if (this.#answers.size > (this.#options.maxCached ?? defaultMaxCached)) this.#forget(this.#answers.keys().next().value as string)
    return answer
  }

  #forget (key: string): void {
    this.#answers.get(key)?.close()
    this.#answers.delete(key)
  }

  #responderAt (url: string): OcspResponder {
    const { origin } = new URL(url)
    const known = this.#responders.get(origin) ?? new OcspResponder(origin, this.#responderOptions())
    this.#responders.set(origin, known)
    return known
  }

  #responderOptions (): ResponderOptions {
    const { responder, allowedHosts = [], allowPrivateAddresses = false, nonce = true, timeout = defaultTimeout } = this.#options
    const places = responder === undefined ? { allowedHosts, allowPrivateAddresses } : { allowPrivateAddresses: true }
    const { elapsed, report, after } = this.#surroundings
    return { nonce, limits: { ...places, timeout }, elapsed, report, after, signal: this.#closing.signal }
  }
}

// Not by a fingerprint, which a client can change: it would escape what is known of its certificate.
const keyOf = (certificate: Certificate, issuer: Certificate): string => `${certificate.tbsDigest} ${issuer.publicKeyFingerprint256}`

function checkResponder (responder: string | undefined): void {
  if (responder === undefined) return
  if (!isHttpUrl(responder)) throw new OptionError('revocation.ocsp.responder', 'is no http or https URL')
  const { username, password } = new URL(responder)
  if (username !== '' || password !== '') throw new OptionError('revocation.ocsp.responder', 'has credentials, which are not used')
}

const isHttpUrl = (text: string): boolean => /^https?:/i.test(text) && URL.canParse(text)

function namedResponder ({ authorityInfoAccess }: Certificate): string | undefined {
  for (const { accessMethod, accessLocation } of authorityInfoAccess) {
    if (accessMethod === accessMethods.ocsp && accessLocation.type === 'uniformResourceIdentifier' && isHttpUrl(accessLocation.value)) return accessLocation.value
  }
  return undefined
}
