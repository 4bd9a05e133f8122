import { Failure } from './failure.js'

/** A line of a CSV file, by the words of its head line. */
export type CsvRow = Readonly<Record<string, string>>

// A value in quotes, in which `""` is a quote, or one without; and what ends it.
const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y

/**
 * The rows of a CSV file (RFC 4180) under its head line. Only the words in `columns` may stand there, so that a value that
 * was meant to go into a certificate is not left out in silence. Spaces around a value without quotes are left out.
 */
export function readCsv (text: string, columns: readonly string[]): readonly CsvRow[] {
  const [head, ...rows] = records(text.replace(/^\ufeff/, '')).filter((record) => record.some((value) => value !== ''))
  if (head === undefined) throw new Failure('the CSV file is empty', headHint(columns))
  const names = head.map((name) => name.toLowerCase())
  const unknown = names.find((name, index) => !columns.includes(name) || names.indexOf(name) < index)
  if (unknown !== undefined) throw new Failure(`the head line of the CSV file has ${JSON.stringify(unknown)}, which is unknown or there twice`, headHint(columns))
  return rows.map((row, index) => rowOf(names, row, index + 2))
}

const headHint = (columns: readonly string[]) => `its head line has words of these: ${columns.join(',')}`

function rowOf (names: readonly string[], values: readonly string[], line: number): CsvRow {
  if (values.length > names.length) throw new Failure(`row ${line} of the CSV file has ${values.length} values, where its head line has ${names.length}`, 'put a value that holds a comma in quotes')
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
}

function records (text: string): string[][] {
  const found: string[][] = [[]]
  for (field.lastIndex = 0; field.lastIndex < text.length;) {
    const match = field.exec(text)
    if (match === null) throw new Failure(`row ${found.length} of the CSV file has a quote that is not closed, or something beside it`)
    const [, quoted, plain, end] = match
    found[found.length - 1].push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'))
    if (end !== ',') found.push([])
  }
  return found
}
