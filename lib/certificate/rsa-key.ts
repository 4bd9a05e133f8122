import { Fields, malformed, readInteger, readWhole, tags } from './der.js'

/** The numbers of an RSAPublicKey (RFC 8017, appendix A.1.1). */
export interface RsaPublicKey {
  /** How many bits the modulus has. */
  readonly bits: number
  readonly publicExponent: bigint
}

/**
 * What an RSAPublicKey says. `node:crypto` tells it too, but takes three times as long to load a key as the rest of a
 * certificate needs to be read.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED
 */
export function readRsaPublicKey (subjectPublicKey: Buffer): RsaPublicKey {
  const fields = new Fields(readWhole(subjectPublicKey, tags.sequence, 'RSAPublicKey'), 'RSAPublicKey')
  const modulus = readInteger(fields.take(tags.integer, 'modulus'))
  const exponent = readInteger(fields.take(tags.integer, 'publicExponent'))
  fields.end()
  return { bits: bitsOf(positive(modulus, 'modulus')), publicExponent: BigInt(`0x${positive(exponent, 'publicExponent').toString('hex')}`) }
}

function positive (integer: Buffer, what: string): Buffer {
  if (integer[0] >= 0x80) throw malformed(`RSAPublicKey.${what} is negative`)
  return integer
}

function bitsOf (modulus: Buffer): number {
  const octets = modulus[0] === 0 ? modulus.subarray(1) : modulus
  return octets.length === 0 ? 0 : octets.length * 8 - Math.clz32(octets[0]) + 24
}

/** How many bits the modulus of an RSAPublicKey has. */
export const rsaKeyBits = (subjectPublicKey: Buffer): number => readRsaPublicKey(subjectPublicKey).bits
