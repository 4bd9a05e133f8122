import { visible } from './visible.js'

/** Rows under one another in columns that are as wide as they have to be; the last one is not filled up. */
export function table (rows: ReadonlyArray<readonly string[]>): string {
  const shown = rows.map((row) => row.map(visible))
  const widths = shown[0].map((_, column) => Math.max(...shown.map((row) => row[column].length)))
  return shown.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n')
}
