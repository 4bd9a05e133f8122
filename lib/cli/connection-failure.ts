import { Failure } from './failure.js'

/** Of the system, of Node's TLS, or of its HTTP. */
export const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)

const problems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such name',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'nobody answers there'
}

/** What to do about a handshake, or a connection, that ends early. */
export const certificateHint = 'where clients need a certificate, give one by --cert and --key, or by --p12'

const hints: ReadonlyArray<readonly [problem: RegExp, hint: string]> = [
  [/self-signed|unable to (?:get|verify)/, 'give the certificate of the authority that the server\'s is from by --ca'],
  [/wrong version number|packet length too long/, 'TLS is not spoken there: is it http:// instead of https://?'],
  [/\balert\b/, certificateHint]
]

/** An error of the network in words; another one as it is. */
export function connectionFailure (host: string, error: unknown): unknown {
  const code = codeOf(error)
  if (!(error instanceof Error) || code === 'undefined') return error
  // Of OpenSSL's own line, `…:SSL routines:FUNCTION:REASON:FILE:…`, the reason alone; and without the advice that newer versions of Node put behind it.
  const [, reason = error.message.replace(/; if the root CA is .*$/s, '')] = /SSL routines:[^:]*:([^:]+):/.exec(error.message) ?? []
  return new Failure(`cannot ask ${host}: ${problems[code] ?? reason}`, hints.find(([problem]) => problem.test(reason))?.[1], error)
}
