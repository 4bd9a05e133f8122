import { generateKeyPairSync } from 'node:crypto'
import { readCertificate, writeBitString, writeInteger, writePem, writeSequence, type Certificate } from '../../lib/certificate/index.js'
import { children, contents, encoding, readInteger, readWhole, tags } from '../../lib/certificate/der.js'
import type { Minted } from './mint.js'

/** The certificate with its last field, the BIT STRING of the signature, made anew. */
export const withSignatureField = (der: Buffer, field: Buffer): Buffer =>
  writeSequence(...children(readWhole(der, tags.sequence, 'Certificate')).slice(0, 2).map(encoding), field)

export const withSignature = ({ raw, signature }: Certificate, change: (signature: Buffer) => Buffer): Certificate =>
  readCertificate(withSignatureField(raw, writeBitString(change(signature))))

/** What anybody can make of a certificate whose issuer has a key on the curve: the same, with (r, n − s) in place of (r, s). */
export const twinOf = (certificate: Certificate, curve = 'P-256'): Certificate => withSignature(certificate, (signature) => {
  const { r, s } = numbersOf(signature)
  return ecdsaSignature(r, orderOf(curve) - s)
})

/** The same, with its key. */
export function twin (minted: Minted, curve?: string): Minted {
  const certificate = twinOf(minted.certificate, curve)
  return { ...minted, certificate, der: certificate.raw, pem: writePem('CERTIFICATE', certificate.raw) }
}

export function numbersOf (signature: Buffer): { r: bigint, s: bigint } {
  const [r, s] = children(readWhole(signature, tags.sequence, 'ECDSA-Sig-Value')).map((each) => BigInt(`0x${readInteger(each).toString('hex')}`))
  return { r, s }
}

export const ecdsaSignature = (r: bigint, s: bigint): Buffer => writeSequence(writeInteger(octetsOf(r)), writeInteger(octetsOf(s)))

export const octetsOf = (value: bigint, length = 0): Buffer => {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(Math.max(hex.length + hex.length % 2, length * 2), '0'), 'hex')
}

const known = new Map<string, bigint>()

export function orderOf (namedCurve: string): bigint {
  const order = known.get(namedCurve) ?? spelledOut(namedCurve)
  known.set(namedCurve, order)
  return order
}

/** What node:crypto says when it spells the curve out (SEC 1, appendix C.2). */
function spelledOut (namedCurve: string): bigint {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve, paramEncoding: 'explicit' })
  const [algorithm] = children(readWhole(publicKey.export({ type: 'spki', format: 'der' }), tags.sequence, 'SubjectPublicKeyInfo'))
  const [, parameters] = children(algorithm)
  return BigInt(`0x${readInteger(children(parameters)[4]).toString('hex')}`)
}

export const modulusOf = ({ certificate }: Minted): bigint => {
  const [modulus] = children(readWhole(certificate.subjectPublicKey, tags.sequence, 'RSAPublicKey'))
  return BigInt(`0x${contents(modulus).toString('hex')}`)
}
