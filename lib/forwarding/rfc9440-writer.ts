/** The fields of RFC 9440, section 2. */
export interface ClientCertFields {
  readonly 'client-cert': string
  /** Not there if there is no certificate above. */
  readonly 'client-cert-chain'?: string
}

/**
 * Writes a client's certificate as RFC 9440 has it.
 * @param certificate DER
 * @param above DER, in the order of the path, without the trust anchor
 */
export function writeClientCertFields (certificate: Buffer, above: readonly Buffer[]): ClientCertFields {
  const field = { 'client-cert': byteSequence(certificate) }
  return above.length === 0 ? field : { ...field, 'client-cert-chain': above.map(byteSequence).join(', ') }
}

/** RFC 9651, section 4.1.8. */
const byteSequence = (bytes: Buffer): string => `:${bytes.toString('base64')}:`
