import { attributeNames, attributeTypeOf, type AttributeName } from './object-identifiers.js'
import { asBuffer, encoding, expect, Fields, readChildren, readMembers, readObjectIdentifier, readWhole, tags, type Element } from './der.js'
import { beginsAlike, comparisonForm } from './distinguished-name-comparison.js'
import { formatDistinguishedName, shortDistinguishedName } from './rfc4514.js'
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
  #keptForms: Map<number, string> | undefined

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
    return this.raw.equals(other.raw) || (this.#length === other.#length && this.isWithin(other))
  }

  /**
   * Whether this name begins with all relative distinguished names of `base`, in order and by the same comparison: so it
   * stands in the subtree of `base`, of which an empty name has all (RFC 5280, section 4.2.1.10).
   */
  isWithin (base: DistinguishedName): boolean {
    return beginsAlike(this, base) && this.#comparisonForm(base.#length) === base.#comparisonForm(base.#length)
  }

  get #length (): number {
    return this.relativeDistinguishedNames.length
  }

  // Kept, for a CA is looked for among many.
  #comparisonForm (count: number): string {
    const forms = this.#keptForms ??= new Map<number, string>()
    const known = forms.get(count) ?? comparisonForm(this, count)
    forms.set(count, known)
    return known
  }

  /** In the form of RFC 4514 (last relative distinguished name first), for people and logs: decide nothing on it. */
  toString (): string {
    return formatDistinguishedName(this)
  }

  /** The same, shortened to some 200 characters: for messages and logs, where the name may be a stranger's. It costs no more for a longer name. */
  toShortString (): string {
    return shortDistinguishedName(this)
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

export function distinguishedName (element: Element): DistinguishedName {
  const names = readChildren(expect(element, tags.sequence, 'Name'), relativeDistinguishedName, mostRelativeNames)
  return new DistinguishedName(encoding(element), names)
}

// Names in use have fewer than 20, and those of a stranger are read before anything is verified.
const mostRelativeNames = 128

const relativeDistinguishedName = (element: Element): readonly Attribute[] =>
  attributes(expect(element, tags.set, 'RelativeDistinguishedName'), 'RelativeDistinguishedName')

/** The attributes of a relative distinguished name, under whatever tag it stands. */
export const attributes = (element: Element, what: string): readonly Attribute[] => readMembers(element, what, attribute, mostAttributes)

// Of one relative name; nearly all have one.
const mostAttributes = 128

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
