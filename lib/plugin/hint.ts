// What a person who reads the log can do about it, by the rule that was broken or the code of the failure.
const hints: Readonly<Record<string, string>> = {
  MISSING: 'the client has to be given a certificate and its private key; a browser asks once, and remembers that it was refused',
  NO_ISSUER: 'the client has to send its intermediate certificates, or they belong in the option ca beside their root',
  SIGNATURE: 'a CA of the same name but with another key signed it: compare the fingerprints of the CA here and at the client',
  WEAK_SIGNATURE: 'issue the certificate anew, signed with SHA-256 or better',
  WEAK_KEY: 'issue the certificate anew, for a greater key',
  EXPIRED: 'renew the certificate, and see that the clocks of both sides are right',
  NOT_YET_VALID: 'see that the clocks of both sides are right',
  EXTENDED_KEY_USAGE: 'the certificate is for another purpose: issue one with extendedKeyUsage clientAuth',
  KEY_USAGE: 'issue the certificate anew, with keyUsage digitalSignature',
  NOT_A_CA: 'only certificates with basicConstraints CA:TRUE can sign others',
  NAME_CONSTRAINTS: 'a CA of the path may not sign for this name',
  REVOKED: 'the client needs a new certificate',
  STATUS_UNKNOWN: 'see that the certificate list of the issuer is configured and current, or that its OCSP responder answers',
  MALFORMED: 'the proxy has to take these fields away from what its clients send, and to set them itself; client-certificate proxy-check shows what gets through',
  MISDIRECTED: 'the client has to open a connection of its own for this host, with its name in SNI',
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
