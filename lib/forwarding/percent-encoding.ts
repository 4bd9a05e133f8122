import { malformed } from './forwarded-certificate.js'

/**
 * The text behind a percent-encoding (RFC 3986, section 2.1); a plus sign stands for itself, as base64 has it.
 * @throws ForwardedCertificateError a percent sign without two hexadecimal digits, or octets that are not UTF-8
 */
export function percentDecode (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw malformed('what should be percent-encoded is not', cause)
  }
}
