import { Option, type Command } from 'commander'
import { CertificationPathError } from '../errors.js'
import { verifyCertificationPath, type Purpose, type VerifiedPath } from '../trust/index.js'
import { readCertificates, type Certificate } from '../certificate/index.js'
import { addExample } from './help.js'
import { only } from './failure.js'
import { readInput } from './files.js'
import { collect, jsonOption, passphraseFileOption } from './options.js'
import { certificatesIn } from './read-contents.js'
import type { Terminal } from './terminal.js'
import { parseDate } from './time.js'
import { acceptanceText, refusalText, verdictJson, type Question } from './verdict.js'

interface Options {
  readonly trust: readonly string[]
  readonly intermediates?: readonly string[]
  readonly at?: Date
  readonly purpose: Purpose
  readonly passphraseFile?: string
  readonly json?: boolean
}

export function addExplain (program: Command, terminal: Terminal): void {
  const command = program.command('explain')
    .description('Say whether a certificate would get in and, if not, exactly why. The exit status is 0 or 1.')
    .argument('<file>', 'the certificate, with those above it behind it; or a PKCS #12')
    .addOption(new Option('--trust <file>', 'whom to trust: the certificates of authorities (may be repeated)').argParser(collect).makeOptionMandatory())
    .addOption(new Option('--intermediates <file>', 'what may stand between (may be repeated)').argParser(collect))
    .addOption(new Option('--at <date>', 'when, as 2027-01-31 or 2027-01-31T12:00:00Z (default: now)').argParser(parseDate))
    .addOption(new Option('--purpose <purpose>', 'what for').choices(['clientAuth', 'serverAuth', 'any']).default('clientAuth'))
    .addOption(passphraseFileOption('the passphrase of a PKCS #12'))
    .addOption(jsonOption())
    .action((file: string, options: Options) => explain(terminal, file, options))
  addExample(command, 'client-certificate explain alice.cer --trust ca/ca.cer')
}

async function explain (terminal: Terminal, file: string, options: Options): Promise<void> {
  const question = await questionOf(terminal, file, options)
  const verdict = judge(question)
  const isRefused = verdict instanceof CertificationPathError
  if (options.json === true) terminal.printJson(verdictJson(verdict, question))
  else terminal.print(isRefused ? refusalText(file, verdict, question) : acceptanceText(file, verdict, question))
  if (isRefused) terminal.exitStatus = 1
}

async function questionOf (terminal: Terminal, file: string, { trust, intermediates = [], at = terminal.now(), purpose, passphraseFile }: Options): Promise<Question> {
  const [certificate, ...others] = await certificatesIn(terminal, file, passphraseFile)
  return { certificate, intermediates: [...others, ...await readAll(terminal, intermediates)], trustAnchors: await readAll(terminal, trust), at, purpose }
}

async function readAll (terminal: Terminal, files: readonly string[]): Promise<readonly Certificate[]> {
  const found: Certificate[] = []
  for (const file of files) found.push(...readCertificates(await readInput(terminal, file)))
  return found
}

function judge (question: Question): VerifiedPath | CertificationPathError {
  try {
    return verifyCertificationPath(question)
  } catch (error) {
    return only(CertificationPathError, error)
  }
}
