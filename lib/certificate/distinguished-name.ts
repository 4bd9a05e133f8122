import { attributeNames, attributeTypeOf, type AttributeName } from './object-identifiers.js'
import { children, encoding, expect, Fields, members, readObjectIdentifier, readWhole, tags, type Element } from './der.js'
import { formatDistinguishedName } from './rfc4514.js'
import { readString, stringType, type StringType } from './strings.js'

/** One AttributeTypeAndValue of a distinguished name. */
export interface Attribute {
  /** The attribute type, dotted. */
  readonly type: string
  /** Its name where it has one here (`commonName`), else the dotted type. */
  readonly name: AttributeName | string
  /** The text; for a value that is no string, `#` and its DER in hexadecimal (RFC 4514, section 2.4). */
  readonly value: string
  /** The ASN.1 type of the value, or `undefined` where it is no string. */
  readonly stringType: StringType | undefined
  /** The value's DER. */
  readonly raw: Buffer
}

/**
 * A distinguished name (X.501), as it stands in the document: relative distinguished names in order, each a set of
 * one or more attributes. Compare names with `equals`; the text of `toString()` is for people.
 */
export class DistinguishedName {
  /** The DER. */
  readonly raw: Buffer
  readonly relativeDistinguishedNames: ReadonlyArray<readonly Attribute[]>
  /** All attributes, in the order of the document. */
  readonly attributes: readonly Attribute[]

  constructor (raw: Buffer, relativeDistinguishedNames: ReadonlyArray<readonly Attribute[]>) {
    this.raw = raw
    this.relativeDistinguishedNames = relativeDistinguishedNames
    this.attributes = Object.freeze(relativeDistinguishedNames.flat())
    Object.freeze(this)
  }

  /** The value of the attribute of this name or dotted type, or `undefined` where there is none, or more than one. */
  get (nameOrType: AttributeName | (string & {})): string | undefined {
    const found = this.all(nameOrType)
    return found.length === 1 ? found[0] : undefined
  }

  /** The values of all attributes of this name or dotted type, in order. */
  all (nameOrType: AttributeName | (string & {})): string[] {
    const type = attributeTypeOf(nameOrType)
    return this.attributes.filter((attribute) => attribute.type === type).map((attribute) => attribute.value)
  }

  get commonName (): string | undefined { return this.get('commonName') }
  get surname (): string | undefined { return this.get('surname') }
  get serialNumber (): string | undefined { return this.get('serialNumber') }
  get countryName (): string | undefined { return this.get('countryName') }
  get localityName (): string | undefined { return this.get('localityName') }
  get stateOrProvinceName (): string | undefined { return this.get('stateOrProvinceName') }
  get streetAddress (): string | undefined { return this.get('streetAddress') }
  get organizationName (): string | undefined { return this.get('organizationName') }
  get organizationalUnitName (): string | undefined { return this.get('organizationalUnitName') }
  get title (): string | undefined { return this.get('title') }
  get givenName (): string | undefined { return this.get('givenName') }
  get pseudonym (): string | undefined { return this.get('pseudonym') }
  get organizationIdentifier (): string | undefined { return this.get('organizationIdentifier') }
  get userId (): string | undefined { return this.get('userId') }
  get domainComponent (): string | undefined { return this.get('domainComponent') }
  get emailAddress (): string | undefined { return this.get('emailAddress') }

  /** Whether both names are the same by the comparison of RFC 5280, section 7.1: case and repeated spaces do not tell. */
  equals (other: DistinguishedName): boolean {
    return this.raw.equals(other.raw) || comparisonForm(this) === comparisonForm(other)
  }

  /** In the form of RFC 4514 (last relative distinguished name first), for people and logs: decide nothing on it. */
  toString (): string {
    return formatDistinguishedName(this)
  }

  toJSON (): string {
    return this.toString()
  }
}

/** @throws CertificateError ERR_CERTIFICATE_MALFORMED */
export const readDistinguishedName = (der: Buffer): DistinguishedName =>
  distinguishedName(readWhole(der, tags.sequence, 'Name'))

export function distinguishedName (element: Element): DistinguishedName {
  expect(element, tags.sequence, 'Name')
  const names = children(element).map((set) => {
    expect(set, tags.set, 'RelativeDistinguishedName')
    return Object.freeze(members(set, 'RelativeDistinguishedName').map(attribute))
  })
  return new DistinguishedName(encoding(element), Object.freeze(names))
}

function attribute (element: Element): Attribute {
  expect(element, tags.sequence, 'AttributeTypeAndValue')
  const fields = new Fields(element, 'AttributeTypeAndValue')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'type'))
  const value = fields.takeAny('value')
  fields.end()
  const name = attributeNames.get(type) ?? type
  return Object.freeze({ type, name, value: attributeValue(value, name), stringType: stringType(value), raw: encoding(value) })
}

function attributeValue (value: Element, name: string): string {
  return stringType(value) === undefined ? `#${encoding(value).toString('hex')}` : readString(value, name)
}

// Strings are compared after RFC 4518's preparation, as far as RFC 5280 asks: Unicode normalization, case, inner and
// outer spaces; values of other types octet by octet. The order within a set does not tell.
function comparisonForm (name: DistinguishedName): string {
  return JSON.stringify(name.relativeDistinguishedNames.map((set) => set.map(attributeForm).sort()))
}

function attributeForm (attribute: Attribute): string {
  if (attribute.stringType === undefined) return `${attribute.type}${attribute.value}`
  return `${attribute.type}=${attribute.value.normalize('NFKC').toLowerCase().trim().replace(/ +/g, ' ')}`
}
