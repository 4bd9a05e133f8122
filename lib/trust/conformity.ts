import { extensionTypes, type Certificate } from '../certificate/index.js'
import { shortened } from '../errors.js'
import type { Broken } from './broken.js'
import { endsWithNumber, readHostPattern } from './domain-name.js'

/**
 * What RFC 5280, section 4, asks of those who issue certificates, though the algorithm of its section 6 does not look at it.
 * Certificates of version 1 have no extensions to be asked for.
 */

const notConforming = (problem: string): Broken => ({ rule: 'MALFORMED', problem })

// Section 4.2.1.6: "preferred name syntax" is letters, digits and hyphens; and an address is an iPAddress.
export function nameSyntaxProblem ({ subjectAltName }: Certificate): Broken | undefined {
  for (const name of subjectAltName) {
    if (name.type === 'dNSName' && !isHostName(name.value)) return notConforming(`the dNSName ${shortened(name.value)} is no host name`)
  }
  return undefined
}

function isHostName (text: string): boolean {
  const pattern = readHostPattern(text)
  return pattern !== undefined && !pattern.domain.includes('_') && !endsWithNumber(pattern.domain)
}

// Sections 4.2.1.6 and 4.2.1.7: there "MUST be at least one entry". An empty one names nobody.
export function emptyNamesProblem ({ extensions, subjectAltName, issuerAltName }: Certificate): Broken | undefined {
  const isEmpty = (type: string, names: readonly unknown[]) => names.length === 0 && extensions.some((each) => each.type === type)
  if (isEmpty(extensionTypes.subjectAltName, subjectAltName)) return notConforming('the subjectAltName is empty')
  if (isEmpty(extensionTypes.issuerAltName, issuerAltName)) return notConforming('the issuerAltName is empty')
  return undefined
}

// Section 4.2.1.9. An intermediate's may be not critical in the suites of NIST, which are older.
export function anchorProblem (anchor: Certificate): Broken | undefined {
  const found = anchor.extensions.find(({ type }) => type === extensionTypes.basicConstraints)
  return found === undefined || found.critical ? undefined : notConforming('the basicConstraints of the trust anchor are not critical')
}

// Sections 4.2.1.1 and 4.2.1.2: who is issued says by which key, and who issues says which it is. Where neither does, the
// names alone lead on; one without the other is left over from another certificate, or from one that was changed.
export function keyIdentifierProblem (certificate: Certificate, issuer: Certificate): Broken | undefined {
  if (certificate.version < 3 || issuer.version < 3) return undefined
  const named = certificate.issuerKeyIdentifier
  if (named === undefined && issuer.subjectKeyIdentifier !== undefined) return notConforming('there is no authorityKeyIdentifier, and the issuer has a subjectKeyIdentifier')
  if (named !== undefined && issuer.subjectKeyIdentifier === undefined) return notConforming('the authorityKeyIdentifier names a key, and the issuer has no subjectKeyIdentifier')
  return undefined
}
