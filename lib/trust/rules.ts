import { extensionTypes, keyPurposes, type Certificate, type KeyUsage } from '../certificate/index.js'
import type { Broken } from './broken.js'
import type { Circumstances, Purpose } from './circumstances.js'
import { anchorProblem } from './conformity.js'
import { keyProblem } from './key-strength.js'
import { noRevAvailProblem } from './no-revocation.js'

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
  extensionTypes.nameConstraints,
  extensionTypes.certificatePolicies,
  extensionTypes.policyMappings,
  extensionTypes.policyConstraints,
  extensionTypes.inhibitAnyPolicy
])

/** What is wrong with the first certificate of a path, its issuer aside. */
export function leafProblem (leaf: Certificate, circumstances: Circumstances): Broken | undefined {
  return (circumstances.whenLeafNotCurrent === 'accept' ? undefined : dateProblem(leaf, circumstances.at)) ??
    noRevAvailProblem(leaf) ??
    extensionProblem(leaf, circumstances) ??
    misplacedConstraints(leaf) ??
    subjectProblem(leaf) ??
    keyProblem(leaf, circumstances) ??
    leafKeyUsageProblem(leaf, circumstances.purpose) ??
    leafPurposeProblem(leaf, circumstances)
}

/**
 * What keeps `issuer` from standing above `below`, the path so far from the leaf on; signatures, names and what they are
 * constrained to aside. A trust anchor may be a root of version 1, which has no extensions to say that it is a CA: its
 * owner says so.
 */
export function issuerProblem (issuer: Certificate, below: readonly Certificate[], isAnchor: boolean, circumstances: Circumstances): Broken | undefined {
  return authorityProblem(issuer, isAnchor) ??
    noRevAvailProblem(issuer) ??
    extensionProblem(issuer, circumstances) ??
    keyProblem(issuer, circumstances) ??
    purposeProblem(issuer, circumstances.purpose, true) ??
    pathLengthProblem(issuer, below) ??
    intermediatesProblem(issuer, below, isAnchor, circumstances) ??
    dateProblem(issuer, circumstances.at) ??
    (isAnchor && circumstances.whenNotConforming !== 'accept' ? anchorProblem(issuer) : undefined)
}

function dateProblem (certificate: Certificate, at: Date): Broken | undefined {
  if (certificate.isValidAt(at)) return undefined
  const { notBefore, notAfter } = certificate.validity
  return at < notBefore
    ? { rule: 'NOT_YET_VALID', problem: `the certificate is not valid before ${notBefore.toISOString()}` }
    : { rule: 'EXPIRED', problem: `the certificate expired at ${notAfter.toISOString()}` }
}

function extensionProblem (certificate: Certificate, { status }: Circumstances): Broken | undefined {
  const unheeded = certificate.extensions.find(({ critical, type }) =>
    critical && !heededExtensions.has(type) && (type !== extensionTypes.cRLDistributionPoints || status === undefined))
  return unheeded && { rule: 'CRITICAL_EXTENSION', problem: `the critical extension ${unheeded.type} is not understood here` }
}

// RFC 5280, section 4.2.1.10: they "MUST be used only in a CA certificate".
function misplacedConstraints ({ extensions, basicConstraints }: Certificate): Broken | undefined {
  if (basicConstraints?.cA === true || extensions.every(({ type }) => type !== extensionTypes.nameConstraints)) return undefined
  return { rule: 'MALFORMED', problem: 'the certificate has name constraints, but is not of a CA' }
}

// RFC 5280, section 4.1.2.6: who has no subject is named by a critical subjectAltName, or is nobody.
function subjectProblem (leaf: Certificate): Broken | undefined {
  if (leaf.subject.attributes.length > 0) return undefined
  // An empty list is two octets; names are decoded later.
  if (leaf.extensions.some(({ type, critical, value }) => type === extensionTypes.subjectAltName && critical && value.length > 2)) return undefined
  return { rule: 'MALFORMED', problem: 'the subject is empty and there is no critical subjectAltName' }
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

function leafPurposeProblem (leaf: Certificate, { purpose, whenAnyExtendedKeyUsage, whenNoExtendedKeyUsage }: Circumstances): Broken | undefined {
  if (leaf.extendedKeyUsage !== undefined || purpose === 'any' || whenNoExtendedKeyUsage === 'accept') return purposeProblem(leaf, purpose, whenAnyExtendedKeyUsage === 'accept')
  return { rule: 'EXTENDED_KEY_USAGE', problem: `there is no extendedKeyUsage, and so none that includes ${purpose} (${keyPurposes[purpose]})` }
}

/** An absent extended key usage restricts nothing. */
function purposeProblem (certificate: Certificate, purpose: Purpose, anyWillDo: boolean): Broken | undefined {
  const allowed = certificate.extendedKeyUsage
  if (purpose === 'any' || allowed === undefined || allowed.includes(purpose)) return undefined
  if (anyWillDo && allowed.includes('anyExtendedKeyUsage')) return undefined
  return { rule: 'EXTENDED_KEY_USAGE', problem: `the extendedKeyUsage does not include ${purpose} (${keyPurposes[purpose]})` }
}

// RFC 5280, section 4.2.1.9: self-issued intermediates do not count, and neither does the leaf.
const lengthOf = (intermediates: readonly Certificate[]): number => intermediates.filter((certificate) => !certificate.isSelfIssued).length

function pathLengthProblem (issuer: Certificate, below: readonly Certificate[]): Broken | undefined {
  const limit = issuer.basicConstraints?.pathLenConstraint
  if (limit === undefined) return undefined
  const length = lengthOf(below.slice(1))
  return length <= limit ? undefined : { rule: 'PATH_LENGTH', problem: `the CA allows a path length of ${limit}, and here it is ${length}` }
}

function intermediatesProblem (issuer: Certificate, below: readonly Certificate[], isAnchor: boolean, { maxPathLength }: Circumstances): Broken | undefined {
  if (isAnchor || maxPathLength === Infinity) return undefined
  const length = lengthOf([...below.slice(1), issuer])
  return length <= maxPathLength ? undefined : { rule: 'PATH_LENGTH', problem: `a path length of at most ${maxPathLength} is asked for, and here it is ${length}` }
}
