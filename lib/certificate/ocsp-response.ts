import { CertificateError } from '../errors.js'
import { asBuffer, contents, contextTag, Fields, malformed, onlyChild, readObjectIdentifier, readWhole, tags, type Element } from './der.js'
import { readBasicResponse, type BasicOcspResponse } from './ocsp-basic-response.js'
import { ocspTypes } from './ocsp-object-identifiers.js'

/** Whether a responder answers, or why not (RFC 6960, section 4.2.1). Only `successful` comes with an answer, and only that is signed. */
export type OcspResponseStatus = 'successful' | 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized'

// Far more than one answer and the certificates of its signer take, which are some thousand.
export const maxOcspResponseOctets = 65_536

/**
 * A response of an OCSP responder as its octets say it (RFC 6960, section 4.2): well formed, and nothing more. Whether it
 * is genuine and current, and of which certificate it tells, is not decided here. Immutable, as a certificate.
 */
export class OcspResponse {
  /** The DER; its octets are not to be changed. */
  readonly raw: Buffer
  readonly responseStatus: OcspResponseStatus
  /** The answer; `undefined` unless `responseStatus` is `successful`. */
  readonly basicResponse: BasicOcspResponse | undefined

  /** @internal Responses come from `readOcspResponse`. */
  constructor (raw: Buffer, responseStatus: OcspResponseStatus, basicResponse: BasicOcspResponse | undefined) {
    this.raw = raw
    this.responseStatus = responseStatus
    this.basicResponse = basicResponse
    Object.freeze(this)
  }

  /** What a log may say of a response. */
  toJSON () {
    const { basicResponse } = this
    return {
      responseStatus: this.responseStatus,
      producedAt: basicResponse?.producedAt.toISOString(),
      responses: basicResponse?.responses.map(({ certID, certStatus, thisUpdate, nextUpdate }) =>
        ({ serialNumber: certID.serialNumber, certStatus, thisUpdate: thisUpdate.toISOString(), nextUpdate: nextUpdate?.toISOString() }))
    }
  }
}

/**
 * Reads one OCSP response from DER. The form of the whole is checked here, so that no property of the result throws. The
 * result is not verified in any way. The octets are kept, not copied, and not to be changed any more.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: broken DER, more than 65,536 octets, what RFC 6960 does not allow, a
 * NUL in a name; ERR_CERTIFICATE_UNSUPPORTED: an answer that is no BasicOCSPResponse, or an object identifier of more than 128 octets
 */
export function readOcspResponse (der: Uint8Array): OcspResponse {
  if (der.length > maxOcspResponseOctets) throw malformed(`OCSP response has ${der.length} octets, more than ${maxOcspResponseOctets}`)
  const raw = asBuffer(der)
  const fields = new Fields(readWhole(raw, tags.sequence, 'OCSPResponse'), 'OCSPResponse')
  const responseStatus = readResponseStatus(fields.take(tags.enumerated, 'responseStatus'))
  const responseBytes = responseStatus === 'successful' ? fields.take(contextTag(0, true), 'responseBytes') : undefined
  fields.end()
  return new OcspResponse(raw, responseStatus, responseBytes && readResponseBytes(responseBytes))
}

// 4 is not used.
const responseStatuses: ReadonlyMap<number, OcspResponseStatus> = new Map([
  [0, 'successful'], [1, 'malformedRequest'], [2, 'internalError'], [3, 'tryLater'], [5, 'sigRequired'], [6, 'unauthorized']
])

function readResponseStatus ({ octets, from, end, start }: Element): OcspResponseStatus {
  const status = end - from === 1 ? responseStatuses.get(octets[from]) : undefined
  if (status === undefined) throw malformed('responseStatus is none of RFC 6960', start)
  return status
}

function readResponseBytes (element: Element): BasicOcspResponse {
  const fields = new Fields(onlyChild(element, tags.sequence, 'ResponseBytes'), 'ResponseBytes')
  const responseType = readObjectIdentifier(fields.take(tags.objectIdentifier, 'responseType'))
  const response = contents(fields.take(tags.octetString, 'response'))
  fields.end()
  if (responseType !== ocspTypes['id-pkix-ocsp-basic']) throw new CertificateError('UNSUPPORTED', `the OCSP response is of type ${responseType}, not id-pkix-ocsp-basic`)
  return readBasicResponse(response)
}
