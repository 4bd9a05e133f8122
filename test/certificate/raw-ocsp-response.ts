import { createHash, sign, type KeyObject } from 'node:crypto'
import {
  contextTag, ocspTypes, signatureAlgorithmOf, tags, write, writeBitString, writeCertID, writeInteger, writeNull, writeObjectIdentifier, writeOctetString, writeSequence, type Certificate
} from '../../lib/certificate/index.js'
import { commonName, ecdsaWithSha256, extensionOf, octets } from './raw-certificate.js'

/** A GeneralizedTime, from its text or from a date. */
export const timeOf = (time: string | Date): Buffer =>
  write(tags.generalizedTime, Buffer.from(typeof time === 'string' ? time : time.toISOString().replace(/\.\d+|[-:T]/g, '')))

/** The `[1]` field, around Extensions. */
export const ocspExtensionsOf = (...extensions: Buffer[]): Buffer => write(contextTag(1, true), writeSequence(...extensions))

export const nonceOf = (nonce: Uint8Array): Buffer => extensionOf(ocspTypes['id-pkix-ocsp-nonce'], writeOctetString(nonce))

export const good = write(contextTag(0))
export const unknown = write(contextTag(2))
/** `reason` is the DER of an ENUMERATED. */
export const revoked = (time: string | Date, reason?: Buffer): Buffer =>
  write(contextTag(1, true), timeOf(time), ...(reason === undefined ? [] : [write(contextTag(0, true), reason)]))

/** The fields of a SingleResponse as octets; `undefined` leaves a field out. */
export interface RawSingle {
  certID: Buffer
  certStatus: Buffer
  thisUpdate: Buffer
  nextUpdate?: Buffer
  singleExtensions?: Buffer
}

export const plainCertID = writeSequence(writeSequence(writeObjectIdentifier('1.3.14.3.2.26'), writeNull()), writeOctetString(Buffer.alloc(20, 1)), writeOctetString(Buffer.alloc(20, 2)), writeInteger(0x1234))

export const nextUpdateOf = (time: string | Date): Buffer => write(contextTag(0, true), timeOf(time))

export function rawSingle (changes: Partial<RawSingle> = {}): Buffer {
  const fields = { certID: plainCertID, certStatus: good, thisUpdate: timeOf('20260101000000Z'), nextUpdate: nextUpdateOf('20260102000000Z'), ...changes }
  return writeSequence(...present(fields.certID, fields.certStatus, fields.thisUpdate, fields.nextUpdate, fields.singleExtensions))
}

const present = (...fields: Array<Buffer | undefined>): Buffer[] => fields.filter((field) => field !== undefined)

export interface RawResponseFields {
  responseStatus: Buffer
  responseType: Buffer
  version?: Buffer
  responderID: Buffer
  producedAt: Buffer
  responses: Buffer
  responseExtensions?: Buffer
  signatureAlgorithm: Buffer
  signature: Buffer
  certs?: Buffer
  /** More octets behind the fields of the BasicOCSPResponse. */
  more?: Buffer
}

export const byName = (name: Buffer): Buffer => write(contextTag(1, true), name)
export const byKey = (certificate: Certificate): Buffer =>
  write(contextTag(2, true), writeOctetString(createHash('sha1').update(certificate.subjectPublicKey).digest()))

export const certsOf = (...certificates: Uint8Array[]): Buffer => write(contextTag(0, true), writeSequence(...certificates))

const plain: RawResponseFields = {
  responseStatus: octets('0a0100'),
  responseType: writeObjectIdentifier(ocspTypes['id-pkix-ocsp-basic']),
  responderID: byName(commonName('responder')),
  producedAt: timeOf('20260101000100Z'),
  responses: writeSequence(rawSingle()),
  signatureAlgorithm: ecdsaWithSha256,
  signature: writeBitString(octets('3006020101020101'))
}

const tbsOf = (fields: RawResponseFields): Buffer =>
  writeSequence(...present(fields.version, fields.responderID, fields.producedAt, fields.responses, fields.responseExtensions))

/** The DER of an OCSP response whose signature is none, with some of its fields exchanged. */
export function rawOcspResponse (changes: Partial<RawResponseFields> = {}): Buffer {
  const fields = { ...plain, ...changes }
  const basic = writeSequence(tbsOf(fields), fields.signatureAlgorithm, fields.signature, ...present(fields.certs, fields.more))
  return writeSequence(fields.responseStatus, write(contextTag(0, true), writeSequence(fields.responseType, writeOctetString(basic))))
}

/** A response that has no answer. */
export const failedOcspResponse = (status: number): Buffer => writeSequence(write(tags.enumerated, Buffer.from([status])))

export interface OcspSigner {
  readonly certificate: Certificate
  readonly privateKey: KeyObject
}

/** The DER of a response as an honest responder would sign it, with some of its fields exchanged. */
export function signedOcspResponse (signer: OcspSigner, changes: Partial<RawResponseFields> = {}): Buffer {
  const { identifier, hash } = signatureAlgorithmOf(signer.privateKey)
  const fields = { ...plain, responderID: byKey(signer.certificate), signatureAlgorithm: identifier, ...changes }
  return rawOcspResponse({ ...fields, signature: writeBitString(sign(hash, tbsOf(fields), signer.privateKey)), ...(changes.signature && { signature: changes.signature }) })
}

/** What is said of a certificate: good from a minute before `at` to an hour after it, unless something else is given. */
export const singleOf = (certificate: Certificate, issuer: Certificate, at: Date, changes: Partial<RawSingle> = {}): Buffer => rawSingle({
  certID: writeCertID(certificate, issuer),
  thisUpdate: timeOf(new Date(at.getTime() - 60_000)),
  nextUpdate: nextUpdateOf(new Date(at.getTime() + 3_600_000)),
  ...changes
})
