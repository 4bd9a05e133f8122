import { sign, type KeyObject } from 'node:crypto'
import {
  authorityKeyIdentifierExtension, contextTag, cRLNumberExtension, signatureAlgorithmOf, tags, write, writeBitString, writeCertificateList, writeDistinguishedName, writeInteger,
  writeSequence, writeTbsCertificateList, type EntryToWrite, type Extension
} from '../../lib/certificate/index.js'
import { commonName, ecdsaWithSha256, extensionOf, octets } from './raw-certificate.js'

/** The fields of a certificate list as octets, each as it is to stand there; `undefined` leaves a field out. */
export interface RawListFields {
  version?: Buffer
  signature: Buffer
  issuer: Buffer
  thisUpdate: Buffer
  nextUpdate?: Buffer
  revokedCertificates?: Buffer
  crlExtensions?: Buffer
  signatureAlgorithm: Buffer
  signatureValue: Buffer
}

export const utcTime = (text: string): Buffer => write(tags.utcTime, Buffer.from(text))

export const generalizedTime = (text: string): Buffer => write(tags.generalizedTime, Buffer.from(text))

/** One entry: the contents of its serial number in hexadecimal, and its extensions where it has any. */
export const entryOf = (serialNumber: string, ...extensions: Buffer[]): Buffer =>
  writeSequence(write(tags.integer, octets(serialNumber)), utcTime('260301000000Z'), ...(extensions.length === 0 ? [] : [writeSequence(...extensions)]))

export const reasonOf = (hex: string): Buffer => extensionOf('2.5.29.21', octets(hex))

/** The `[0]` field, around Extensions. */
export const listExtensionsOf = (...extensions: Buffer[]): Buffer => write(contextTag(0, true), writeSequence(...extensions))

const plain: RawListFields = {
  version: writeInteger(1),
  signature: ecdsaWithSha256,
  issuer: commonName('issuer'),
  thisUpdate: utcTime('260101000000Z'),
  nextUpdate: utcTime('260201000000Z'),
  signatureAlgorithm: ecdsaWithSha256,
  signatureValue: writeBitString(octets('3006020101020101'))
}

/** The DER of a certificate list whose signature is none, with some of its fields exchanged. */
export function rawCertificateList (changes: Partial<RawListFields> = {}): Buffer {
  const fields = { ...plain, ...changes }
  const tbs = [fields.version, fields.signature, fields.issuer, fields.thisUpdate, fields.nextUpdate, fields.revokedCertificates, fields.crlExtensions]
  return writeSequence(writeSequence(...tbs.filter((field) => field !== undefined)), fields.signatureAlgorithm, fields.signatureValue)
}

export interface SignedListOptions {
  privateKey: KeyObject
  revoked?: Iterable<EntryToWrite>
  issuer?: Buffer
  thisUpdate?: Date
  nextUpdate?: Date
  extensions?: readonly Extension[]
}

/** The DER of a list as an honest CA would sign it. */
export function signedList ({ privateKey, ...options }: SignedListOptions): Buffer {
  const { identifier, hash } = signatureAlgorithmOf(privateKey)
  const tbs = writeTbsCertificateList({
    signatureAlgorithm: identifier,
    issuer: writeDistinguishedName([[['commonName', 'Test CA']]]),
    thisUpdate: new Date('2026-01-01T00:00:00Z'),
    nextUpdate: new Date('2026-02-01T00:00:00Z'),
    revoked: [],
    extensions: [authorityKeyIdentifierExtension(octets('0102')), cRLNumberExtension(7n)],
    ...options
  })
  return writeCertificateList(tbs, identifier, sign(hash, tbs, privateKey))
}
