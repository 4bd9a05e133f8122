import { createPublicKey, KeyObject, subtle } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { encoding, expect, Fields, malformed, readBitStringOctets, tags, type Element } from './der.js'
import { writeObjectIdentifier } from './der-writer.js'
import { namedCurve } from './named-curves.js'
import { publicKeyAlgorithms } from './object-identifiers.js'
import { rsaKeyBits } from './rsa-key.js'

/** A SubjectPublicKeyInfo of RFC 5280, section 4.1.2.7. */
export interface SubjectPublicKeyInfo {
  readonly publicKeyAlgorithm: AlgorithmIdentifier
  /** The octets inside the BIT STRING. */
  readonly subjectPublicKey: Buffer
  /** The DER of the whole. */
  readonly subjectPublicKeyInfo: Buffer
}

export function readSubjectPublicKeyInfo (element: Element): SubjectPublicKeyInfo {
  const fields = new Fields(expect(element, tags.sequence, 'subjectPublicKeyInfo'), 'subjectPublicKeyInfo')
  const publicKeyAlgorithm = algorithmIdentifier(fields.take(tags.sequence, 'algorithm'))
  const subjectPublicKey = readBitStringOctets(fields.take(tags.bitString, 'subjectPublicKey'))
  fields.end()
  return { publicKeyAlgorithm, subjectPublicKey, subjectPublicKeyInfo: encoding(element) }
}

/**
 * The key in the form of `node:crypto`, by the quickest way there is: OpenSSL 3.0 takes 0.1 ms for a
 * SubjectPublicKeyInfo, whatever is in it, which is more than a signature of it takes to verify.
 * @throws CertificateError ERR_CERTIFICATE_UNSUPPORTED: `node:crypto` does not know such a key; ERR_CERTIFICATE_MALFORMED: octets that are no such key
 */
export function publicKeyOf (info: SubjectPublicKeyInfo): KeyObject {
  try {
    return load(info)
  } catch (cause) {
    throw unloadable(cause)
  }
}

/** The same, for who can wait: for the most usual curve there is a quicker way, which is not synchronous. Errors are the same. */
export async function loadPublicKey (info: SubjectPublicKeyInfo): Promise<KeyObject> {
  if (!isPlainP256(info)) return publicKeyOf(info)
  try {
    return KeyObject.from(await subtle.importKey('raw', info.subjectPublicKey, ecdsa, true, ['verify']))
  } catch (cause) {
    throw unloadable(cause)
  }
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' }

function unloadable (cause: unknown): CertificateError {
  if (cause instanceof CertificateError) return cause
  return new CertificateError('UNSUPPORTED', 'the public key is of a kind that is not known here', cause)
}

function load (info: SubjectPublicKeyInfo): KeyObject {
  const { publicKeyAlgorithm: { algorithm }, subjectPublicKey } = info
  if (isPlainP256(info)) return p256Key(subjectPublicKey)
  switch (algorithm) {
    case publicKeyAlgorithms.rsaEncryption: return rsaKey(subjectPublicKey)
    case publicKeyAlgorithms['id-Ed25519']: return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: subjectPublicKey.toString('base64url') } })
    case publicKeyAlgorithms['id-ecPublicKey']: checkPoint(info)
  }
  return createPublicKey({ format: 'der', type: 'spki', key: info.subjectPublicKeyInfo })
}

const p256 = writeObjectIdentifier('1.2.840.10045.3.1.7')

// Only on this curve the point is checked quicker than OpenSSL 3.0 finds its way through a SubjectPublicKeyInfo.
const isPlainP256 = ({ publicKeyAlgorithm: { algorithm, parameters }, subjectPublicKey }: SubjectPublicKeyInfo): boolean =>
  algorithm === publicKeyAlgorithms['id-ecPublicKey'] && parameters !== undefined && p256.equals(parameters) && subjectPublicKey.length === 65 && subjectPublicKey[0] === 0x04

function p256Key (point: Buffer): KeyObject {
  const x = point.toString('base64url', 1, 33)
  const y = point.toString('base64url', 33)
  return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } })
}

function rsaKey (key: Buffer): KeyObject {
  // OpenSSL passes over octets behind the key; they would be certified, too.
  if (rsaKeyBits(key) === 0) throw malformed('RSAPublicKey.modulus is zero')
  return createPublicKey({ format: 'der', type: 'pkcs1', key })
}

function checkPoint ({ publicKeyAlgorithm, subjectPublicKey }: SubjectPublicKeyInfo): void {
  namedCurve(publicKeyAlgorithm)
  // The point at infinity, one octet, is no key (SEC 1, section 3.2.2.1), yet OpenSSL loads it.
  if (subjectPublicKey.length < 2) throw malformed('the public key is no point of its curve')
}
