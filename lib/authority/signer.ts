import { createPublicKey, sign, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { AuthorityError } from '../errors.js'
import { knownHashes, readAlgorithmIdentifier, signatureAlgorithm, signatureAlgorithmOf, signatureProblem, type AlgorithmIdentifier } from '../certificate/index.js'
import { checkKey } from './key-type.js'

/**
 * The signing key of a certificate authority, wherever it is kept: in this process (`keySigner`), or in an HSM or a
 * key-management service that signs when asked. The private key itself is never asked for.
 */
export interface Signer {
  /** The DER of the AlgorithmIdentifier of its signatures, as it will stand in what is signed. */
  readonly signatureAlgorithm: Buffer
  readonly publicKey: KeyObject
  /** The signature over the octets, in the form that X.509 has for it: for ECDSA the DER of Ecdsa-Sig-Value. */
  sign (octets: Buffer): Buffer | Promise<Buffer>
}

const signInBackground = promisify(sign)

/** A signer with a private key of `node:crypto`: RSA with SHA-256, ECDSA with the digest of the curve's size, Ed25519. */
export function keySigner (privateKey: KeyObject): Signer {
  const { identifier, hash } = signatureAlgorithmOf(privateKey)
  // Only RSA signs so slowly (milliseconds) that another thread is worth the way there and back.
  const isSlow = privateKey.asymmetricKeyType === 'rsa'
  return {
    signatureAlgorithm: identifier,
    publicKey: createPublicKey(privateKey),
    sign: (octets) => isSlow ? signInBackground(hash, octets, privateKey) : sign(hash, octets, privateKey)
  }
}

/**
 * The same signer, whose every signature is verified before it is used: what comes from elsewhere may be by another key,
 * or in another form.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: its algorithm is not known here, or is not one of its key's
 */
export function verifiedSigner (signer: Signer): Signer {
  const algorithm = algorithmOf(signer)
  const publicKey = signer.publicKey
  return {
    signatureAlgorithm: signer.signatureAlgorithm,
    publicKey,
    async sign (octets) {
      const signature = await signer.sign(octets)
      if (signatureProblem({ algorithm, octets, signature }, { publicKey }, knownHashes) !== undefined) throw new AuthorityError('signer gave a signature that its publicKey does not verify')
      return signature
    }
  }
}

function algorithmOf (signer: Signer): AlgorithmIdentifier {
  checkKey(signer.publicKey, 'signer.publicKey')
  const identifier = readAlgorithmIdentifier(signer.signatureAlgorithm)
  const algorithm = signatureAlgorithm(identifier)
  if (algorithm === undefined) throw new AuthorityError(`signer.signatureAlgorithm ${identifier.algorithm} is not known here`)
  const type = signer.publicKey.asymmetricKeyType as string
  if (!algorithm.keyTypes.includes(type)) throw new AuthorityError(`signer.signatureAlgorithm ${identifier.algorithm} is not for its key of type ${type}`)
  return identifier
}
