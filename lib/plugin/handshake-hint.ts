import { hintOf } from './hint.js'

// By the code of OpenSSL or Node: what a client did wrong whose handshake failed, and where to look.
const hints: Readonly<Record<string, string>> = {
  ERR_SSL_HTTPS_PROXY_REQUEST: 'the client takes this port for an HTTP proxy',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the client does not speak TLS to this port: it uses another protocol, or a load balancer sends the PROXY protocol',
  ERR_SSL_EXCESSIVE_MESSAGE_SIZE: 'the client sent a message that is too long: it sends too many certificates, or does not speak TLS',
  ERR_SSL_INTERNAL_ERROR: 'the client\'s certificate may have more than 64 KB, which OpenSSL cannot keep in a session: issue a smaller one',
  ERR_SSL_WRONG_CURVE: 'the key of the client\'s certificate is on a curve that TLS 1.2 does not accept here: issue one for a key on P-256, P-384 or P-521',
  ERR_SSL_NO_SUITABLE_KEY_SHARE: 'client and server have no group in common for the key exchange: look at tls.ecdhCurve',
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: 'the client accepts no signature that the server\'s key can make: look at the type of that key, and at tls.sigalgs',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'the client offers other protocols (ALPN) than this server speaks',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the client connected and did not finish the handshake in time: it does not speak TLS, or the network loses data',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the client does not accept the versions of TLS that are offered here',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the client found nothing in common with this server: look at versions, cipher suites and the type of the server\'s key',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'the client cannot use the server\'s certificate: look at its type of key and its extendedKeyUsage (serverAuth)',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'the client takes the server\'s certificate for revoked',
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: 'the client found a signature of the server wrong: its key may not belong to its certificate',
  ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: 'the client failed: look at its own log',
  ERR_SSL_TLSV1_ALERT_USER_CANCELLED: 'the client gave up: often nobody chose a certificate'
}

/** OpenSSL 3.2 gave the alerts of SSL 3.0 another name. */
const older = (code: string): string => code.replace('ERR_SSL_SSL/TLS_ALERT_', 'ERR_SSL_SSLV3_ALERT_')

/** What may help where a handshake failed with this code. */
export function handshakeHint (code: string): string | undefined {
  const known = older(code)
  return Object.hasOwn(hints, known) ? hints[known] : hintOf(known)
}
