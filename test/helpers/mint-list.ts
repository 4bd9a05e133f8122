import { sign } from 'node:crypto'
import { cRLNumberExtension, signatureAlgorithmOf, writeCertificateList, writePem, writeTbsCertificateList, type Extension } from '../../lib/certificate/index.js'
import type { Minted } from './mint.js'

export interface ListOptions {
  /** Lower-case hexadecimal. */
  revoked?: readonly string[]
  number?: number
  thisUpdate?: Date
  nextUpdate?: Date
  extensions?: readonly Extension[]
}

const hour = 60 * 60 * 1000

/** A certificate list, as PEM, that `issuer` signed. */
export function mintList (issuer: Minted, { revoked = [], number = 1, thisUpdate = new Date(Date.now() - hour), nextUpdate = new Date(Date.now() + hour), extensions = [] }: ListOptions = {}): string {
  const { identifier, hash } = signatureAlgorithmOf(issuer.privateKey)
  const tbs = writeTbsCertificateList({
    signatureAlgorithm: identifier,
    issuer: issuer.certificate.subject.raw,
    thisUpdate,
    nextUpdate,
    revoked: revoked.map((serialNumber) => ({ serialNumber, revocationDate: thisUpdate })),
    extensions: [cRLNumberExtension(BigInt(number)), ...extensions]
  })
  return writePem('X509 CRL', writeCertificateList(tbs, identifier, sign(hash, tbs, issuer.privateKey)))
}
