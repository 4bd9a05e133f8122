import type { Certificate } from '../certificate/index.js'
import { refusal, type Place } from './place.js'
import { rule, type Rule } from './rule.js'
import { isPlainObject, readOneOrMore, readText } from './shape.js'

export function readSerialNumbers (value: unknown, place: Place): Rule<Certificate> {
  const wanted = new Set(readOneOrMore(value, place, readSerialNumber))
  return rule((certificate) => wanted.has(certificate.serialNumber), `${place.key} is another`)
}

const forms = "must be a text in hexadecimal ('0x65', '65', '00:65') or a bigint (101n)"

const hexadecimal = /^(-?)(?:(?:0x)?([0-9a-f]+)|([0-9a-f]{2}(?::[0-9a-f]{2})+))$/i

/** A bigint is the number itself, a text is hexadecimal; both become the form of `Certificate.serialNumber`. */
function readSerialNumber (value: unknown, place: Place): string {
  if (typeof value === 'bigint') return printed(value)
  if (typeof value === 'number') throw refusal(place, `${forms}, not a number`)
  const text = readText(value, place)
  const [, sign, plain, pairs] = hexadecimal.exec(text) ?? []
  if (sign === undefined) throw refusal(place, forms)
  const magnitude = BigInt(`0x${plain ?? pairs.replaceAll(':', '')}`)
  const found = printed(sign === '' ? magnitude : -magnitude)
  checkReading(text, found, place)
  return found
}

/** As `Certificate.serialNumber` has it: whole bytes; a negative number is a minus sign and its digits. */
function printed (number: bigint): string {
  const digits = number.toString(16)
  return number < 0n || digits.length % 2 === 0 ? digits : `0${digits}`
}

/**
 * A text of decimal digits alone may be meant as decimal, and then the policy is about another certificate. The form
 * that `Certificate.serialNumber` prints is taken with a warning, any other is refused.
 */
function checkReading (text: string, found: string, place: Place): void {
  if (!/^-?\d+$/.test(text) || found === printed(BigInt(text))) return
  const decimal = `the bigint ${BigInt(text)}n`
  const readings = `write ${hexadecimalForm(text)} if it is hexadecimal, or ${decimal} if it is decimal`
  if (text !== found) throw refusal(place, `could be hexadecimal or decimal: ${readings}`)
  place.warn(refusal(place, `is read as hexadecimal: ${readings}`).message)
}

const hexadecimalForm = (text: string): string => `'${text.replace(/^-?/, '$&0x')}'`

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
