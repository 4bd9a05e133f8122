import { contents, contextTag, encoding, Fields, malformed, onlyChild, onlyElement, readMembers, readObjectIdentifier, tags, type Element } from './der.js'
import { distinguishedName, type DistinguishedName } from './distinguished-name.js'
import { formatAddress } from './ip-address.js'
import { otherNameTypes } from './object-identifiers.js'
import { readIA5String, readString, stringType } from './strings.js'

/** A GeneralName of RFC 5280, section 4.2.1.6, by the name of its choice there. */
export type GeneralName =
  | { readonly type: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier', readonly value: string }
  | { readonly type: 'iPAddress', /** Dotted quad, or IPv6 in the form of RFC 5952. */ readonly value: string, readonly octets: Buffer }
  | { readonly type: 'directoryName', readonly value: DistinguishedName }
  | { readonly type: 'registeredID', /** Dotted. */ readonly value: string }
  | OtherName
  | { readonly type: 'x400Address' | 'ediPartyName', /** The DER of the fields inside. An x400Address is not decoded at all. */ readonly value: Buffer }

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

/** GeneralNames, of which there is one at the least. */
export const generalNames = (element: Element, what: string): readonly GeneralName[] => readMembers(element, what, generalName)

export function generalName (element: Element): GeneralName {
  return Object.freeze(read(element))
}

function read (element: Element): GeneralName {
  switch (element.tag) {
    case contextTag(0, true): return otherName(element)
    case contextTag(1): return { type: 'rfc822Name', value: readIA5String(element, 'rfc822Name') }
    case contextTag(2): return { type: 'dNSName', value: readIA5String(element, 'dNSName') }
    case contextTag(3, true): return { type: 'x400Address', value: contents(element) }
    case contextTag(4, true): return { type: 'directoryName', value: distinguishedName(onlyChild(element, tags.sequence, 'directoryName')) }
    case contextTag(5, true): return ediPartyName(element)
    case contextTag(6): return { type: 'uniformResourceIdentifier', value: readIA5String(element, 'uniformResourceIdentifier') }
    case contextTag(7): return iPAddress(element)
    case contextTag(8): return { type: 'registeredID', value: readObjectIdentifier(element) }
    default: throw malformed(`GeneralName has tag 0x${element.tag.toString(16)},`, element.start)
  }
}

function iPAddress (element: Element): GeneralName {
  const octets = contents(element)
  return { type: 'iPAddress', value: formatAddress(octets), octets }
}

function otherName (element: Element): OtherName {
  const fields = new Fields(element, 'otherName')
  const typeIdentifier = readObjectIdentifier(fields.take(tags.objectIdentifier, 'type-id'))
  const inner = onlyElement(fields.take(contextTag(0, true), 'value'), 'otherName.value')
  fields.end()
  const value = encoding(inner)
  switch (typeIdentifier) {
    case otherNameTypes.userPrincipalName: return { type: 'otherName', typeIdentifier, value, userPrincipalName: readString(inner, 'userPrincipalName') }
    case otherNameTypes.smtpUTF8Mailbox: return { type: 'otherName', typeIdentifier, value, smtpUTF8Mailbox: readString(inner, 'smtpUTF8Mailbox') }
  }
  if (stringType(inner) !== undefined) readString(inner, `otherName ${typeIdentifier}`)
  return { type: 'otherName', typeIdentifier, value }
}

// Its two parts are not handed out as text, but a NUL in them refuses them as in any name.
function ediPartyName (element: Element): GeneralName {
  const fields = new Fields(element, 'ediPartyName')
  const nameAssigner = fields.optional(contextTag(0, true))
  const partyName = fields.take(contextTag(1, true), 'partyName')
  fields.end()
  if (nameAssigner !== undefined) readString(onlyElement(nameAssigner, 'nameAssigner'), 'nameAssigner')
  readString(onlyElement(partyName, 'partyName'), 'partyName')
  return { type: 'ediPartyName', value: contents(element) }
}
