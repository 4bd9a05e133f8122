import { Option, type Command } from 'commander'
import { readCertificates } from '../certificate/index.js'
import { pemOf } from './bundle.js'
import { addIdentityOptions, readIdentity, type IdentityOptions } from './client-identity.js'
import { Misuse } from './failure.js'
import { proxyKinds } from './forged-fields.js'
import { addExample } from './help.js'
import { collect, jsonOption } from './options.js'
import type { Target } from './probe.js'
import { underWay } from './progress.js'
import { chosenFields, collectKind, collectName, parseSeconds, parseUrl, type FieldChoice } from './proxy-check-options.js'
import { examine } from './proxy-examination.js'
import { isGood, remarksOn, reportJson, reportText } from './proxy-report.js'
import { readAs } from './read-contents.js'
import type { Terminal } from './terminal.js'

interface Options extends IdentityOptions, FieldChoice {
  readonly ca?: readonly string[]
  readonly timeout: number
  readonly json?: boolean
}

export function addProxyCheck (program: Command, terminal: Terminal): void {
  const command = program.command('proxy-check')
    .description('Send forged certificates in the header through your own proxy, and say which arrive behind it. The exit status is 0 or 1.')
    .argument('<url>', 'where the application answers with the header that it received (docs/proxies.md)', parseUrl)
    .addOption(new Option('--from <kind>', `only the fields of this kind of proxy: ${proxyKinds.join(', ')} (may be repeated; default: of all)`).argParser(collectKind))
    .addOption(new Option('--header <name>', 'a field of your own; without --from only such (may be repeated)').argParser(collectName))
    .addOption(new Option('--ca <file>', 'whom to trust for the proxy\'s certificate, instead of the usual authorities (may be repeated)').argParser(collect))
  addIdentityOptions(command)
    .addOption(new Option('--timeout <seconds>', 'how long an answer may take').argParser(parseSeconds).default(10))
    .addOption(jsonOption())
    .action((url: URL, options: Options) => checkProxy(terminal, url, options))
  addExample(command, 'client-certificate proxy-check https://www.example.com/proxy-check --from nginx')
}

async function checkProxy (terminal: Terminal, url: URL, options: Options): Promise<void> {
  const target = await targetOf(terminal, url, options)
  const examination = await underWay(terminal, `asking ${url.host}`, () => examine(target, chosenFields(options)))
  const hasIdentity = target.tls.cert !== undefined
  if (options.json === true) terminal.printJson(reportJson(url, examination))
  else terminal.print(reportText(url, hasIdentity, examination))
  for (const line of remarksOn(examination, { hasIdentity, hasChosen: (options.from ?? options.header) !== undefined })) terminal.say(line)
  if (!isGood(examination)) terminal.exitStatus = 1
}

async function targetOf (terminal: Terminal, url: URL, options: Options): Promise<Target> {
  const identity = await readIdentity(terminal, options)
  const { ca = [], timeout } = options
  if (url.protocol === 'http:' && (identity !== undefined || ca.length > 0)) throw new Misuse('certificates are given, and http has none', 'give a URL with https')
  const authorities: string[] = []
  for (const file of ca) authorities.push(pemOf(await readAs(terminal, file, readCertificates)))
  return { url, timeout: timeout * 1000, tls: { ...identity, ...(ca.length > 0 && { ca: authorities }) } }
}
