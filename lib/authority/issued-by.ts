import { verify } from 'node:crypto'
import { signatureAlgorithm, type Certificate } from '../certificate/index.js'

/** Whether the certificate names this issuer and bears its signature; whether it may be relied on is not asked. */
export function isIssuedBy ({ issuer: name, signatureAlgorithm: identifier, tbsCertificate, signature }: Certificate, issuer: Certificate): boolean {
  const algorithm = signatureAlgorithm(identifier)
  const key = issuer.publicKey
  if (algorithm === undefined || !algorithm.keyTypes.includes(key.asymmetricKeyType as string) || !name.equals(issuer.subject)) return false
  const { hash, padding, saltLength } = algorithm
  return verify(hash, tbsCertificate, { key, padding, saltLength }, signature)
}
