import { parseAddress, type Certificate, type GeneralName } from '../certificate/index.js'
import { readDomainName, readMailbox, readInternationalMailbox, withDomainInLowerCase, withLowerCase } from './mailbox.js'
import { readNames } from './name-rule.js'
import { readDotted } from './object-identifier.js'
import { keyOf, refusal, wildcardRefusal, type Place } from './place.js'
import type { SubjectAltNamePolicy } from './policy.js'
import { allOf, anyOf, type Outcome, type Rule } from './rule.js'
import { isPlainObject, kindOf, readEntries, readOneOrMore, readText, readTexts, type Reader } from './shape.js'
import { isSpiffe, readTrustDomain, readUri, ruleOnSvid, trustDomainOf } from './spiffe.js'

/** Reads one policy on the subjectAltName extension, or a list of which one must match. */
export const readSubjectAltNames = (value: unknown, place: Place): Rule<Certificate> =>
  anyOf(readOneOrMore(value, place, readSubjectAltName), place.key)

function readSubjectAltName (value: unknown, place: Place): Rule<Certificate> {
  if (!isPlainObject(value)) throw refusal(place, `must be an object of names by type, as { dNSName: … }, not ${kindOf(value)}`)
  const entries = readEntries(value, place, Object.keys(readers)) as Map<keyof SubjectAltNamePolicy, unknown>
  return allOf(Array.from(entries, ([type, each]) => readers[type](each, keyOf(place, type))))
}

const readers: Readonly<Record<keyof SubjectAltNamePolicy, Reader<Rule<Certificate>>>> = {
  rfc822Name: textReader(valueOf('rfc822Name'), readMailbox, withDomainInLowerCase),
  dNSName: textReader(valueOf('dNSName'), readDomainName, withLowerCase),
  uniformResourceIdentifier: readUris,
  iPAddress: readAddresses,
  directoryName: readDirectoryNames,
  registeredID: textReader(valueOf('registeredID'), readDotted),
  userPrincipalName: textReader((name) => name.type === 'otherName' ? name.userPrincipalName : undefined, readPrincipal),
  smtpUTF8Mailbox: textReader((name) => name.type === 'otherName' ? name.smtpUTF8Mailbox : undefined, readInternationalMailbox, withDomainInLowerCase),
  spiffeTrustDomain: readTrustDomains
}

type TextOf = (name: GeneralName) => string | undefined

function valueOf (type: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier' | 'registeredID'): TextOf {
  return (name) => name.type === type ? name.value : undefined
}

function readPrincipal (value: unknown, place: Place): string {
  const text = readText(value, place)
  if (text.includes('*')) throw wildcardRefusal(place)
  return text
}

const uriOf = valueOf('uniformResourceIdentifier')

function readUris (value: unknown, place: Place): Rule<Certificate> {
  const wanted = readTexts(value, place, readUri)
  const rule = textRule(place.key, uriOf, (text) => wanted.has(text))
  return [...wanted].some(isSpiffe) ? ruleOnSvid(rule, place.key) : rule
}

function readTrustDomains (value: unknown, place: Place): Rule<Certificate> {
  const wanted = readTexts(value, place, readTrustDomain)
  return ruleOnSvid(textRule(place.key, uriOf, (text) => wanted.has(trustDomainOf(text) ?? '')), place.key)
}

// What a policy wants is in the form of `normalize` already, so that a name as it is usually written is found at once.
function textReader (textOf: TextOf, read: Reader<string>, normalize?: (text: string) => string): Reader<Rule<Certificate>> {
  return (value, place) => {
    const wanted = readTexts(value, place, read)
    return textRule(place.key, textOf, (text) => wanted.has(text) || (normalize !== undefined && wanted.has(normalize(text))))
  }
}

function textRule (key: string, textOf: TextOf, isWanted: (text: string) => boolean): Rule<Certificate> {
  return generalNameRule(key, (name) => {
    const text = textOf(name)
    if (text === undefined) return undefined
    return isWanted(text) ? 'match' : 'mismatch'
  })
}

function readAddresses (value: unknown, place: Place): Rule<Certificate> {
  const wanted = readOneOrMore(value, place, readAddress)
  return generalNameRule(place.key, (name) => {
    if (name.type !== 'iPAddress') return undefined
    return wanted.some((octets) => octets.equals(name.octets)) ? 'match' : 'mismatch'
  })
}

function readAddress (value: unknown, place: Place): Buffer {
  const octets = parseAddress(readText(value, place))
  if (octets === undefined) throw refusal(place, 'must be one IPv4 or IPv6 address, without prefix length or zone')
  return octets
}

function readDirectoryNames (value: unknown, place: Place): Rule<Certificate> {
  const wanted = readNames(value, place)
  return generalNameRule(place.key, (name) => name.type === 'directoryName' ? wanted.evaluate(name.value) : undefined)
}

// `outcomeOf` is undefined for names of other types. Any name of the type may match.
function generalNameRule (key: string, outcomeOf: (name: GeneralName) => Outcome | undefined): Rule<Certificate> {
  return {
    evaluate (certificate) {
      let best: Outcome = 'mismatch'
      for (const name of certificate.subjectAltName) {
        const outcome = outcomeOf(name)
        if (outcome === 'match') return outcome
        if (outcome === 'undecided') best = outcome
      }
      return best
    },
    explain (certificate) {
      const count = certificate.subjectAltName.filter((name) => outcomeOf(name) !== undefined).length
      return `${key} does not match: the certificate has ${count === 0 ? 'none' : `${count} other`}`
    }
  }
}
