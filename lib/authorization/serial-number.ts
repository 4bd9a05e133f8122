import type { Certificate } from '../certificate/index.js'
import { refusal, type Place } from './place.js'
import { rule, type Rule } from './rule.js'
import { isPlainObject, kindOf, readText, readTexts } from './shape.js'

export function readSerialNumbers (value: unknown, place: Place): Rule<Certificate> {
  const wanted = readTexts(value, place, readSerialNumber)
  return rule((certificate) => wanted.has(certificate.serialNumber), `${place.key} is another`)
}

/** In the form of `Certificate.serialNumber`: whole octets in lower-case hexadecimal, without leading zero octets. */
function readSerialNumber (value: unknown, place: Place): string {
  if (typeof value === 'number' || typeof value === 'bigint') throw refusal(place, `must be a text in hexadecimal, not ${kindOf(value)}`)
  const text = readText(value, place)
  if (!/^(?:[0-9a-f]+|[0-9a-f]{2}(?::[0-9a-f]{2})+)$/i.test(text)) throw refusal(place, 'must be hexadecimal, with or without colons')
  const digits = text.replaceAll(':', '').toLowerCase().replace(/^0+(?=.)/, '')
  return digits.length % 2 === 0 ? digits : `0${digits}`
}

/**
 * Serial numbers are unique within one issuer (RFC 5280, section 4.1.2.2): another CA may give the same number to
 * anyone. With several issuers each number would count for each of them.
 */
export function checkIssuerOfSerialNumber (issuer: unknown, place: Place): void {
  if (issuer === undefined) throw refusal(place, "is unique within one issuer only: 'issuer' must stand beside it")
  if (hasSeveral(issuer)) throw refusal(place, "is unique within one issuer only: the 'issuer' beside it must be one; pair them in 'anyOf'")
}

function hasSeveral (issuer: unknown): boolean {
  if (Array.isArray(issuer)) return issuer.length > 1 || hasSeveral(issuer[0])
  return isPlainObject(issuer) && Object.values(issuer as object).some((texts) => Array.isArray(texts) && texts.length > 1)
}
