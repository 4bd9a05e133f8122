import { readCertificate, writeCertificate, writeTbsCertificate, type Certificate, type Extension } from '../../lib/certificate/index.js'
import { write, writeNull, writeObjectIdentifier, writeSequence } from '../../lib/certificate/der-writer.js'
import { CertificationPathError } from '../../lib/errors.js'
import { verifyCertificationPath, type CertificateInput, type PathOptions } from '../../lib/trust/index.js'
import type { Minted } from '../helpers/mint.js'

/** What most paths are judged by: now, for a client. */
export const judge = (certificate: CertificateInput, trustAnchors: readonly CertificateInput[], intermediates: readonly CertificateInput[] = [], options: Partial<PathOptions> = {}) =>
  verifyCertificationPath({ certificate, trustAnchors, intermediates, at: new Date(), purpose: 'clientAuth', ...options })

/** The code and the message of the refusal. An error of another class is thrown on, and so is a path where none should be. */
export function refusal (...parameters: Parameters<typeof judge>): [code: string, message: string] {
  try {
    judge(...parameters)
  } catch (error) {
    if (error instanceof CertificationPathError) return [error.code, error.message]
    throw error
  }
  throw new Error('a path was found')
}

/** The subjects of a path, leaf first. */
export const subjects = (certificates: readonly Certificate[]) => certificates.map((certificate) => certificate.subject.commonName)

/** The minted certificate once more, with another algorithm named and another signature. */
export function resigned ({ certificate }: Minted, identifier: Buffer, sign: (tbsCertificate: Buffer) => Buffer): Certificate {
  const tbs = writeTbsCertificate({
    version: certificate.version as 1 | 3,
    serialNumber: Buffer.from(certificate.serialNumber, 'hex'),
    signatureAlgorithm: identifier,
    issuer: certificate.issuer.raw,
    ...certificate.validity,
    subject: certificate.subject.raw,
    subjectPublicKeyInfo: certificate.subjectPublicKeyInfo,
    extensions: certificate.extensions
  })
  return readCertificate(writeCertificate(tbs, identifier, sign(tbs)))
}

/** A name of one attribute whose text is in the given string type. */
export const nameIn = (tag: number, text: string, type = '2.5.4.3'): Buffer =>
  writeSequence(write(0x31, writeSequence(writeObjectIdentifier(type), write(tag, Buffer.from(text, 'latin1')))))

export const emptyName = writeSequence()

/** An AlgorithmIdentifier. */
export const algorithm = (type: string, ...parameters: Buffer[]): Buffer => writeSequence(writeObjectIdentifier(type), ...parameters)

/** Those of RSA with the given last number have NULL parameters (RFC 4055, section 5). */
export const rsa = (number: number): Buffer => algorithm(`1.2.840.113549.1.1.${number}`, writeNull())

export const ecdsa = (number: string): Buffer => algorithm(`1.2.840.10045.4.${number}`)

export const extension = (type: string, value: Buffer, critical = true): Extension => ({ type, critical, value })

export const keyIdentifier = {
  ofSubject: (octets: string) => extension('2.5.29.14', write(0x04, Buffer.from(octets)), false),
  ofAuthority: (octets: string) => extension('2.5.29.35', writeSequence(write(0x80, Buffer.from(octets))), false)
}
