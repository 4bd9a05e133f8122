import { tags } from '../../lib/certificate/der.js'
import { write, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence } from '../../lib/certificate/der-writer.js'
import { passwordsOf, type Encrypted } from '../../lib/certificate/password-based-encryption.js'
import { writeMac } from '../../lib/certificate/pkcs12-mac.js'
import { bagTypes, contentTypes, x509Certificate } from '../../lib/certificate/pkcs12-object-identifiers.js'

/** The parts of a PKCS #12, each to be put together as a test wants it, also wrongly. Nothing is checked here. */
export const explicit = (number: number, content: Uint8Array) => write(0xa0 | number, content)

export const contentInfo = (type: string, content: Uint8Array) => writeSequence(writeObjectIdentifier(type), explicit(0, content))

export const data = (content: Uint8Array) => contentInfo(contentTypes.data, writeOctetString(content))

export const encryptedData = ({ algorithm, octets }: Encrypted, tag = 0x80) => contentInfo(contentTypes.encryptedData,
  writeSequence(writeInteger(0), writeSequence(writeObjectIdentifier(contentTypes.data), algorithm, write(tag, octets))))

export const bag = (type: string, value: Uint8Array, attributes?: Uint8Array) =>
  writeSequence(writeObjectIdentifier(type), explicit(0, value), ...(attributes === undefined ? [] : [attributes]))

export const keyBag = (pkcs8: Uint8Array, attributes?: Uint8Array) => bag(bagTypes.key, pkcs8, attributes)

export const shroudedKeyBag = (encrypted: Uint8Array, attributes?: Uint8Array) => bag(bagTypes.pkcs8ShroudedKey, encrypted, attributes)

export const certificateBag = (der: Uint8Array, attributes?: Uint8Array, type: string = x509Certificate) =>
  bag(bagTypes.certificate, writeSequence(writeObjectIdentifier(type), explicit(0, writeOctetString(der))), attributes)

export const attribute = (type: string, ...values: readonly Uint8Array[]) =>
  writeSequence(writeObjectIdentifier(type), write(tags.set, ...values))

export const attributes = (...members: readonly Uint8Array[]) => write(tags.set, ...members)

/** A PKCS #12 of these parts; with a passphrase it has a MAC, of two iterations. */
export function pfx (parts: readonly Uint8Array[], passphrase?: string): Buffer {
  const safe = writeSequence(...parts)
  const mac = passphrase === undefined ? [] : [writeMac(safe, passwordsOf(passphrase)[0], 2)]
  return writeSequence(writeInteger(3), data(safe), ...mac)
}

/** The same element with lengths of the indefinite form throughout, and each OCTET STRING in pieces of 50 octets. */
export function indefinite (der: Buffer): Buffer {
  const { tag, content } = split(der)
  if (tag === tags.octetString) return Buffer.concat([Buffer.from([0x24, 0x80]), ...pieces(content), Buffer.from([0, 0])])
  if ((tag & 0x20) === 0) return der
  return Buffer.concat([Buffer.from([tag, 0x80]), ...elements(content).map(indefinite), Buffer.from([0, 0])])
}

export const pieces = (content: Buffer): Buffer[] => content.length === 0
  ? []
  : [writeOctetString(content.subarray(0, 50)), ...pieces(content.subarray(50))]

function elements (content: Buffer): Buffer[] {
  if (content.length === 0) return []
  const { next } = split(content)
  return [content.subarray(0, next), ...elements(content.subarray(next))]
}

function split (der: Buffer): { tag: number, content: Buffer, next: number } {
  const count = der[1] < 0x80 ? 0 : der[1] & 0x7f
  const length = count === 0 ? der[1] : der.readUIntBE(2, count)
  const from = 2 + count
  return { tag: der[0], content: der.subarray(from, from + length), next: from + length }
}
