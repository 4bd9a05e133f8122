import { readElement, tags, type Element } from './der.js'
import type { DistinguishedName } from './distinguished-name.js'
import { readEntry, revokedCertificate, type Entry, type RevokedCertificate } from './revoked-certificate.js'
import { writeSerialNumber } from './serial-number.js'
import { isSame, UsualEntries } from './usual-entry.js'

/**
 * Where the entries of a list are, by serial number: 12 octets an entry. Made of the octets in one way only, so it may be
 * kept with them, or made in another thread.
 */
export interface EntryIndex {
  readonly size: number
  /** Whether any entry says something that may not be passed over and is not understood here. */
  readonly hasUnknownCriticalExtension: boolean
  /** Where the entry of each number begins; the numbers begin with 1. */
  readonly starts: Uint32Array<ArrayBuffer>
  /** The number of the last entry of each chain, and of the one before each entry in its chain; 0 is none. */
  readonly last: Uint32Array<ArrayBuffer>
  readonly before: Uint32Array<ArrayBuffer>
  /**
   * Of each entry, the number of the one that names the issuer of its certificate (RFC 5280, section 5.3.3: it holds for
   * those that follow, too); 0 is none. `undefined` where no entry names one.
   */
  readonly naming: Uint32Array<ArrayBuffer> | undefined
}

/**
 * The entries of a certificate list, by serial number: octets that were checked once, and an index of typed arrays, for a
 * list may have a million. An entry is decoded when it is asked for.
 *
 * Entries whose serial numbers have the same hash make a chain. Building it takes the same time whatever the octets are;
 * to make finding slow is for the issuer alone, once the signature is verified.
 */
export class RevokedCertificates {
  readonly index: EntryIndex
  readonly #version: 1 | 2
  readonly #parent: Element

  /**
   * @param index of these very octets, where it was made before: they are not read again
   * @throws CertificateError ERR_CERTIFICATE_MALFORMED, ERR_CERTIFICATE_UNSUPPORTED: an entry that cannot be read
   */
  constructor (parent: Element, version: 1 | 2, index = readIndex(parent, version)) {
    this.#version = version
    this.#parent = parent
    this.index = index
    Object.freeze(this)
  }

  get size (): number { return this.index.size }
  get hasUnknownCriticalExtension (): boolean { return this.index.hasUnknownCriticalExtension }

  /** The first entry of this serial number, in lower-case hexadecimal, whose issuer, `undefined` where it names none, is the right one. */
  find (serialNumber: string, isRight: (certificateIssuer: DistinguishedName | undefined) => boolean): RevokedCertificate | undefined {
    const integer = writeSerialNumber(serialNumber)
    const { size, starts, last, before } = this.index
    let found: RevokedCertificate | undefined
    // A chain begins at its last entry. There is none where the list is empty.
    for (let number = last[chainOf(integer, 0, integer.length, size)] ?? 0; number !== 0; number = before[number]) {
      const element = readElement(this.#parent.octets, starts[number], this.#parent.end)
      if (!isFirst(integer, element)) continue
      const certificateIssuer = this.#issuerOf(number)
      if (isRight(certificateIssuer)) found = revokedCertificate(readEntry(element, this.#version), certificateIssuer)
    }
    return found
  }

  #issuerOf (number: number): DistinguishedName | undefined {
    const naming = this.index.naming?.[number] ?? 0
    if (naming === 0) return undefined
    return readEntry(readElement(this.#parent.octets, this.index.starts[naming], this.#parent.end), this.#version).extensions.certificateIssuer
  }

  * [Symbol.iterator] (): Generator<RevokedCertificate, undefined> {
    let certificateIssuer: DistinguishedName | undefined
    for (const element of elements(this.#parent)) {
      const entry = readEntry(element, this.#version)
      certificateIssuer = entry.extensions.certificateIssuer ?? certificateIssuer
      yield revokedCertificate(entry, certificateIssuer)
    }
  }
}

function readIndex (parent: Element, version: 1 | 2): EntryIndex {
  const { octets, end } = parent
  const size = count(parent)
  const [starts, last, before] = [new Uint32Array(size + 1), new Uint32Array(size), new Uint32Array(size + 1)]
  const usual = new UsualEntries(octets)
  let hasUnknownCriticalExtension = false
  let naming: Uint32Array<ArrayBuffer> | undefined
  for (let number = 1, position = parent.from; number <= size; number++) {
    const usualEnd = usual.serialNumberEnd(position, end)
    const unusual = usualEnd === 0 ? readUnusual(readElement(octets, position, end), version, usual) : undefined
    hasUnknownCriticalExtension ||= unusual?.extensions.hasUnknownCriticalExtension === true
    if (unusual?.extensions.certificateIssuer !== undefined) naming = named(naming, number, size)
    else if (naming !== undefined) naming[number] = naming[number - 1]
    // The header of a usual entry has two octets.
    const chain = unusual === undefined ? chainOf(octets, position + 2, usualEnd, size) : chainOf(octets, unusual.userCertificate.start, unusual.userCertificate.end, size)
    starts[number] = position
    before[number] = last[chain]
    last[chain] = number
    position = unusual === undefined ? position + 2 + octets[position + 1] : unusual.end
  }
  return Object.freeze({ size, hasUnknownCriticalExtension, starts, last, before, naming })
}

function readUnusual (element: Element, version: 1 | 2, usual: UsualEntries): Entry & { readonly end: number } {
  const entry = readEntry(element, version)
  const { extensions: { certificateIssuer, hasUnknownCriticalExtension }, revocationDateEnd } = entry
  const isOfItselfAlone = certificateIssuer === undefined && !hasUnknownCriticalExtension
  if (isOfItselfAlone && revocationDateEnd < element.end) usual.learn(element.octets.subarray(revocationDateEnd, element.end))
  return { ...entry, end: element.end }
}

// Most lists name nobody, and need no such array.
function named (naming: Uint32Array<ArrayBuffer> | undefined, number: number, size: number): Uint32Array<ArrayBuffer> {
  const array = naming ?? new Uint32Array(size + 1)
  array[number] = number
  return array
}

function chainOf (octets: Buffer, from: number, end: number, chains: number): number {
  // FNV-1a, over the whole INTEGER.
  let hash = 0x811c9dc5
  for (let position = from; position < end; position++) hash = Math.imul(hash ^ octets[position], 0x01000193)
  return (hash >>> 0) % chains
}

function * elements (parent: Element): Generator<Element, undefined> {
  for (let position = parent.from; position < parent.end;) {
    const element = readElement(parent.octets, position, parent.end)
    yield element
    position = element.end
  }
}

function count ({ octets, from, end }: Element): number {
  let found = 0
  for (let position = from; position < end; found++) {
    const short = position + 2 + octets[position + 1]
    position = octets[position] === tags.sequence && octets[position + 1] < 0x80 && short <= end ? short : readElement(octets, position, end).end
  }
  return found
}

// DER says a number in one way only, and no element is the beginning of another.
const isFirst = (integer: Buffer, { octets, from, end }: Element) => integer.length <= end - from && isSame(integer, octets, from)
