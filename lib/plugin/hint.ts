import { CertificateError, CertificationPathError } from '../errors.js'
import { pathHint } from '../trust/index.js'
import { authorityHint } from './authority-hint.js'
import { Denial } from './deny-list.js'
import type { Refusal } from './verdict.js'

/** What a person who reads the log can do about a refusal that no rule of certification paths explains. */
export const refusalHints = {
  MISSING: 'give the client a certificate and its private key; a browser asks once, and remembers a refusal until it is closed; with mode \'none\' the server asks for none',
  NO_CONNECTION: 'the request came over no TLS connection of this application, and from no trusted proxy: look at forwarding.trustedProxies',
  NOT_FORWARDED: 'the client gave the proxy no certificate, or the proxy does not ask for one, or does not forward it',
  NOT_VOUCHED: 'let the proxy verify the certificate and say so, or have it verified here: forwarding.verified: \'here\'',
  UNREADABLE: 'the certificate breaks the form of X.509: correct what issues such certificates, and issue it again',
  DENIED: 'an entry of the deny list refuses it: take the entry away, or give the client a certificate that the entry does not name',
  EXPIRED: 'renew the certificate, and check the clocks of both sides',
  NOT_YET_VALID: 'check the clocks of both sides',
  FORBIDDEN: 'the certificate is good: compare it with the key of the policy that the reason names',
  MALFORMED: 'the proxy must remove these fields from the requests of its clients, and set them itself in the form that forwarding.from names; client-certificate proxy-check shows what gets through',
  MISDIRECTED: 'the client must open a connection for this host, with its name in SNI, and ask there for the routes of this host alone'
} as const

export type HintName = keyof typeof refusalHints

/** What may help, where something is known to. */
export function hintFor ({ reason, cause, hint }: Refusal): string | undefined {
  if (hint !== undefined) return refusalHints[hint]
  if (cause instanceof Denial) return refusalHints.DENIED
  if (cause instanceof CertificationPathError) return authorityHint(cause) ?? pathHint(cause)
  if (reason === 'UNTRUSTED' && cause instanceof CertificateError) return refusalHints.UNREADABLE
  return (refusalHints as Readonly<Record<string, string>>)[reason]
}

// Of handshakes, by the code of OpenSSL or Node.
const hints: Readonly<Record<string, string>> = {
  ECONNRESET: 'the client ended the handshake: often it does not trust the server\'s certificate, or has none to send',
  ERR_SSL_HTTP_REQUEST: 'the client speaks HTTP without TLS to this port',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the client offers only versions of TLS that are not accepted here',
  ERR_SSL_NO_SHARED_CIPHER: 'client and server have no cipher suite in common: look at the type of the server\'s key, and at tls.ciphers',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the client does not trust the CA that signed the server\'s certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'the client refused the server\'s certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the client refused the server\'s certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the server\'s certificate has expired for the client'
}

export const hintOf = (code: string): string | undefined => Object.hasOwn(hints, code) ? hints[code] : undefined
