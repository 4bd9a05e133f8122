import { generateKeyPair, KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { AuthorityError } from '../errors.js'

const generate = promisify(generateKeyPair)

const generators = {
  'ec-p256': () => generate('ec', { namedCurve: 'P-256' }),
  'ec-p384': () => generate('ec', { namedCurve: 'P-384' }),
  'rsa-2048': () => generate('rsa', { modulusLength: 2048 }),
  'rsa-3072': () => generate('rsa', { modulusLength: 3072 }),
  'rsa-4096': () => generate('rsa', { modulusLength: 4096 }),
  ed25519: () => generate('ed25519')
} as const

/** A kind of key that is made here: the algorithm, and its curve or the bits of its modulus. Browsers take no `ed25519`. */
export type KeyType = keyof typeof generators

/** All of them, the default first. */
export const keyTypes = Object.freeze(Object.keys(generators)) as readonly KeyType[]

/**
 * Makes a private key, without blocking the event loop: `rsa-4096` takes seconds.
 * `keyType` is `ec-p256` by default.
 * @throws AuthorityError ERR_CERTIFICATE_AUTHORITY: a key type that is none
 */
export async function generatePrivateKey (keyType: KeyType = 'ec-p256'): Promise<KeyObject> {
  checkKeyType(keyType)
  const { privateKey } = await generators[keyType]()
  return privateKey
}

/** The private key that was given, seen to be fit, or a new one. */
export async function givenOrNewKey ({ privateKey, keyType }: { readonly privateKey?: KeyObject, readonly keyType?: KeyType }): Promise<KeyObject> {
  if (privateKey === undefined) return await generatePrivateKey(keyType)
  if (keyType !== undefined) throw new AuthorityError('privateKey and keyType are both given: the key has its type already')
  checkPrivateKey(privateKey, 'privateKey')
  return privateKey
}

function checkKeyType (keyType: KeyType): void {
  if (!Object.hasOwn(generators, keyType)) throw new AuthorityError(`keyType ${JSON.stringify(keyType)} is none of ${keyTypes.join(', ')}`)
}

// NIST SP 800-57 part 1, table 2: below 2048 bits an RSA key has less than 112 bits of strength.
const minRsaBits = 2048

const curves: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** Refuses a key that no certificate here is made for, or signed with; `argument` is how the caller knows it. */
export function checkPrivateKey (key: KeyObject, argument: string): void {
  if (!(key instanceof KeyObject) || key.type !== 'private') throw new AuthorityError(`${argument} is no private key (a KeyObject of node:crypto)`)
  checkKey(key, argument)
}

export function checkKey (key: KeyObject, argument: string): void {
  const problem = keyProblem(key)
  if (problem !== undefined) throw new AuthorityError(`${argument} ${problem}`)
}

function keyProblem ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  switch (asymmetricKeyType) {
    case 'ed25519': case 'ed448': return undefined
    case 'ec': return curves.has(asymmetricKeyDetails?.namedCurve) ? undefined : `is on the curve ${asymmetricKeyDetails?.namedCurve}, and not on P-256, P-384 or P-521`
    case 'rsa': return asymmetricKeyDetails!.modulusLength! >= minRsaBits ? undefined : `is an RSA key of ${asymmetricKeyDetails!.modulusLength} bits, fewer than ${minRsaBits}`
    default: return `is a key of type ${asymmetricKeyType}, which signs nothing here`
  }
}
