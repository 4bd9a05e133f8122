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

/** The passphrase that is to protect what a command makes, where one is given; nobody is asked. */
export async function givenNewPassphrase (terminal: Terminal, { passphraseFile, passphrase }: NewPassphraseOptions): Promise<string | undefined> {
  return passphrase ? await givenPassphrase(terminal, ownPassphrase, passphraseFile) : undefined
}

/** The passphrase that is to protect `what`; `undefined` where the user wants none. */
export async function newPassphrase (terminal: Terminal, what: string, options: NewPassphraseOptions): Promise<string | undefined> {
  const given = await givenNewPassphrase(terminal, options)
  if (given !== undefined || !options.passphrase || !terminal.isInteractive) return given
  const typed = await terminal.ask(`New passphrase for ${what} (empty for none): `)
  if (typed === '') return undefined
  if (await terminal.ask('The same again: ') !== typed) throw new Failure('the two passphrases are not the same')
  return typed
}

/** The same for a PKCS #12, which is to go from hand to hand: that it has none has to be said. */
export async function newPkcs12Passphrase (terminal: Terminal, what: string, options: NewPassphraseOptions): Promise<string | undefined> {
  const passphrase = await newPassphrase(terminal, what, options)
  if (passphrase !== undefined || !options.passphrase || terminal.isInteractive) return passphrase
  throw new Failure('a PKCS #12 needs a passphrase, and none is given', howToGive(ownPassphrase) + '; or --no-passphrase for the empty one')
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
  return await open(await terminal.ask(`Passphrase of ${what}: `))
}

const isPassphraseError = (error: unknown): error is CertificateError => error instanceof CertificateError && error.code === 'ERR_CERTIFICATE_PASSPHRASE'
