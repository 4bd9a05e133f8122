import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import {
  basicConstraintsExtension, extendedKeyUsageExtension as extendedKeyUsage, keyUsageExtension as keyUsage, readCertificate, signatureAlgorithmOf, writeCertificate,
  writeDistinguishedName, writePem, writeTbsCertificate, type AttributeText, type Certificate, type Extension
} from '../../lib/certificate/index.js'

/**
 * Certificates for tests, also such as no honest CA would sign: every field can be given as it is to stand there.
 * Nothing here is checked; the package's own CA is lib/authority.
 */
export interface MintOptions {
  /** `[['commonName', 'alice']]` is one attribute; a plain text is the common name. */
  subject?: string | ReadonlyArray<AttributeText> | Buffer
  /** Who signs; without one the certificate signs itself. */
  issuer?: Minted
  /** Another name to write as the issuer's. */
  issuerName?: Buffer
  keys?: { publicKey: KeyObject, privateKey: KeyObject }
  version?: 1 | 3
  serialNumber?: Buffer
  notBefore?: Date
  notAfter?: Date
  extensions?: readonly Extension[]
  /** How the result is read. Default `readCertificate`. */
  read?: (der: Buffer) => Certificate
}

export interface Minted {
  certificate: Certificate
  der: Buffer
  /** The certificate as PEM. */
  pem: string
  /** The private key as PKCS #8 PEM. */
  key: string
  publicKey: KeyObject
  privateKey: KeyObject
}

export const newKeys = (curve = 'P-256') => generateKeyPairSync('ec', { namedCurve: curve })

const day = 24 * 60 * 60 * 1000
let serial = 1

export function mint (options: MintOptions = {}): Minted {
  const keys = options.keys ?? newKeys()
  const signer = options.issuer?.privateKey ?? keys.privateKey
  const subject = nameOf(options.subject ?? 'subject')
  const { identifier, hash } = signatureAlgorithmOf(signer)
  const tbs = writeTbsCertificate({
    version: options.version,
    serialNumber: options.serialNumber ?? Buffer.from((serial++).toString(16).padStart(8, '0'), 'hex'),
    signatureAlgorithm: identifier,
    issuer: options.issuerName ?? options.issuer?.certificate.subject.raw ?? subject,
    notBefore: options.notBefore ?? new Date(Date.now() - day),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * day),
    subject,
    subjectPublicKeyInfo: keys.publicKey.export({ type: 'spki', format: 'der' }),
    extensions: options.extensions ?? []
  })
  const der = writeCertificate(tbs, identifier, sign(hash, tbs, signer))
  return {
    certificate: (options.read ?? readCertificate)(der),
    der,
    pem: writePem('CERTIFICATE', der),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    ...keys
  }
}

function nameOf (subject: NonNullable<MintOptions['subject']>): Buffer {
  if (Buffer.isBuffer(subject)) return subject
  if (typeof subject === 'string') return writeDistinguishedName([[['commonName', subject]]])
  return writeDistinguishedName((subject as readonly AttributeText[]).map((attribute) => [attribute]))
}

/** A CA: `CA:TRUE`, with `keyCertSign` and `cRLSign`. */
export const mintAuthority = (options: MintOptions & { pathLength?: number } = {}): Minted => mint({
  subject: 'Test CA',
  extensions: [basicConstraints(true, options.pathLength), keyUsage('keyCertSign', 'cRLSign')],
  ...options
})

/** A client's certificate as an honest CA would sign it. */
export const mintClient = (issuer: Minted, options: MintOptions = {}): Minted => mint({
  subject: 'client',
  issuer,
  extensions: [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth')],
  ...options
})

export const basicConstraints = (cA: boolean, pathLength?: number, critical = true): Extension => ({
  ...basicConstraintsExtension(cA, pathLength),
  critical
})

export { extendedKeyUsage, keyUsage }
