import { signatureAlgorithm, type AlgorithmIdentifier } from '../certificate/index.js'

/** A signature algorithm in the words that people have for it; dotted where it is not known here. */
export function algorithmText (identifier: AlgorithmIdentifier): string {
  const algorithm = signatureAlgorithm(identifier)
  if (algorithm === undefined) return identifier.algorithm
  const { keyTypes: [type], hash } = algorithm
  const kind = { ec: 'ECDSA', rsa: 'RSA', 'rsa-pss': 'RSA-PSS', ed25519: 'Ed25519', ed448: 'Ed448' }[type] as string
  return hash === null ? kind : `${kind} with ${hash.replace('sha', 'SHA-').replace('md5', 'MD5')}`
}
