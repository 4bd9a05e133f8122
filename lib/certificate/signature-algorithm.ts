import { constants, type KeyObject } from 'node:crypto'
import { CertificateError } from '../errors.js'
import { algorithmIdentifier, readAlgorithmIdentifier, type AlgorithmIdentifier } from './algorithm-identifier.js'
import { contextTag, Fields, onlyChild, readSmallInteger, readWhole, tags, type Element } from './der.js'
import { writeNull, writeObjectIdentifier, writeSequence } from './der-writer.js'
import { signatureAlgorithms as names } from './object-identifiers.js'

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

const algorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  [names.md5WithRSAEncryption, rsa('md5')],
  [names.sha1WithRSAEncryption, rsa('sha1')],
  [names.sha224WithRSAEncryption, rsa('sha224')],
  [names.sha256WithRSAEncryption, rsa('sha256')],
  [names.sha384WithRSAEncryption, rsa('sha384')],
  [names.sha512WithRSAEncryption, rsa('sha512')],
  [names['ecdsa-with-SHA1'], ecdsa('sha1')],
  [names['ecdsa-with-SHA224'], ecdsa('sha224')],
  [names['ecdsa-with-SHA256'], ecdsa('sha256')],
  [names['ecdsa-with-SHA384'], ecdsa('sha384')],
  [names['ecdsa-with-SHA512'], ecdsa('sha512')],
  [names['id-Ed25519'], { keyTypes: ['ed25519'], hash: null }],
  [names['id-Ed448'], { keyTypes: ['ed448'], hash: null }]
])

// RFC 4055, section 2.1.
const hashes: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512']
])

const mgf1 = '1.2.840.113549.1.1.8'

/**
 * What an AlgorithmIdentifier says, or `undefined` where it is not known here. Weak digests (MD5, SHA-1) are named like
 * any other: whether they are good enough is not decided here.
 * @throws CertificateError ERR_CERTIFICATE_MALFORMED: the parameters of RSASSA-PSS cannot be read
 */
export function signatureAlgorithm (identifier: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  return identifier.algorithm === names['id-RSASSA-PSS'] ? pss(identifier.parameters) : algorithms.get(identifier.algorithm)
}

// RFC 4055, section 3.1: SHA-1, 20 octets of salt and trailer field 1 are what an absent field says.
function pss (parameters: Buffer | undefined): SignatureAlgorithm | undefined {
  if (parameters === undefined) return undefined
  const fields = new Fields(readWhole(parameters, tags.sequence, 'RSASSA-PSS-params'), 'RSASSA-PSS-params')
  const hashField = fields.optional(contextTag(0, true))
  const maskField = fields.optional(contextTag(1, true))
  const saltLength = optionalInteger(fields.optional(contextTag(2, true)), 20, 'saltLength')
  const trailerField = optionalInteger(fields.optional(contextTag(3, true)), 1, 'trailerField')
  fields.end()
  const hash = hashField ? hashes.get(algorithmIn(hashField, 'hashAlgorithm').algorithm) : 'sha1'
  const maskHash = maskField ? maskGenerationHash(algorithmIn(maskField, 'maskGenAlgorithm')) : 'sha1'
  // `node:crypto` uses one digest for both, and knows one trailer.
  if (hash === undefined || hash !== maskHash || trailerField !== 1) return undefined
  return { keyTypes: ['rsa', 'rsa-pss'], hash, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
}

const algorithmIn = (field: Element, what: string) => algorithmIdentifier(onlyChild(field, tags.sequence, what))

const optionalInteger = (field: Element | undefined, absent: number, what: string) =>
  field === undefined ? absent : readSmallInteger(onlyChild(field, tags.integer, what), what)

function maskGenerationHash ({ algorithm, parameters }: AlgorithmIdentifier): string | undefined {
  if (algorithm !== mgf1 || parameters === undefined) return undefined
  return hashes.get(readAlgorithmIdentifier(parameters).algorithm)
}

/**
 * The DER of the AlgorithmIdentifier with which a key signs here, and what `node:crypto` calls the digest.
 * @throws CertificateError ERR_CERTIFICATE_UNSUPPORTED: a key of another type than RSA, EC, Ed25519 and Ed448
 */
export function signatureAlgorithmOf (key: KeyObject): { readonly identifier: Buffer, readonly hash: string | null } {
  const [algorithm, hash, parameters] = choice(key)
  return { identifier: writeSequence(writeObjectIdentifier(algorithm), ...parameters), hash }
}

// An elliptic-curve key signs with the digest of its own size (FIPS 186-5); RSA has a NULL parameter (RFC 4055).
function choice (key: KeyObject): [string, string | null, Buffer[]] {
  switch (key.asymmetricKeyType) {
    case 'rsa': return [names.sha256WithRSAEncryption, 'sha256', [writeNull()]]
    case 'ed25519': return [names['id-Ed25519'], null, []]
    case 'ed448': return [names['id-Ed448'], null, []]
    case 'ec': return curveChoice(key.asymmetricKeyDetails?.namedCurve)
    default: throw new CertificateError('UNSUPPORTED', `a key of type ${key.asymmetricKeyType ?? key.type} does not sign certificates here`)
  }
}

function curveChoice (curve: string | undefined): [string, string, Buffer[]] {
  if (curve === 'secp384r1') return [names['ecdsa-with-SHA384'], 'sha384', []]
  if (curve === 'secp521r1') return [names['ecdsa-with-SHA512'], 'sha512', []]
  return [names['ecdsa-with-SHA256'], 'sha256', []]
}
