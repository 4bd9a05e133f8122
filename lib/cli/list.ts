import { Option, type Command } from 'commander'
import type { Listed, Status } from '../authority/index.js'
import { openRecords } from './authority-directory.js'
import { addExample } from './help.js'
import { directoryOption, jsonOption } from './options.js'
import { table } from './table.js'
import type { Terminal } from './terminal.js'
import { dateText, parseDays } from './time.js'

interface Options {
  readonly directory: string
  readonly status?: Status
  readonly expiring?: number
  readonly subject?: string
  readonly name?: string
  readonly json?: boolean
}

export function addList (program: Command, terminal: Terminal): void {
  const command = program.command('list')
    .description('List what was issued, in that order.')
    .addOption(directoryOption())
    .addOption(new Option('--expiring <span>', 'only those that are valid and end within this time, as 30d').argParser(parseDays))
    .addOption(new Option('--status <status>', 'only these').choices(['valid', 'expired', 'revoked', 'held']))
    .option('--subject <text>', 'only those with this part in their subject')
    .option('--name <name>', 'only those with this alternative name')
    .addOption(jsonOption())
    .action((options: Options) => list(terminal, options))
  addExample(command, 'client-certificate list --directory ca --expiring 30d')
}

async function list (terminal: Terminal, { directory, status, expiring, subject, name, json }: Options): Promise<void> {
  const authority = await openRecords(terminal, directory)
  const entries = await authority.list({ at: terminal.now(), status, expiringWithinDays: expiring, subject, name })
  if (json === true) return terminal.printJson(entries)
  if (entries.length === 0) return terminal.say('none')
  terminal.print(table([['STATUS', 'VALID UNTIL', 'SERIAL NUMBER', 'SUBJECT', 'REVOKED'], ...entries.map(row)]))
}

const row = ({ status, notAfter, serialNumber, subject, revocation }: Listed): readonly string[] =>
  [status, dateText(notAfter), serialNumber, subject || '(empty subject)', revocation === undefined ? '' : `${dateText(revocation.at)}${revocation.reason === undefined ? '' : ` ${revocation.reason}`}`]
