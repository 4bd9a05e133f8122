import { CertificateError } from '../errors.js'
import type { AlgorithmIdentifier } from './algorithm-identifier.js'
import { Fields, readInteger, readWhole, tags } from './der.js'
import { writeInteger, writeSequence } from './der-writer.js'
import { curvesByOrder, type NamedCurve } from './named-curves.js'
import { signatureAlgorithms } from './object-identifiers.js'

/** An ECDSA-Sig-Value of RFC 3279, section 2.2.3. */
interface EcdsaSignature {
  readonly r: bigint
  readonly s: bigint
}

/**
 * What else is a signature of the same octets by the same key: where (r, s) is one by ECDSA, (r, n − s) is another, and anybody
 * can make it (SEC 1, section 4.1.4, sees only the abscissa of a point). All other algorithms that are known here have one form:
 * for them, and for octets that are no signature, there is none. Whose key it was is not asked for, so there is one for each
 * curve whose size fits.
 */
export function turnedSignatures ({ algorithm }: AlgorithmIdentifier, signature: Buffer): readonly Buffer[] {
  if (!ecdsaAlgorithms.has(algorithm)) return []
  const found = ecdsaSignature(signature)
  return found === undefined ? [] : curvesByOrder.filter((curve) => mayBeOn(found, curve)).map((curve) => turned(found, curve))
}

const ecdsaAlgorithms: ReadonlySet<string> = new Set(
  (['ecdsa-with-SHA1', 'ecdsa-with-SHA224', 'ecdsa-with-SHA256', 'ecdsa-with-SHA384', 'ecdsa-with-SHA512'] as const).map((name) => signatureAlgorithms[name])
)

function ecdsaSignature (signature: Buffer): EcdsaSignature | undefined {
  try {
    const fields = new Fields(readWhole(signature, tags.sequence, 'ECDSA-Sig-Value'), 'ECDSA-Sig-Value')
    const [r, s] = [readInteger(fields.take(tags.integer, 'r')), readInteger(fields.take(tags.integer, 's'))]
    fields.end()
    return { r: unsigned(r), s: unsigned(s) }
  } catch (error) {
    if (error instanceof CertificateError) return undefined
    throw error
  }
}

const unsigned = (integer: Buffer): bigint => BigInt(`0x${integer.toString('hex')}`)

// Both numbers begin with so many zeros once in 2^128 signatures.
const mostLeadingZeros = 64

const mayBeOn = ({ r, s }: EcdsaSignature, { order, bits }: NamedCurve): boolean =>
  r < order && s < order && (r > s ? r : s) >> BigInt(bits - mostLeadingZeros) > 0n

const turned = ({ r, s }: EcdsaSignature, { order }: NamedCurve): Buffer => writeSequence(integer(r), integer(order - s))

function integer (value: bigint): Buffer {
  const hex = value.toString(16)
  return writeInteger(Buffer.from(hex.padStart(hex.length + hex.length % 2, '0'), 'hex'))
}
