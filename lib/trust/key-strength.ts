import { namedCurve, publicKeyAlgorithms, readRsaPublicKey, type Certificate } from '../certificate/index.js'
import type { Broken } from './broken.js'

/** How strong a key has to be, and how costly it may be. */
export interface KeyLimits {
  readonly minRsaBits: number
  readonly maxRsaBits: number
  readonly minEcBits: number
}

// NIST SP 800-57 part 1, table 2: 112 bits of strength, as OpenSSL asks at its security level 2. An RSA key of more than 8192 bits
// takes tens of milliseconds to verify with.
export const defaultKeyLimits: KeyLimits = { minRsaBits: 2048, maxRsaBits: 8192, minEcBits: 224 }

/**
 * Why the key of a certificate is not good enough, of a client, a CA or an OCSP responder. Only keys of the types RSA, EC and
 * DSA are looked at: Ed25519 and Ed448 have one size.
 * @throws CertificateError the key cannot be read, or is on a curve that has no name or is not known here
 */
export function keyProblem (certificate: Certificate, limits: KeyLimits): Broken | undefined {
  switch (certificate.publicKeyAlgorithm.algorithm) {
    case publicKeyAlgorithms.rsaEncryption:
    case publicKeyAlgorithms['id-RSASSA-PSS']:
      return rsaProblem(certificate, limits)
    case publicKeyAlgorithms['id-ecPublicKey']:
    case publicKeyAlgorithms['id-ecDH']:
    case publicKeyAlgorithms['id-ecMQV']:
      return ecProblem(certificate, limits)
    // FIPS 186-5 withdrew it, TLS 1.3 does not have it, and its signatures are not known here.
    case publicKeyAlgorithms['id-dsa']: return { rule: 'WEAK_KEY', problem: 'DSA keys are not accepted' }
    default: return undefined
  }
}

// To verify takes as long as the exponent is. OpenSSL has this limit for moduli above 3072 bits, and here it is for all.
const maxRsaExponent = (1n << 64n) - 1n

function rsaProblem ({ subjectPublicKey }: Certificate, { minRsaBits, maxRsaBits }: KeyLimits): Broken | undefined {
  const { bits, publicExponent } = readRsaPublicKey(subjectPublicKey)
  if (bits < minRsaBits) return { rule: 'WEAK_KEY', problem: `the RSA key has ${bits} bits, fewer than ${minRsaBits}` }
  if (bits > maxRsaBits) return { rule: 'LIMIT', problem: `the RSA key has ${bits} bits, more than ${maxRsaBits}` }
  // Of an exponent of 1 or an even one everyone has the private key, or nobody (RFC 8017, section 3.1).
  if (publicExponent < 3n || publicExponent % 2n === 0n) return { rule: 'WEAK_KEY', problem: 'the public exponent of the RSA key is even, or less than 3' }
  return publicExponent <= maxRsaExponent ? undefined : { rule: 'LIMIT', problem: 'the public exponent of the RSA key has more than 64 bits' }
}

function ecProblem ({ publicKeyAlgorithm }: Certificate, { minEcBits }: KeyLimits): Broken | undefined {
  const { bits } = namedCurve(publicKeyAlgorithm)
  return bits < minEcBits ? { rule: 'WEAK_KEY', problem: `the EC key has ${bits} bits, fewer than ${minEcBits}` } : undefined
}
