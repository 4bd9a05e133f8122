import type { KeyObject } from 'node:crypto'
import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { LazyExtensions } from './decoded-extensions.js'
import { contextTag, encoding, Fields, malformed, readBitStringOctets, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { distinguishedName, type DistinguishedName } from './distinguished-name.js'
import { expectKind, expectSome, readDocument } from './document.js'
import type { PemBlock } from './pem.js'
import type { Extension } from './extensions.js'
import { loadPublicKey, publicKeyOf, readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from './public-key.js'
import { readRequestAttributes } from './request-attributes.js'

/** What stands in a request, all of it decoded (RFC 2986, section 4). */
interface RequestContents extends SubjectPublicKeyInfo {
  readonly version: 1 | 2 | 3
  readonly subject: DistinguishedName
  readonly extensions: readonly Extension[]
  readonly decoded: LazyExtensions
  readonly otherAttributes: readonly string[]
  readonly certificationRequestInfo: Buffer
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Buffer
}

/**
 * A certification request (PKCS #10, RFC 2986) as its octets say it: well formed, and nothing more. Whether whoever made
 * it has the private key, and may have what it asks for, is decided where it is signed.
 * Immutable, as a `Certificate` is.
 */
export class CertificationRequest {
  /** The DER; its octets are not to be changed. */
  readonly raw: Buffer
  readonly #contents: RequestContents
  readonly #derived: { publicKey?: KeyObject } = {}

  /** @internal Requests come from `readCertificationRequest`. */
  constructor (raw: Buffer, contents: RequestContents) {
    this.raw = raw
    this.#contents = contents
    Object.freeze(this)
  }

  /** 1 by RFC 2986; some programs write 2 or 3, which changes nothing and does not reach the certificate. */
  get version (): 1 | 2 | 3 { return this.#contents.version }

  /** The name that is asked for; may be empty. */
  get subject (): DistinguishedName { return this.#contents.subject }

  /** The DER of the SubjectPublicKeyInfo. */
  get subjectPublicKeyInfo (): Buffer { return this.#contents.subjectPublicKeyInfo }

  get publicKeyAlgorithm (): AlgorithmIdentifier { return this.#contents.publicKeyAlgorithm }

  /** The octets inside the BIT STRING of the SubjectPublicKeyInfo. */
  get subjectPublicKey (): Buffer { return this.#contents.subjectPublicKey }

  /**
   * The public key that is to be certified; made at the first call.
   * @throws CertificateError ERR_CERTIFICATE_UNSUPPORTED: `node:crypto` does not know such a key; ERR_CERTIFICATE_MALFORMED: octets that are no such key
   */
  get publicKey (): KeyObject {
    this.#derived.publicKey ??= publicKeyOf(this.#contents)
    return this.#derived.publicKey
  }

  /** The same key and the same errors, quicker: for who can wait for it. */
  async loadPublicKey (): Promise<KeyObject> {
    this.#derived.publicKey ??= await loadPublicKey(this.#contents)
    return this.#derived.publicKey
  }

  /** All extensions that are asked for, in order, also those that are not decoded here (RFC 2985, section 5.4.2). */
  get extensions (): readonly Extension[] { return this.#contents.extensions }

  /** Empty where none is asked for. */
  get subjectAltName () { return this.#contents.decoded.value('subjectAltName') }

  get keyUsage () { return this.#contents.decoded.value('keyUsage') }

  /** Names of RFC 5280 (`clientAuth`), dotted where there is none. */
  get extendedKeyUsage () { return this.#contents.decoded.value('extendedKeyUsage') }

  get basicConstraints () { return this.#contents.decoded.value('basicConstraints') }

  /** The types, dotted, of the attributes that are no request for extensions: a challenge password, what Windows adds. */
  get otherAttributes (): readonly string[] { return this.#contents.otherAttributes }

  get signatureAlgorithm (): AlgorithmIdentifier { return this.#contents.signatureAlgorithm }

  get signature (): Buffer { return this.#contents.signature }

  /** The octets that the signature is over. */
  get certificationRequestInfo (): Buffer { return this.#contents.certificationRequestInfo }

  /** What a log or a reply may say of a request: its subject, and the types of the extensions that it asks for. */
  toJSON () {
    return { subject: this.subject.toString(), extensions: this.extensions.map(({ type }) => type) }
  }
}

// What is in a request goes into a certificate, of which, with those above it, 100 KiB pass in a handshake.
const maxRequestOctets = 64 * 1024

/**
 * Reads one certification request from DER, or from PEM with one block `CERTIFICATE REQUEST` (or `NEW CERTIFICATE
 * REQUEST`, as Java writes it); other blocks are passed over, and so are zero bytes and a line break behind DER. The extensions of RFC 5280 that it asks for are decoded and checked for
 * form here, so that no property of the result throws (but `publicKey`).
 * Nothing of the result is verified, nor that whoever made it has the private key. The octets of DER are kept, not copied.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: no request, or two; broken DER, more than 65,536 octets, a NUL in a name,
 * an attribute or an extension that stands twice; ERR_CERTIFICATE_UNSUPPORTED: an object identifier of more than 128 octets
 */
export function readCertificationRequest (content: string | Uint8Array): CertificationRequest {
  const document = readDocument(content)
  const raw = document.form === 'PEM' ? onlyRequest(document.blocks) : document.octets
  if (raw.length > maxRequestOctets) throw malformed(`certification request has ${raw.length} octets, more than ${maxRequestOctets}`)
  expectKind(raw, 'certification request')
  return new CertificationRequest(raw, readContents(readWhole(raw, tags.sequence, 'CertificationRequest')))
}

function onlyRequest (blocks: readonly PemBlock[]): Buffer {
  const requests = blocks.filter(({ label }) => label === 'CERTIFICATE REQUEST' || label === 'NEW CERTIFICATE REQUEST')
  expectSome(blocks, requests, 'certification request')
  if (requests.length > 1) throw malformed(`the PEM text holds ${requests.length} certification requests, and not one`)
  return requests[0].octets
}

function readContents (request: Element): RequestContents {
  const outer = new Fields(request, 'CertificationRequest')
  const info = outer.take(tags.sequence, 'certificationRequestInfo')
  const signatureAlgorithm = algorithmIdentifier(outer.take(tags.sequence, 'signatureAlgorithm'))
  const signature = readBitStringOctets(outer.take(tags.bitString, 'signature'))
  outer.end()
  return { ...readInfo(info), certificationRequestInfo: encoding(info), signatureAlgorithm, signature }
}

function readInfo (info: Element) {
  const fields = new Fields(info, 'certificationRequestInfo')
  const version = readVersion(fields.take(tags.integer, 'version'))
  const subject = distinguishedName(fields.take(tags.sequence, 'subject'))
  const key = readSubjectPublicKeyInfo(fields.take(tags.sequence, 'subjectPKInfo'))
  const { extensions, otherAttributes } = readRequestAttributes(fields.optional(contextTag(0, true)))
  fields.end()
  return { ...key, version, subject, extensions, decoded: new LazyExtensions(extensions).decodeAll(), otherAttributes }
}

// RFC 2986 knows version 1 alone; certbot and others wrote those of certificates.
function readVersion (element: Element): 1 | 2 | 3 {
  const version = readSmallInteger(element, 'version') + 1
  if (version !== 1 && version !== 2 && version !== 3) throw malformed(`certification request has version ${version}`, element.start)
  return version
}
