import { readElement, type Element } from './der.js'
import { readEntry, revokedCertificate, type RevokedCertificate } from './revoked-certificate.js'
import { writeSerialNumber } from './serial-number.js'

/**
 * The entries of a certificate list, by serial number: octets that were checked once, and typed arrays of 12 octets an
 * entry, for a list may have a million. An entry is decoded when it is asked for.
 *
 * Entries whose serial numbers have the same hash make a chain. Building it takes the same time whatever the octets are;
 * to make finding slow is for the issuer alone, once the signature is verified.
 */
export class RevokedCertificates {
  readonly size: number
  /** Whether any entry says something that may not be passed over and is not understood here. */
  readonly hasUnknownCriticalExtension: boolean
  readonly #version: 1 | 2
  readonly #parent: Element
  /** Where the entry of each number begins; the numbers begin with 1. */
  readonly #starts: Uint32Array
  /** The number of the last entry of each chain, and of the one before each entry in its chain; 0 is none. */
  readonly #last: Uint32Array
  readonly #before: Uint32Array

  /** @throws CertificateError ERR_CERTIFICATE_MALFORMED, ERR_CERTIFICATE_UNSUPPORTED: an entry that cannot be read */
  constructor (parent: Element, version: 1 | 2) {
    this.#version = version
    this.#parent = parent
    this.size = count(parent)
    this.#starts = new Uint32Array(this.size + 1)
    this.#last = new Uint32Array(this.size)
    this.#before = new Uint32Array(this.size + 1)
    this.hasUnknownCriticalExtension = this.#fill()
    Object.freeze(this)
  }

  #fill (): boolean {
    let isAnyUnknown = false
    let number = 0
    for (const element of elements(this.#parent)) {
      const { userCertificate, extensions } = readEntry(element, this.#version)
      isAnyUnknown ||= extensions.hasUnknownCriticalExtension
      this.#add(++number, element.start, this.#chain(userCertificate.octets, userCertificate.start, userCertificate.end))
    }
    return isAnyUnknown
  }

  #add (number: number, start: number, chain: number): void {
    this.#starts[number] = start
    this.#before[number] = this.#last[chain]
    this.#last[chain] = number
  }

  #chain (octets: Buffer, from: number, end: number): number {
    // FNV-1a, over the whole INTEGER.
    let hash = 0x811c9dc5
    for (let position = from; position < end; position++) hash = Math.imul(hash ^ octets[position], 0x01000193)
    return (hash >>> 0) % this.size
  }

  /** The first entry of this serial number, in lower-case hexadecimal. */
  find (serialNumber: string): RevokedCertificate | undefined {
    const integer = writeSerialNumber(serialNumber)
    let found: Element | undefined
    // A chain begins at its last entry. There is none where the list is empty.
    for (let number = this.#last[this.#chain(integer, 0, integer.length)] ?? 0; number !== 0; number = this.#before[number]) {
      const element = readElement(this.#parent.octets, this.#starts[number], this.#parent.end)
      if (isFirst(integer, element)) found = element
    }
    return found && revokedCertificate(readEntry(found, this.#version))
  }

  * [Symbol.iterator] (): Generator<RevokedCertificate, undefined> {
    for (const element of elements(this.#parent)) yield revokedCertificate(readEntry(element, this.#version))
  }
}

function * elements (parent: Element): Generator<Element, undefined> {
  for (let position = parent.from; position < parent.end;) {
    const element = readElement(parent.octets, position, parent.end)
    yield element
    position = element.end
  }
}

function count (parent: Element): number {
  let found = 0
  for (let position = parent.from; position < parent.end; found++) position = readElement(parent.octets, position, parent.end).end
  return found
}

// DER says a number in one way only, and no element is the beginning of another.
const isFirst = (integer: Buffer, { octets, from, end }: Element) =>
  integer.length <= end - from && integer.compare(octets, from, from + integer.length) === 0
