import { InvalidArgumentError, Option, type Command } from 'commander'
import { keyTypes, type KeyType, type WhenPastEnd } from '../authority/index.js'
import { Misuse } from './failure.js'
import { authorityPassphrase, ownPassphrase, type PassphraseSource } from './passphrase.js'
import { parseDate, parseDays } from './time.js'

/** Options that several commands have: each is worded once, and means the same everywhere. */

export const keyTypeOption = () => new Option('--key-type <type>', 'the kind of key to make').choices([...keyTypes]).default(keyTypes[0])

export const jsonOption = () => new Option('--json', 'print the result as JSON, for a program')

/** The directory of the authority, if --directory is not given. */
export const directoryVariable = 'CLIENT_CERTIFICATE_DIRECTORY'

export const directoryOption = () => new Option('--directory <directory>', `the directory of the authority, or in ${directoryVariable} of the environment`).makeOptionMandatory()

export const passphraseFileOption = (what: string) => passphraseOption(ownPassphrase, what)

export const authorityPassphraseFileOption = () => passphraseOption(authorityPassphrase, 'the passphrase of the authority\'s private key')

export const passphraseOption = ({ option, variable }: PassphraseSource, what: string) =>
  new Option(`${option} <file>`, `${what}, in the first line of a file, or in ${variable} of the environment`)

export interface KeyTypeOption { readonly keyType: KeyType }

export interface ValidityOptions {
  readonly days?: number
  readonly until?: Date
  readonly cut?: boolean
}

export function addValidityOptions (command: Command, defaultDays: number): Command {
  return command
    .addOption(new Option('--days <days>', `how long it is valid, in days, or as 12h, 8w, 1y (default: ${defaultDays})`).argParser(parseDays))
    .addOption(new Option('--until <date>', 'the last second that it is valid in, as 2027-01-31 or 2027-01-31T12:00:00Z').argParser(parseDate))
}

export const cutOption = () => new Option('--cut', 'where it would outlive the authority, let it end with the authority')

/** The period in the words of the library. */
export function validityOf ({ days, until, cut }: ValidityOptions, defaultDays: number): { days?: number, notAfter?: Date, whenPastEnd?: WhenPastEnd } {
  if (days !== undefined && until !== undefined) throw new Misuse('--days and --until are both given', 'give one of them')
  return { ...(until === undefined ? { days: days ?? defaultDays } : { notAfter: until }), ...(cut === true && { whenPastEnd: 'cut' as const }) }
}

/** For options that may be given several times. */
export const collect = (value: string, values: readonly string[] = []): readonly string[] => [...values, value]

/** A whole number from 0 on. */
export function parseCount (text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.')
  return Number(text)
}
