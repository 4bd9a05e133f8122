import { Option, type Command } from 'commander'
import type { Issued } from '../authority/index.js'
import { openDirectory } from './authority-directory.js'
import { addExample } from './help.js'
import { Misuse } from './failure.js'
import { checkOutputs } from './files.js'
import { issueMany } from './issue-many.js'
import { defaultDays, filesOf, issueOne, type IssueOptions } from './issue-one.js'
import { keyText } from './key.js'
import { certificateLine, printMade, protection } from './made.js'
import { addNameOptions, namesOf } from './names.js'
import { addValidityOptions, authorityPassphraseFileOption, cutOption, directoryOption, jsonOption, keyTypeOption, passphraseFileOption } from './options.js'
import { newPassphrase, newPkcs12Passphrase } from './passphrase.js'
import { addPkcs12Options } from './pkcs12-options.js'
import type { Terminal } from './terminal.js'

export function addIssue (program: Command, terminal: Terminal): void {
  const command = program.command('issue')
    .description('Make a private key and the certificate for it, both at once.')
    .addOption(directoryOption())
    .option('--subject <name>', 'for whom it is, as "CN=bob,O=Example"')
    .option('--from <file>', 'many at once: a CSV file with a head line of subject, email, dns, ip, uri, upn, file')
    .option('--skip-existing', 'with --from: leave out the rows whose files are there already')
    .requiredOption('--out <path>', 'where to put .key, .cer and .p12: bob makes bob.key; with --from, a directory')
  addNameOptions(command)
    .addOption(new Option('--purpose <purpose>', 'whom the certificate is for').choices(['client', 'server']).default('client'))
    .addOption(keyTypeOption())
  addValidityOptions(command, defaultDays).addOption(cutOption())
  addPkcs12Options(command, 'also a .p12: key and certificate in one file, for browsers and telephones')
    .addOption(passphraseFileOption('the passphrase that is to protect the .key and the .p12'))
    .option('--no-passphrase', 'no passphrase for the .key, and the empty one for the .p12; do not ask')
    .addOption(authorityPassphraseFileOption())
    .addOption(jsonOption())
    .action((options: IssueOptions) => issue(terminal, options))
  addExample(command, 'client-certificate issue --directory ca --subject "CN=bob" --out bob')
}

async function issue (terminal: Terminal, options: IssueOptions): Promise<void> {
  const { subject, from } = options
  if ((subject === undefined) === (from === undefined)) throw new Misuse('one of --subject and --from has to be given')
  if (from !== undefined) return await issueMany(terminal, from, () => passphraseFor(terminal, options), options)
  if (options.skipExisting === true) throw new Misuse('--skip-existing is given without --from')
  const person = { subject: subject!, names: namesOf(options), out: options.out }
  await checkOutputs(terminal, Object.values(filesOf(person.out, options)))
  const authority = await openDirectory(terminal, options)
  const passphrase = await passphraseFor(terminal, options)
  const issued = await issueOne(terminal, authority, person, passphrase, options)
  tell(terminal, issued, person.out, passphrase, options)
}

const passphraseFor = (terminal: Terminal, options: IssueOptions): Promise<string | undefined> => options.pkcs12 === true
  ? newPkcs12Passphrase(terminal, 'the .key and the .p12', options)
  : newPassphrase(terminal, 'the .key', options)

function tell (terminal: Terminal, { privateKey, certificate }: Issued, out: string, passphrase: string | undefined, options: IssueOptions): void {
  const files = filesOf(out, options)
  terminal.say(`made ${files.privateKey}: a private key (${keyText(privateKey)}, ${protection(passphrase)}); for its holder alone`)
  terminal.say(`made ${files.certificate}: ${certificateLine(certificate)}`)
  if (files.pkcs12 !== undefined) terminal.say(`made ${files.pkcs12}: both in one file (${options.profile}${passphrase === undefined ? ', empty passphrase' : ''}); for its holder alone`)
  if (options.json === true) printMade(terminal, certificate, files)
}
