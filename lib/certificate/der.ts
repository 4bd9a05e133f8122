import { CertificateError } from '../errors.js'

/**
 * A reader of the Distinguished Encoding Rules (ITU-T X.690), for what PKIX documents need of them: single-octet
 * tags, definite lengths, nothing beyond the end. An element is a place in octets that stay where they are; nothing
 * is copied or decoded before it is asked for. Depth is bounded by the grammars that use it: none of them recurses.
 */
export interface Element {
  readonly octets: Buffer
  /** The identifier octet: class, constructed bit and number. */
  readonly tag: number
  /** Where the identifier octet stands. */
  readonly start: number
  /** Where the contents begin. */
  readonly from: number
  /** One past the last octet of the contents. */
  readonly end: number
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e
} as const

/** The identifier octet of a context-specific tag: `[number]`. */
export const contextTag = (number: number, constructed = false) => (constructed ? 0xa0 : 0x80) | number

// OpenSSL takes at most this many octets of certificates in a handshake (SSL_MAX_CERT_LIST_DEFAULT).
export const maxCertificateOctets = 100 * 1024

export function malformed (what: string, at?: number): CertificateError {
  return new CertificateError('MALFORMED', at === undefined ? what : `${what} at octet ${at}`)
}

/**
 * The element that begins at `position`. `end` is where the octets that it may use end.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: cut short, a long-form tag, or a length that DER does not allow
 */
export function readElement (octets: Buffer, position = 0, end = octets.length): Element {
  if (position + 2 > end) throw malformed('DER ends inside a header', position)
  const tag = octets[position]
  if ((tag & 0x1f) === 0x1f) throw malformed('DER tag number above 30', position)
  const first = octets[position + 1]
  if (first < 0x80) return place(octets, tag, position, position + 2, first, end)
  const count = first & 0x7f
  // Four length octets say 4 GiB, which is more than any document here may have.
  if (count === 0 || count > 4) throw malformed('DER length is indefinite or too long', position)
  if (position + 2 + count > end) throw malformed('DER ends inside a header', position)
  const length = octets.readUIntBE(position + 2, count)
  if (length < 0x80 || octets[position + 2] === 0) throw malformed('DER length is not minimal', position)
  return place(octets, tag, position, position + 2 + count, length, end)
}

function place (octets: Buffer, tag: number, start: number, from: number, length: number, limit: number): Element {
  const end = from + length
  if (end > limit) throw malformed('DER element is longer than what holds it', start)
  return { octets, tag, start, from, end }
}

/** The one element that `octets` consist of, with nothing behind it. */
export function readWhole (octets: Buffer, tag: number, what: string): Element {
  const element = expect(readElement(octets), tag, what)
  if (element.end !== octets.length) throw malformed(`${what} has octets behind its end`, element.end)
  return element
}

/** The same element, once its tag is seen to be the one that the grammar asks for. */
export function expect (element: Element | undefined, tag: number, what: string): Element {
  if (element === undefined) throw malformed(`${what} is missing`)
  if (element.tag !== tag) throw malformed(`${what} has tag 0x${element.tag.toString(16)}, not 0x${tag.toString(16)},`, element.start)
  return element
}

/** The elements inside a constructed one, in order. */
export function children (parent: Element): Element[] {
  const found: Element[] = []
  for (let position = parent.from; position < parent.end;) {
    const element = readElement(parent.octets, position, parent.end)
    found.push(element)
    position = element.end
  }
  return found
}

/** The elements of a SEQUENCE OF or SET OF that its grammar wants non-empty. */
export function members (parent: Element, what: string): Element[] {
  const found = children(parent)
  if (found.length === 0) throw malformed(`${what} is empty`, parent.start)
  return found
}

/** The one element inside an explicitly tagged one. */
export function onlyChild (parent: Element, tag: number, what: string): Element {
  const element = expect(readElement(parent.octets, parent.from, parent.end), tag, what)
  if (element.end !== parent.end) throw malformed(`${what} has octets behind its end`, element.end)
  return element
}

/** Walks through a SEQUENCE whose members are told apart by their tags: take what comes next, or see that it is not there. */
export class Fields {
  readonly #elements: Element[]
  readonly #what: string
  #next = 0

  constructor (parent: Element, what: string) {
    this.#elements = children(parent)
    this.#what = what
  }

  take (tag: number, field: string): Element {
    return expect(this.#elements[this.#next++], tag, `${this.#what}.${field}`)
  }

  takeAny (field: string): Element {
    const element = this.#elements[this.#next++]
    if (element === undefined) throw malformed(`${this.#what}.${field} is missing`)
    return element
  }

  optional (tag: number): Element | undefined {
    return this.#elements[this.#next]?.tag === tag ? this.#elements[this.#next++] : undefined
  }

  get hasMore (): boolean {
    return this.#next < this.#elements.length
  }

  end (): void {
    const left = this.#elements[this.#next]
    if (left !== undefined) throw malformed(`${this.#what} has a field too many`, left.start)
  }
}

/** The whole element, header and contents; a view, not a copy. */
export const encoding = (element: Element): Buffer => element.octets.subarray(element.start, element.end)

/** The contents of the element; a view, not a copy. */
export const contents = (element: Element): Buffer => element.octets.subarray(element.from, element.end)

export function readBoolean (element: Element): boolean {
  const value = element.octets[element.from]
  if (element.end - element.from !== 1 || (value !== 0 && value !== 0xff)) throw malformed('BOOLEAN is not 00 or FF', element.start)
  return value === 0xff
}

/** The contents of an INTEGER, seen to be minimal: two's complement, big end first. */
export function readInteger (element: Element): Buffer {
  const value = contents(element)
  if (value.length === 0) throw malformed('INTEGER is empty', element.start)
  const fill = value[0]
  const redundant = value.length > 1 && ((fill === 0 && value[1] < 0x80) || (fill === 0xff && value[1] >= 0x80))
  if (redundant) throw malformed('INTEGER is not minimal', element.start)
  return value
}

/** A small non-negative INTEGER: a version, a path length. */
export function readSmallInteger (element: Element, what: string): number {
  const value = readInteger(element)
  if (value[0] >= 0x80 || value.length > 4) throw malformed(`${what} is negative or too great`, element.start)
  return value.readUIntBE(0, value.length)
}

/** The octets of a BIT STRING that holds whole octets, as keys and signatures do. */
export function readBitStringOctets (element: Element): Buffer {
  if (element.end === element.from || element.octets[element.from] !== 0) throw malformed('BIT STRING does not hold whole octets', element.start)
  return element.octets.subarray(element.from + 1, element.end)
}

/** The numbers of the bits that are set in a named BIT STRING (X.690, 11.2.2: no trailing zero bits). */
export function readNamedBits (element: Element): number[] {
  const bits = contents(element)
  const unused = bits[0]
  if (bits.length === 0 || unused > 7 || (bits.length === 1 && unused !== 0)) throw malformed('BIT STRING has a wrong count of unused bits', element.start)
  const last = bits[bits.length - 1]
  if (bits.length > 1 && (last & ((1 << (unused + 1)) - 1)) !== 1 << unused) throw malformed('BIT STRING has trailing zero bits or padding', element.start)
  const found: number[] = []
  for (let bit = 0; bit < (bits.length - 1) * 8; bit++) {
    if ((bits[1 + (bit >> 3)] & (0x80 >> (bit & 7))) !== 0) found.push(bit)
  }
  return found
}

/** An OBJECT IDENTIFIER in dotted decimal form. */
export function readObjectIdentifier (element: Element): string {
  const { octets, from, end } = element
  if (end === from || octets[end - 1] >= 0x80) throw malformed('OBJECT IDENTIFIER is cut short', element.start)
  let text = ''
  for (let position = from; position < end;) {
    const arc = readArc(octets, position)
    text += text === '' ? firstArcs(arc.value) : `.${arc.value}`
    position = arc.next
  }
  return text
}

function readArc (octets: Buffer, start: number): { value: number, next: number } {
  if (octets[start] === 0x80) throw malformed('OBJECT IDENTIFIER is not minimal', start)
  let value = 0
  let position = start
  do {
    value = value * 128 + (octets[position] & 0x7f)
    // Arcs beyond this are no longer told apart by a number; UUID arcs (2.25) are the only ones that are so long.
    if (value > Number.MAX_SAFE_INTEGER) throw new CertificateError('UNSUPPORTED', `OBJECT IDENTIFIER has an arc above 2^53 at octet ${start}`)
  } while (octets[position++] >= 0x80)
  return { value, next: position }
}

function firstArcs (value: number): string {
  if (value < 40) return `0.${value}`
  return value < 80 ? `1.${value - 40}` : `2.${value - 80}`
}
