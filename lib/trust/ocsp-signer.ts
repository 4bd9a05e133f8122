import { createHash } from 'node:crypto'
import { extensionTypes, ocspTypes, signatureProblem, type BasicOcspResponse, type Certificate } from '../certificate/index.js'
import { guard, type Broken } from './broken.js'
import { defaultKeyLimits, keyProblem } from './key-strength.js'
import { certificateSignatureProblem } from './signature.js'

/** Whose key signed a response: the issuer's own, or that of one or several certificates of its delegates; or why of none that may. */
export type OcspSigner =
  | { readonly isIssuer: true, readonly delegates: readonly Certificate[] }
  | { readonly isIssuer: false, readonly delegates: readonly Certificate[], readonly problem?: string }

// An honest responder sends one, or two while its certificate is renewed; each costs two signature checks.
const maxDelegates = 4

// A response is given out to whoever asks while it is current: its signature is verified once for each issuer's key.
const remembered = new WeakMap<BasicOcspResponse, Map<string, OcspSigner>>()

/**
 * Who signed a response about certificates of `issuer` (RFC 6960, section 4.2.2.2): the issuer itself, or a delegate whose
 * certificate the issuer signed for this purpose and which was sent along. Asked once, then remembered; so the dates of
 * delegates' certificates, and whether they are revoked, are not looked at.
 */
export function ocspSigner (response: BasicOcspResponse, issuer: Certificate): OcspSigner {
  const known = remembered.get(response) ?? new Map<string, OcspSigner>()
  remembered.set(response, known)
  const name = `${issuer.subjectPublicKeyInfo.toString('latin1')}${issuer.subject.raw.toString('latin1')}`
  const found = known.get(name) ?? find(response, issuer)
  known.set(name, found)
  return found
}

function find (response: BasicOcspResponse, issuer: Certificate): OcspSigner {
  const own = isResponder(issuer, response) ? responseProblem(response, issuer) : { problem: 'it names a signer whose certificate is not sent along' }
  if (own === undefined) return { isIssuer: true, delegates: [] }
  const judged = candidates(response, issuer).map((delegate) => ({ delegate, broken: delegateProblem(delegate, issuer) ?? responseProblem(response, delegate) }))
  const delegates = judged.filter((each) => each.broken === undefined).map((each) => each.delegate)
  return delegates.length > 0 ? { isIssuer: false, delegates } : { isIssuer: false, delegates, problem: (judged[0]?.broken ?? own).problem }
}

// Its own certificate is often sent along, and is no delegate's.
const candidates = (response: BasicOcspResponse, issuer: Certificate): readonly Certificate[] => response.certificates
  .filter((each) => isResponder(each, response) && !each.subjectPublicKeyInfo.equals(issuer.subjectPublicKeyInfo)).slice(0, maxDelegates)

function isResponder (certificate: Certificate, { responderID }: BasicOcspResponse): boolean {
  if (responderID.type === 'byName') return certificate.subject.equals(responderID.value)
  return createHash('sha1').update(certificate.subjectPublicKey).digest().equals(responderID.value)
}

const responseProblem = (response: BasicOcspResponse, signer: Certificate): { readonly problem: string } | undefined => guard(() => {
  const broken = signatureProblem({ algorithm: response.signatureAlgorithm, octets: response.tbsResponseData, signature: response.signature }, signer)
  return broken && { ...broken, problem: broken.problem.replace('of the issuer', 'of the responder that it names') }
})

// RFC 6960, section 4.2.2.2: issued directly by the CA that is identified in the request, and for this purpose by name.
const delegateProblem = (delegate: Certificate, issuer: Certificate): { readonly problem: string } | undefined => guard(() => {
  if (!delegate.issuer.equals(issuer.subject)) return broken('is not issued by the issuer of the certificate that was asked about')
  if (delegate.extendedKeyUsage?.includes('OCSPSigning') !== true) return broken('is not for signing OCSP responses (OCSPSigning)')
  // RFC 5280, section 4.2.1.12: either of the two goes with this purpose.
  const { keyUsage } = delegate
  if (keyUsage !== undefined && !keyUsage.includes('digitalSignature') && !keyUsage.includes('nonRepudiation')) return broken('has a keyUsage without digitalSignature')
  const unheeded = delegate.extensions.find(({ type, critical }) => critical && !heededExtensions.has(type))
  if (unheeded !== undefined) return broken(`has the critical extension ${unheeded.type}, which is not understood here`)
  return notGood(keyProblem(delegate, defaultKeyLimits) ?? certificateSignatureProblem(delegate, issuer))
})

const broken = (problem: string): Broken => ({ rule: 'SIGNATURE', problem: `the certificate of its signer ${problem}` })

const notGood = (problem: Broken | undefined): Broken | undefined => problem && broken(`is not good: ${problem.problem}`)

const heededExtensions: ReadonlySet<string> = new Set([
  extensionTypes.basicConstraints, extensionTypes.keyUsage, extensionTypes.extendedKeyUsage, extensionTypes.subjectAltName, extensionTypes.certificatePolicies,
  ocspTypes['id-pkix-ocsp-nocheck']
])

/** Whether its issuer says that the certificate of a delegate need not be looked up (RFC 6960, section 4.2.2.2.1). */
export const hasNoCheck = (delegate: Certificate): boolean => delegate.extensions.some(({ type }) => type === ocspTypes['id-pkix-ocsp-nocheck'])
