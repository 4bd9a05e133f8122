import { CertificateError } from '../errors.js'
import { algorithmIdentifier } from './algorithm-identifier.js'
import { implicitOctets, toDer } from './ber.js'
import { readCertificate, type Certificate } from './certificate.js'
import { children, contents, contextTag, encoding, expect, Fields, malformed, onlyChild, readObjectIdentifier, readWhole, tags, type Element } from './der.js'
import { decrypt, type Decryption } from './password-based-encryption.js'
import { bagAttributeTypes, bagTypes, contentTypes, x509Certificate } from './pkcs12-object-identifiers.js'
import { readLabel } from './strings.js'

/** A SafeBag (RFC 7292, section 4.2). */
export interface Bag {
  /** Dotted. */
  readonly type: string
  readonly value: Element
  readonly friendlyName: string | undefined
  readonly localKeyId: Buffer | undefined
}

/** A ContentInfo (RFC 2315, section 7): the type of its content, dotted, and the content. */
export function readContentInfo (element: Element): { type: string, content: Element } {
  const fields = new Fields(expect(element, tags.sequence, 'ContentInfo'), 'ContentInfo')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'contentType'))
  const [content] = children(fields.take(contextTag(0, true), 'content'))
  fields.end()
  if (content === undefined) throw malformed('ContentInfo.content is empty', element.start)
  return { type, content }
}

/** All bags of an AuthenticatedSafe, in order, those that others hold among them. */
export function readBags (authenticatedSafe: Buffer, decryption: Decryption): Bag[] {
  const safe = readWhole(toDer(authenticatedSafe), tags.sequence, 'AuthenticatedSafe')
  return children(safe).flatMap((element) => {
    const bags = readWhole(toDer(safeContents(element, decryption)), tags.sequence, 'SafeContents')
    return children(bags).flatMap(readBag)
  })
}

function safeContents (element: Element, decryption: Decryption): Buffer {
  const { type, content } = readContentInfo(element)
  if (type === contentTypes.data) return contents(expect(content, tags.octetString, 'data'))
  if (type === contentTypes.encryptedData) return decryptData(expect(content, tags.sequence, 'EncryptedData'), decryption)
  throw new CertificateError('UNSUPPORTED', `the PKCS #12 has a part of type ${type}: only parts in the clear or under a passphrase are read`)
}

// EncryptedData of RFC 2315, section 13.
function decryptData (element: Element, decryption: Decryption): Buffer {
  const data = new Fields(element, 'EncryptedData')
  data.take(tags.integer, 'version')
  const fields = new Fields(data.take(tags.sequence, 'encryptedContentInfo'), 'EncryptedContentInfo')
  fields.take(tags.objectIdentifier, 'contentType')
  const algorithm = algorithmIdentifier(fields.take(tags.sequence, 'contentEncryptionAlgorithm'))
  const octets = implicitOctets(fields.takeAny('encryptedContent'))
  fields.end()
  return decrypt(algorithm, octets, decryption)
}

// Bags within bags are as deep as the BER reader lets anything be.
function readBag (element: Element): Bag[] {
  const fields = new Fields(expect(element, tags.sequence, 'SafeBag'), 'SafeBag')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'bagId'))
  const value = onlyChild(fields.take(contextTag(0, true), 'bagValue'), tags.sequence, 'bagValue')
  const attributes = readAttributes(fields.optional(tags.set))
  fields.end()
  if (type === bagTypes.safeContents) return children(value).flatMap(readBag)
  return [{ type, value, ...attributes }]
}

function readAttributes (set: Element | undefined): Pick<Bag, 'friendlyName' | 'localKeyId'> {
  const values = new Map(set && children(set).map(readAttribute))
  const name = values.get(bagAttributeTypes.friendlyName)
  const id = values.get(bagAttributeTypes.localKeyId)
  return {
    friendlyName: name && readLabel(name, 'friendlyName'),
    localKeyId: id && contents(id)
  }
}

function readAttribute (element: Element): [type: string, value: Element | undefined] {
  const fields = new Fields(expect(element, tags.sequence, 'PKCS12Attribute'), 'PKCS12Attribute')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'attrId'))
  const [value] = children(fields.take(tags.set, 'attrValues'))
  fields.end()
  return [type, value]
}

/** The certificate of a certificate bag (RFC 7292, section 4.2.3). */
export function readCertificateBag ({ value }: Bag): Certificate {
  const fields = new Fields(value, 'CertBag')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'certId'))
  const octets = fields.take(contextTag(0, true), 'certValue')
  fields.end()
  if (type !== x509Certificate) throw new CertificateError('UNSUPPORTED', `the PKCS #12 has a certificate of type ${type}: only X.509 is read`)
  return readCertificate(contents(onlyChild(octets, tags.octetString, 'certValue')))
}

/** The DER of what a key bag holds: a PrivateKeyInfo, or an EncryptedPrivateKeyInfo. */
export const keyOctets = ({ value }: Bag): Buffer => encoding(value)
