import { hash } from 'node:crypto'

/** What the derived octets are for: the diversifier of RFC 7292, appendix B.3. */
export const purposes = { key: 1, initializationVector: 2, mac: 3 } as const

// Octets of a digest and of the block that its compression works on (FIPS 180-4): `u` and `v` of RFC 7292.
export const digestSizes = {
  sha1: { digest: 20, block: 64 },
  sha224: { digest: 28, block: 64 },
  sha256: { digest: 32, block: 64 },
  sha384: { digest: 48, block: 128 },
  sha512: { digest: 64, block: 128 }
} as const

export type Digest = keyof typeof digestSizes

export interface Derivation {
  readonly digest: Digest
  readonly purpose: typeof purposes[keyof typeof purposes]
  /** The password as a BMPString with its terminator (RFC 7292, appendix B.1). */
  readonly password: Buffer
  readonly salt: Buffer
  readonly iterations: number
  /** How many octets to derive. */
  readonly length: number
}

/** Octets from a password, by the method of RFC 7292, appendix B.2; about 2 µs for each iteration. */
export function deriveOctets ({ digest, purpose, password, salt, iterations, length }: Derivation): Buffer {
  const { digest: size, block } = digestSizes[digest]
  const diversifier = Buffer.alloc(block, purpose)
  const input = Buffer.concat([fill(salt, block), fill(password, block)])
  const found: Buffer[] = []
  for (let have = 0; have < length; have += size) {
    let octets = hash(digest, Buffer.concat([diversifier, input]), 'buffer')
    for (let round = 1; round < iterations; round++) octets = hash(digest, octets, 'buffer')
    found.push(octets)
    addToEach(input, repeat(octets, block), block)
  }
  return Buffer.concat(found).subarray(0, length)
}

/** Copies of `octets`, to the next multiple of the block; nothing stays nothing. */
const fill = (octets: Buffer, block: number) => repeat(octets, Math.ceil(octets.length / block) * block)

const repeat = (octets: Buffer, length: number) => length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, octets)

/** To each block of `input`, as a number with its big end first, adds `addend` and 1. */
function addToEach (input: Buffer, addend: Buffer, block: number): void {
  for (let start = 0; start < input.length; start += block) {
    let carry = 1
    for (let index = block - 1; index >= 0; index--) {
      carry += input[start + index] + addend[index]
      input[start + index] = carry & 0xff
      carry >>= 8
    }
  }
}
