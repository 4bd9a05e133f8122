import { verify } from 'node:crypto'
import { signatureAlgorithm, type Certificate } from '../certificate/index.js'
import type { Broken } from './rules.js'

// Collisions for these two can be had (RFC 6151; SHAttered, 2017), so their signatures prove nothing.
const brokenHashes: ReadonlySet<string> = new Set(['md5', 'sha1'])

/** Why the issuer's key did not sign this certificate, or `undefined` where it did. The names are not compared. */
export function signatureProblem (certificate: Certificate, issuer: Certificate): Broken | undefined {
  const algorithm = signatureAlgorithm(certificate.signatureAlgorithm)
  if (algorithm === undefined) {
    return { rule: 'SIGNATURE', problem: `the signature algorithm ${certificate.signatureAlgorithm.algorithm} is not known here` }
  }
  if (algorithm.hash !== null && brokenHashes.has(algorithm.hash)) {
    return { rule: 'WEAK_SIGNATURE', problem: `a signature with ${algorithm.hash} is not accepted` }
  }
  const key = issuer.publicKey
  if (!algorithm.keyTypes.includes(key.asymmetricKeyType as string)) {
    return { rule: 'SIGNATURE', problem: `the signature algorithm does not fit the issuer's ${key.asymmetricKeyType} key` }
  }
  const { hash, padding, saltLength } = algorithm
  if (verify(hash, certificate.tbsCertificate, { key, padding, saltLength }, certificate.signature)) return undefined
  return { rule: 'SIGNATURE', problem: 'the signature is not by the key of the issuer' }
}

const selfSigned = new WeakMap<Certificate, boolean>()

/** Whether the certificate names itself as its issuer and its own key signed it, as a root's does. Asked once, then remembered. */
export function isSelfSigned (certificate: Certificate): boolean {
  const known = selfSigned.get(certificate)
  if (known !== undefined) return known
  const found = certificate.isSelfIssued && ownSignature(certificate)
  selfSigned.set(certificate, found)
  return found
}

// A root that was signed with SHA-1 is still its own: nobody relies on that signature, only on the key being configured.
function ownSignature (certificate: Certificate): boolean {
  const problem = signatureProblem(certificate, certificate)
  return problem === undefined || problem.rule === 'WEAK_SIGNATURE'
}
