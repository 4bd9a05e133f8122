import { accessMethods, certificateListExtensionTypes, extensionTypes, ocspTypes, type Certificate } from '../certificate/index.js'
import type { Broken } from './broken.js'

/** RFC 9608: certificates of which their issuer publishes no revocation, and how such a certificate must look. */

const noRevAvail = '2.5.29.56'

// Section 2: the value is NULL.
const nullValue = Buffer.from([5, 0])

const pointers = { cRLDistributionPoints: extensionTypes.cRLDistributionPoints, freshestCRL: certificateListExtensionTypes.freshestCRL }

const has = ({ extensions }: Certificate, wanted: string): boolean => extensions.some(({ type }) => type === wanted)

const isAuthority = ({ basicConstraints }: Certificate): boolean => basicConstraints?.cA === true

/**
 * Whether the status of the certificate is not asked (section 4): its issuer says that it is never revoked (noRevAvail), or that
 * nobody need ask (id-pkix-ocsp-nocheck). Never of a CA.
 */
export const isStatusSkipped = (certificate: Certificate): boolean => !isAuthority(certificate) &&
  (has(certificate, noRevAvail) || has(certificate, ocspTypes['id-pkix-ocsp-nocheck']))

/** What makes a certificate with noRevAvail invalid (sections 2 and 3), however the rest of it is judged. */
export function noRevAvailProblem (certificate: Certificate): Broken | undefined {
  const extension = certificate.extensions.find(({ type }) => type === noRevAvail)
  const problem = extension && (formProblem(extension) ?? companyProblem(certificate))
  return problem === undefined ? undefined : { rule: 'MALFORMED', problem: `${problem}, which RFC 9608 does not allow` }
}

function formProblem ({ critical, value }: Certificate['extensions'][number]): string | undefined {
  if (critical) return 'the extension noRevAvail is critical'
  return value.equals(nullValue) ? undefined : 'the value of the extension noRevAvail is not NULL'
}

/** What says that there is revocation after all, or asks for it. */
function companyProblem (certificate: Certificate): string | undefined {
  if (isAuthority(certificate)) return 'a CA certificate has the extension noRevAvail'
  const pointer = Object.entries(pointers).find(([, type]) => has(certificate, type))?.[0] ?? responderOf(certificate)
  return pointer && `the certificate has both noRevAvail and ${pointer}`
}

const responderOf = ({ authorityInfoAccess }: Certificate): string | undefined =>
  authorityInfoAccess.some(({ accessMethod }) => accessMethod === accessMethods.ocsp) ? 'the URL of an OCSP responder' : undefined
