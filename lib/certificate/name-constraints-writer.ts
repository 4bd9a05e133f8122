import { CertificateError } from '../errors.js'
import { contextTag } from './der.js'
import { write, writeSequence } from './der-writer.js'
import type { DistinguishedName } from './distinguished-name.js'
import type { Extension } from './extensions.js'
import { dnsNameProblem, mailboxProblem, unprintable, writeGeneralName } from './general-name-writer.js'
import { parseAddress } from './ip-address.js'
import { extensionTypes } from './object-identifiers.js'

/**
 * A subtree of names, for each type in its own form (RFC 5280, section 4.2.1.10):
 * - `dNSName`: `example.com` stands for itself and every name below it, the empty text for every name
 * - `rfc822Name`: `a@example.com` for that mailbox, `example.com` for those of that host, `.example.com` for those of the hosts below it
 * - `uniformResourceIdentifier`: `example.com` for that host, `.example.com` for those below it
 * - `iPAddress`: an address and the number of its bits that count: `10.0.0.0/8`, `2001:db8::/32`, `0.0.0.0/0`
 * - `directoryName`: `O=Example,C=NL` stands for every name that begins, in the order of the document, with these
 */
export type NameSubtreeText =
  | { readonly type: 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier' | 'iPAddress', readonly value: string }
  | { readonly type: 'directoryName', /** A text is in the form of RFC 4514. */ readonly value: DistinguishedName | string }

/** What a CA may name in the certificates below its own. One of the two is there; a list that is there is not empty. */
export interface NameConstraintsText {
  /** Of a type that is in this list, a name has to be in one of its subtrees. Names of other types are not restricted. */
  readonly permitted?: readonly NameSubtreeText[]
  /** A name in one of these is not allowed, even where it is permitted. */
  readonly excluded?: readonly NameSubtreeText[]
}

/**
 * Critical; for the certificate of a CA alone. RFC 5280, section 4.2.1.10.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: neither list, an empty one, or a subtree that its type cannot hold
 */
export function nameConstraintsExtension ({ permitted, excluded }: NameConstraintsText): Extension {
  if (permitted === undefined && excluded === undefined) throw malformed('neither permitted nor excluded names are given')
  const value = writeSequence(...subtrees(0, 'permitted', permitted), ...subtrees(1, 'excluded', excluded))
  return Object.freeze({ type: extensionTypes.nameConstraints, critical: true, value })
}

function subtrees (number: number, list: string, names: readonly NameSubtreeText[] | undefined): Buffer[] {
  if (names === undefined) return []
  // An empty list of permitted names would permit everything.
  if (names.length === 0) throw malformed(`the list of ${list} names is empty`)
  // The minimum is 0, which DER leaves out, and there is no maximum.
  return [write(contextTag(number, true), ...names.map((name) => writeSequence(writeBase(name))))]
}

type TextType = Exclude<NameSubtreeText['type'], 'directoryName'>

function writeBase (name: NameSubtreeText): Buffer {
  if (name.type === 'directoryName') return writeGeneralName(name)
  const { type, value } = name
  if (!Object.hasOwn(problems, type)) throw malformed(`${JSON.stringify(type)} is no type of name that is written here`)
  if (typeof value !== 'string') throw malformed(`the value of ${type} is no text`)
  const problem = problemOf(type, value)
  if (problem !== undefined) throw malformed(`${type} ${JSON.stringify(value)} ${problem}`)
  return type === 'iPAddress' ? write(contextTag(7), addressAndMask(value)!) : write(contextTag(contextNumbers[type]), Buffer.from(value))
}

const malformed = (what: string) => new CertificateError('MALFORMED', what)

const contextNumbers = { rfc822Name: 1, dNSName: 2, uniformResourceIdentifier: 6 } as const

const problems: Readonly<Record<TextType, (text: string) => string | undefined>> = {
  dNSName: domainProblem,
  rfc822Name: mailboxesProblem,
  uniformResourceIdentifier: hostProblem,
  iPAddress: blockProblem
}

function problemOf (type: TextType, text: string): string | undefined {
  if (text === '' && type === 'dNSName') return undefined
  return unprintable(text) ?? problems[type](text)
}

function domainProblem (text: string): string | undefined {
  if (text.startsWith('.')) return 'begins with a dot (a dNSName stands for every name below it without one)'
  if (text.startsWith('*')) return 'has a wildcard (a dNSName stands for every name below it without one)'
  return dnsNameProblem(text)
}

function hostProblem (text: string): string | undefined {
  if (text.startsWith('*')) return 'has a wildcard (begin with a dot for every host below)'
  return dnsNameProblem(text.replace(/^\./, ''))
}

function mailboxesProblem (text: string): string | undefined {
  return text.includes('@') ? mailboxProblem(text) : hostProblem(text)
}

function blockProblem (text: string): string | undefined {
  const octets = addressAndMask(text)
  if (octets === undefined) return 'is no IPv4 or IPv6 address with the number of its bits that count, as 10.0.0.0/8'
  const half = octets.length / 2
  const isWithin = octets.subarray(0, half).every((octet, index) => (octet & ~octets[half + index]) === 0)
  return isWithin ? undefined : 'has bits behind those that count'
}

/** The octets of an iPAddress there: the address and, of the same length, the mask. */
function addressAndMask (text: string): Buffer | undefined {
  const [, address, length] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const octets = address === undefined ? undefined : parseAddress(address)
  const bits = Number(length)
  if (octets === undefined || bits > octets.length * 8) return undefined
  const mask = octets.map((_, index) => 0xff00 >> Math.min(8, Math.max(0, bits - index * 8)) & 0xff)
  return Buffer.concat([octets, mask])
}
