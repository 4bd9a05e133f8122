import { writeBitString, writeDistinguishedName, writeObjectIdentifier, writePem, writeSequence, writeTime } from '../certificate/index.js'

/**
 * Whether this Node reads the client's certificate for itself as soon as OpenSSL finds its path good. That reading takes
 * the intermediates off the session, so that nobody after it sees them: Node 24 from 24.21 on.
 */
export const nodeSpoilsChains = (version: string): boolean => /^24\.(?:2[1-9]|[3-9]\d)\./.test(version)

/**
 * A certificate list (RFC 5280, section 5.1) of nobody, empty, and signed by nobody. With any list at all OpenSSL wants
 * one for every certificate, finds the path wanting, and Node then leaves the certificates alone. It costs nothing:
 * what OpenSSL thinks of a path is not what this package goes by.
 */
export function nobodysList (): string {
  const algorithm = writeSequence(writeObjectIdentifier('1.2.840.10045.4.3.2'))
  const issuer = writeDistinguishedName([[['commonName', 'nobody']]])
  const content = writeSequence(algorithm, issuer, writeTime(new Date(0)))
  return writePem('X509 CRL', writeSequence(content, algorithm, writeBitString(Buffer.alloc(8))))
}
