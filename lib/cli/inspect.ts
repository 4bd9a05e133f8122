import type { Command } from 'commander'
import { describe, describeJson } from './describe.js'
import { addExample } from './help.js'
import { jsonOption, passphraseFileOption } from './options.js'
import { readContents } from './read-contents.js'
import type { Terminal } from './terminal.js'

interface Options {
  readonly passphraseFile?: string
  readonly json?: boolean
}

export function addInspect (program: Command, terminal: Terminal): void {
  const command = program.command('inspect')
    .description('Show what is in a file: certificate, request, certificate list, PKCS #7, PKCS #12, or several of them as PEM. Nothing is verified.')
    .argument('<file>', 'the file, PEM or DER; - is standard input')
    .addOption(passphraseFileOption('the passphrase of a PKCS #12'))
    .addOption(jsonOption())
    .action((file: string, options: Options) => inspect(terminal, file, options))
  addExample(command, 'client-certificate inspect bob.cer')
}

async function inspect (terminal: Terminal, file: string, { passphraseFile, json }: Options): Promise<void> {
  const contents = await readContents(terminal, file, passphraseFile)
  const now = terminal.now()
  if (json === true) terminal.printJson(contents.flatMap(describeJson))
  else terminal.print(contents.flatMap((content) => describe(content, now)).join('\n\n'))
}
