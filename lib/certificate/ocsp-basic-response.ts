import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { readCertificate, type Certificate } from './certificate.js'
import { contents, contextTag, encoding, Fields, malformed, onlyChild, readBitStringOctets, readChildren, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { distinguishedName, type DistinguishedName } from './distinguished-name.js'
import type { Extension } from './extensions.js'
import { ocspTypes } from './ocsp-object-identifiers.js'
import { optionalExtensions, readGeneralizedTime, singleResponse, type SingleResponse } from './ocsp-single-response.js'

/** Who signed a response, by the name of its choice in RFC 6960, section 4.2.1. */
export type ResponderID =
  | { readonly type: 'byName', readonly value: DistinguishedName }
  | { readonly type: 'byKey', /** SHA-1 over the octets of the key. */ readonly value: Buffer }

interface ResponseData {
  readonly responderID: ResponderID
  readonly producedAt: number
  readonly responses: readonly SingleResponse[]
  readonly extensions: readonly Extension[]
  readonly nonce: Buffer | undefined
}

interface Contents extends ResponseData {
  readonly tbsResponseData: Buffer
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Buffer
  readonly certificates: readonly Certificate[]
}

/** A BasicOCSPResponse (RFC 6960, section 4.2.1): well formed, and nothing more. Immutable, as a certificate. */
export class BasicOcspResponse {
  readonly #contents: Contents

  /** @internal Responses come from `readOcspResponse`. */
  constructor (contents: Contents) {
    this.#contents = contents
    Object.freeze(this)
  }

  get responderID (): ResponderID { return this.#contents.responderID }

  /** When the response was signed. Made anew for each call. */
  get producedAt (): Date { return new Date(this.#contents.producedAt) }

  /** What is said of each certificate, in order. */
  get responses (): readonly SingleResponse[] { return this.#contents.responses }

  /** All extensions of the response in order, with their criticality; empty where there are none. */
  get extensions (): readonly Extension[] { return this.#contents.extensions }

  /** The octets of the nonce; `undefined` where there is none. */
  get nonce (): Buffer | undefined { return this.#contents.nonce }

  /** Whether the response says something that may not be passed over and is not understood here. Those of the single responses are apart. */
  get hasUnknownCriticalExtension (): boolean {
    return this.extensions.some(({ type, critical }) => critical && type !== ocspTypes['id-pkix-ocsp-nonce'])
  }

  /** What was sent along to verify the signature with; neither signed with the response, nor trusted for being here. */
  get certificates (): readonly Certificate[] { return this.#contents.certificates }

  /** The octets that the signature is over. */
  get tbsResponseData (): Buffer { return this.#contents.tbsResponseData }

  get signatureAlgorithm (): AlgorithmIdentifier { return this.#contents.signatureAlgorithm }
  get signature (): Buffer { return this.#contents.signature }
}

/** @throws CertificateError ERR_CERTIFICATE_MALFORMED, ERR_CERTIFICATE_UNSUPPORTED */
export function readBasicResponse (der: Buffer): BasicOcspResponse {
  const fields = new Fields(readWhole(der, tags.sequence, 'BasicOCSPResponse'), 'BasicOCSPResponse')
  const tbs = fields.take(tags.sequence, 'tbsResponseData')
  const signatureAlgorithm = algorithmIdentifier(fields.take(tags.sequence, 'signatureAlgorithm'))
  const signature = readBitStringOctets(fields.take(tags.bitString, 'signature'))
  const certificates = readCertificates(fields.optional(contextTag(0, true)))
  fields.end()
  return new BasicOcspResponse({ ...readResponseData(tbs), tbsResponseData: encoding(tbs), signatureAlgorithm, signature, certificates })
}

const noCertificates: readonly Certificate[] = Object.freeze([])

const readCertificates = (element: Element | undefined): readonly Certificate[] => element === undefined
  ? noCertificates
  : readChildren(onlyChild(element, tags.sequence, 'certs'), (each) => readCertificate(encoding(each)))

function readResponseData (tbs: Element): ResponseData {
  const fields = new Fields(tbs, 'ResponseData')
  checkVersion(fields.optional(contextTag(0, true)))
  const responderID = readResponderID(fields.takeAny('responderID'))
  const producedAt = readGeneralizedTime(fields.takeAny('producedAt'), 'producedAt')
  const responses = readChildren(fields.take(tags.sequence, 'responses'), singleResponse)
  const extensions = optionalExtensions(fields, 'responseExtensions')
  fields.end()
  return { responderID, producedAt, responses, extensions, nonce: readNonce(extensions) }
}

// A version 1 that is written out is not DER, yet some responders write it and every reader takes it.
function checkVersion (element: Element | undefined): void {
  if (element === undefined) return
  const version = readSmallInteger(onlyChild(element, tags.integer, 'version'), 'version') + 1
  if (version !== 1) throw malformed(`OCSP response has version ${version}`, element.start)
}

function readResponderID (element: Element): ResponderID {
  switch (element.tag) {
    case contextTag(1, true): return Object.freeze({ type: 'byName', value: distinguishedName(onlyChild(element, tags.sequence, 'byName')) })
    case contextTag(2, true): return Object.freeze({ type: 'byKey', value: contents(onlyChild(element, tags.octetString, 'byKey')) })
    default: throw malformed(`ResponderID has tag 0x${element.tag.toString(16)},`, element.start)
  }
}

function readNonce (extensions: readonly Extension[]): Buffer | undefined {
  const nonce = extensions.find(({ type }) => type === ocspTypes['id-pkix-ocsp-nonce'])
  return nonce && contents(readWhole(nonce.value, tags.octetString, 'nonce'))
}
