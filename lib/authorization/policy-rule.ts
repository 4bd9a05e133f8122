import type { Certificate } from '../certificate/index.js'
import { readAnchors } from './anchor-rule.js'
import { readCertificatePolicies, readExtendedKeyUsage } from './extension-rule.js'
import { fingerprintReaders } from './fingerprint.js'
import type { Inquiry } from './inquiry.js'
import { readNames } from './name-rule.js'
import { keyOf, refusal, type Place } from './place.js'
import type { PolicyObject, Predicate } from './policy.js'
import { predicateRule } from './predicate.js'
import { allOf, anyOf, anyOfDecided, not, ruleOn, type Rule } from './rule.js'
import { checkIssuerOfSerialNumber, readSerialNumbers } from './serial-number.js'
import { isPlainObject, kindOf, readEntries, readList, type Reader } from './shape.js'
import { readSubjectAltNames } from './subject-alt-name-rule.js'

type Composition = 'allOf' | 'anyOf' | 'not' | 'trust'

/** What is read off the certificate, in the order of asking: the quickest first, and predicates last. */
const certificateReaders: Readonly<Record<Exclude<keyof PolicyObject, Composition>, Reader<Rule<Certificate>>>> = {
  serialNumber: readSerialNumbers,
  subject: onName((certificate) => certificate.subject),
  issuer: onName((certificate) => certificate.issuer),
  anchor: onAnchor,
  subjectAltName: readSubjectAltNames,
  extendedKeyUsage: readExtendedKeyUsage,
  certificatePolicies: readCertificatePolicies,
  ...fingerprintReaders
}

const certificateKeys = Object.keys(certificateReaders) as Array<keyof typeof certificateReaders>
const known: readonly string[] = [...certificateKeys, 'allOf', 'anyOf', 'not']

// Says which certificate the rest is asked of, and so stands at the top alone; `compilePolicy` reads it.
const knownAtTop: readonly string[] = [...known, 'trust']

function onName (nameOf: (certificate: Certificate) => Certificate['subject']): Reader<Rule<Certificate>> {
  return (value, place) => ruleOn(nameOf, readNames(value, place))
}

/** A path that ends with a certificate that somebody else issued was verified elsewhere: its anchor is not known. */
function onAnchor (value: unknown, place: Place): Rule<Certificate> {
  const onEnd = ruleOn((certificate: Certificate) => certificate.path!.at(-1)!, readAnchors(value, place))
  const isKnown = (certificate: Certificate) => certificate.path!.length > 1 || certificate.isSelfIssued
  return {
    evaluate: (certificate) => isKnown(certificate) ? onEnd.evaluate(certificate) : 'undecided',
    explain: (certificate) => isKnown(certificate) ? onEnd.explain(certificate) : `${place.key} cannot be told: the path was verified by a proxy`
  }
}

// A policy written by hand is a few levels deep; one that contains itself has no end.
const mostDepth = 32

/** Reads a policy: an object or a predicate. */
export function readPolicy<Request> (value: unknown, place: Place): Rule<Inquiry<Request>> {
  if (place.depth > mostDepth) throw refusal(place, `lies more than ${mostDepth} policies deep`)
  if (typeof value === 'function') return predicateRule(value as Predicate<Request>, place)
  if (Array.isArray(value)) throw refusal(place, "is a list, which could mean 'allOf' or 'anyOf': write which")
  if (!isPlainObject(value)) throw refusal(place, `must be a policy, an object or a predicate, not ${kindOf(value)}`)
  if (Reflect.ownKeys(value as object).length === 0) throw refusal(place, 'has no keys, and would let in every verified certificate')
  const isTop = place.depth === 0
  if (!isTop && Object.hasOwn(value as object, 'trust')) throw refusal(keyOf(place, 'trust'), 'stands only at the top of a policy: it names who has to have signed the certificate that all the rest is asked of')
  const entries = readEntries(value, place, isTop ? knownAtTop : known)
  if (entries.has('serialNumber')) checkIssuerOfSerialNumber(entries.get('issuer'), keyOf(place, 'serialNumber'))
  return allOf([...certificateRules<Request>(entries, place), ...compositions<Request>(entries, place)])
}

function certificateRules<Request> (entries: ReadonlyMap<string, unknown>, place: Place): Array<Rule<Inquiry<Request>>> {
  const given = certificateKeys.filter((key) => entries.has(key))
  if (given.length === 0) return []
  const rules = given.map((key) => certificateReaders[key](entries.get(key), keyOf(place, key)))
  return [ruleOn((inquiry: Inquiry<Request>) => inquiry.certificate, allOf(rules))]
}

function compositions<Request> (entries: ReadonlyMap<string, unknown>, outer: Place): Array<Rule<Inquiry<Request>>> {
  const place = { ...outer, depth: outer.depth + 1 }
  const rules: Array<Rule<Inquiry<Request>>> = []
  if (entries.has('allOf')) rules.push(allOf(readMembers<Request>(entries.get('allOf'), keyOf(place, 'allOf'))))
  if (entries.has('anyOf')) rules.push(readAnyOf<Request>(entries.get('anyOf'), keyOf(place, 'anyOf')))
  if (entries.has('not')) rules.push(readNot<Request>(entries.get('not'), keyOf(place, 'not')))
  return rules
}

function readAnyOf<Request> (value: unknown, place: Place): Rule<Inquiry<Request>> {
  const members = readMembers<Request>(value, place)
  return place.beneathNot ? anyOfDecided(members) : anyOf(members, place.key)
}

const readNot = <Request>(value: unknown, place: Place): Rule<Inquiry<Request>> =>
  not(readPolicy<Request>(value, { ...place, beneathNot: true }), place.key)

function readMembers<Request> (value: unknown, place: Place): Array<Rule<Inquiry<Request>>> {
  if (!Array.isArray(value)) throw refusal(place, `must be a list of policies, not ${kindOf(value)}`)
  return readList(value, place, readPolicy<Request>)
}
