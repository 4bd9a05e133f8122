import { AuthorityError } from '../errors.js'
import { attributeTextProblem, DistinguishedName, parseDistinguishedName, readDistinguishedName, writeDistinguishedName, type Attribute, type AttributeName, type AttributeText } from '../certificate/index.js'
import { reworded } from './reworded.js'

/**
 * A distinguished name to write: its text in the form of RFC 4514 (`CN=alice,OU=Operations,O=Example`), the name of
 * another certificate, or its attributes in the order of the document, each a relative distinguished name of its own
 * (`[['organizationName', 'Example'], ['commonName', 'alice']]`).
 */
export type SubjectName = string | DistinguishedName | readonly AttributeText[]

/**
 * The name in full, seen to be one that RFC 5280 lets a CA write.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: an attribute that is unknown, empty, too long, or of characters that its type has not
 */
export function subjectName (subject: SubjectName): DistinguishedName {
  const name = parse(subject)
  for (const attribute of name.attributes) {
    const problem = (typeof subject === 'string' ? textProblem(attribute) : undefined) ?? problemOf(attribute)
    if (problem !== undefined) throw new AuthorityError(`subject: ${attribute.name} ${JSON.stringify(attribute.value)} ${problem}`)
  }
  return name
}

function parse (subject: SubjectName): DistinguishedName {
  if (subject instanceof DistinguishedName) return subject
  return reworded('subject', () => typeof subject === 'string'
    ? parseDistinguishedName(subject)
    : readDistinguishedName(writeDistinguishedName(subject.map((attribute) => [attribute]))))
}

// RFC 5280, appendix A.1: the upper bounds, in characters.
const upperBounds: Partial<Record<AttributeName, number>> = {
  commonName: 64,
  organizationName: 64,
  organizationalUnitName: 64,
  title: 64,
  serialNumber: 64,
  localityName: 128,
  stateOrProvinceName: 128,
  pseudonym: 128,
  emailAddress: 255
}

// What a text says may be a name to compare with, and none to write.
const textProblem = ({ type, value, stringType }: Attribute): string | undefined =>
  stringType === undefined ? undefined : attributeTextProblem(type, value)

function problemOf ({ name, value, stringType }: Attribute): string | undefined {
  if (stringType === undefined) return undefined
  if (value === '') return 'is empty'
  // Whoever prints or logs the name would print these, too.
  if (/\p{Cc}/u.test(value)) return 'holds a control character'
  const bound = upperBounds[name as AttributeName] ?? Infinity
  const length = [...value].length
  return length > bound ? `has ${length} characters, more than ${bound}` : undefined
}
