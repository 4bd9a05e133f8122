import { CertificateError } from '../errors.js'
import { contextTag, tags } from './der.js'
import { isObjectIdentifier, write, writeObjectIdentifier, writeSequence } from './der-writer.js'
import { DistinguishedName } from './distinguished-name.js'
import { parseAddress } from './ip-address.js'
import { otherNameTypes } from './object-identifiers.js'
import { parseDistinguishedName } from './rfc4514-parser.js'
import { isWellFormed } from './strings.js'

/** A GeneralName to write: its type and its text. The last two types are written as an otherName. */
export type GeneralNameText =
  | { readonly type: Exclude<GeneralNameTextType, 'directoryName'>, readonly value: string }
  | { readonly type: 'directoryName', /** A text is in the form of RFC 4514. */ readonly value: DistinguishedName | string }

export type GeneralNameTextType =
  'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier' | 'iPAddress' | 'registeredID' | 'directoryName' | 'userPrincipalName' | 'smtpUTF8Mailbox'

interface Form {
  /** What is wrong with the text for this type, or `undefined`. */
  readonly problem: (text: string) => string | undefined
  readonly write: (text: string) => Buffer
}

/**
 * The DER of GeneralNames (RFC 5280, section 4.2.1.6): the value of a subjectAltName extension. Each name is seen to
 * have the form of its type; whether it exists, or is the subject's, is not asked.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: no names, or one that its type cannot hold; the message shows it
 */
export function writeGeneralNames (names: readonly GeneralNameText[]): Buffer {
  if (names.length === 0) throw new CertificateError('MALFORMED', 'a list of general names is empty')
  return writeSequence(...names.map(writeGeneralName))
}

/** The DER of one GeneralName; errors as for `writeGeneralNames`. */
export function writeGeneralName ({ type, value }: GeneralNameText): Buffer {
  if (type === 'directoryName') return write(contextTag(4, true), nameOf(value).raw)
  if (!Object.hasOwn(forms, type)) throw new CertificateError('MALFORMED', `${JSON.stringify(type)} is no type of general name that is written here`)
  if (typeof value !== 'string') throw new CertificateError('MALFORMED', `the value of ${type} is no text`)
  const problem = unprintable(value) ?? forms[type].problem(value)
  if (problem !== undefined) throw new CertificateError('MALFORMED', `${type} ${JSON.stringify(value)} ${problem}`)
  return forms[type].write(value)
}

function nameOf (value: DistinguishedName | string): DistinguishedName {
  if (value instanceof DistinguishedName) return value
  if (typeof value !== 'string') throw new CertificateError('MALFORMED', 'the value of directoryName is neither a distinguished name nor its text')
  return parseDistinguishedName(value)
}

export function unprintable (text: string): string | undefined {
  if (text === '') return 'is empty'
  if (/\p{Cc}/u.test(text)) return 'holds a control character'
  return isWellFormed(text) ? undefined : 'holds half of a surrogate pair'
}

const forms: Readonly<Record<Exclude<GeneralNameTextType, 'directoryName'>, Form>> = {
  rfc822Name: { problem: mailboxProblem, write: (text) => write(contextTag(1), Buffer.from(text)) },
  dNSName: { problem: dnsNameProblem, write: (text) => write(contextTag(2), Buffer.from(text)) },
  uniformResourceIdentifier: { problem: uriProblem, write: (text) => write(contextTag(6), Buffer.from(text)) },
  iPAddress: {
    problem: (text) => parseAddress(text) === undefined ? 'is neither an IPv4 nor an IPv6 address' : undefined,
    write: (text) => write(contextTag(7), parseAddress(text)!)
  },
  registeredID: {
    problem: (text) => isObjectIdentifier(text) ? undefined : 'is no object identifier in dotted form',
    write: (text) => retagged(writeObjectIdentifier(text), contextTag(8))
  },
  userPrincipalName: {
    problem: (text) => /^[^@]+@[^@]+$/.test(text) ? undefined : 'is not of the form user@domain',
    write: (text) => otherName(otherNameTypes.userPrincipalName, text)
  },
  smtpUTF8Mailbox: { problem: internationalMailboxProblem, write: (text) => otherName(otherNameTypes.smtpUTF8Mailbox, text) }
}

const retagged = (element: Buffer, tag: number) => Buffer.concat([Buffer.from([tag]), element.subarray(1)])

const otherName = (type: string, text: string) =>
  write(contextTag(0, true), writeObjectIdentifier(type), write(contextTag(0, true), write(tags.utf8String, Buffer.from(text))))

const isAscii = (text: string) => Buffer.byteLength(text) === text.length

// RFC 5321, section 4.1.2: a dot-string or a quoted string, and a domain or an address literal.
const mailbox = /^(?:"(?:[^"\\]|\\.)+"|[^\s"(),:;<>@[\\\]]+)@(?:[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[a-z0-9:.-]+\])$/i

export function mailboxProblem (text: string): string | undefined {
  if (!isAscii(text)) return 'is not ASCII (a mailbox with other characters is an smtpUTF8Mailbox)'
  return mailbox.test(text) ? undefined : 'is not of the form local-part@domain'
}

// RFC 9598, section 3: the domain is ASCII there too, and a local part of ASCII alone goes into an rfc822Name.
function internationalMailboxProblem (text: string): string | undefined {
  if (!mailbox.test(text)) return 'is not of the form local-part@domain, with the domain in ASCII (xn--)'
  return isAscii(text) ? 'is ASCII, and so an rfc822Name' : undefined
}

// RFC 5280 asks for the preferred name syntax of RFC 1034; an underscore and one `*` in front are usual beyond it.
export function dnsNameProblem (text: string): string | undefined {
  if (!isAscii(text)) return 'is not ASCII (write an internationalized name with xn--)'
  if (parseAddress(text) !== undefined) return 'is an address: its type is iPAddress'
  const labels = text.replace(/^\*\./, '').split('.')
  const isName = text.length <= 253 && labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label))
  return isName ? undefined : 'is not a DNS name'
}

// RFC 3986: absolute, of the characters that it allows.
function uriProblem (text: string): string | undefined {
  if (!isAscii(text)) return 'is not ASCII (percent-encode other characters)'
  return /^[a-z][a-z0-9+.-]*:[\w.~!$&'()*+,;=:@/?#[\]%-]+$/i.test(text) ? undefined : 'is not an absolute URI'
}
