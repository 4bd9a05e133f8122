import { children, contents, contextTag, Fields, malformed, onlyChild, readElement, readObjectIdentifier, encoding, tags, type Element } from './der.js'
import { distinguishedName, type DistinguishedName } from './distinguished-name.js'
import { formatAddress } from './ip-address.js'
import { otherNameTypes } from './object-identifiers.js'
import { decodeAscii, readString } from './strings.js'

/** A GeneralName of RFC 5280, section 4.2.1.6, by the name of its choice there. */
export type GeneralName =
  | { readonly type: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier', readonly value: string }
  | { readonly type: 'iPAddress', /** Dotted quad, or IPv6 in the form of RFC 5952. */ readonly value: string, readonly octets: Buffer }
  | { readonly type: 'directoryName', readonly value: DistinguishedName }
  | { readonly type: 'registeredID', /** Dotted. */ readonly value: string }
  | OtherName
  | { readonly type: 'x400Address' | 'ediPartyName', /** The DER of what is inside; not decoded. */ readonly value: Buffer }

export interface OtherName {
  readonly type: 'otherName'
  /** The type of the name, dotted. */
  readonly typeIdentifier: string
  /** The DER of the value. */
  readonly value: Buffer
  /** A user principal name, where it is one. */
  readonly userPrincipalName?: string
  /** An internationalized mailbox (RFC 9598), where it is one. */
  readonly smtpUTF8Mailbox?: string
}

export const generalNames = (element: Element): readonly GeneralName[] =>
  Object.freeze(children(element).map(generalName))

export function generalName (element: Element): GeneralName {
  return Object.freeze(read(element))
}

function read (element: Element): GeneralName {
  switch (element.tag) {
    case contextTag(0, true): return otherName(element)
    case contextTag(1): return { type: 'rfc822Name', value: text(element, 'rfc822Name') }
    case contextTag(2): return { type: 'dNSName', value: text(element, 'dNSName') }
    case contextTag(3, true): return { type: 'x400Address', value: contents(element) }
    case contextTag(4, true): return { type: 'directoryName', value: distinguishedName(onlyChild(element, tags.sequence, 'directoryName')) }
    case contextTag(5, true): return { type: 'ediPartyName', value: contents(element) }
    case contextTag(6): return { type: 'uniformResourceIdentifier', value: text(element, 'uniformResourceIdentifier') }
    case contextTag(7): return { type: 'iPAddress', value: formatAddress(contents(element)), octets: contents(element) }
    case contextTag(8): return { type: 'registeredID', value: readObjectIdentifier(element) }
    default: throw malformed(`GeneralName has tag 0x${element.tag.toString(16)}`, element.start)
  }
}

function text (element: Element, what: string): string {
  const value = decodeAscii(contents(element), what)
  if (value.includes('\0')) throw malformed(`${what} holds a NUL`, element.start)
  return value
}

function otherName (element: Element): OtherName {
  const fields = new Fields(element, 'otherName')
  const typeIdentifier = readObjectIdentifier(fields.take(tags.objectIdentifier, 'type-id'))
  const tagged = fields.take(contextTag(0, true), 'value')
  fields.end()
  const inner = readElement(tagged.octets, tagged.from, tagged.end)
  if (inner.end !== tagged.end) throw malformed('otherName.value has octets behind its end', inner.end)
  const value = encoding(inner)
  switch (typeIdentifier) {
    case otherNameTypes.userPrincipalName: return { type: 'otherName', typeIdentifier, value, userPrincipalName: readString(inner, 'userPrincipalName') }
    case otherNameTypes.smtpUTF8Mailbox: return { type: 'otherName', typeIdentifier, value, smtpUTF8Mailbox: readString(inner, 'smtpUTF8Mailbox') }
    default: return { type: 'otherName', typeIdentifier, value }
  }
}
