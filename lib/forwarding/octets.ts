import { malformed } from './forwarded-certificate.js'

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** @throws ForwardedCertificateError it is not base64 (RFC 4648, section 4), with its padding */
export function readBase64 (text: string): Buffer {
  if (text.length % 4 !== 0 || !base64.test(text)) throw malformed('what should be base64 is not')
  return Buffer.from(text, 'base64')
}

/** @throws ForwardedCertificateError it is anything but one certificate in base64 */
export const readBase64Certificate = (text: string): Buffer => onlyCertificate(readBase64(text))

/** @throws ForwardedCertificateError the octets are not one DER element of a certificate's kind, whole and with nothing behind it */
export function onlyCertificate (octets: Buffer): Buffer {
  if (endOfSequence(octets, 0) !== octets.length) throw malformed('the octets go on behind the certificate')
  return octets
}

/**
 * Certificates that stand behind each other.
 * @throws ForwardedCertificateError one is no DER element of a certificate's kind, or cut off
 */
export function splitCertificates (octets: Buffer): Buffer[] {
  const certificates: Buffer[] = []
  for (let from = 0; from < octets.length;) {
    const end = endOfSequence(octets, from)
    certificates.push(octets.subarray(from, end))
    from = end
  }
  return certificates
}

const sequence = 0x30

// X.690, section 8.1.3: the length in one octet below 128, else the number of octets that it has, and these.
function endOfSequence (octets: Buffer, from: number): number {
  if (octets[from] !== sequence) throw malformed('the octets are no certificate')
  const first = octets[from + 1]
  const lengthOctets = first > 0x80 && first <= 0x83 ? first - 0x80 : 0
  const start = from + 2 + lengthOctets
  if (start > octets.length || !(first < 0x80 || lengthOctets > 0)) throw malformed('the octets are no certificate')
  const end = start + (lengthOctets === 0 ? first : octets.readUIntBE(from + 2, lengthOctets))
  if (end > octets.length) throw malformed('the certificate is cut off')
  return end
}
