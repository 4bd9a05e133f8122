import { createPublicKey, type KeyObject } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { encoding, expect, Fields, malformed, readBitStringOctets, tags, type Element } from './der.js'
import { writeObjectIdentifier } from './der-writer.js'
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
    if (cause instanceof CertificateError) throw cause
    throw new CertificateError('UNSUPPORTED', 'the public key is of a kind that is not known here', cause)
  }
}

function load ({ publicKeyAlgorithm: { algorithm, parameters }, subjectPublicKey, subjectPublicKeyInfo }: SubjectPublicKeyInfo): KeyObject {
  switch (algorithm) {
    case publicKeyAlgorithms.rsaEncryption: return rsaKey(subjectPublicKey)
    case publicKeyAlgorithms['id-Ed25519']: return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: subjectPublicKey.toString('base64url') } })
    case publicKeyAlgorithms['id-ecPublicKey']: return ellipticKey(parameters, subjectPublicKey, subjectPublicKeyInfo)
    default: return anyKey(subjectPublicKeyInfo)
  }
}

const anyKey = (key: Buffer): KeyObject => createPublicKey({ format: 'der', type: 'spki', key })

function rsaKey (key: Buffer): KeyObject {
  // OpenSSL passes over octets behind the key; they would be certified, too.
  if (rsaKeyBits(key) === 0) throw malformed('RSAPublicKey.modulus is zero')
  return createPublicKey({ format: 'der', type: 'pkcs1', key })
}

const p256 = writeObjectIdentifier('1.2.840.10045.3.1.7')

function ellipticKey (curve: Buffer | undefined, point: Buffer, subjectPublicKeyInfo: Buffer): KeyObject {
  // RFC 5480, section 2.1.1: a curve is named. One that is spelled out is whatever its writer likes (CVE-2020-0601).
  if (curve === undefined || curve[0] !== tags.objectIdentifier) throw new CertificateError('UNSUPPORTED', 'the public key is on a curve that is not named')
  // The point at infinity, one octet, is no key (SEC 1, section 3.2.2.1), yet OpenSSL loads it.
  if (point.length < 2) throw malformed('the public key is no point of its curve')
  // Only on this curve the point is checked quicker than OpenSSL finds its way through a SubjectPublicKeyInfo.
  const isQuick = point.length === 65 && point[0] === 0x04 && p256.equals(curve)
  return isQuick ? p256Key(point) : anyKey(subjectPublicKeyInfo)
}

function p256Key (point: Buffer): KeyObject {
  const x = point.toString('base64url', 1, 33)
  const y = point.toString('base64url', 33)
  return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } })
}
