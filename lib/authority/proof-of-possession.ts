import type { KeyObject } from 'node:crypto'
import { AuthorityError, CertificateError } from '../errors.js'
import { signatureAlgorithm, signatureProblem, strongHashes, type AlgorithmIdentifier, type CertificationRequest, type SignatureAlgorithm } from '../certificate/index.js'
import { checkKey } from './key-type.js'

/**
 * Sees that the key of a request is fit to be certified, and that whoever made the request has its private key
 * (RFC 2986, section 3; a signature with MD5 or SHA-1 proves nothing).
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: what is wrong with the key or the signature
 */
export async function checkProofOfPossession (request: CertificationRequest): Promise<void> {
  const key = await keyOf(request)
  checkKey(key, 'the key of the request')
  checkRsaKey(key)
  checkAlgorithm(request)
  if (!isSignedBy(key, request)) throw new AuthorityError('the request is not signed by the key that it is for')
}

async function keyOf (request: CertificationRequest): Promise<KeyObject> {
  try {
    return await request.loadPublicKey()
  } catch (cause) {
    throw refusal(cause)
  }
}

// What the request holds is read only now, and its errors are reasons to refuse it like any other.
function refusal (cause: unknown): unknown {
  return cause instanceof CertificateError ? new AuthorityError(`the request cannot be granted: ${cause.message}`, cause) : cause
}

// Greater ones take tens of milliseconds to verify a signature, on every handshake.
const maxRsaBits = 8192

// Of an exponent of 1 or an even one everyone has the private key, or nobody (RFC 8017, section 3.1).
function checkRsaKey ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  if (asymmetricKeyType !== 'rsa') return
  const { modulusLength, publicExponent } = asymmetricKeyDetails as { modulusLength: number, publicExponent: bigint }
  if (modulusLength > maxRsaBits) throw new AuthorityError(`the key of the request is an RSA key of ${modulusLength} bits, more than ${maxRsaBits}`)
  if (publicExponent < 3n || publicExponent % 2n === 0n) throw new AuthorityError(`the key of the request is an RSA key with the exponent ${publicExponent}`)
}

function checkAlgorithm ({ signatureAlgorithm: identifier }: CertificationRequest): void {
  const algorithm = known(identifier)
  if (algorithm === undefined) throw new AuthorityError(`the request is signed with ${identifier.algorithm}, which is not known here`)
  const { hash } = algorithm
  if (hash !== null && !strongHashes.has(hash)) throw new AuthorityError(`the request is signed with ${hash}, which is not accepted`)
}

function known (identifier: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  try {
    return signatureAlgorithm(identifier)
  } catch (cause) {
    throw refusal(cause)
  }
}

const isSignedBy = (publicKey: KeyObject, { signatureAlgorithm: algorithm, certificationRequestInfo: octets, signature }: CertificationRequest): boolean =>
  signatureProblem({ algorithm, octets, signature }, { publicKey }) === undefined
