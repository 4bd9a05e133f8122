import type { KeyObject } from 'node:crypto'
import { AuthorityError } from '../errors.js'
import type { DistinguishedName, GeneralNameText } from '../certificate/index.js'
import type { AlternativeNamePatterns, SubjectPatterns } from './issuance-policy.js'
import { matches, type Pattern } from './pattern.js'
import { attributeType } from './policy-check.js'

/** Refuses a key of another kind. */
export function permitKeyType (key: KeyObject, permitted: readonly string[]): void {
  const type = typeOf(key)
  if (!permitted.includes(type)) throw new AuthorityError(`the key of the request is ${type}, and the policy permits ${permitted.join(', ')}`)
}

const curves: Readonly<Record<string, string>> = { prime256v1: 'ec-p256', secp384r1: 'ec-p384', secp521r1: 'ec-p521' }

function typeOf ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  switch (asymmetricKeyType) {
    case 'ec': return curves[asymmetricKeyDetails!.namedCurve!]
    case 'rsa': return `rsa-${asymmetricKeyDetails!.modulusLength}`
    default: return asymmetricKeyType as string
  }
}

/** Refuses a subject that has not exactly these attributes, each once, and each as its pattern wants it. */
export function permitSubject (subject: DistinguishedName, patterns: SubjectPatterns): void {
  const left = new Map(Object.entries<Pattern>(patterns as Record<string, Pattern>).map(([key, pattern]) => [attributeType(key), { key, pattern }]))
  const seen = new Set<string>()
  for (const { type, name, value } of subject.attributes) {
    if (seen.has(type)) throw new AuthorityError(`subject: ${name} stands twice`)
    const wanted = left.get(type)
    if (wanted === undefined) throw new AuthorityError(`subject: ${name} ${JSON.stringify(value)} is not of the attributes that the policy permits`)
    if (!matches(wanted.pattern, value)) throw new AuthorityError(`subject: ${name} ${JSON.stringify(value)} does not match the policy`)
    left.delete(type)
    seen.add(type)
  }
  const missing = [...left.values()].map(({ key }) => key)
  if (missing.length > 0) throw new AuthorityError(`subject has no ${missing.join(', no ')}, which the policy asks for`)
}

/** Refuses an alternative name of a type without a pattern, or that does not match. */
export function permitName ({ type, value }: GeneralNameText, patterns: AlternativeNamePatterns): void {
  const pattern = type === 'directoryName' ? undefined : patterns[type]
  const shown = `subjectAltName ${type} ${JSON.stringify(value)}`
  if (pattern === undefined) throw new AuthorityError(`${shown} is of a type that the policy does not permit`)
  if (!matches(pattern, value as string)) throw new AuthorityError(`${shown} does not match the policy`)
}
