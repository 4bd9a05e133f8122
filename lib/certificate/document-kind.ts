import { expect, readElement, tags, type Element } from './der.js'

/** What DER looks like, by the tags of its outer fields. */
export type DocumentKind =
  'certificate' | 'certification request' | 'certificate list (CRL)' | 'private key' | 'encrypted private key' | 'public key' |
  'PKCS #7' | 'PKCS #12' | 'OCSP response'

// The tags of the outer fields, and those of the first one of them, in hexadecimal.
const outer: ReadonlyArray<readonly [kind: DocumentKind, fields: RegExp]> = [
  ['PKCS #12', /^02 30 30 |^02 30 $/],
  ['private key', /^02 (?:30 04|02 02|04) /],
  ['encrypted private key', /^30 04 /],
  ['public key', /^30 03 $/],
  ['PKCS #7', /^06 a0 /],
  ['OCSP response', /^0a /]
]

// RFC 5280, sections 4.1 and 5.1; RFC 2986, section 4.1. Each matches as far as the fields are those of its grammar.
const signed: ReadonlyArray<readonly [kind: DocumentKind, fields: RegExp]> = [
  ['certification request', /^02 (?:30 (?:30 (?:a0 )?)?)?/],
  ['certificate', /^(?:a0 )?02 (?:30 ){0,5}(?:a3 )?/],
  ['certificate list (CRL)', /^(?:02 )?30 30 1[78] (?:1[78] )?(?:30 )?(?:a0 )?/]
]

/**
 * The kind of document whose grammar the DER follows furthest: the one whose reader can say what is wrong with it.
 * `undefined` where it follows none. Nothing else is looked at.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: not a SEQUENCE, or DER that breaks off in the fields that tell
 */
export function documentKind (der: Buffer): DocumentKind | undefined {
  const fields = elementsIn(expect(readElement(der), tags.sequence, 'the document'))
  const shape = shapeOf(fields)
  return shape.startsWith('30 30 ') ? furthest(shapeOf(elementsIn(fields[0]))) : outer.find(([, pattern]) => pattern.test(shape))?.[0]
}

function furthest (shape: string): DocumentKind | undefined {
  const reached = signed.map(([kind, fields]) => ({ kind, length: fields.exec(shape)?.[0].length ?? 0 }))
  const [best] = reached.sort((one, other) => other.length - one.length)
  return best.length === 0 ? undefined : best.kind
}

const shapeOf = (elements: readonly Element[]): string => elements.map(({ tag }) => `${tag.toString(16).padStart(2, '0')} `).join('')

// More than any of these grammars has.
const maxElements = 12

function elementsIn ({ octets, from, end }: Element): readonly Element[] {
  const found: Element[] = []
  for (let position = from; position < end && found.length < maxElements;) {
    const element = readElement(octets, position, end)
    found.push(element)
    position = element.end
  }
  return found
}
