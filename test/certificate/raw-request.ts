import { sign, type KeyObject } from 'node:crypto'
import {
  contextTag, requestAttributeTypes, signatureAlgorithmOf, write, writeBitString, writeExtension, writeInteger, writeObjectIdentifier, writeSequence, writeSet, type Extension
} from '../../lib/certificate/index.js'
import { newKeys } from '../helpers/mint.js'
import { commonName } from './raw-certificate.js'

export const { publicKey, privateKey } = newKeys()

/** The fields of a request as octets, each as it is to stand there; `undefined` leaves a field out. */
export interface RawRequestFields {
  version?: Buffer
  subject?: Buffer
  subjectPublicKeyInfo?: Buffer
  /** What stands in the field `[0]`. */
  attributes?: readonly Buffer[] | undefined
  /** What stands behind the attributes. */
  more?: Buffer
  privateKey?: KeyObject
  /** The AlgorithmIdentifier; the signature is made with the digest of the key all the same. */
  signatureAlgorithm?: Buffer
  /** The digest to sign with, instead of the key's own. */
  hash?: string
  signature?: Buffer
}

export const attributeOf = (type: string, ...values: Buffer[]): Buffer => writeSequence(writeObjectIdentifier(type), writeSet(...values))

export const extensionsValue = (...extensions: readonly Extension[]): Buffer => writeSequence(...extensions.map(writeExtension))

export const extensionRequest = (...extensions: readonly Extension[]): Buffer => attributeOf(requestAttributeTypes.extensionRequest, extensionsValue(...extensions))

/** The DER of a request that its key signed, with some of its fields exchanged. */
export function rawRequest (fields: RawRequestFields = {}): Buffer {
  const key = fields.privateKey ?? privateKey
  const { identifier, hash } = signatureAlgorithmOf(key)
  const attributes = 'attributes' in fields ? fields.attributes : []
  const info = writeSequence(...[
    fields.version ?? writeInteger(0),
    fields.subject ?? commonName('alice'),
    fields.subjectPublicKeyInfo ?? publicKey.export({ type: 'spki', format: 'der' }),
    attributes && write(contextTag(0, true), ...attributes),
    fields.more
  ].filter((each) => each !== undefined))
  const signature = fields.signature ?? sign(fields.hash ?? hash, info, key)
  return writeSequence(info, fields.signatureAlgorithm ?? identifier, writeBitString(signature))
}
