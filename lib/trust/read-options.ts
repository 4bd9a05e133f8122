import { CertificateError } from '../errors.js'
import { anyPolicy, Certificate, CertificateList, isPem, knownHashes, readCertificateLists, readCertificates, readPresentedCertificate, strongHashes } from '../certificate/index.js'
import type { Circumstances } from './circumstances.js'
import { defaultKeyLimits } from './key-strength.js'
import type { CertificateInput, CertificateListInput, PathOptions } from './path-options.js'
import type { PolicyInputs } from './policies.js'
import { pathStatus } from './revocation.js'

/** @throws CertificateError the certificate cannot be read, or is more than one */
export function onlyCertificate (input: CertificateInput): Certificate {
  const found = presentedIn(input)
  if (found.length !== 1) throw new CertificateError('MALFORMED', `one certificate is expected, not ${found.length}`)
  return found[0]
}

/** What the owner gives: files as people have them. */
export const certificatesOf = (input: CertificateInput): readonly Certificate[] =>
  input instanceof Certificate ? [input] : readCertificates(input)

/** What a stranger may have sent: octets are one certificate and nothing behind it, or PEM. */
const presentedIn = (input: CertificateInput): readonly Certificate[] =>
  input instanceof Uint8Array && !isPem(input) ? [readPresentedCertificate(input)] : certificatesOf(input)

/** What a stranger sends along must not keep the path from being found without it. */
export function readableOf (input: CertificateInput): readonly Certificate[] {
  try {
    return presentedIn(input)
  } catch (error) {
    if (error instanceof CertificateError) return []
    throw error
  }
}

/**
 * What a path is judged by. `certificates` are all that are known, among them those who sign certificate lists.
 * @throws TypeError an option is none of its words, numbers or dates
 * @throws CertificateError one of `certificateLists` cannot be read
 */
export function circumstancesOf (options: PathOptions, certificates: readonly Certificate[]): Circumstances {
  const { at, purpose, maxPathLength = Infinity, algorithms = {} } = options
  const { minRsaBits = defaultKeyLimits.minRsaBits, maxRsaBits = defaultKeyLimits.maxRsaBits, minEcBits = defaultKeyLimits.minEcBits, hashes } = algorithms
  if (Number.isNaN(at.getTime())) throw new TypeError('at is an Invalid Date')
  return {
    at,
    purpose: word('purpose', purpose, ['clientAuth', 'serverAuth', 'any']),
    // Any other word is not enough to ask for this.
    whenLeafNotCurrent: options.whenLeafNotCurrent === 'accept' ? 'accept' : 'reject',
    whenAnyExtendedKeyUsage: choice('whenAnyExtendedKeyUsage', options.whenAnyExtendedKeyUsage ?? 'reject'),
    whenNoExtendedKeyUsage: choice('whenNoExtendedKeyUsage', options.whenNoExtendedKeyUsage ?? 'accept'),
    whenNotConforming: choice('whenNotConforming', options.whenNotConforming ?? 'reject'),
    maxPathLength: count('maxPathLength', maxPathLength),
    minRsaBits: count('algorithms.minRsaBits', minRsaBits),
    maxRsaBits: count('algorithms.maxRsaBits', maxRsaBits),
    minEcBits: count('algorithms.minEcBits', minEcBits),
    hashes: hashes === undefined ? strongHashes : new Set(hashes.map((hash) => word('algorithms.hashes', hash, [...knownHashes]))),
    policies: policyInputs(options),
    status: statusOf(options, certificates)
  }
}

function word<Word extends string> (key: string, value: Word, words: readonly Word[]): Word {
  if (!words.includes(value)) throw new TypeError(`${key} is one of ${words.join(', ')}, not ${value}`)
  return value
}

const choice = (key: string, value: 'reject' | 'accept') => word(key, value, ['reject', 'accept'])

function count (key: string, value: number): number {
  if (value !== Infinity && !(Number.isInteger(value) && value >= 0)) throw new TypeError(`${key} is a whole number, not ${value}`)
  return value
}

const policyInputs = ({ initialPolicySet, requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy }: PathOptions): PolicyInputs => ({
  initialPolicySet: initialPolicySet && policySet(initialPolicySet),
  requireExplicitPolicy: flag('requireExplicitPolicy', requireExplicitPolicy),
  inhibitPolicyMapping: flag('inhibitPolicyMapping', inhibitPolicyMapping),
  inhibitAnyPolicy: flag('inhibitAnyPolicy', inhibitAnyPolicy)
})

// A text would be taken for its letters, and what is no identifier could be asked for in vain.
function policySet (policies: Iterable<string>): ReadonlySet<string> | undefined {
  const set = new Set(typeof policies === 'string' ? [`'${policies}'`] : policies)
  for (const policy of set) if (!/^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(policy)) throw new TypeError(`initialPolicySet holds dotted object identifiers, not ${policy}`)
  return set.has(anyPolicy) ? undefined : set
}

function flag (key: string, value = false): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${key} is true or false, not ${String(value)}`)
  return value
}

function statusOf ({ certificateLists: inputs, revocation, whenNotConforming, at }: PathOptions, certificates: readonly Certificate[]): Circumstances['status'] {
  if (inputs === undefined && revocation !== undefined) throw new TypeError('revocation is how certificateLists are judged, and there are none')
  if (inputs === undefined) return undefined
  const certificateLists = inputs.flatMap(listsOf)
  return (path) => pathStatus(path, at, { certificateLists, certificates }, { whenNotConforming, ...revocation })
}

const listsOf = (input: CertificateListInput): readonly CertificateList[] =>
  input instanceof CertificateList ? [input] : readCertificateLists(input)
