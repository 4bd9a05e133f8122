import { refusal, wildcardRefusal, type Place } from './place.js'
import { readText } from './shape.js'

// Host names are compared without case (RFC 5280, section 7.2), local parts of mailboxes exactly (section 7.5). Only
// ASCII letters fold: beyond them `toLowerCase` makes a `k` of the Kelvin sign.

export const withLowerCase = (text: string): string => /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text

/** A mailbox, with its domain (what stands behind the last `@`) in lower case. */
export function withDomainInLowerCase (mailbox: string): string {
  const at = mailbox.lastIndexOf('@')
  return mailbox.slice(0, at + 1) + withLowerCase(mailbox.slice(at + 1))
}

const isAscii = (text: string) => /^[\x20-\x7e]+$/.test(text)

/** What an IA5String can hold; anything else could match nothing. */
export function readAsciiText (value: unknown, place: Place): string {
  const text = readText(value, place)
  if (!isAscii(text)) throw refusal(place, 'must be printable ASCII')
  return text
}

export function readDomainName (value: unknown, place: Place): string {
  const text = readText(value, place)
  if (!isAscii(text)) throw refusal(place, "must be ASCII: write other letters as A-labels ('xn--…')")
  if (text.includes('*')) throw wildcardRefusal(place)
  return withLowerCase(text)
}

export function readMailbox (value: unknown, place: Place): string {
  const text = readInternationalMailbox(value, place)
  if (!isAscii(text)) throw refusal(place, "must be ASCII: a mailbox with other letters is a 'smtpUTF8Mailbox'")
  return text
}

export function readInternationalMailbox (value: unknown, place: Place): string {
  const text = readText(value, place)
  const at = text.lastIndexOf('@')
  if (at < 1 || at === text.length - 1) throw refusal(place, "must be a mailbox, as 'name@example.com'")
  if (!isAscii(text.slice(at + 1))) throw refusal(place, "must have a domain in ASCII: write other letters as A-labels ('xn--…')")
  if (text.includes('*')) throw wildcardRefusal(place)
  return withDomainInLowerCase(text)
}
