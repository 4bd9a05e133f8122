import { write, writeInteger, writeObjectIdentifier, writeSequence, writeSet } from '../../lib/certificate/der-writer.js'
import { contentInfo } from './pfx.js'

const signedData = '1.2.840.113549.1.7.2'

/** A PKCS #7 of these certificates, as `openssl crl2pkcs7 -nocrl` writes it. */
export const pkcs7 = (certificates: readonly Uint8Array[], type = signedData): Buffer => contentInfo(type, writeSequence(
  writeInteger(1), writeSet(), writeSequence(writeObjectIdentifier('1.2.840.113549.1.7.1')),
  ...(certificates.length === 0 ? [] : [write(0xa0, ...certificates)]), writeSet()))
