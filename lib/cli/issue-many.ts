import { join } from 'node:path'
import { generatePrivateKey } from '../authority/index.js'
import { parseDistinguishedName } from '../certificate/index.js'
import { CertificateError } from '../errors.js'
import { openDirectory } from './authority-directory.js'
import { count } from './count.js'
import { readCsv, type CsvRow } from './csv.js'
import { Failure, Misuse, only } from './failure.js'
import { checkAbsent, createDirectory, isThere, readInput } from './files.js'
import { filesOf, issueOne, type Holder, type IssueOptions } from './issue-one.js'
import { addedNames, namesOf } from './names.js'
import { bar } from './progress.js'
import { certificatesIn } from './read-contents.js'
import type { Terminal } from './terminal.js'
import { dateText } from './time.js'
import { inWordsOfCommand } from './words.js'

const columns = ['subject', 'email', 'dns', 'ip', 'uri', 'upn', 'file']

/**
 * Issues a certificate for each row of a CSV file. All rows are read and all file names are seen to be free before the first
 * one is issued; what was issued before an error stays.
 */
export async function issueMany (terminal: Terminal, from: string, passphraseFor: () => Promise<string | undefined>, options: IssueOptions): Promise<void> {
  if (namesOf(options).length > 0) throw new Misuse('names are given beside --from', 'they stand in the columns of the CSV file')
  const rows = readCsv((await readInput(terminal, from)).toString('utf8'), columns)
  const all = rows.map((row, index) => holderOf(row, index + 2, options.out))
  const holders = await holdersLeft(terminal, all, options)
  await checkAbsent(terminal, holders.flatMap(({ out }) => Object.values(filesOf(out, options))))
  const authority = await openDirectory(terminal, options)
  const passphrase = await passphraseFor()
  await createDirectory(terminal, options.out)
  const made: object[] = []
  for (const [index, holder] of holders.entries()) {
    // The bar stays while the work goes on: nothing else is drawn.
    terminal.draw(bar(index, holders.length))
    const issue = () => issueOne(terminal, authority, holder, passphrase, options, () => generatePrivateKey(options.keyType))
    const { certificate } = await orRow(terminal, holder.row, holders.length - index, issue)
    terminal.draw('')
    const files = filesOf(holder.out, options)
    terminal.say(`made ${Object.values(files).join(', ')}: ${certificate.subject}, valid until ${dateText(certificate.validity.notAfter)}`)
    made.push({ ...certificate.toJSON(), files })
  }
  if (options.json === true) terminal.printJson(made)
}

interface HolderOfRow extends Holder {
  /** The line of the CSV file. */
  readonly row: number
}

/** With --skip-existing the rows whose files are not there yet. */
async function holdersLeft (terminal: Terminal, all: readonly HolderOfRow[], options: IssueOptions): Promise<readonly HolderOfRow[]> {
  if (options.skipExisting !== true) return all
  const left: HolderOfRow[] = []
  for (const holder of all) if (!await isMade(terminal, holder, options)) left.push(holder)
  if (left.length < all.length) terminal.say(`skipped ${count(all.length - left.length, 'row')} of ${all.length}: the files are there already`)
  return left
}

async function isMade (terminal: Terminal, { out, subject, row }: HolderOfRow, options: IssueOptions): Promise<boolean> {
  const files = filesOf(out, options)
  const there: string[] = []
  for (const name of Object.values(files)) if (await isThere(terminal, name)) there.push(name)
  if (there.length === 0) return false
  const absent = Object.values(files).find((name) => !there.includes(name))
  if (absent !== undefined) throw new Failure(`row ${row} of the CSV file: ${there[0]} is there, but ${absent} is not`, `move ${there[0]} away, and run the command again`)
  const [certificate] = await certificatesIn(terminal, files.certificate, undefined)
  if (certificate.subject.equals(parseDistinguishedName(subject))) return true
  throw new Failure(`row ${row} of the CSV file: ${files.certificate} is there, and is of ${certificate.subject}`, 'give another name in the column file')
}

async function orRow<Value> (terminal: Terminal, row: number, left: number, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act()
  } catch (error) {
    const { message, hint } = inWordsOfCommand(error)
    terminal.draw('')
    const rest = `what was made before it stays; ${count(left, 'row is', 'rows are')} left: run it again with --skip-existing`
    throw new Failure(`row ${row} of the CSV file: ${message}`, hint === undefined ? rest : `${hint}; ${rest}`, error)
  }
}

function holderOf (row: CsvRow, line: number, directory: string): HolderOfRow {
  const { subject, file = '', ...names } = row
  if (!subject) throw new Failure(`row ${line} of the CSV file has no subject`)
  return { row: line, subject, names: addedNames(names), out: join(directory, file === '' ? fileFromSubject(subject, line) : fileName(file, line)) }
}

function fileFromSubject (subject: string, line: number): string {
  try {
    return fileName((parseDistinguishedName(subject).commonName ?? '').replaceAll(' ', '-'), line)
  } catch (error) {
    throw new Failure(`row ${line} of the CSV file: ${only(CertificateError, error).message}`, undefined, error)
  }
}

// Letters, digits, and a few signs between them: no way out of the directory, no hidden file, no option of another program.
function fileName (name: string, line: number): string {
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N}@._-]*$/u.test(name)) return name
  throw new Failure(`row ${line} of the CSV file: ${JSON.stringify(name)} cannot be a file name`, 'give one in a column file, of letters, digits and @._-')
}
