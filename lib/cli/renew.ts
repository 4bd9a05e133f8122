import type { Command } from 'commander'
import { openDirectory, type AuthorityOptions } from './authority-directory.js'
import { addExample } from './help.js'
import { addValidityOptions, authorityPassphraseFileOption, cutOption, directoryOption, jsonOption, validityOf, type ValidityOptions } from './options.js'
import { certificatesIn } from './read-contents.js'
import { checkOut, giveCertificate } from './give-certificate.js'
import type { Terminal } from './terminal.js'

interface Options extends AuthorityOptions, ValidityOptions {
  readonly out?: string
  readonly json?: boolean
  readonly expired?: boolean
}

const defaultDays = 365

export function addRenew (program: Command, terminal: Terminal): void {
  const command = program.command('renew')
    .description('Issue the next certificate for the same key and names. The old one stays valid until its end.')
    .argument('<certificate>', 'the certificate to be renewed')
    .addOption(directoryOption())
    .option('--out <file>', 'where to put the new one (default: standard output)')
  addValidityOptions(command, defaultDays)
    .option('--expired', 'renew the certificate even if it has expired')
    .addOption(cutOption())
    .addOption(authorityPassphraseFileOption())
    .addOption(jsonOption())
    .action((file: string, options: Options) => renew(terminal, file, options))
  addExample(command, 'client-certificate renew alice.cer --directory ca --out alice-new.cer')
}

async function renew (terminal: Terminal, file: string, options: Options): Promise<void> {
  await checkOut(terminal, options)
  const [certificate] = await certificatesIn(terminal, file, undefined)
  const authority = await openDirectory(terminal, options)
  const whenExpired = options.expired === true ? 'renew' : 'refuse'
  const renewed = await authority.renew(certificate, { at: terminal.now(), whenExpired, ...validityOf(options, defaultDays) })
  await giveCertificate(terminal, renewed, options)
}
