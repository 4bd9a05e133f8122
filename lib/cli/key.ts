import type { KeyObject } from 'node:crypto'
import { generatePrivateKey, type KeyType } from '../authority/index.js'
import { CertificateError } from '../errors.js'
import type { Certificate } from '../certificate/index.js'
import { underWay } from './progress.js'
import type { Terminal } from './terminal.js'

/** Makes a private key, and shows that this goes on. */
export const makeKey = (terminal: Terminal, keyType: KeyType): Promise<KeyObject> =>
  underWay(terminal, `making a key (${keyType})`, () => generatePrivateKey(keyType))

const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

/** The kind of a key, in the words that people have for it. */
export function keyText ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  switch (asymmetricKeyType) {
    case 'ec': return `EC ${curves[asymmetricKeyDetails!.namedCurve!] ?? asymmetricKeyDetails!.namedCurve}`
    case 'rsa': case 'rsa-pss': return `${asymmetricKeyType.toUpperCase()} ${asymmetricKeyDetails!.modulusLength} bits`
    case 'ed25519': return 'Ed25519'
    default: return String(asymmetricKeyType)
  }
}

/** The kind of a certificate's key; dotted where it is not known here. */
export function publicKeyText (certificate: Pick<Certificate, 'publicKey' | 'publicKeyAlgorithm'>): string {
  try {
    return keyText(certificate.publicKey)
  } catch (error) {
    if (error instanceof CertificateError) return certificate.publicKeyAlgorithm.algorithm
    throw error
  }
}
