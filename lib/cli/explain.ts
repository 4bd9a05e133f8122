import { Option, type Command } from 'commander'
import { CertificationPathError } from '../errors.js'
import { verifyCertificationPath, type Purpose, type RevocationOptions, type VerifiedPath } from '../trust/index.js'
import { readCertificateLists, readCertificates } from '../certificate/index.js'
import { addExample } from './help.js'
import { Misuse, only } from './failure.js'
import { collect, jsonOption, passphraseFileOption } from './options.js'
import { certificatesIn, readAs } from './read-contents.js'
import type { Terminal } from './terminal.js'
import { parseDate } from './time.js'
import { acceptanceText, refusalText, verdictJson, type Question } from './verdict.js'

interface Options {
  readonly crl?: readonly string[]
  readonly revocationDepth?: RevocationOptions['depth']
  readonly whenUnknown?: RevocationOptions['whenUnknown']
  readonly whenStale?: RevocationOptions['whenStale']
  readonly whenNotConforming: 'accept' | 'reject'
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
    .addOption(new Option('--crl <file>', 'certificate lists of those who issued it: then it is also seen whether it is revoked (may be repeated)').argParser(collect))
    .addOption(new Option('--revocation-depth <depth>', 'whether the certificate alone, or each of its path, has to be on no list (default: path)').choices(['end-entity', 'path']))
    .addOption(new Option('--when-unknown <what>', 'what becomes of it where no list tells (default: reject)').choices(['reject', 'accept']))
    .addOption(new Option('--when-stale <what>', 'what becomes of it where the list is over (default: reject)').choices(['reject', 'accept']))
    .addOption(new Option('--when-not-conforming <what>', 'what becomes of it where it, its path or a list falls short of RFC 5280 in ways that do no harm by themselves').choices(['reject', 'accept']).default('accept'))
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

async function questionOf (terminal: Terminal, file: string, options: Options): Promise<Question> {
  const { trust, intermediates = [], at = terminal.now(), purpose, passphraseFile, crl, revocationDepth: depth, whenUnknown, whenStale, whenNotConforming } = options
  if (crl === undefined && (depth ?? whenUnknown ?? whenStale) !== undefined) throw new Misuse('how revocation is judged is told, and there is no list', 'give certificate lists by --crl')
  const [certificate, ...others] = await certificatesIn(terminal, file, passphraseFile)
  return {
    certificate,
    intermediates: [...others, ...await readAll(terminal, intermediates, readCertificates)],
    trustAnchors: await readAll(terminal, trust, readCertificates),
    at,
    purpose,
    whenNotConforming,
    ...(crl !== undefined && { certificateLists: await readAll(terminal, crl, readCertificateLists), revocation: { depth, whenUnknown, whenStale } })
  }
}

async function readAll<Value> (terminal: Terminal, files: readonly string[], read: (content: Buffer) => readonly Value[]): Promise<readonly Value[]> {
  const found: Value[] = []
  for (const file of files) found.push(...await readAs(terminal, file, read))
  return found
}

function judge (question: Question): VerifiedPath | CertificationPathError {
  try {
    return verifyCertificationPath(question)
  } catch (error) {
    return only(CertificationPathError, error)
  }
}
