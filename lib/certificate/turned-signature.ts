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
 * The other signatures of the same bytes by the same key: if (r, s) is one by ECDSA, so is (r, n − s), and anybody can make it
 * (SEC 1, section 4.1.4, compares only the x-coordinate of a point). All other algorithms that are known here have one form, so
 * for them there is none, and none for bytes that are not a signature. The key is not known here, so there is one signature for
 * each curve whose size fits.
 */
export function turnedSignatures ({ algorithm }: AlgorithmIdentifier, signature: Buffer): readonly Buffer[] {
  if (!ecdsaAlgorithms.has(algorithm)) return []
  const found = ecdsaSignature(signature)
  if (found === undefined) return []
  return curvesByOrder.filter((curve) => mayBeOn(found, curve)).map((curve) => turned(found, curve))
}

const ecdsaAlgorithms: ReadonlySet<string> = new Set([
  signatureAlgorithms['ecdsa-with-SHA1'],
  signatureAlgorithms['ecdsa-with-SHA224'],
  signatureAlgorithms['ecdsa-with-SHA256'],
  signatureAlgorithms['ecdsa-with-SHA384'],
  signatureAlgorithms['ecdsa-with-SHA512']
])

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
