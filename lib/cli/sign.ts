import { Option, type Command } from 'commander'
import type { IssuancePolicy } from '../authority/index.js'
import { openDirectory, type AuthorityOptions } from './authority-directory.js'
import { nameText } from './describe-certificate.js'
import { addExample } from './help.js'
import { Misuse } from './failure.js'
import { readInput } from './files.js'
import { checkOut, giveCertificate, type OutOptions } from './give-certificate.js'
import { addNameOptions, namesOf, type NameOptions } from './names.js'
import { addValidityOptions, authorityPassphraseFileOption, cutOption, directoryOption, jsonOption, validityOf, type ValidityOptions } from './options.js'
import type { Terminal } from './terminal.js'

interface Options extends AuthorityOptions, ValidityOptions, NameOptions, OutOptions {
  readonly subject?: string
  /** False after `--no-names`. */
  readonly names: boolean
  readonly purpose: 'client' | 'server'
}

const defaultDays = 365

export function addSign (program: Command, terminal: Terminal): void {
  const command = program.command('sign')
    .description('Sign a request. Look at it first by inspect: without --subject and names here, it gets those that it asks for, and nothing else.')
    .argument('<request>', 'the request (PKCS #10), PEM or DER; - is standard input')
    .addOption(directoryOption())
    .option('--out <file>', 'where to put the certificate (default: standard output)')
    .option('--subject <name>', 'its subject, whatever the request asks for')
  addNameOptions(command)
    .option('--no-names', 'no alternative names, whatever the request asks for')
    .addOption(new Option('--purpose <purpose>', 'whom the certificate is for').choices(['client', 'server']).default('client'))
  addValidityOptions(command, defaultDays)
    .addOption(cutOption())
    .addOption(authorityPassphraseFileOption())
    .addOption(jsonOption())
    .action((file: string, options: Options) => sign(terminal, file, options))
  addExample(command, 'client-certificate sign alice.req --directory ca --days 365 --out alice.cer')
}

async function sign (terminal: Terminal, file: string, options: Options): Promise<void> {
  const policy = policyOf(options)
  await checkOut(terminal, options)
  const request = await readInput(terminal, file)
  const authority = await openDirectory(terminal, options)
  const granted = await authority.sign(request, { profile: options.purpose, policy, at: terminal.now(), ...validityOf(options, defaultDays) })
  const { dropped, certificate } = granted
  await giveCertificate(terminal, granted, options, { dropped })
  for (const name of certificate.subjectAltName) terminal.say(`with ${nameText(name)}`)
  if (dropped.length > 0) terminal.say(`not taken from the request: ${dropped.join(', ')}`)
}

// Names that are given here are all that the certificate gets.
function policyOf ({ subject = 'requested', names, ...options }: Options): IssuancePolicy {
  const given = namesOf(options)
  if (!names && given.length > 0) throw new Misuse('names are given beside --no-names')
  return { subject, subjectAltName: names && given.length === 0 ? 'requested' : given }
}
