import { createVerify, verify, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { CertificateError } from '../errors.js'
import { signatureAlgorithm, strongHashes, type Certificate, type CertificateList } from '../certificate/index.js'

/** All that a signature is verified with, in the words of `node:crypto`. */
interface Means {
  readonly hash: string | null
  readonly key: { readonly key: KeyObject, readonly padding?: number, readonly saltLength?: number }
}

// A list may have a million entries: it is hashed once for a key, and not for each path that is judged by it.
const remembered = new WeakMap<CertificateList, Map<string, boolean>>()

/**
 * Whether the key of `issuer` signed the list. Asked once of each list and key, then remembered. Names, key usage and dates
 * are not looked at; signatures with MD5 and SHA-1 prove nothing, nor do algorithms and keys that are not known here.
 */
export function isListSignedBy (list: CertificateList, issuer: Certificate): boolean {
  return recall(list, issuer) ?? remember(list, issuer, check(list, issuer))
}

/**
 * The same for who can wait: the list is hashed and the signature verified on the thread pool of Node, or part by part, and
 * `isListSignedBy` knows the answer from then on.
 */
export async function confirmListSignature (list: CertificateList, issuer: Certificate): Promise<boolean> {
  return recall(list, issuer) ?? remember(list, issuer, await confirm(list, issuer))
}

const keyOf = (issuer: Certificate): string => issuer.subjectPublicKeyInfo.toString('latin1')

const recall = (list: CertificateList, issuer: Certificate): boolean | undefined => remembered.get(list)?.get(keyOf(issuer))

function remember (list: CertificateList, issuer: Certificate, isGood: boolean): boolean {
  const known = remembered.get(list) ?? new Map<string, boolean>()
  remembered.set(list, known.set(keyOf(issuer), isGood))
  return isGood
}

const verifyOnThreadPool = promisify(verify)

function check (list: CertificateList, issuer: Certificate): boolean {
  const means = meansOf(list, issuer)
  return means !== undefined && falseIfUnfit(() => verify(means.hash, list.tbsCertificateList, means.key, list.signature))
}

function falseIfUnfit (check: () => boolean): boolean {
  try {
    return check()
  } catch (error) {
    // An RSASSA-PSS key may name the only digest and the least salt that it is for.
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_OSSL_') === true) return false
    throw error
  }
}

async function confirm (list: CertificateList, issuer: Certificate): Promise<boolean> {
  const means = meansOf(list, issuer)
  if (means !== undefined && means.hash !== null && list.tbsCertificateList.length > mostOctetsToCopy) return confirmInParts(list, means.hash, means.key)
  // What does not fit an RSASSA-PSS key ends the whole process where the thread pool finds it (Node before 24).
  if (means === undefined || means.key.key.asymmetricKeyType === 'rsa-pss') return check(list, issuer)
  return verifyOnThreadPool(means.hash, list.tbsCertificateList, means.key, list.signature)
}

// What is given to the thread pool is copied first: for a million entries that stops the event loop for longer than to hash them here, part by part.
const mostOctetsToCopy = 1024 * 1024

async function confirmInParts (list: CertificateList, hash: string, key: Means['key']): Promise<boolean> {
  const verifier = createVerify(hash)
  const octets = list.tbsCertificateList
  for (let from = 0; from < octets.length; from += mostOctetsToCopy) {
    verifier.update(octets.subarray(from, from + mostOctetsToCopy))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return falseIfUnfit(() => verifier.verify(key, list.signature))
}

/** `undefined` where the algorithm is not known or not accepted, or does not fit the key. */
function meansOf (list: CertificateList, issuer: Certificate): Means | undefined {
  try {
    const algorithm = signatureAlgorithm(list.signatureAlgorithm)
    if (algorithm === undefined || (algorithm.hash !== null && !strongHashes.has(algorithm.hash))) return undefined
    const { hash, keyTypes, padding, saltLength } = algorithm
    const key = issuer.publicKey
    return keyTypes.includes(key.asymmetricKeyType as string) ? { hash, key: { key, padding, saltLength } } : undefined
  } catch (error) {
    // The parameters of the algorithm, or the key, cannot be read.
    if (error instanceof CertificateError) return undefined
    throw error
  }
}
