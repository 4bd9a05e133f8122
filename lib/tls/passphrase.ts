import { CertificateError, OptionError } from '../errors.js'
import { placeOf, problemWith, type Content } from './source.js'

/** A passphrase, and the option that it came from. */
export interface Passphrase {
  readonly key: 'passphrase' | 'caPassphrase'
  readonly value: string | undefined
}

/** @throws OptionError where the value is no text; it is not shown */
export function passphraseOption (key: Passphrase['key'], value: unknown): Passphrase {
  if (value !== undefined && typeof value !== 'string') throw new OptionError(key, 'is not a text')
  return { key, value }
}

/** Why the content could not be read, as the fault of the option that has to change: the passphrase, or the content. */
export function explain (error: unknown, content: Content, passphrase: Passphrase): OptionError {
  if (error instanceof OptionError) return error
  if (!isPassphraseError(error)) return problemWith(content, `cannot be used: ${(error as Error).message}`, error)
  const problem = passphrase.value === undefined
    ? `is missing: ${placeOf(content)} is encrypted`
    : `is wrong, or ${placeOf(content)} is damaged`
  return new OptionError(passphrase.key, problem, { cause: error })
}

const isPassphraseError = (error: unknown) => error instanceof CertificateError && error.code === 'ERR_CERTIFICATE_PASSPHRASE'
