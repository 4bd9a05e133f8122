import type { Certificate } from 'fastify-client-certificate'

/** Who calls, as plain text. The subject is in the form of RFC 4514, in which no character can forge a line. */
export function callerText (certificate: Certificate, isCurrent: boolean): string {
  const { notBefore, notAfter } = certificate.validity
  return [
    'Client cert received',
    `Name: ${certificate.subject}`,
    `Valid dates: ${notBefore.toISOString()} to ${notAfter.toISOString()}`,
    isCurrent ? 'The certificate is valid' : 'The certificate is not current',
    ''
  ].join('\n')
}

export const nobodyText = 'No valid client certificate was sent\n'
