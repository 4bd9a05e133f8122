import { extensionTypes, keyPurposes, rsaKeyBits, type Certificate, type KeyUsage } from '../certificate/index.js'
import type { Broken } from './broken.js'

/** What the leaf is to be used for; `any` asks for nothing. */
export type Purpose = 'clientAuth' | 'serverAuth' | 'any'

/** The instant and the purpose that a path is judged for. */
export interface Circumstances {
  readonly at: Date
  readonly purpose: Purpose
  /** What becomes of a leaf outside its validity period. */
  readonly whenLeafNotCurrent: 'reject' | 'accept'
}

// NIST SP 800-57 part 1, table 2: below 2048 bits an RSA key has less than 112 bits of strength.
const minRsaBits = 2048

const rsaKeyTypes: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10'])

// RFC 5280, section 4.2.1.12. Both sides sign in TLS 1.3; a server's key may also decrypt or agree on keys in TLS 1.2.
const fittingKeyUsages: Readonly<Record<Purpose, readonly KeyUsage[]>> = {
  clientAuth: ['digitalSignature', 'keyAgreement'],
  serverAuth: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  any: []
}

/** What this module and the builder of paths heed; any other critical extension refuses the certificate (RFC 5280, section 4.2). */
const heededExtensions: ReadonlySet<string> = new Set([
  extensionTypes.basicConstraints,
  extensionTypes.keyUsage,
  extensionTypes.extendedKeyUsage,
  extensionTypes.subjectAltName,
  // Says under which policies a certificate was issued; it restricts nothing while no policy is asked for.
  extensionTypes.certificatePolicies
])

/** What is wrong with the first certificate of a path, its issuer aside. */
export function leafProblem (leaf: Certificate, { at, purpose, whenLeafNotCurrent }: Circumstances): Broken | undefined {
  return (whenLeafNotCurrent === 'accept' ? undefined : dateProblem(leaf, at)) ??
    extensionProblem(leaf) ??
    constraintProblem(leaf) ??
    subjectProblem(leaf) ??
    keyProblem(leaf) ??
    leafKeyUsageProblem(leaf, purpose) ??
    purposeProblem(leaf, purpose, false)
}

/**
 * What keeps `issuer` from standing above `below`, the path so far from the leaf on; signatures and names aside.
 * A trust anchor may be a root of version 1, which has no extensions to say that it is a CA: its owner says so.
 */
export function issuerProblem (issuer: Certificate, below: readonly Certificate[], isAnchor: boolean, { at, purpose }: Circumstances): Broken | undefined {
  return authorityProblem(issuer, isAnchor) ??
    extensionProblem(issuer) ??
    constraintProblem(issuer) ??
    keyProblem(issuer) ??
    purposeProblem(issuer, purpose, true) ??
    pathLengthProblem(issuer, below) ??
    dateProblem(issuer, at)
}

function dateProblem (certificate: Certificate, at: Date): Broken | undefined {
  if (certificate.isValidAt(at)) return undefined
  const { notBefore, notAfter } = certificate.validity
  return at < notBefore
    ? { rule: 'NOT_YET_VALID', problem: `the certificate is not valid before ${notBefore.toISOString()}` }
    : { rule: 'EXPIRED', problem: `the certificate expired at ${notAfter.toISOString()}` }
}

function extensionProblem (certificate: Certificate): Broken | undefined {
  const unheeded = certificate.extensions.find((extension) => extension.critical && !heededExtensions.has(extension.type))
  return unheeded && { rule: 'CRITICAL_EXTENSION', problem: `the critical extension ${unheeded.type} is not understood here` }
}

// Constraints that are not evaluated must not pass for kept, whether or not they are marked critical as RFC 5280 asks.
// In the certificate of no CA they have no place at all.
function constraintProblem ({ nameConstraints, policyConstraints, inhibitAnyPolicy }: Certificate): Broken | undefined {
  if (nameConstraints === undefined && policyConstraints === undefined && inhibitAnyPolicy === undefined) return undefined
  return { rule: 'CRITICAL_EXTENSION', problem: 'name constraints and policy constraints are not evaluated here' }
}

// RFC 5280, section 4.1.2.6: who has no subject is named by a critical subjectAltName, or is nobody.
function subjectProblem (leaf: Certificate): Broken | undefined {
  if (leaf.subject.attributes.length > 0) return undefined
  if (leaf.extensions.some(({ type, critical }) => type === extensionTypes.subjectAltName && critical)) return undefined
  return { rule: 'MALFORMED', problem: 'the subject is empty and there is no critical subjectAltName' }
}

function keyProblem (certificate: Certificate): Broken | undefined {
  if (!rsaKeyTypes.has(certificate.publicKeyAlgorithm.algorithm)) return undefined
  const bits = rsaKeyBits(certificate.subjectPublicKey)
  return bits >= minRsaBits ? undefined : { rule: 'WEAK_KEY', problem: `the RSA key has ${bits} bits, fewer than ${minRsaBits}` }
}

function authorityProblem (issuer: Certificate, isAnchor: boolean): Broken | undefined {
  if (isAnchor && issuer.version < 3 && issuer.isSelfIssued) return undefined
  if (issuer.basicConstraints?.cA !== true) return { rule: 'NOT_A_CA', problem: 'the issuer is not a CA by its basicConstraints' }
  if (issuer.keyUsage === undefined || issuer.keyUsage.includes('keyCertSign')) return undefined
  return { rule: 'KEY_USAGE', problem: 'the issuer\'s keyUsage does not include keyCertSign' }
}

function leafKeyUsageProblem (leaf: Certificate, purpose: Purpose): Broken | undefined {
  const { keyUsage } = leaf
  if (keyUsage === undefined) return undefined
  // RFC 5280, section 4.2.1.9: only a CA may say that it signs certificates.
  if (keyUsage.includes('keyCertSign') && leaf.basicConstraints?.cA !== true) {
    return { rule: 'KEY_USAGE', problem: 'the keyUsage includes keyCertSign, but the certificate is not of a CA' }
  }
  const fitting = fittingKeyUsages[purpose]
  if (fitting.length === 0 || fitting.some((usage) => keyUsage.includes(usage))) return undefined
  return { rule: 'KEY_USAGE', problem: `the keyUsage includes none of ${fitting.join(', ')}` }
}

/** An absent extended key usage restricts nothing; `anyExtendedKeyUsage` is enough for a CA, but a leaf has to name the purpose. */
function purposeProblem (certificate: Certificate, purpose: Purpose, anyWillDo: boolean): Broken | undefined {
  const allowed = certificate.extendedKeyUsage
  if (purpose === 'any' || allowed === undefined || allowed.includes(purpose)) return undefined
  if (anyWillDo && allowed.includes('anyExtendedKeyUsage')) return undefined
  return { rule: 'EXTENDED_KEY_USAGE', problem: `the extendedKeyUsage does not include ${purpose} (${keyPurposes[purpose]})` }
}

// RFC 5280, section 4.2.1.9: self-issued intermediates do not count, and neither does the leaf.
function pathLengthProblem (issuer: Certificate, below: readonly Certificate[]): Broken | undefined {
  const limit = issuer.basicConstraints?.pathLenConstraint
  if (limit === undefined) return undefined
  const count = below.slice(1).filter((certificate) => !certificate.isSelfIssued).length
  return count <= limit ? undefined : { rule: 'PATH_LENGTH', problem: `the CA allows a path length of ${limit}, and here it is ${count}` }
}
