import type { KeyObject } from 'node:crypto'
import { Option, type Command } from 'commander'
import { createRequest, type KeyType } from '../authority/index.js'
import { readPrivateKey, writePem, writePrivateKey, type CertificationRequest } from '../certificate/index.js'
import { addExample } from './help.js'
import { Misuse } from './failure.js'
import { checkOutputs, createFiles, readInput } from './files.js'
import { keyText, makeKey } from './key.js'
import { protection } from './made.js'
import { addNameOptions, namesOf, type NameOptions } from './names.js'
import { jsonOption, keyTypeOption, passphraseFileOption, passphraseOption } from './options.js'
import { keyPassphrase, newPassphrase, openWithPassphrase, type NewPassphraseOptions } from './passphrase.js'
import type { Terminal } from './terminal.js'

interface Options extends NameOptions, NewPassphraseOptions {
  readonly subject: string
  readonly out: string
  readonly keyType?: KeyType
  readonly key?: string
  readonly keyPassphraseFile?: string
  readonly json?: boolean
}

export function addRequest (program: Command, terminal: Terminal): void {
  const command = program.command('request')
    .description('Make a private key and a request for a certificate. The key stays here; the request goes to the authority.')
    .requiredOption('--subject <name>', 'for whom it is, as "CN=alice,O=Example"')
    .requiredOption('--out <path>', 'where to put .key and .req: alice makes alice.key and alice.req')
  addNameOptions(command)
    .addOption(keyTypeOption())
    .addOption(new Option('--key <file>', 'a private key that is there already, instead of a new one'))
    .addOption(passphraseFileOption('the passphrase that is to protect the .key'))
    .option('--no-passphrase', 'leave the .key without one, and do not ask')
    .addOption(passphraseOption(keyPassphrase, 'the passphrase of --key'))
    .addOption(jsonOption())
    .action((options: Options) => request(terminal, options, command.getOptionValueSource('keyType') === 'cli'))
  addExample(command, 'client-certificate request --subject "CN=alice" --email alice@example.com --out alice')
}

async function request (terminal: Terminal, options: Options, isKeyTypeGiven: boolean): Promise<void> {
  const { subject, out, key } = options
  if (key !== undefined && isKeyTypeGiven) throw new Misuse('--key and --key-type are both given', 'a key that is there has its type already')
  const files = { ...(key === undefined && { privateKey: `${out}.key` }), request: `${out}.req` }
  await checkOutputs(terminal, Object.values(files))
  const passphrase = files.privateKey === undefined ? undefined : await newPassphrase(terminal, files.privateKey, options)
  const privateKey = await keyFor(terminal, options)
  const made = await createRequest({ subject, subjectAltName: namesOf(options), privateKey })
  await createFiles(terminal, [
    ...files.privateKey === undefined ? [] : [{ name: files.privateKey, content: writePrivateKey(privateKey, passphrase), isSecret: true }],
    { name: files.request, content: writePem('CERTIFICATE REQUEST', made.request.raw) }
  ])
  if (files.privateKey !== undefined) terminal.say(`made ${files.privateKey}: a private key (${keyText(privateKey)}, ${protection(passphrase)}); it stays with you`)
  tell(terminal, made.request, files, options)
}

function tell (terminal: Terminal, request: CertificationRequest, files: { readonly request: string }, { json }: Options): void {
  terminal.say(`made ${files.request}: a request for ${request.subject.toString() || '(empty subject)'}; give it to the authority`)
  if (json === true) terminal.printJson({ subject: request.subject, files })
}

async function keyFor (terminal: Terminal, { key, keyType, keyPassphraseFile }: Options): Promise<KeyObject> {
  if (key === undefined) return await makeKey(terminal, keyType!)
  const content = await readInput(terminal, key)
  return await openWithPassphrase(terminal, { what: key, source: keyPassphrase, file: keyPassphraseFile }, (passphrase) => readPrivateKey(content, passphrase))
}
