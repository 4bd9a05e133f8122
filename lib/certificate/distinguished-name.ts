import { attributeNames, attributeTypeOf, type AttributeName } from './object-identifiers.js'
import { asBuffer, encoding, expect, Fields, readChildren, readMembers, readObjectIdentifier, readWhole, tags, type Element } from './der.js'
import { comparisonForm } from './distinguished-name-comparison.js'
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
  #keptForm: string | undefined

  /** @internal Names come from `readDistinguishedName`, `parseDistinguishedName` and certificates. */
  constructor (raw: Buffer, relativeDistinguishedNames: ReadonlyArray<readonly Attribute[]>) {
    this.raw = raw
    this.relativeDistinguishedNames = relativeDistinguishedNames
    this.attributes = inOrder(relativeDistinguishedNames)
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
    return this.raw.equals(other.raw) || this.#comparisonForm === other.#comparisonForm
  }

  /**
   * Whether this name begins with all relative distinguished names of `base`, in order and by the same comparison: so it
   * stands in the subtree of `base`, of which an empty name has all (RFC 5280, section 4.2.1.10).
   */
  isWithin (base: DistinguishedName): boolean {
    // The forms are arrays in JSON: without its last bracket, one is the beginning of another only member by member.
    return this.#comparisonForm.startsWith(base.#comparisonForm.slice(0, -1))
  }

  // Kept, for a CA is looked for among many.
  get #comparisonForm (): string {
    this.#keptForm ??= comparisonForm(this)
    return this.#keptForm
  }

  /** In the form of RFC 4514 (last relative distinguished name first), for people and logs: decide nothing on it. */
  toString (): string {
    return formatDistinguishedName(this)
  }

  toJSON (): string {
    return this.toString()
  }
}

function inOrder (names: ReadonlyArray<readonly Attribute[]>): readonly Attribute[] {
  const attributes: Attribute[] = []
  for (const set of names) attributes.push(...set)
  return Object.freeze(attributes)
}

/**
 * Reads a Name from DER, with nothing behind it. The octets are kept, not copied.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: broken DER, a NUL, or a value that is no string where one belongs
 */
export const readDistinguishedName = (der: Uint8Array): DistinguishedName =>
  distinguishedName(readWhole(asBuffer(der), tags.sequence, 'Name'))

export const distinguishedName = (element: Element): DistinguishedName =>
  new DistinguishedName(encoding(element), readChildren(expect(element, tags.sequence, 'Name'), relativeDistinguishedName))

const relativeDistinguishedName = (element: Element): readonly Attribute[] =>
  attributes(expect(element, tags.set, 'RelativeDistinguishedName'), 'RelativeDistinguishedName')

/** The attributes of a relative distinguished name, under whatever tag it stands. */
export const attributes = (element: Element, what: string): readonly Attribute[] => readMembers(element, what, attribute)

function attribute (element: Element): Attribute {
  const fields = new Fields(expect(element, tags.sequence, 'AttributeTypeAndValue'), 'AttributeTypeAndValue')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'type'))
  const value = fields.takeAny('value')
  fields.end()
  const name = attributeNames.get(type)
  const raw = encoding(value)
  // The attributes that have a name here are strings by definition; of others a value may be anything.
  const isText = name !== undefined || stringType(value) !== undefined
  const text = isText ? readString(value, name ?? type) : `#${raw.toString('hex')}`
  return Object.freeze({ type, name: name ?? type, value: text, stringType: stringType(value), raw })
}
