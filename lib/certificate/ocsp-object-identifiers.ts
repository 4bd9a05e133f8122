/** Object identifiers of OCSP (RFC 6960, section 4; RFC 9654), in dotted form, under the names that the RFCs give them. */
export const ocspTypes = {
  'id-pkix-ocsp-basic': '1.3.6.1.5.5.7.48.1.1',
  'id-pkix-ocsp-nonce': '1.3.6.1.5.5.7.48.1.2',
  'id-pkix-ocsp-nocheck': '1.3.6.1.5.5.7.48.1.5'
} as const
