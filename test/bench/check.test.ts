// Does not depend on the version of Node.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t from 'tap'

interface Code {
  codeOf (part: string, root: string): string
}

interface Readme {
  writeReadme (results: object, root: string): ReadonlyArray<{ title: string, parts: readonly string[] }>
}

// The benchmarks are JavaScript, and run without a compiler.
const { codeOf }: Code = await import(new URL('../../bench/code.js', import.meta.url).href)
const { writeReadme }: Readme = await import(new URL('../../bench/readme.js', import.meta.url).href)

function write (folder: string, name: string, text: string): void {
  mkdirSync(dirname(`${folder}/${name}`), { recursive: true })
  writeFileSync(`${folder}/${name}`, text)
}

const decoded = Object.fromEntries(['ours', 'node', 'peculiar', 'pkijs'].map((name) => [name, { median: 7, least: 6, greatest: 8, count: 3 }]))

/** A package whose reading of certificates was just measured, on these files. */
function measuredPackage (folder: string): object {
  write(folder, 'bench/decode.js', "import { read } from '../dist/certificate/index.js'\nexport const measure = () => read()\n")
  write(folder, 'lib/certificate/index.ts', "export { read } from './read.js'\n")
  write(folder, 'lib/certificate/read.ts', '// Reads.\nexport const read = (): number => 1\n')
  write(folder, 'lib/plugin/index.ts', 'export const plugin = 1\n')
  cpSync('README.md', `${folder}/README.md`)
  return { decode: decoded, measured: { decode: { code: codeOf('decode', folder) } } }
}

const rowOf = (folder: string, title: string) => readFileSync(`${folder}/README.md`, 'utf8').split('\n').find((line) => line.startsWith(`| ${title} |`))

const title = 'reading a certificate in full'
const shown = `| ${title} | 7 µs (Node's \`X509Certificate\` 7, @peculiar/x509 7, pkijs 7) |`
const left = (parts: string) => `not measured since the code changed (\`npm run bench -- ${parts}\`)`

t.test('the README shows a figure as long as the code that it measures is the same', async (t) => {
  const folder = t.testdir()
  const results = measuredPackage(folder)
  writeReadme(results, folder)
  t.equal(rowOf(folder, title), shown)
  write(folder, 'lib/certificate/read.ts', '// Reads a number.\nexport const read = (): number => 1\n')
  write(folder, 'lib/plugin/index.ts', 'export const plugin = 2\n')
  writeReadme(results, folder)
  t.equal(rowOf(folder, title), shown, 'comments, and code that is not on its path, do not count')
})

t.test('the README shows no figure that is older than the code on its path, or that was never measured', async (t) => {
  const folder = t.testdir()
  const results = measuredPackage(folder)
  write(folder, 'lib/certificate/read.ts', 'export const read = (): number => 2\n')
  t.match(writeReadme(results, folder).find((row) => row.title === title), { parts: ['decode'] })
  t.equal(rowOf(folder, title), `| ${title} | ${left('decode')} |`)
  t.equal(rowOf(folder, 'a resumed session and one request'), `| a resumed session and one request | ${left('servers')} |`)
})

t.test('the check fails while the README shows a figure that is older than the code', async (t) => {
  const folder = t.testdir()
  const results = measuredPackage(folder)
  write(folder, 'bench/results.json', JSON.stringify(results))
  writeReadme(results, folder)
  write(folder, 'lib/certificate/read.ts', 'export const read = (): number => 2\n')
  const { status, stderr } = spawnSync(process.execPath, ['bench/check.js', folder], { encoding: 'utf8' })
  t.equal(status, 1)
  t.match(stderr, `the figure for '${title}' is older than the code: npm run bench -- decode\n`)
  t.match(stderr, 'README.md does not show what bench/results.json has: npm run bench -- report\n')
})
