import { verify } from 'node:crypto'
import { signatureAlgorithm, type Certificate, type SignatureAlgorithm } from '../certificate/index.js'
import { guard, type Broken } from './broken.js'

// Collisions for these two can be had (RFC 6151; SHAttered, 2017), so their signatures prove nothing.
const brokenHashes: ReadonlySet<string | null> = new Set(['md5', 'sha1'])

/**
 * Why the issuer's key did not sign this certificate, or `undefined` where it did. The names are not compared.
 * @throws CertificateError when the key or the parameters of the algorithm cannot be read
 */
export function signatureProblem (certificate: Certificate, issuer: Certificate): Broken | undefined {
  const algorithm = signatureAlgorithm(certificate.signatureAlgorithm)
  if (algorithm === undefined) return unknownAlgorithm(certificate)
  if (brokenHashes.has(algorithm.hash)) return { rule: 'WEAK_SIGNATURE', problem: `a signature with ${algorithm.hash} is not accepted` }
  return keyProblem(certificate, issuer, algorithm)
}

const unknownAlgorithm = ({ signatureAlgorithm: { algorithm } }: Certificate): Broken =>
  ({ rule: 'SIGNATURE', problem: `the signature algorithm ${algorithm} is not known here` })

function keyProblem (certificate: Certificate, issuer: Certificate, { hash, keyTypes, padding, saltLength }: SignatureAlgorithm): Broken | undefined {
  const key = issuer.publicKey
  const misfit = `the signature algorithm does not fit the issuer's ${key.asymmetricKeyType} key`
  if (!keyTypes.includes(key.asymmetricKeyType as string)) return { rule: 'SIGNATURE', problem: misfit }
  try {
    if (verify(hash, certificate.tbsCertificate, { key, padding, saltLength }, certificate.signature)) return undefined
  } catch (cause) {
    // An RSASSA-PSS key may name the only digest and the least salt that it is for.
    return { rule: 'SIGNATURE', problem: misfit, cause }
  }
  return { rule: 'SIGNATURE', problem: 'the signature is not by the key of the issuer' }
}

const selfSigned = new WeakMap<Certificate, boolean>()

/**
 * Whether the certificate names itself as its issuer and its own key signed it, as a root's does; `false` also where
 * its algorithm is not known here. Asked once, then remembered.
 */
export function isSelfSigned (certificate: Certificate): boolean {
  const known = selfSigned.get(certificate)
  if (known !== undefined) return known
  const found = certificate.isSelfIssued && guard(() => ownSignatureProblem(certificate)) === undefined
  selfSigned.set(certificate, found)
  return found
}

// A root that was signed with SHA-1 is still its own: nobody relies on that signature, only on the key being configured.
function ownSignatureProblem (certificate: Certificate): Broken | undefined {
  const algorithm = signatureAlgorithm(certificate.signatureAlgorithm)
  return algorithm === undefined ? unknownAlgorithm(certificate) : keyProblem(certificate, certificate, algorithm)
}
