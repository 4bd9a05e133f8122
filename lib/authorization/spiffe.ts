import type { Certificate } from '../certificate/index.js'
import { readAsciiText } from './mailbox.js'
import { refusal, wildcardRefusal, type Place } from './place.js'
import type { Rule } from './rule.js'
import { readText } from './shape.js'

// SPIFFE-ID, section 2.1: lower-case letters, digits, dots, dashes and underscores, at most 255 bytes.
const trustDomain = /^[a-z0-9._-]{1,255}$/

/** The trust domain of the SPIFFE ID of a workload, which has a path behind it; else `undefined`. */
export const trustDomainOf = (uri: string): string | undefined => /^spiffe:\/\/([a-z0-9._-]{1,255})\/./.exec(uri)?.[1]

export function readTrustDomain (value: unknown, place: Place): string {
  const text = readText(value, place)
  if (!trustDomain.test(text)) throw refusal(place, "must be the name of a SPIFFE trust domain, as 'example.org'")
  return text
}

/** Compared whole, so a pattern is refused. */
export function readUri (value: unknown, place: Place): string {
  const text = readAsciiText(value, place)
  if (!text.includes('*')) return text
  const [, domain] = /^spiffe:\/\/([a-z0-9._-]{1,255})(?:\/\*+)+$/.exec(text) ?? []
  throw wildcardRefusal(place, domain && `use spiffeTrustDomain: '${domain}', or a predicate`)
}

export const isSpiffe = (uri: string): boolean => /^spiffe:/i.test(uri)

/**
 * The rule about a SPIFFE ID, for certificates that can be an X509-SVID. Section 2 of that specification: exactly one URI
 * name, and a validator must reject more. So the outcome is `undecided`, which does not let in beneath `not` either.
 */
export function ruleOnSvid (inner: Rule<Certificate>, key: string): Rule<Certificate> {
  return {
    evaluate: (certificate) => hasOneIdentity(certificate) ? inner.evaluate(certificate) : 'undecided',
    explain: (certificate) => hasOneIdentity(certificate)
      ? inner.explain(certificate)
      : `${key} does not match: the certificate has ${urisOf(certificate).length} URI names, an X509-SVID has one`
  }
}

const urisOf = ({ subjectAltName }: Certificate): readonly string[] =>
  subjectAltName.flatMap((name) => name.type === 'uniformResourceIdentifier' ? [name.value] : [])

function hasOneIdentity (certificate: Certificate): boolean {
  const uris = urisOf(certificate)
  return uris.length < 2 || !uris.some(isSpiffe)
}
