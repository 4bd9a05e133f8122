import { readCertificate, writeCertificate, writeTbsCertificate, type Certificate, type DistinguishedName, type Extension, type Validity } from '../certificate/index.js'
import { newSerialNumber } from './serial-number.js'
import type { Signer } from './signer.js'

/** What a new certificate says; its serial number and its signature come with signing. */
export interface Statement {
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  readonly validity: Validity
  readonly subjectPublicKeyInfo: Buffer
  readonly extensions: readonly Extension[]
}

export async function signCertificate (signer: Signer, { issuer, subject, validity, subjectPublicKeyInfo, extensions }: Statement): Promise<Certificate> {
  const { signatureAlgorithm } = signer
  const tbs = writeTbsCertificate({
    serialNumber: newSerialNumber(),
    signatureAlgorithm,
    issuer: issuer.raw,
    ...validity,
    subject: subject.raw,
    subjectPublicKeyInfo,
    extensions
  })
  return readCertificate(writeCertificate(tbs, signatureAlgorithm, await signer.sign(tbs)))
}
