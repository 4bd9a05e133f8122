import type { Command } from 'commander'
import { isKeyOf, readCertificates, readPrivateKey, writePkcs12 } from '../certificate/index.js'
import { withoutRoots } from './bundle.js'
import { addExample } from './help.js'
import { Failure } from './failure.js'
import { checkOutputs, createFiles, readInput } from './files.js'
import { passphraseFileOption, passphraseOption } from './options.js'
import { keyPassphrase, newPkcs12Passphrase, openWithPassphrase, type NewPassphraseOptions } from './passphrase.js'
import { pkcs12ProfileOption, type Pkcs12Options } from './pkcs12-options.js'
import { readAs } from './read-contents.js'
import type { Terminal } from './terminal.js'

interface Options extends NewPassphraseOptions, Pkcs12Options {
  readonly key: string
  readonly keyPassphraseFile?: string
  readonly chain?: string
  readonly name?: string
  readonly out: string
}

export function addPkcs12 (program: Command, terminal: Terminal): void {
  const command = program.command('pkcs12')
    .description('Put a private key and its certificate into one file (PKCS #12), as browsers and telephones want them.')
    .argument('<certificate>', 'the certificate; what stands behind it in the file goes with it')
    .requiredOption('--key <file>', 'its private key')
    .requiredOption('--out <file>', 'the file to make')
    .option('--chain <file>', 'further certificates to go with it')
    .option('--name <name>', 'what programs show for it (default: its common name)')
    .addOption(pkcs12ProfileOption())
    .addOption(passphraseFileOption('the passphrase that is to protect the file'))
    .option('--no-passphrase', 'protect it with the empty passphrase')
    .addOption(passphraseOption(keyPassphrase, 'the passphrase of the private key'))
    .action((file: string, options: Options) => pack(terminal, file, options))
  addExample(command, 'client-certificate pkcs12 alice.cer --key alice.key --profile compatible --out alice.p12')
}

async function pack (terminal: Terminal, file: string, options: Options): Promise<void> {
  const { key, chain, out, profile } = options
  await checkOutputs(terminal, [out])
  const [certificate, ...others] = await readAs(terminal, file, readCertificates)
  const more = chain === undefined ? [] : await readAs(terminal, chain, readCertificates)
  const content = await readInput(terminal, key)
  const privateKey = await openWithPassphrase(terminal, { what: key, source: keyPassphrase, file: options.keyPassphraseFile }, (passphrase) => readPrivateKey(content, passphrase))
  if (!isKeyOf(privateKey, certificate)) throw new Failure(`${key} is not the private key of ${file}`, 'the certificate is for another key, or it is not the first one in its file')
  const passphrase = await newPkcs12Passphrase(terminal, out, options) ?? ''
  const friendlyName = options.name ?? certificate.subject.commonName
  const above = withoutRoots([...others, ...more])
  const octets = await writePkcs12({ privateKey, certificate, chain: above, friendlyName, passphrase, profile })
  await createFiles(terminal, [{ name: out, content: octets, isSecret: true }])
  terminal.say(`made ${out}: ${certificate.subject} with its private key${above.length === 0 ? '' : `, and ${above.length} above it`} (${profile}${passphrase === '' ? ', empty passphrase' : ''}); for its holder alone`)
}
