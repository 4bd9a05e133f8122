import { contents, expect, isPadding, malformed, readElement, tags, type Element } from './der.js'
import { write } from './der-writer.js'

// A PKCS #12 as NSS (Firefox) writes it is about ten levels deep; the grammar never asks for many more.
const maxDepth = 32

const constructed = 0x20
const endOfContents = 0x00

interface Header {
  readonly tag: number
  /** Where the contents begin. */
  readonly from: number
  /** One past the contents, or `undefined` for the indefinite form. */
  readonly end: number | undefined
}

/**
 * Basic Encoding Rules (ITU-T X.690) to DER, as far as stores of keys need it: indefinite and long-winded lengths become
 * definite and short, an OCTET STRING in pieces becomes whole. Everything else stays as it stands. What is inside an
 * OCTET STRING is not looked at.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: cut short, nested too deep, or with octets behind its end
 */
export function toDer (octets: Buffer): Buffer {
  const { der, next } = transcode(octets, 0, octets.length, 0)
  if (next !== octets.length) throw malformed('BER has octets behind its end', next)
  return der
}

/** The same of a file, behind whose document zero bytes and a line break may stand. */
export function fileToDer (octets: Buffer): Buffer {
  const { der, next } = transcode(octets, 0, octets.length, 0)
  if (!isPadding(octets.subarray(next))) throw malformed('BER has octets behind its end', next)
  return der
}

function transcode (octets: Buffer, start: number, limit: number, depth: number): { der: Buffer, next: number } {
  if (depth > maxDepth) throw malformed('BER is nested too deep', start)
  const { tag, from, end } = readHeader(octets, start, limit)
  if ((tag & constructed) === 0) return { der: write(tag, octets.subarray(from, end)), next: end! }
  const members: Buffer[] = []
  let position = from
  while (end === undefined ? !isEnd(octets, position, limit) : position < end) {
    const member = transcode(octets, position, end ?? limit, depth + 1)
    members.push(member.der)
    position = member.next
  }
  return { der: join(tag, members), next: end ?? position + 2 }
}

function readHeader (octets: Buffer, start: number, limit: number): Header {
  if (start + 2 > limit) throw malformed('BER ends inside a header', start)
  const tag = octets[start]
  if ((tag & 0x1f) === 0x1f) throw malformed('BER tag number above 30', start)
  const first = octets[start + 1]
  if (first < 0x80) return within(limit, { tag, from: start + 2, end: start + 2 + first }, start)
  const count = first & 0x7f
  if (count === 0) return indefinite(tag, start)
  // Four octets of length say 4 GiB, which is more than any store may have.
  if (count > 4 || start + 2 + count > limit) throw malformed('BER length is too long', start)
  const from = start + 2 + count
  return within(limit, { tag, from, end: from + octets.readUIntBE(start + 2, count) }, start)
}

function within (limit: number, header: Header & { end: number }, start: number): Header {
  if (header.end > limit) throw malformed('BER element is longer than what holds it', start)
  return header
}

function indefinite (tag: number, start: number): Header {
  if ((tag & constructed) === 0) throw malformed('BER length of a primitive element is indefinite', start)
  return { tag, from: start + 2, end: undefined }
}

function isEnd (octets: Buffer, position: number, limit: number): boolean {
  if (position + 2 > limit) throw malformed('BER of indefinite length has no end', position)
  return octets[position] === endOfContents && octets[position + 1] === 0
}

function join (tag: number, members: readonly Buffer[]): Buffer {
  if (tag !== (tags.octetString | constructed)) return write(tag, ...members)
  return write(tags.octetString, ...members.map(piece))
}

const piece = (der: Buffer): Buffer => contents(expect(readElement(der), tags.octetString, 'piece of an OCTET STRING'))

/** The octets of an OCTET STRING under an implicit tag, whole (`[n]` primitive) or in pieces (`[n]` constructed). */
export function implicitOctets (element: Element): Buffer {
  if ((element.tag & constructed) === 0) return contents(element)
  const pieces: Buffer[] = []
  for (let position = element.from; position < element.end;) {
    const each = expect(readElement(element.octets, position, element.end), tags.octetString, 'piece of an OCTET STRING')
    pieces.push(contents(each))
    position = each.end
  }
  return Buffer.concat(pieces)
}
