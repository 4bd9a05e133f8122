/**
 * Every error code of this package, on one page. Nothing is imported here.
 *
 * Five families:
 *   FST_CLIENT_CERTIFICATE_…   what a caller of the application, or its owner at boot, is told
 *   ERR_CERTIFICATION_PATH_…   why a certificate has no good path to a trust anchor
 *   ERR_CERTIFICATE_…          why octets are not the certificate, key or store that they should be
 *   ERR_FORWARDED_CERTIFICATE   why what a proxy forwarded is not read
 *   ERR_REVOCATION_…           why what tells of revocation could not be had
 */

/** As a text of JSON in UTF-8. So much of a name is enough to recognize it, and a stranger may write 90,000 characters. */
export const mostBytes = 200

/** A text for people, or its beginning and how many characters were left out: what a stranger chose must not fill a log. */
export function shortened (text: string, most = mostBytes): string {
  const kept = beginningOf(text, most)
  return kept.length === text.length ? text : `${kept}${leftOut(text.length - kept.length)}`
}

/** As much from the beginning of a text as is `most` bytes long when it is written so. */
export function beginningOf (text: string, most: number, written = (part: string): string => part): string {
  let part = text.slice(0, most)
  for (let bytes = bytesOf(written(part)); bytes > most; bytes = bytesOf(written(part))) part = part.slice(0, Math.floor(part.length * most / bytes))
  return part.length === text.length ? part : part.replace(/[\ud800-\udbff]$/, '')
}

const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2

/** Stands in a text in the place of so many characters. */
export const leftOut = (count: number): string => `… (${count} more characters)`

/** Why a request was refused; the end of its code `FST_CLIENT_CERTIFICATE_…`. */
export type RefusalReason =
  'MISSING' | 'UNTRUSTED' | 'NOT_YET_VALID' | 'EXPIRED' | 'REVOKED' | 'FORBIDDEN' | 'MISDIRECTED' | 'MALFORMED' | 'STATUS_UNKNOWN'

// Short sentences that are safe to show to anyone: the details stay in `cause` and in the log.
const refusals: Record<RefusalReason, { statusCode: number, message: string }> = {
  MISSING: { statusCode: 401, message: 'A client certificate is required' },
  UNTRUSTED: { statusCode: 401, message: 'The client certificate is not trusted' },
  NOT_YET_VALID: { statusCode: 401, message: 'The client certificate is not yet valid' },
  EXPIRED: { statusCode: 401, message: 'The client certificate has expired' },
  REVOKED: { statusCode: 401, message: 'The client certificate has been revoked' },
  FORBIDDEN: { statusCode: 403, message: 'The client certificate does not permit this' },
  MISDIRECTED: { statusCode: 421, message: 'The connection was not made for this host' },
  MALFORMED: { statusCode: 400, message: 'The forwarded client certificate cannot be read' },
  STATUS_UNKNOWN: { statusCode: 503, message: 'The status of the client certificate cannot be told' }
}

/** A request was refused. `reason` is the end of `code`, `cause` has the details, which are for the log alone. */
export class ClientCertificateError extends Error {
  readonly code: `FST_CLIENT_CERTIFICATE_${RefusalReason}`
  readonly reason: RefusalReason
  readonly statusCode: number
  /** The same as `statusCode`. NestJS, Koa and others ask for an HTTP error by this name and by `expose`. */
  readonly status: number
  /** The message may be shown to the caller: the details are in `cause`. */
  readonly expose = true
  /** Reply headers: a 401 carries a challenge (RFC 9110, section 11.6.1; no scheme is registered for TLS). */
  readonly headers: Readonly<Record<string, string>>

  constructor (reason: RefusalReason, cause?: unknown) {
    super(refusals[reason].message, cause === undefined ? undefined : { cause })
    this.name = 'ClientCertificateError'
    this.code = `FST_CLIENT_CERTIFICATE_${reason}`
    this.reason = reason
    this.statusCode = refusals[reason].statusCode
    this.status = this.statusCode
    this.headers = this.statusCode === 401 ? { 'www-authenticate': 'ClientCertificate' } : {}
  }
}

/** An option of the plugin, or of a route, stops the start. `key` names it, as in `tls.minVersion`. */
export class OptionError extends Error {
  readonly code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION' | 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION'
  readonly key: string
  /** The message without the name of the option. */
  readonly problem: string
  readonly statusCode = 500

  constructor (key: string, problem: string, options: { cause?: unknown, route?: string } = {}) {
    const place = options.route === undefined ? `option '${key}'` : `option '${key}' of route ${options.route}`
    super(`${place} ${problem}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OptionError'
    this.code = options.route === undefined
      ? 'FST_CLIENT_CERTIFICATE_INVALID_OPTION'
      : 'FST_CLIENT_CERTIFICATE_INVALID_ROUTE_OPTION'
    this.key = key
    this.problem = problem
  }
}

/** The plugin was registered in a JavaScript runtime in which its promises are not tested. */
export class RuntimeError extends Error {
  readonly code = 'FST_CLIENT_CERTIFICATE_UNSUPPORTED_RUNTIME'
  readonly statusCode = 500

  /** @param runtime its name and version */
  constructor (runtime: string) {
    super(`fastify-client-certificate does not run on ${runtime}: it was not shown there that clients are asked for a certificate. Use Node.js`)
    this.name = 'RuntimeError'
  }
}

/** The plugin was registered a second time for one server: its TLS, and so who is trusted, is the whole server's. */
export class RegistrationError extends Error {
  readonly code = 'FST_CLIENT_CERTIFICATE_ALREADY_REGISTERED'
  readonly statusCode = 500

  constructor () {
    super('fastify-client-certificate is already registered for this server: register it once, and give scopes and routes ' +
      'their own policies by config.clientCertificate or app.requireClientCertificate(policy)')
    this.name = 'RegistrationError'
  }
}

/** A rule of RFC 5280, section 6, that a path broke; the end of the code `ERR_CERTIFICATION_PATH_…`. */
export type PathRule =
  | 'NO_ISSUER' | 'SIGNATURE' | 'SIGNATURE_ALGORITHM' | 'WEAK_SIGNATURE' | 'WEAK_KEY' | 'EXPIRED' | 'NOT_YET_VALID'
  | 'NOT_A_CA' | 'PATH_LENGTH' | 'KEY_USAGE' | 'EXTENDED_KEY_USAGE' | 'NAME_CONSTRAINTS' | 'CERTIFICATE_POLICY'
  | 'CRITICAL_EXTENSION' | 'REVOKED' | 'STATUS_UNKNOWN' | 'LIMIT' | 'MALFORMED'

export interface PathFacts {
  readonly rule: PathRule
  /** The subject, in RFC 4514 form, of the certificate that broke the rule; a long one is shortened. For people: nothing is decided on it. */
  readonly certificate: string
  /** How far that certificate is from the leaf: 0 is the leaf itself. */
  readonly depth: number
  /** A plain sentence: what was expected and what was found. */
  readonly problem: string
}

// A sentence, and two names that are shortened themselves.
const mostBytesOfProblem = 700

/** No path from the certificate to a trust anchor holds. The facts are those of the candidate path that came furthest. */
export class CertificationPathError extends Error {
  readonly code: `ERR_CERTIFICATION_PATH_${PathRule}`
  readonly rule: PathRule
  readonly certificate: string
  readonly depth: number

  constructor (facts: PathFacts, cause?: unknown) {
    super(`${shortened(facts.problem, mostBytesOfProblem)} (certificate ${facts.depth}: ${facts.certificate || 'empty subject'})`,
      cause === undefined ? undefined : { cause })
    this.name = 'CertificationPathError'
    this.code = `ERR_CERTIFICATION_PATH_${facts.rule}`
    this.rule = facts.rule
    this.certificate = facts.certificate
    this.depth = facts.depth
  }
}

/**
 * MALFORMED    the octets break their encoding rules, or hold what no certificate may hold
 * UNSUPPORTED  they are well formed, but of a kind that is not read here; the message says what to do
 * PASSPHRASE   the passphrase is missing or wrong
 */
export type CertificateProblem = 'MALFORMED' | 'UNSUPPORTED' | 'PASSPHRASE'

/** Octets or text could not be read as the certificate, name, key or store that was asked for. */
export class CertificateError extends Error {
  readonly code: `ERR_CERTIFICATE_${CertificateProblem}`

  constructor (problem: CertificateProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CertificateError'
    this.code = `ERR_CERTIFICATE_${problem}`
  }
}

/** A certificate authority cannot do what it was asked to do; the message says what was wrong with which argument. */
export class AuthorityError extends Error {
  readonly code = 'ERR_CERTIFICATE_AUTHORITY'

  constructor (message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'AuthorityError'
  }
}

/**
 * URL      it is no `http` or `https` URL, or has credentials in it
 * HOST     the host is none of those that are allowed
 * ADDRESS  the host's address is not of the public Internet
 * TIMEOUT  there was no whole answer in time
 * STATUS   the status of the answer is not 200
 * SIZE     the answer is too long
 * NETWORK  anything else: the name is not known, nobody listens, TLS fails, the connection breaks off
 */
export type FetchReason = 'URL' | 'HOST' | 'ADDRESS' | 'TIMEOUT' | 'STATUS' | 'SIZE' | 'NETWORK'

// The URL may come from a certificate, and the problem from the other side: its certificate may list many names.
const mostBytesOfUrl = 300
const mostBytesOfFetchProblem = 500

/** A certificate list or an OCSP response could not be had from a URL. A long URL or problem is shortened. */
export class FetchError extends Error {
  readonly code = 'ERR_REVOCATION_FETCH'
  readonly reason: FetchReason
  readonly url: string

  constructor (reason: FetchReason, url: string, problem: string, cause?: unknown) {
    const shown = shortened(url, mostBytesOfUrl)
    super(`${shown} cannot be fetched: ${shortened(problem, mostBytesOfFetchProblem)}`, cause === undefined ? undefined : { cause })
    this.name = 'FetchError'
    this.reason = reason
    this.url = shown
  }
}

/** What a proxy forwarded as the certificate of its client cannot be read, or is not what a proxy alone would have written. */
export class ForwardedCertificateError extends Error {
  readonly code = 'ERR_FORWARDED_CERTIFICATE'

  constructor (message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ForwardedCertificateError'
  }
}
