import { join } from 'node:path'
import { parseDistinguishedName } from '../certificate/index.js'
import { AuthorityError, CertificateError } from '../errors.js'
import { openDirectory } from './authority-directory.js'
import { readCsv, type CsvRow } from './csv.js'
import { Failure, Misuse, only } from './failure.js'
import { checkAbsent, createDirectory, readInput } from './files.js'
import { filesOf, issueOne, type Holder, type IssueOptions } from './issue-one.js'
import { addedNames, namesOf } from './names.js'
import { bar } from './progress.js'
import type { Terminal } from './terminal.js'
import { dateText } from './time.js'

const columns = ['subject', 'email', 'dns', 'ip', 'uri', 'upn', 'file']

/**
 * Issues a certificate for each row of a CSV file. All rows are read and all file names are seen to be free before the first
 * one is issued; what was issued before an error stays.
 */
export async function issueMany (terminal: Terminal, from: string, passphraseFor: () => Promise<string | undefined>, options: IssueOptions): Promise<void> {
  if (namesOf(options).length > 0) throw new Misuse('names are given beside --from', 'they stand in the columns of the CSV file')
  const rows = readCsv((await readInput(terminal, from)).toString('utf8'), columns)
  const holders = rows.map((row, index) => holderOf(row, index + 2, options.out))
  await checkAbsent(terminal, holders.flatMap(({ out }) => Object.values(filesOf(out, options))))
  const authority = await openDirectory(terminal, options)
  const passphrase = await passphraseFor()
  await createDirectory(terminal, options.out)
  const made: object[] = []
  for (const [index, holder] of holders.entries()) {
    terminal.draw(bar(index, holders.length))
    const { certificate } = await orRow(index + 2, holders.length - index, () => issueOne(terminal, authority, holder, passphrase, options))
    terminal.draw('')
    terminal.say(`made ${Object.values(filesOf(holder.out, options)).join(', ')}: ${certificate.subject}, valid until ${dateText(certificate.validity.notAfter)}`)
    made.push({ ...certificate.toJSON(), files: filesOf(holder.out, options) })
  }
  if (options.json === true) terminal.printJson(made)
}

async function orRow<Value> (row: number, left: number, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act()
  } catch (error) {
    const { message } = only(AuthorityError, error)
    throw new Failure(`row ${row} of the CSV file: ${message}`, `what was made before it stays; ${left} of the rows are left`, error)
  }
}

function holderOf (row: CsvRow, line: number, directory: string): Holder {
  const { subject, file = '', ...names } = row
  if (!subject) throw new Failure(`row ${line} of the CSV file has no subject`)
  return { subject, names: addedNames(names), out: join(directory, file === '' ? fileFromSubject(subject, line) : fileName(file, line)) }
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
