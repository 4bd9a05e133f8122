import { verify, type KeyObject } from 'node:crypto'
import type { AlgorithmIdentifier } from './algorithm-identifier.js'
import { signatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.js'

/** The digests of signatures that prove something: collisions for MD5 and SHA-1 can be had (RFC 6151; SHAttered, 2017). */
export const strongHashes: ReadonlySet<string> = new Set(['sha224', 'sha256', 'sha384', 'sha512'])

/** Every digest of a signature that is known here. */
export const knownHashes: ReadonlySet<string> = new Set(['md5', 'sha1', ...strongHashes])

/** What was signed: the algorithm that its document names, the octets, and the signature over them. */
export interface Signed {
  readonly algorithm: AlgorithmIdentifier
  readonly octets: Buffer
  readonly signature: Buffer
}

/** Whose key it was said to be: a certificate, or a key alone. */
export interface KeyHolder {
  readonly publicKey: KeyObject
}

/** Why a signature is not good. `WEAK_SIGNATURE` is of a digest that was not asked for; whether it is genuine was not looked at. */
export interface SignatureProblem {
  readonly rule: 'SIGNATURE' | 'SIGNATURE_ALGORITHM' | 'WEAK_SIGNATURE'
  readonly problem: string
  readonly cause?: unknown
}

/**
 * Why the issuer's key did not sign these octets, or `undefined` where it did. `hashes` are the digests that are good
 * enough, by default those of `strongHashes`; Ed25519 and Ed448 bring their own and are always good enough.
 * @throws CertificateError when the key or the parameters of the algorithm cannot be read
 */
export function signatureProblem (signed: Signed, issuer: KeyHolder, hashes: ReadonlySet<string> = strongHashes): SignatureProblem | undefined {
  const algorithm = signatureAlgorithm(signed.algorithm)
  if (algorithm === undefined) return { rule: 'SIGNATURE_ALGORITHM', problem: `the signature algorithm ${signed.algorithm.algorithm} is not known here` }
  const { hash } = algorithm
  if (hash !== null && !hashes.has(hash)) return { rule: 'WEAK_SIGNATURE', problem: `a signature with ${hash} is not accepted` }
  return keyProblem(signed, issuer.publicKey, algorithm)
}

function keyProblem ({ octets, signature }: Signed, key: KeyObject, { hash, keyTypes, padding, saltLength }: SignatureAlgorithm): SignatureProblem | undefined {
  const misfit = `the signature algorithm does not fit the issuer's ${key.asymmetricKeyType} key`
  if (!keyTypes.includes(key.asymmetricKeyType as string)) return { rule: 'SIGNATURE_ALGORITHM', problem: misfit }
  try {
    if (verify(hash, octets, { key, padding, saltLength }, signature)) return undefined
  } catch (cause) {
    // An RSASSA-PSS key may name the only digest and the least salt that it is for.
    return { rule: 'SIGNATURE_ALGORITHM', problem: misfit, cause }
  }
  return { rule: 'SIGNATURE', problem: 'the signature is not by the key of the issuer' }
}
