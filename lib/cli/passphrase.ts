import { CertificateError } from '../errors.js'
import { Failure } from './failure.js'
import { readInput } from './files.js'
import type { Terminal } from './terminal.js'

/** Where a passphrase may come from besides a prompt; never from the command line, which every process can read. */
export interface PassphraseSource {
  readonly option: string
  readonly variable: string
}

/** Protects what a command makes, or opens the file that it reads. */
export const ownPassphrase: PassphraseSource = { option: '--passphrase-file', variable: 'CLIENT_CERTIFICATE_PASSPHRASE' }

/** Opens a private key that a command reads beside what it makes. */
export const keyPassphrase: PassphraseSource = { option: '--key-passphrase-file', variable: 'CLIENT_CERTIFICATE_KEY_PASSPHRASE' }

/** Opens the private key of the authority that signs. */
export const authorityPassphrase: PassphraseSource = { option: '--ca-passphrase-file', variable: 'CLIENT_CERTIFICATE_CA_PASSPHRASE' }

/** The first line of the file, or the variable of the environment; `undefined` where neither is given. */
async function givenPassphrase (terminal: Terminal, source: PassphraseSource, file: string | undefined): Promise<string | undefined> {
  const passphrase = file === undefined ? terminal.variable(source.variable) : firstLine(await readInput(terminal, file))
  if (passphrase === '') throw new Failure(`the passphrase in ${file ?? source.variable} is empty`)
  return passphrase
}

const firstLine = (content: Buffer) => content.toString('utf8').split(/\r?\n/, 1)[0]

export interface NewPassphraseOptions {
  /** The value of `--passphrase-file`. */
  readonly passphraseFile?: string
  /** False after `--no-passphrase`. */
  readonly passphrase: boolean
}

/**
 * The passphrase that protects `what`, which a command makes; `undefined` if the user wants none.
 * @throws Failure none is given, and nobody can be asked: no private key is left unencrypted because an option was forgotten
 */
export const newPassphrase = (terminal: Terminal, what: string, options: NewPassphraseOptions): Promise<string | undefined> =>
  chosenPassphrase(terminal, what, options, 'a private key', 'to leave it unencrypted')

/** The same for a PKCS #12. */
export const newPkcs12Passphrase = (terminal: Terminal, what: string, options: NewPassphraseOptions): Promise<string | undefined> =>
  chosenPassphrase(terminal, what, options, 'a PKCS #12', 'for the empty one')

async function chosenPassphrase (
  terminal: Terminal, what: string, { passphraseFile, passphrase }: NewPassphraseOptions, kind: string, withoutOne: string
): Promise<string | undefined> {
  if (!passphrase) return undefined
  const given = await givenPassphrase(terminal, ownPassphrase, passphraseFile)
  if (given !== undefined) return given
  if (terminal.isInteractive) return await askTwice(terminal, what, tries)
  throw new Failure(`${kind} needs a passphrase, and none is given`, `${howToGive(ownPassphrase)}; or --no-passphrase ${withoutOne}`)
}

/** How often a person is asked the same. */
const tries = 3

async function askTwice (terminal: Terminal, what: string, left: number): Promise<string | undefined> {
  const typed = await terminal.ask(`New passphrase for ${what} (empty for none): `)
  if (typed === '') return undefined
  if (await terminal.ask('The same again: ') === typed) return typed
  if (left === 1) throw new Failure('the two passphrases are not the same')
  terminal.say('the two passphrases are not the same: try again')
  return await askTwice(terminal, what, left - 1)
}

const howToGive = ({ option, variable }: PassphraseSource) => `give it by ${option} FILE, or in the environment as ${variable}`

/** Opens what may be encrypted: with the passphrase that is given, or else without one and then with one that is asked for. */
export async function openWithPassphrase<Value> (
  terminal: Terminal,
  { what, source, file }: { readonly what: string, readonly source: PassphraseSource, readonly file: string | undefined },
  open: (passphrase: string | undefined) => Value | Promise<Value>
): Promise<Value> {
  const given = await givenPassphrase(terminal, source, file)
  try {
    return await open(given)
  } catch (error) {
    if (!isPassphraseError(error)) throw error
    if (given !== undefined) throw new Failure(`${what}: ${error.message}`, `it came from ${file ?? source.variable}`, error)
    if (!terminal.isInteractive) throw new Failure(`${what}: ${error.message}`, howToGive(source), error)
  }
  return await openByAsking(terminal, what, open, tries)
}

async function openByAsking<Value> (
  terminal: Terminal, what: string, open: (passphrase: string) => Value | Promise<Value>, left: number
): Promise<Value> {
  try {
    return await open(await terminal.ask(`Passphrase of ${what}: `))
  } catch (error) {
    if (!isPassphraseError(error)) throw error
    if (left === 1) throw new Failure(`${what}: ${error.message}`, undefined, error)
    terminal.say(`${error.message}: try again`)
  }
  return await openByAsking(terminal, what, open, left - 1)
}

const isPassphraseError = (error: unknown): error is CertificateError => error instanceof CertificateError && error.code === 'ERR_CERTIFICATE_PASSPHRASE'
