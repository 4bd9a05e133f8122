// node bench/check.js: whether the README shows what was measured, and on the code that is there now. Measures nothing.
import { readFileSync } from 'node:fs'
import { readmeWith, staleRows } from './readme.js'

const root = process.argv[2] ?? new URL('..', import.meta.url).pathname
const results = JSON.parse(readFileSync(`${root}/bench/results.json`, 'utf8'))
const readme = readFileSync(`${root}/README.md`, 'utf8')

const problems = staleRows(results, root).map(({ title, parts }) => `the figure for '${title}' is older than the code: npm run bench -- ${parts.join(' ')}`)
if (readmeWith(readme, results, root) !== readme) problems.push('README.md does not show what bench/results.json has: npm run bench -- report')
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exitCode = problems.length === 0 ? 0 : 1
