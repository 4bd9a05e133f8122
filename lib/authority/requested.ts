import { AuthorityError } from '../errors.js'
import type { Attribute, DistinguishedName, GeneralName, GeneralNameText, GeneralNameTextType, OtherName } from '../certificate/index.js'
import { subjectName } from './subject.js'

/** A name of a request, as an owner's pattern looks at it. */
export type RequestedName = Extract<GeneralNameText, { value: string }> | { readonly type: 'directoryName', readonly value: DistinguishedName }

// The attributes of RFC 5280 need not half of it, each at its upper bound. A certificate is sent with every handshake.
const maxNameOctets = 4096

/**
 * A name as a stranger asks for it, seen to be one that may stand in a certificate at all.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: too long, or an attribute that is no text, holds a control character, or breaks RFC 5280
 */
export function requestedSubject (name: DistinguishedName, place = 'subject'): DistinguishedName {
  if (name.raw.length > maxNameOctets) throw new AuthorityError(`${place} has ${name.raw.length} octets, more than ${maxNameOctets}`)
  for (const attribute of name.attributes) {
    const problem = problemOf(attribute)
    if (problem !== undefined) throw new AuthorityError(`${place}: ${attribute.name} ${JSON.stringify(attribute.value)} ${problem}`)
  }
  return subjectName(name)
}

function problemOf ({ name, value, stringType }: Attribute): string | undefined {
  switch (stringType) {
    case undefined: return 'is no text'
    // Two readers make different texts of the one; the other is written by nobody else (RFC 5280, section 4.1.2.4).
    case 'teletexString': case 'universalString': return `is a ${stringType}, and not a utf8String`
  }
  if (name === 'countryName' && !/^[A-Za-z]{2}$/.test(value)) return 'is not a country of two letters'
  return isDeceptive(value) ? 'holds a control character' : undefined
}

// Beside the control characters: what turns the direction of the text around it, and what breaks a line.
const isDeceptive = (text: string): boolean => /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text)

// Longer than any of these names is, and short enough for an owner's regular expression.
const maxTextLength = 1024

/**
 * An alternative name as a stranger asks for it, in the form in which it would be written. That its text fits its
 * type is seen when it is written.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: of a type that is not written here, too long, or with a control character
 */
export function requestedName (name: GeneralName): RequestedName {
  switch (name.type) {
    case 'directoryName': return { type: name.type, value: requestedSubject(name.value, 'subjectAltName directoryName') }
    case 'otherName': return otherNameText(name)
    case 'x400Address': case 'ediPartyName': throw new AuthorityError(`subjectAltName has a name of type ${name.type}, which no request is given here`)
    default: return text(name.type, name.value)
  }
}

function otherNameText ({ typeIdentifier, userPrincipalName, smtpUTF8Mailbox }: OtherName): RequestedName {
  if (userPrincipalName !== undefined) return text('userPrincipalName', userPrincipalName)
  if (smtpUTF8Mailbox !== undefined) return text('smtpUTF8Mailbox', smtpUTF8Mailbox)
  throw new AuthorityError(`subjectAltName has an otherName of type ${typeIdentifier}, which no request is given here`)
}

function text (type: Exclude<GeneralNameTextType, 'directoryName'>, value: string): RequestedName {
  if (value.length > maxTextLength) throw new AuthorityError(`subjectAltName ${type} has ${value.length} characters, more than ${maxTextLength}`)
  if (isDeceptive(value)) throw new AuthorityError(`subjectAltName ${type} ${JSON.stringify(value)} holds a control character`)
  return { type, value }
}
