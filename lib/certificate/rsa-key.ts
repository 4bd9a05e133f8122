import { Fields, malformed, readInteger, readWhole, tags } from './der.js'

/**
 * How many bits the modulus of an RSAPublicKey (RFC 8017, appendix A.1.1) has. `node:crypto` tells it too, but takes
 * three times as long to load a key as the rest of a certificate needs to be read.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED
 */
export function rsaKeyBits (subjectPublicKey: Buffer): number {
  const fields = new Fields(readWhole(subjectPublicKey, tags.sequence, 'RSAPublicKey'), 'RSAPublicKey')
  const modulus = readInteger(fields.take(tags.integer, 'modulus'))
  fields.take(tags.integer, 'publicExponent')
  fields.end()
  if (modulus[0] >= 0x80) throw malformed('RSAPublicKey.modulus is negative')
  const octets = modulus[0] === 0 ? modulus.subarray(1) : modulus
  return octets.length === 0 ? 0 : octets.length * 8 - Math.clz32(octets[0]) + 24
}
