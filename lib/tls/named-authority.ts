import { createHash } from 'node:crypto'
import { writeBitString, writeCertificate, writeObjectIdentifier, writePem, writeSequence, writeTbsCertificate, type Certificate } from '../certificate/index.js'

// ecdsa-with-SHA256 (RFC 5758).
const signatureAlgorithm = writeSequence(writeObjectIdentifier('1.2.840.10045.4.3.2'))

// X25519 (RFC 8410): a kind of key that no signature can be by, so OpenSSL does not even try one.
const subjectPublicKeyInfo = writeSequence(writeSequence(writeObjectIdentifier('1.3.101.110')), writeBitString(Buffer.alloc(32, 9)))

/**
 * A certificate, as PEM, that has nothing of the CA's but its name: its key cannot sign, and nobody signed it.
 *
 * OpenSSL is given these in place of the real ones. It tells clients the names to choose a certificate by, finds no path
 * for anyone, and spares itself the signatures: whom to trust is judged once, by this package. Given the real ones it
 * would check every client a second time; a client of another CA with the same name could then break its handshake, by an
 * error that OpenSSL leaves behind; and Node 24.21 takes the intermediates off every session that OpenSSL finds good.
 */
export function namedAuthority ({ raw, subject, validity }: Certificate): string {
  const content = writeTbsCertificate({
    // Tells CAs of one name apart: sessions are bound to the CAs by these texts.
    serialNumber: Buffer.concat([Buffer.from([1]), createHash('sha256').update(raw).digest().subarray(0, 16)]),
    signatureAlgorithm,
    issuer: subject.raw,
    ...validity,
    subject: subject.raw,
    subjectPublicKeyInfo,
    extensions: []
  })
  return writePem('CERTIFICATE', writeCertificate(content, signatureAlgorithm, Buffer.alloc(8)))
}
