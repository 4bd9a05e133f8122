import { keyPurposes, type Certificate } from '../certificate/index.js'
import { didYouMean } from './near-miss.js'
import { isDotted, readDotted } from './object-identifier.js'
import { refusal, type Place } from './place.js'
import type { Rule } from './rule.js'
import { readText, readTexts } from './shape.js'

export function readExtendedKeyUsage (value: unknown, place: Place): Rule<Certificate> {
  const wanted = readTexts(value, place, readPurpose)
  const isWanted = (purpose: string) => wanted.has(purpose)
  return {
    evaluate: (certificate) => certificate.extendedKeyUsage?.some(isWanted) === true ? 'match' : 'mismatch',
    explain: (certificate) => `${place.key} does not match: the certificate ${certificate.extendedKeyUsage === undefined ? 'has no such extension' : 'is for other purposes'}`
  }
}

const purposeNames = Object.keys(keyPurposes)
const nameOf: ReadonlyMap<string, string> = new Map(Object.entries(keyPurposes).map(([name, type]) => [type, name]))

/** In the form of `Certificate.extendedKeyUsage`: by name where there is one, else dotted. */
function readPurpose (value: unknown, place: Place): string {
  const text = readText(value, place)
  if (Object.hasOwn(keyPurposes, text)) return text
  if (isDotted(text)) return nameOf.get(text) ?? text
  throw refusal(place, `is neither a known purpose nor a dotted object identifier${didYouMean(text, purposeNames)}`)
}

export function readCertificatePolicies (value: unknown, place: Place): Rule<Certificate> {
  const wanted = readTexts(value, place, readDotted)
  const isWanted = ({ policyIdentifier }: { policyIdentifier: string }) => wanted.has(policyIdentifier)
  return {
    evaluate: (certificate) => certificate.certificatePolicies.some(isWanted) ? 'match' : 'mismatch',
    explain: (certificate) => `${place.key} does not match: the certificate asserts ${certificate.certificatePolicies.length === 0 ? 'none' : 'others'}`
  }
}
