/** What a reading that fails throws. */
export const malformed = (message: string | RegExp) => ({ name: 'ForwardedCertificateError', code: 'ERR_FORWARDED_CERTIFICATE', message })
