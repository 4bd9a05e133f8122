import { AuthorityError } from '../errors.js'
import { attributeTypes, DistinguishedName, type AttributeName } from '../certificate/index.js'
import type { AlternativeNamePatterns, IssuancePolicy, SubjectPatterns } from './issuance-policy.js'
import { keyTypes, type KeyType } from './key-type.js'
import { refuseUnknown } from './known-options.js'
import { checkPattern } from './pattern.js'

const policyKeys = ['subject', 'subjectAltName', 'keyTypes', 'predicate']

const nameTypes: ReadonlyArray<keyof AlternativeNamePatterns> = [
  'rfc822Name', 'dNSName', 'uniformResourceIdentifier', 'iPAddress', 'registeredID', 'userPrincipalName', 'smtpUTF8Mailbox'
]

/**
 * Refuses a policy that could mean something else than its owner thinks.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: names the key, and what is wrong with it
 */
export function checkPolicy (policy: IssuancePolicy): void {
  if (!isObject(policy)) throw new AuthorityError("policy is missing: it says what a request may get, as { subject: 'requested', subjectAltName: 'requested' }")
  refuseUnknown(policy, policyKeys)
  const { subject, subjectAltName, keyTypes: types, predicate } = policy
  checkSubject(subject)
  if (subjectAltName !== undefined) checkAlternativeNames(subjectAltName)
  if (types !== undefined) checkKeyTypes(types)
  if (predicate !== undefined && typeof predicate !== 'function') throw new AuthorityError('policy.predicate is no function')
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

export const isSubjectPatterns = (subject: IssuancePolicy['subject']): subject is SubjectPatterns =>
  typeof subject === 'object' && !Array.isArray(subject) && !(subject instanceof DistinguishedName)

function checkSubject (subject: IssuancePolicy['subject']): void {
  if (typeof subject !== 'string' && !isObject(subject)) throw new AuthorityError("policy.subject is neither a name, nor patterns of its attributes, nor 'requested'")
  if (!isSubjectPatterns(subject)) return
  const types = Object.keys(subject).map(attributeType)
  if (types.length === 0) throw new AuthorityError('policy.subject has no patterns')
  if (new Set(types).size < types.length) throw new AuthorityError('policy.subject has two patterns for one attribute')
  for (const [key, pattern] of Object.entries(subject)) checkPattern(pattern, `policy.subject.${key}`)
}

/** The dotted type of an attribute that a pattern is for. */
export function attributeType (key: string): string {
  if (Object.hasOwn(attributeTypes, key)) return attributeTypes[key as AttributeName]
  if (!/^\d+(?:\.\d+)+$/.test(key)) throw new AuthorityError(`policy.subject: ${JSON.stringify(key)} is neither the name of an attribute, as commonName, nor its dotted type`)
  return key
}

function checkAlternativeNames (names: NonNullable<IssuancePolicy['subjectAltName']>): void {
  if (names === 'requested' || Array.isArray(names)) return
  if (!isObject(names)) throw new AuthorityError("policy.subjectAltName is neither a list of names, nor patterns by type, nor 'requested'")
  for (const [type, pattern] of Object.entries(names)) {
    if (!(nameTypes as readonly string[]).includes(type)) throw new AuthorityError(`policy.subjectAltName: there are no patterns for ${JSON.stringify(type)}, but for ${nameTypes.join(', ')}`)
    checkPattern(pattern, `policy.subjectAltName.${type}`)
  }
}

function checkKeyTypes (types: readonly KeyType[]): void {
  if (!Array.isArray(types) || types.length === 0) throw new AuthorityError('policy.keyTypes is no list of key types')
  const unknown = types.find((type) => !keyTypes.includes(type))
  if (unknown !== undefined) throw new AuthorityError(`policy.keyTypes: ${JSON.stringify(unknown)} is none of ${keyTypes.join(', ')}`)
}
