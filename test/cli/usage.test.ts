import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Command } from 'commander'
import { programFor } from '../../lib/cli/program.js'
import { run } from '../../lib/cli/run.js'
import type { Terminal } from '../../lib/cli/terminal.js'
import { isCertificateField, startProxy, without } from './proxies.js'
import { hear, holds, parse } from './transcript.js'

const program = programFor({} as Terminal)
const leaves = (command: Command): Command[] => command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
const pathOf = (command: Command): string[] => command.parent === null ? [] : [...pathOf(command.parent), command.name()]

/** The lines under `Example:`, with which each help ends. */
async function examplesOf (path: readonly string[]): Promise<string[]> {
  const { stdout, stderr, status } = await hear([...path, '--help'], { cwd: '.' })
  const [, examples] = /\nExamples?:\n((?: {2}client-certificate .*\n)+)$/.exec(stdout) ?? []
  if (examples === undefined || status !== 0 || stderr !== '') throw new Error(`the help of ${path.join(' ')} ends with no example`)
  return examples.trim().split(/\n */)
}

t.test('every help ends with an example that works', async (t) => {
  const proxy = await startProxy(t, (header) => without(header, isCertificateField))
  const env = { CLIENT_CERTIFICATE_PASSPHRASE: 'geheim', CLIENT_CERTIFICATE_CA_PASSPHRASE: 'geheim', CLIENT_CERTIFICATE_KEY_PASSPHRASE: 'geheim' }
  const walks = [[[]], [['ca']], leaves(program).map(pathOf)]
  for (const [index, walk] of walks.entries()) {
    const cwd = t.testdir({ [`walk-${index}`]: {} }) + `/walk-${index}`
    for (const path of walk) {
      for (const example of await examplesOf(path)) {
        const { status, stderr } = await hear(parse(example.replace('https://www.example.com/proxy-check', proxy)).argv, { cwd, env })
        t.equal(status, 0, `${example}\n${stderr}`)
      }
    }
  }
})

t.test('the commands stand in the order in which they are needed', async (t) => {
  t.strictSame(leaves(program).map((command) => pathOf(command).join(' ')),
    ['ca create', 'request', 'sign', 'issue', 'pkcs12', 'renew', 'revoke', 'crl', 'list', 'inspect', 'explain', 'proxy-check'])
})

t.test('no option takes a passphrase', async (t) => {
  const options = leaves(program).flatMap((command) => command.options)
  t.strictSame([...new Set(options.filter(({ long }) => /pass/.test(long!)).map(({ flags }) => flags))].sort(),
    ['--ca-passphrase-file <file>', '--key-passphrase-file <file>', '--no-passphrase', '--passphrase-file <file>'])
})

t.test('misuse is told with a hint, and the exit status is 2', async (t) => {
  await holds(t, { cwd: t.testdir({}) }, `
    $ client-certificate nonsense
    ! error: unknown command 'nonsense'
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate isue
    ! error: unknown command 'isue'
    ! hint: did you mean issue?
    [exit 2]
    $ client-certificate issue
    ! error: required option '--directory <directory>' not specified
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate inspect
    ! error: missing required argument 'file'
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate issue --directory ca --subject CN=a --out a --days forever
    ! error: option '--days <days>' argument 'forever' is invalid. A time span is a number above 0 with d, w, y, h or m (minutes) behind it: 30d.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate ca create --subject CN=a --directory a --path-length -1
    ! error: option '--path-length <number>' argument '-1' is invalid. A whole number is needed.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate ca create --subject CN=a --directory a --permit example.com
    ! error: option '--permit <subtree>' argument 'example.com' is invalid. It begins with dns:, email:, ip:, uri:, name:.
    ! hint: put --help behind the command to see how it is used
    [exit 2]
    $ client-certificate ca create --subject CN=a --directory a --exclude ip:10.0.0.0/33 --no-passphrase
    ! error: nameConstraints: iPAddress "10.0.0.0/33" is no IPv4 or IPv6 address with the number of its bits that count, as 10.0.0.0/8
    [exit 1]
    $ client-certificate ca create --subject CN=a --directory a --days 1 --until 2027-01-01 --no-passphrase
    ! error: --days and --until are both given
    ! hint: give one of them
    [exit 2]
    $ client-certificate crl --directory none
    ! error: there is no authority in none: no ca.cer, no ca.crt, no cacert.pem
    ! hint: make one: client-certificate ca create --subject "CN=Example CA" --directory DIRECTORY
    [exit 1]
  `)
})

t.test('without a command the help stands on standard error', async (t) => {
  for (const path of [[], ['ca']]) t.match(await hear(path, { cwd: '.' }), { status: 2, stdout: '', stderr: /^Usage: client-certificate .*\n$/s })
})

t.test('the version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  t.strictSame(await hear(['--version'], { cwd: '.' }), { status: 0, stdout: `${version}\n`, stderr: '' })
})

t.test('a mistake of the program itself is not put into nice words', async (t) => {
  const broken = { write: () => { throw new RangeError('a mistake') } }
  await t.rejects(run(['--version'], { stdin: process.stdin, stdout: broken, stderr: broken, env: {}, cwd: '.', now: () => new Date() }), { name: 'RangeError', message: 'a mistake' })
})

const main = fileURLToPath(new URL('../../lib/cli/main.ts', import.meta.url))
const tsx = createRequire(import.meta.url).resolve('tsx')
// tap sets these for each child process, and would count a line there for a line of the tests.
const unwatched = 'unset NODE_OPTIONS NODE_V8_COVERAGE; '

const inShell = (script: string, argv: readonly string[], cwd: string, input = '') =>
  spawnSync('sh', ['-c', unwatched + script, 'sh', process.execPath, '--import', tsx, main, ...argv], { cwd, input, encoding: 'utf8', timeout: 600_000 })

const start = (argv: readonly string[], cwd: string, input?: string) => inShell('exec "$@"', argv, cwd, input)

t.test('as a process of its own it says the same, and reads the clock', async (t) => {
  const cwd = t.testdir({})
  const created = start(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'ca', '--days', '1', '--json', '--no-passphrase'], cwd)
  t.equal(created.status, 0)
  t.match(created.stderr, /^made ca\/ca\.key: /)
  const left = Date.parse(JSON.parse(created.stdout).notAfter) - Date.now()
  t.ok(left > 0.9 * 86_400_000 && left <= 86_400_000)
  const explained = start(['explain', '-', '--trust', 'ca/ca.cer', '--purpose', 'any'], cwd, readFileSync(join(cwd, 'ca/ca.cer'), 'utf8'))
  t.match(explained, { status: 0, stderr: '', stdout: /^- would get in \(any\) at / })
  t.match(start(['explain', 'ca/ca.cer', '--trust', 'ca/ca.cer'], cwd), { status: 1, stdout: /KEY_USAGE/ })
  t.match(start(['nonsense'], cwd), { status: 2, stdout: '', stderr: /^error: unknown command/ })
})

t.test('whoever reads only the first lines gets them, and no error', async (t) => {
  const cwd = t.testdir({})
  start(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'ca', '--no-passphrase'], cwd)
  writeFileSync(join(cwd, 'many.cer'), readFileSync(join(cwd, 'ca/ca.cer'), 'utf8').repeat(400))
  const { stdout, stderr } = inShell('"$@" | { read -r line; echo "$line"; }', ['inspect', 'many.cer'], cwd)
  t.strictSame({ stdout, stderr }, { stdout: 'certificate\n', stderr: '' })
})

t.test('the program is run as soon as it is loaded', async (t) => {
  const said: string[] = []
  const directory = join(t.testdir({}), 'ca')
  t.intercept(process, 'argv', { value: ['node', main, 'ca', 'create', '--subject', 'CN=Example CA', '--directory', directory, '--no-passphrase'] })
  t.intercept(process.stderr, 'write', { value: (text: string) => { said.push(text); return true } })
  await import('../../lib/cli/main.js')
  t.equal(process.exitCode, 0)
  t.match(said.join(''), `made ${directory}/ca.key: `)
})
