import { encoding, expect, Fields, readObjectIdentifier, readWhole, tags, type Element } from './der.js'

/** AlgorithmIdentifier of RFC 5280, section 4.1.1.2. */
export interface AlgorithmIdentifier {
  /** Dotted. */
  readonly algorithm: string
  /** The DER of the parameters, where there are any. */
  readonly parameters: Buffer | undefined
}

export function algorithmIdentifier (element: Element): AlgorithmIdentifier {
  const fields = new Fields(expect(element, tags.sequence, 'AlgorithmIdentifier'), 'AlgorithmIdentifier')
  const algorithm = readObjectIdentifier(fields.take(tags.objectIdentifier, 'algorithm'))
  const parameters = fields.hasMore ? encoding(fields.takeAny('parameters')) : undefined
  fields.end()
  return Object.freeze({ algorithm, parameters })
}

/** @throws CertificateError ERR_CERTIFICATE_MALFORMED */
export const readAlgorithmIdentifier = (der: Buffer): AlgorithmIdentifier =>
  algorithmIdentifier(readWhole(der, tags.sequence, 'AlgorithmIdentifier'))
