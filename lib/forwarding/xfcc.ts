import { malformed } from './forwarded-certificate.js'

/** What one proxy says of its client: values by the key in lower case. Of some keys (`URI`, `DNS`) there may be several. */
export type XfccElement = ReadonlyMap<string, readonly string[]>

// A key and its value, and what is behind: the end of the pair, of the element, of the field. In quotes a backslash takes the
// character behind it as it is; Envoy's names come with backslashes of RFC 2253 before more than quotes. Some end an element by a
// semicolon, too. All in one expression, for it takes most of the time.
const pair = /[ \t]*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;]*))[ \t]*(;?)[ \t]*(,?)/y

// One for each name of a certificate, and some more: of so many nothing is left but a field that was written to take long.
const maxPairs = 1000

/**
 * The elements of `x-forwarded-client-cert` (Envoy's documentation, "HTTP header manipulation"), from the left, where the first
 * proxy wrote, to the right, where the last one did.
 * @throws ForwardedCertificateError it breaks that form in any way
 */
export function readXfcc (field: string): XfccElement[] {
  const elements: Array<Map<string, string[]>> = [new Map()]
  pair.lastIndex = 0
  for (let pairs = 0; pairs < maxPairs; pairs++) {
    const [, key, inQuotes, plain, semicolon, comma] = pair.exec(field) ?? noPair()
    add(elements[elements.length - 1], key.toLowerCase(), inQuotes?.replace(/\\(["\\])/g, '$1') ?? plain)
    if (comma !== '') elements.push(new Map())
    else if (pair.lastIndex === field.length) return elements
    else if (semicolon === '') throw malformed('a value of XFCC goes on behind its quotes, or has none where it needs them')
  }
  throw malformed(`XFCC has more than ${maxPairs} keys with their values`)
}

function noPair (): never {
  throw malformed('an element of XFCC has something that is no key with its value')
}

function add (element: Map<string, string[]>, key: string, value: string): void {
  const values = element.get(key)
  if (values === undefined) element.set(key, [value])
  else values.push(value)
}
