import { createPublicKey } from 'node:crypto'
import { AuthorityError } from '../errors.js'
import type { Certificate, DistinguishedName } from '../certificate/index.js'

/** Who a new certificate is for. */
export interface Applicant {
  readonly subject: DistinguishedName
  readonly subjectPublicKeyInfo: Buffer
}

/**
 * Sees that a new certificate has neither the name nor the key of an authority above it: it would pass for the authority where only one
 * of them is compared, as the issuer of a CRL is by its name. The key is compared as a key, for it can be encoded in several ways.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY
 */
export function checkIsAnother ({ subject, subjectPublicKeyInfo }: Applicant, authorities: readonly Certificate[]): void {
  const publicKey = createPublicKey({ key: subjectPublicKeyInfo, format: 'der', type: 'spki' })
  for (const authority of authorities) {
    if (subject.equals(authority.subject)) throw new AuthorityError(`subject is the name of the authority ${authority.subject}: give the certificate another name`)
    if (publicKey.equals(authority.publicKey)) throw new AuthorityError(`the key is that of the authority ${authority.subject}: make a new key for the certificate`)
  }
}
