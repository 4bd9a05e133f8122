import tls, { createSecureContext } from 'node:tls'
import { OptionError } from '../errors.js'

// Suites without a certificate and suites without encryption. OpenSSL takes them out for good, wherever in the list they come from.
const neverUsed = ['!aNULL', '!eNULL']

// RFC 9150: suites of TLS 1.3 that do not encrypt. OpenSSL has no word that takes them out.
const unencrypted: ReadonlySet<string> = new Set(['TLS_SHA256_SHA256', 'TLS_SHA384_SHA384'])

/**
 * A cipher list, by default Node's own, without the suites that have no certificate or no encryption. Node splits a list at each `:`
 * and gives OpenSSL the suites of TLS 1.3, which begin with `TLS_`, by themselves: a list of those alone must not get anything else.
 */
export function safeCiphers (given: string | undefined): string {
  const items = (given || tls.DEFAULT_CIPHERS).split(':').filter((item) => item !== '' && !unencrypted.has(item.trim().toUpperCase()))
  return items.every((item) => item.startsWith('TLS_')) ? items.join(':') : [...items, ...neverUsed].join(':')
}

/** @throws OptionError `given` is not a cipher list, or nothing of it may be used */
export function checkCiphers (given: unknown, key: string): void {
  if (given === undefined) return
  // OpenSSL would not see what comes after a NUL.
  if (typeof given !== 'string' || given.includes('\0')) throw new OptionError(key, 'is not a cipher list')
  const ciphers = safeCiphers(given)
  if (ciphers === '') throw new OptionError(key, nothingLeft)
  try {
    createSecureContext({ ciphers })
  } catch (cause) {
    throw new OptionError(key, `${nothingLeft}, or is not a cipher list: ${(cause as Error).message}`, { cause })
  }
}

const nothingLeft = 'leaves no cipher suite: suites without a certificate or without encryption are never used'

// What OpenSSL takes from security level 1 on. RFC 9155 forbids MD5 and SHA-1 here: by them a client does not prove that it has its key.
const withoutSha1 = [
  'ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'ed25519', 'ed448',
  'rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512', 'rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512',
  'rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512'
].join(':')

/** Signature algorithms for a safe cipher list: at security level 0 OpenSSL's own list has SHA-1. */
export const safeSignatureAlgorithms = (given: string | undefined, ciphers: string): string | undefined =>
  given || (ciphers.includes('@SECLEVEL=0') ? withoutSha1 : undefined)

/** @throws OptionError `given` has SHA-1 or MD5 */
export function checkSignatureAlgorithms (given: unknown, key: string): void {
  const weak = String(given ?? '').split(':').find((item) => /(?:SHA-?1|MD5)$/i.test(item.trim()))
  if (weak !== undefined) throw new OptionError(key, `has ${weak}: a signature with SHA-1 or MD5 does not prove that a client has its key`)
}

/** Options of OpenSSL put together: some are above the 32 bits that `|` keeps. */
export const withSecureOptions = (given: number | undefined, added: number): number => Number(BigInt(given ?? 0) | BigInt(added))

/** @throws OptionError */
export function checkSecureOptions (given: unknown, key: string): void {
  if (given !== undefined && !(Number.isSafeInteger(given) && Number(given) >= 0)) throw new OptionError(key, 'is not a whole number of 0 or more')
}
