/** Object identifiers of PKCS #12 (RFC 7292) and of the PKCS #7 and #9 beneath it, in dotted form. */

/** RFC 2315, section 14. */
export const contentTypes = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6'
} as const

/** RFC 7292, section 4.2. */
export const bagTypes = {
  key: '1.2.840.113549.1.12.10.1.1',
  pkcs8ShroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  safeContents: '1.2.840.113549.1.12.10.1.6'
} as const

/** RFC 2985, sections 5.5 and 5.6, and Java's mark of a certificate that is trusted. */
export const bagAttributeTypes = {
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  trustedKeyUsage: '2.16.840.1.113894.746875.1.1'
} as const

export const x509Certificate = '1.2.840.113549.1.9.22.1'
