import { Option, type Command } from 'commander'
import { writePem } from '../certificate/index.js'
import { openDirectory, type AuthorityOptions } from './authority-directory.js'
import { count } from './count.js'
import { addExample } from './help.js'
import { Failure, Misuse, only } from './failure.js'
import { replaceFile } from './files.js'
import { authorityPassphraseFileOption, directoryOption, jsonOption } from './options.js'
import type { Terminal } from './terminal.js'
import { dateText, parseDays } from './time.js'

interface Options extends AuthorityOptions {
  readonly days: number
  readonly out?: string
  readonly der?: boolean
  readonly json?: boolean
}

const defaultDays = 7

export function addCrl (program: Command, terminal: Terminal): void {
  const command = program.command('crl')
    .description('Sign the list of revoked certificates. Do it again before it ends: servers refuse a list that is over.')
    .addOption(directoryOption())
    .addOption(new Option('--days <days>', 'when the next list will be there at the latest, in days, or as 12h, 8w').argParser(parseDays).default(defaultDays))
    .option('--out <file>', 'where to put it, in place of the one before (default: standard output)')
    .option('--der', 'in DER, as it is published over HTTP, instead of PEM')
    .addOption(authorityPassphraseFileOption())
    .addOption(jsonOption())
    .action((options: Options) => list(terminal, options))
  addExample(command, 'client-certificate crl --directory ca --days 7 --out ca.crl')
}

async function list (terminal: Terminal, options: Options): Promise<void> {
  const { days, out, der, json } = options
  if (out === undefined) checkOutput(terminal, options)
  const authority = await openDirectory(terminal, options)
  const made = await authority.certificateList({ at: terminal.now(), days })
  const content = der === true ? made.raw : writePem('X509 CRL', made.raw)
  if (out === undefined) terminal.printDocument(content)
  else await orUsedUp(made.number!, () => replaceFile(terminal, { name: out, content }))
  terminal.say(`made ${out ?? 'a certificate list'}: list ${made.number} of ${made.issuer} with ${count(made.size, 'entry', 'entries')}; the next one is due before ${dateText(made.nextUpdate!)}`)
  if (json === true) terminal.printJson({ ...made.toJSON(), files: { list: out } })
}

async function orUsedUp (number: bigint, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    const { message } = only(Failure, error)
    throw new Failure(`${message}; a list that was there is unchanged`, `the number ${number} is used up, which does no harm: run the command again`, error)
  }
}

function checkOutput (terminal: Terminal, { der, json }: Options): void {
  if (json === true) throw new Misuse('--json is given without --out', 'without --out the list itself is printed')
  if (der === true && terminal.showsResults) throw new Misuse('DER is nothing for a terminal', 'give a file by --out')
}
