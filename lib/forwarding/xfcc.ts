import { malformed } from './forwarded-certificate.js'

/** What one proxy says of its client: values by the key in lower case. Of some keys (`URI`, `DNS`) there may be several. */
export type XfccElement = ReadonlyMap<string, readonly string[]>

const name = /[ \t]*([A-Za-z]+)=/y
// In quotes a backslash takes the character behind it as it is; Envoy's names come with backslashes of RFC 2253 before more than quotes.
const quoted = /"((?:[^"\\]|\\.)*)"/y
const plain = /[^",;]*/y
// Some end an element by a semicolon, too.
const elementEnd = /[ \t]*;?[ \t]*(?:(,)|$)/y
const pairEnd = /[ \t]*;/y

/**
 * The elements of `x-forwarded-client-cert` (Envoy's documentation, "HTTP header manipulation"), from the left, where the first
 * proxy wrote, to the right, where the last one did.
 * @throws ForwardedCertificateError it breaks that form in any way
 */
export function readXfcc (field: string): XfccElement[] {
  const elements: Array<Map<string, string[]>> = [new Map()]
  let position = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position
    const found = pattern.exec(field)
    if (found !== null) position += found[0].length
    return found
  }
  while (true) {
    const key = take(name)?.[1].toLowerCase()
    if (key === undefined) throw malformed('an element of XFCC has something that is no key with its value')
    const value = take(quoted)?.[1].replace(/\\(["\\])/g, '$1') ?? take(plain)![0]
    add(elements[elements.length - 1], key, value)
    const end = take(elementEnd)
    if (end !== null) {
      if (end[1] === undefined) return elements
      elements.push(new Map())
    } else if (take(pairEnd) === null) throw malformed('a value of XFCC goes on behind its quotes, or has none where it needs them')
  }
}

function add (element: Map<string, string[]>, key: string, value: string): void {
  const values = element.get(key)
  if (values === undefined) element.set(key, [value])
  else values.push(value)
}
