import type { KeyObject } from 'node:crypto'
import { readCertificationRequest, subjectAltNameExtension, writeDistinguishedName, writeSequence, type AttributeText, type CertificationRequest, type Extension, type GeneralNameText } from '../../lib/certificate/index.js'
import { extensionRequest, rawRequest, type RawRequestFields } from '../certificate/raw-request.js'

export interface Asked extends Omit<RawRequestFields, 'subject' | 'attributes'> {
  /** A text is the common name; the empty text is the empty name. */
  subject?: string | readonly AttributeText[] | Buffer
  names?: readonly GeneralNameText[]
  extensions?: readonly Extension[]
  keys?: { readonly publicKey: KeyObject, readonly privateKey: KeyObject }
  /** Attributes beside the request for extensions. */
  others?: readonly Buffer[]
}

/** A request that its key signed, also such as no honest requester would make. */
export function requestFrom ({ subject = 'alice', names, extensions = [], keys, others = [], ...fields }: Asked = {}): CertificationRequest {
  const asked = [...(names === undefined ? [] : [subjectAltNameExtension(names)]), ...extensions]
  return readCertificationRequest(rawRequest({
    subject: nameOf(subject),
    attributes: [...(asked.length === 0 ? [] : [extensionRequest(...asked)]), ...others],
    ...(keys && { privateKey: keys.privateKey, subjectPublicKeyInfo: keys.publicKey.export({ type: 'spki', format: 'der' }) }),
    ...fields
  }))
}

function nameOf (subject: string | readonly AttributeText[] | Buffer): Buffer {
  if (Buffer.isBuffer(subject)) return subject
  if (subject === '') return writeSequence()
  if (typeof subject === 'string') return writeDistinguishedName([[['commonName', subject]]])
  return writeDistinguishedName((subject as readonly AttributeText[]).map((attribute) => [attribute]))
}

export const asRequested = { subject: 'requested', subjectAltName: 'requested' } as const
