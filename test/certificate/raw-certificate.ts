import { contextTag, tags, write, writeBitString, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence, writeSet } from '../../lib/certificate/index.js'
import { newKeys } from '../helpers/mint.js'

/** The fields of a certificate as octets, each as it is to stand there; `undefined` leaves a field out. */
export interface RawFields {
  version?: Buffer
  serialNumber: Buffer
  signature: Buffer
  issuer: Buffer
  validity: Buffer
  subject: Buffer
  subjectPublicKeyInfo: Buffer
  uniqueIdentifiers?: Buffer
  extensions?: Buffer
  signatureAlgorithm: Buffer
  signatureValue: Buffer
}

export const octets = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex')

export const ecdsaWithSha256 = writeSequence(writeObjectIdentifier('1.2.840.10045.4.3.2'))

const utcTime = (text: string) => write(tags.utcTime, Buffer.from(text))

/** A Name of one attribute, its value in whatever type. */
export const nameOf = (type: string, value: Buffer): Buffer => writeSequence(writeSet(writeSequence(writeObjectIdentifier(type), value)))

export const commonName = (text: string): Buffer => nameOf('2.5.4.3', write(tags.utf8String, Buffer.from(text)))

/** An Extension; `critical` is left out where it is `undefined`. */
export const extensionOf = (type: string, value: Buffer, critical?: Buffer): Buffer =>
  writeSequence(writeObjectIdentifier(type), ...(critical ? [critical] : []), writeOctetString(value))

/** The `[3]` field, around Extensions. */
export const extensionsOf = (...extensions: Buffer[]): Buffer => write(contextTag(3, true), writeSequence(...extensions))

export const versionOf = (number: number): Buffer => write(contextTag(0, true), writeInteger(number))

const plain: RawFields = {
  version: versionOf(2),
  serialNumber: writeInteger(1),
  signature: ecdsaWithSha256,
  issuer: commonName('issuer'),
  validity: writeSequence(utcTime('260101000000Z'), utcTime('270101000000Z')),
  subject: commonName('subject'),
  subjectPublicKeyInfo: newKeys().publicKey.export({ type: 'spki', format: 'der' }),
  signatureAlgorithm: ecdsaWithSha256,
  signatureValue: writeBitString(octets('3006020101020101'))
}

/** The DER of a certificate whose signature is none, with some of its fields exchanged. */
export function rawCertificate (changes: Partial<RawFields> = {}): Buffer {
  const fields = { ...plain, ...changes }
  const tbs = [
    fields.version, fields.serialNumber, fields.signature, fields.issuer, fields.validity, fields.subject,
    fields.subjectPublicKeyInfo, fields.uniqueIdentifiers, fields.extensions
  ]
  return writeSequence(writeSequence(...tbs.filter((field) => field !== undefined)), fields.signatureAlgorithm, fields.signatureValue)
}

/** What `t.throws` is to see: the code and the whole message, or what it matches. */
export const malformed = (message: string | RegExp) => ({ name: 'CertificateError', code: 'ERR_CERTIFICATE_MALFORMED', message })
