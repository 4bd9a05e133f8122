import { readFileSync } from 'node:fs'
import { Command, type Option } from 'commander'
import { addCaCreate } from './ca-create.js'
import { addCrl } from './crl.js'
import { addExample } from './help.js'
import { addExplain } from './explain.js'
import { Misuse } from './failure.js'
import { addInspect } from './inspect.js'
import { addIssue } from './issue.js'
import { addList } from './list.js'
import { directoryVariable } from './options.js'
import { addPkcs12 } from './pkcs12.js'
import { addProxyCheck } from './proxy-check.js'
import { addRenew } from './renew.js'
import { addRequest } from './request.js'
import { addRevoke } from './revoke.js'
import { addSign } from './sign.js'
import type { Terminal } from './terminal.js'

// Wide enough for the descriptions, and the same wherever help is read.
const helpWidth = 110

/** The command with all its commands, in the order in which an owner needs them. */
export function programFor (terminal: Terminal): Command {
  const program = new Command('client-certificate')
    .description('Be your own certificate authority for client certificates.')
    .version(version())
    .exitOverride()
    .configureHelp({ helpWidth })
    .configureOutput({ writeOut: (text) => terminal.printDocument(text), writeErr: (text) => terminal.say(text.trimEnd()), outputError: () => {} })
    .hook('preAction', (_, command) => complete(command, terminal))
  const ca = program.command('ca').description('Create a certificate authority.')
  addCaCreate(ca, terminal)
  for (const add of [addRequest, addSign, addIssue, addPkcs12, addRenew, addRevoke, addCrl, addList, addInspect, addExplain, addProxyCheck]) add(program, terminal)
  checkMandatoryAtLast(program)
  addExample(ca, 'client-certificate ca create --subject "CN=Example CA,O=Example" --directory ca')
  return addExample(program, 'client-certificate ca create --subject "CN=Example CA,O=Example" --directory ca',
    'client-certificate issue --directory ca --subject "CN=alice" --out alice',
    'client-certificate explain alice.cer --trust ca/ca.cer')
}

/** What helps if the command line cannot be read. */
export const howToAsk = 'put --help behind the command to see how it is used'

const mandatory = new WeakSet<Option>()

// commander misses an option before it looks at unknown ones: whoever writes --directroy would not hear of that.
function checkMandatoryAtLast (command: Command): void {
  for (const option of command.options.filter((each) => each.mandatory)) {
    mandatory.add(option.makeOptionMandatory(false))
  }
  command.commands.forEach(checkMandatoryAtLast)
}

function complete (command: Command, terminal: Terminal): void {
  const directory = terminal.variable(directoryVariable)
  if (directory === '') throw new Misuse(`${directoryVariable} is empty`)
  for (const option of command.options.filter((each) => mandatory.has(each))) {
    const name = option.attributeName()
    if (name === 'directory' && command.getOptionValue(name) === undefined) command.setOptionValueWithSource(name, directory, 'env')
    if (command.getOptionValue(name) === undefined) throw new Misuse(`required option '${option.flags}' not specified`, howToAsk)
  }
}

// The same way up from lib/cli and from dist/cli.
const version = (): string => JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
