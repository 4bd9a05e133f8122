import { expect, Fields, malformed, members, readChildren, readObjectIdentifier, tags, type Element } from './der.js'
import { readExtensions, type Extension } from './extensions.js'
import { requestAttributeTypes } from './object-identifiers.js'

/** What the attributes of a request say. */
export interface RequestAttributes {
  readonly extensions: readonly Extension[]
  /** The types of the other attributes, dotted. */
  readonly otherAttributes: readonly string[]
}

interface RequestAttribute {
  readonly type: string
  readonly values: readonly Element[]
}

/** The attributes inside `[0]`: RFC 2986, section 4.1. An absent field, which some writers leave out where it is empty, has none. */
export function readRequestAttributes (element: Element | undefined): RequestAttributes {
  const attributes = element === undefined ? [] : readChildren(element, requestAttribute)
  const types = attributes.map(({ type }) => type)
  const twice = types.find((type, index) => types.indexOf(type) !== index)
  if (twice !== undefined) throw malformed(`the attribute ${twice} stands twice`)
  return {
    extensions: extensionsOf(attributes.filter(asksForExtensions)),
    otherAttributes: Object.freeze(attributes.filter((each) => !asksForExtensions(each)).map(({ type }) => type))
  }
}

function requestAttribute (element: Element): RequestAttribute {
  const fields = new Fields(expect(element, tags.sequence, 'Attribute'), 'Attribute')
  const type = readObjectIdentifier(fields.take(tags.objectIdentifier, 'type'))
  const values = members(fields.take(tags.set, 'values'), `the attribute ${type}`)
  fields.end()
  return { type, values }
}

const asksForExtensions = ({ type }: RequestAttribute): boolean =>
  type === requestAttributeTypes.extensionRequest || type === requestAttributeTypes.certificateExtensions

const none: readonly Extension[] = Object.freeze([])

// Of two lists one reader would take the one, and another reader the other.
function extensionsOf (requests: readonly RequestAttribute[]): readonly Extension[] {
  if (requests.length === 0) return none
  if (requests.length > 1) throw malformed('the request asks for extensions in two attributes')
  const [{ type, values }] = requests
  if (values.length > 1) throw malformed(`the attribute ${type} has ${values.length} values, and not one`)
  const extensions = expect(values[0], tags.sequence, 'Extensions')
  // OpenSSL wrote an empty list where none was asked for; it says the same.
  return extensions.from === extensions.end ? none : readExtensions(extensions)
}
