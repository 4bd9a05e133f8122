import type { KeyObject } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { Option, type Command } from 'commander'
import { isKeyOf, readPkcs12, readPrivateKey, type Certificate } from '../certificate/index.js'
import { pemOf } from './bundle.js'
import { Failure, Misuse } from './failure.js'
import { readInput } from './files.js'
import { passphraseFileOption } from './options.js'
import { openWithPassphrase, ownPassphrase } from './passphrase.js'
import { certificatesIn } from './read-contents.js'
import type { Terminal } from './terminal.js'

export interface IdentityOptions {
  readonly cert?: string
  readonly key?: string
  readonly p12?: string
  readonly passphraseFile?: string
}

export const addIdentityOptions = (command: Command): Command => command
  .addOption(new Option('--cert <file>', 'ask as this client: its certificate, with those above it behind it'))
  .addOption(new Option('--key <file>', 'the private key of --cert'))
  .addOption(new Option('--p12 <file>', 'ask as this client: a PKCS #12 with both').conflicts(['cert', 'key']))
  .addOption(passphraseFileOption('the passphrase of the private key, or of the PKCS #12'))

/**
 * What a TLS client presents itself with; `undefined` where it is nobody.
 * @throws Failure a file is not what it should be, or the key is not that of the certificate
 */
export async function readIdentity (terminal: Terminal, { cert, key, p12, passphraseFile }: IdentityOptions): Promise<SecureContextOptions | undefined> {
  if (p12 !== undefined) return await readBoth(terminal, p12, passphraseFile)
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) throw new Misuse('--cert and --key belong together', 'give both, or --p12')
  const certificates = await certificatesIn(terminal, cert, undefined)
  const content = await readInput(terminal, key)
  const privateKey = await openWithPassphrase(terminal, { what: key, source: ownPassphrase, file: passphraseFile }, (passphrase) => readPrivateKey(content, passphrase))
  if (!isKeyOf(privateKey, certificates[0])) throw new Failure(`${key} is not the private key of ${cert}`, 'the certificate is for another key, or it is not the first one in its file')
  return identityOf(privateKey, certificates)
}

async function readBoth (terminal: Terminal, p12: string, file: string | undefined): Promise<SecureContextOptions> {
  const content = await readInput(terminal, p12)
  const { privateKey, certificate, certificates } = await openWithPassphrase(terminal, { what: p12, source: ownPassphrase, file }, (passphrase) => readPkcs12(content, passphrase))
  if (privateKey === undefined || certificate === undefined) throw new Failure(`${p12} has no private key with its certificate`)
  return identityOf(privateKey, [certificate, ...certificates])
}

const identityOf = (privateKey: KeyObject, certificates: readonly Certificate[]): SecureContextOptions =>
  ({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: pemOf(certificates) })
