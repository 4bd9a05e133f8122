import { readXfccCertificate, type XfccOptions } from './envoy.js'
import { malformed, type ForwardedCertificate } from './forwarded-certificate.js'
import { readBase64, readBase64Certificate, onlyCertificate, splitCertificates } from './octets.js'
import { percentDecode } from './percent-encoding.js'
import { readPemCertificates } from './pem.js'
import { readByteSequence, readByteSequences } from './structured-field.js'

/** Who writes the header, and so in which form. */
export type ProxyKind =
  'rfc9440' | 'nginx' | 'haproxy' | 'apache' | 'caddy' | 'traefik' | 'envoy' | 'aws-alb' | 'cloudflare' | 'cloudfront' | 'azure' | 'google'

/** Where a proxy writes what, and how its values are read. Names of fields are in lower case. */
export interface Format {
  /** The field with the certificate; where there are several, one of them. */
  readonly fields: readonly string[]
  readonly chainField?: string
  /** The field that says what the proxy itself found. */
  readonly verdictField?: string
  /** A value that stands for no certificate at all. */
  readonly nothing?: readonly string[]
  /** `undefined` where the value tells of no certificate. @throws ForwardedCertificateError */
  readonly read: (value: string, options: XfccOptions) => ForwardedCertificate | undefined
  /** @throws ForwardedCertificateError */
  readonly readChain?: (value: string) => readonly Buffer[]
}

const alone = (certificate: Buffer): ForwardedCertificate => ({ certificate, intermediates: [] })

function onlyOne (certificates: readonly Buffer[]): ForwardedCertificate {
  if (certificates.length > 1) throw malformed('there is more than one certificate where one belongs')
  return alone(certificates[0])
}

const leafFirst = ([certificate, ...intermediates]: readonly Buffer[]): ForwardedCertificate => ({ certificate, intermediates })

const byteSequence = (value: string): ForwardedCertificate => alone(onlyCertificate(readByteSequence(value)))

/** In the form of RFC 9440, which these proxies can be told to write, or in the one that is older there. */
const byteSequenceOr = (older: (value: string) => ForwardedCertificate) => (value: string): ForwardedCertificate =>
  value.startsWith(':') ? byteSequence(value) : older(value)

const escapedPem = (value: string): readonly Buffer[] => readPemCertificates(percentDecode(value))

const rfc9440: Format = {
  fields: ['client-cert'],
  chainField: 'client-cert-chain',
  read: byteSequence,
  readChain: (value) => readByteSequences(value).map(onlyCertificate)
}

const ownField = 'x-ssl-client-cert'
const verdictField = 'x-ssl-client-verify'

// Each form as its maker's documentation has it; docs/proxies.md tells where.
export const formats: Readonly<Record<ProxyKind, Format>> = {
  rfc9440,
  // $ssl_client_escaped_cert
  nginx: { fields: [ownField], verdictField, nothing: [''], read: (value) => onlyOne(escapedPem(value)) },
  // ssl_c_der,base64 and ssl_c_chain_der,base64; empty for a client without a certificate
  haproxy: {
    fields: [ownField],
    verdictField,
    nothing: ['', '::'],
    read: byteSequenceOr((value) => alone(readBase64Certificate(value))),
    readChain: (value) => (value.startsWith(':') ? readByteSequences(value) : [readBase64(value)]).flatMap(splitCertificates)
  },
  // SSL_CLIENT_CERT and SSL_CLIENT_CERT_CHAIN_n; mod_headers puts spaces for line breaks, and (null) for nothing
  apache: {
    fields: [ownField],
    verdictField,
    nothing: ['', '(null)', ':(null):'],
    read: byteSequenceOr((value) => onlyOne(readPemCertificates(value))),
    readChain: (value) => readPemCertificates(value.replace(/\(null\)/g, ''))
  },
  // A placeholder that Caddy does not know stays as it was written.
  caddy: {
    fields: [ownField],
    nothing: ['', '{http.request.tls.client.certificate_der_base64}', '{tls_client_certificate_der_base64}'],
    read: (value) => alone(readBase64Certificate(value))
  },
  // The bodies of PEM blocks, joined by commas; each percent-encoded before version 2.9.2.
  traefik: { fields: ['x-forwarded-tls-client-cert'], read: (value) => leafFirst(value.split(',').map((body) => readBase64Certificate(percentDecode(body)))) },
  envoy: { fields: ['x-forwarded-client-cert'], read: readXfccCertificate },
  // The whole chain where it passes certificates on unseen, the certificate alone where it verifies.
  'aws-alb': { fields: ['x-amzn-mtls-clientcert', 'x-amzn-mtls-clientcert-leaf'], read: (value) => leafFirst(escapedPem(value)) },
  cloudflare: { fields: ['cf-client-cert-der-base64'], nothing: [''], read: byteSequenceOr((value) => alone(readBase64Certificate(value))) },
  cloudfront: { fields: ['cloudfront-viewer-cert-pem'], read: (value) => onlyOne(escapedPem(value)) },
  // App Service writes base64, Application Gateway (its server variable client_certificate) percent-encoded PEM.
  azure: { fields: ['x-arr-clientcert'], nothing: [''], read: (value) => value.startsWith('-----') ? onlyOne(escapedPem(value)) : alone(readBase64Certificate(value)) },
  google: { ...rfc9440, nothing: [''] }
}
