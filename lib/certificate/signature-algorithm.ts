import { constants, type KeyObject } from 'node:crypto'
import { contextTag, Fields, onlyChild, readSmallInteger, readWhole, tags } from './der.js'
import { algorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { writeNull, writeObjectIdentifier, writeSequence } from './der-writer.js'

/** A signature algorithm in the words of `node:crypto`. */
export interface SignatureAlgorithm {
  /** What `KeyObject.asymmetricKeyType` has to be, one of these. */
  readonly keyTypes: readonly string[]
  /** The digest's name, or `null` where the algorithm brings its own (Ed25519, Ed448). */
  readonly hash: string | null
  /** For RSASSA-PSS. */
  readonly padding?: number
  readonly saltLength?: number
}

const rsa = (hash: string): SignatureAlgorithm => ({ keyTypes: ['rsa'], hash })
const ecdsa = (hash: string): SignatureAlgorithm => ({ keyTypes: ['ec'], hash })

// RFC 3279, RFC 4055, RFC 5758, RFC 8410.
const rsassaPss = '1.2.840.113549.1.1.10'
const algorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['1.2.840.113549.1.1.4', rsa('md5')],
  ['1.2.840.113549.1.1.5', rsa('sha1')],
  ['1.2.840.113549.1.1.14', rsa('sha224')],
  ['1.2.840.113549.1.1.11', rsa('sha256')],
  ['1.2.840.113549.1.1.12', rsa('sha384')],
  ['1.2.840.113549.1.1.13', rsa('sha512')],
  ['1.2.840.10045.4.1', ecdsa('sha1')],
  ['1.2.840.10045.4.3.1', ecdsa('sha224')],
  ['1.2.840.10045.4.3.2', ecdsa('sha256')],
  ['1.2.840.10045.4.3.3', ecdsa('sha384')],
  ['1.2.840.10045.4.3.4', ecdsa('sha512')],
  ['1.3.101.112', { keyTypes: ['ed25519'], hash: null }],
  ['1.3.101.113', { keyTypes: ['ed448'], hash: null }]
])

const hashes: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512']
])

/** What an AlgorithmIdentifier says, or `undefined` where it is not known here.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: the parameters of RSASSA-PSS cannot be read */
export function signatureAlgorithm (identifier: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  return identifier.algorithm === rsassaPss ? pss(identifier.parameters) : algorithms.get(identifier.algorithm)
}

// RFC 4055, section 3.1: SHA-1 and 20 octets of salt are what an absent field says.
function pss (parameters: Buffer | undefined): SignatureAlgorithm | undefined {
  if (parameters === undefined) return undefined
  const fields = new Fields(readWhole(parameters, tags.sequence, 'RSASSA-PSS-params'), 'RSASSA-PSS-params')
  const hashField = fields.optional(contextTag(0, true))
  const maskField = fields.optional(contextTag(1, true))
  const saltField = fields.optional(contextTag(2, true))
  fields.optional(contextTag(3, true))
  fields.end()
  const hash = hashField ? hashes.get(algorithmIdentifier(onlyChild(hashField, tags.sequence, 'hashAlgorithm')).algorithm) : 'sha1'
  const maskHash = maskField ? maskGenerationHash(algorithmIdentifier(onlyChild(maskField, tags.sequence, 'maskGenAlgorithm'))) : 'sha1'
  // `node:crypto` uses one digest for both.
  if (hash === undefined || hash !== maskHash) return undefined
  const saltLength = saltField ? readSmallInteger(onlyChild(saltField, tags.integer, 'saltLength'), 'saltLength') : 20
  return { keyTypes: ['rsa', 'rsa-pss'], hash, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
}

function maskGenerationHash (identifier: AlgorithmIdentifier): string | undefined {
  const isMgf1 = identifier.algorithm === '1.2.840.113549.1.1.8'
  if (!isMgf1 || identifier.parameters === undefined) return undefined
  return hashes.get(algorithmIdentifier(readWhole(identifier.parameters, tags.sequence, 'MGF1')).algorithm)
}

/** The DER of the AlgorithmIdentifier with which a key signs here, and what `node:crypto` calls the digest. */
export function signatureAlgorithmOf (key: KeyObject): { readonly identifier: Buffer, readonly hash: string | null } {
  const [algorithm, hash, parameters] = choice(key)
  return { identifier: writeSequence(writeObjectIdentifier(algorithm), ...parameters), hash }
}

// An elliptic-curve key signs with the digest of its own size (FIPS 186-5); RSA has a NULL parameter (RFC 4055).
function choice (key: KeyObject): [string, string | null, Buffer[]] {
  switch (key.asymmetricKeyType) {
    case 'rsa': return ['1.2.840.113549.1.1.11', 'sha256', [writeNull()]]
    case 'ed25519': return ['1.3.101.112', null, []]
    case 'ed448': return ['1.3.101.113', null, []]
    case 'ec': return curveChoice(key.asymmetricKeyDetails?.namedCurve)
    default: throw new TypeError(`a key of type ${key.asymmetricKeyType} does not sign certificates here`)
  }
}

function curveChoice (curve: string | undefined): [string, string, Buffer[]] {
  if (curve === 'secp384r1') return ['1.2.840.10045.4.3.3', 'sha384', []]
  if (curve === 'secp521r1') return ['1.2.840.10045.4.3.4', 'sha512', []]
  return ['1.2.840.10045.4.3.2', 'sha256', []]
}
