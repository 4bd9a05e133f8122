import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import ts from 'typescript'
import { openDirectoryStore } from '../../lib/authority/index.js'
import { mint } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'

const run = promisify(execFile)
const program = fileURLToPath(new URL('kill-child.mjs', import.meta.url))
const source = fileURLToPath(new URL('../../lib', import.meta.url))

// Compiled once: 200 children that compile for themselves would take minutes.
function compileInto (folder: string): void {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => /^(?:errors|(?:certificate|authority)\/.*)\.ts$/.test(path))
  for (const file of files) {
    const { outputText } = ts.transpileModule(readFileSync(join(source, file), 'utf8'), { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 } })
    const path = join(folder, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, outputText)
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
}

/** What the children were promised. */
interface Promised {
  readonly added: Set<string>
  readonly revoked: Set<string>
  readonly numbers: string[]
}

function note (output: string, { added, revoked, numbers }: Promised): void {
  for (const line of output.split('\n').slice(0, -1)) {
    const [word, value] = line.split(' ')
    if (word === 'added') added.add(value)
    if (word === 'revoked') revoked.add(value)
    if (word === 'numbered') numbers.push(value)
  }
}

const nothingPromised = (): Promised => ({ added: new Set(), revoked: new Set(), numbers: [] })

/** A new directory, and how a child begins to work on it. */
async function prepare (t: Test) {
  const folder = t.testdir()
  const [library, directory, template] = ['library', 'ca', 'template.der'].map((name) => join(folder, name))
  compileInto(library)
  writeFileSync(template, mint({ serialNumber: Buffer.alloc(20, 0x4a) }).der)
  await openDirectoryStore(directory, { create: true })
  // The runner of the tests makes every Node that is started load its own modules, which takes longer than all else here.
  const begin = (count?: number) => spawn('sh', ['-c', 'unset NODE_OPTIONS NODE_V8_COVERAGE; exec "$@"', 'sh', process.execPath, program, library, directory, template,
    ...(count === undefined ? [] : [String(count)])], { stdio: ['ignore', 'pipe', 'inherit'] })
  return { folder, directory, begin }
}

async function killAtRandom (child: ChildProcess): Promise<string> {
  const [output, exit] = [text(child.stdout!), once(child, 'exit')]
  await new Promise((resolve) => { child.stdout!.once('data', resolve) })
  await setTimeout(randomInt(60))
  child.kill('SIGKILL')
  await exit
  return await output
}

// Two children at a time need some 15 seconds of two processors, and many times as long on a busy machine.
t.setTimeout(900_000)

t.test('two processes at once lose nothing, and give out no number twice', async (t) => {
  const { directory, begin } = await prepare(t)
  const outputs = await Promise.all([begin(50), begin(50)].map((child) => text(child.stdout)))
  const promised = nothingPromised()
  for (const output of outputs) note(output, promised)
  const entries = await (await openDirectoryStore(directory)).list()
  t.strictSame(entries.map((entry) => entry.serialNumber).sort(), [...promised.added].sort())
  t.ok(entries.length === 100 && entries.every((entry) => entry.revocation?.reason === 'superseded'))
  t.strictSame(promised.numbers.map(Number).sort((one, other) => one - other), Array.from({ length: 100 }, (_, index) => index + 1))
})

t.test('two at a time, killed 200 times while they issue and revoke: nothing that was promised is lost', async (t) => {
  const { folder, directory, begin } = await prepare(t)
  const promised = nothingPromised()
  let [kills, ended] = [0, 0]
  const killOneAfterTheOther = async () => {
    while (kills < 200) {
      kills++
      const child = begin()
      const output = await killAtRandom(child)
      if (child.signalCode !== 'SIGKILL') ended++
      note(output, promised)
      await check()
    }
  }
  // Opening tells that no serial number is there twice, and that every line can be read.
  const check = async () => {
    const store = await openDirectoryStore(directory)
    const entries = new Map((await store.list()).map((entry) => [entry.serialNumber, entry]))
    const lost = [...promised.added].filter((serialNumber) => !entries.has(serialNumber))
    const valid = [...promised.revoked].filter((serialNumber) => entries.get(serialNumber)?.revocation?.reason !== 'superseded')
    if (lost.length + valid.length > 0) t.fail('something is lost', { lost, valid })
  }
  await Promise.all([killOneAfterTheOther(), killOneAfterTheOther()])
  t.equal(ended, 0, 'every child was killed, and none ended by itself')
  t.equal(new Set(promised.numbers).size, promised.numbers.length, 'no number of a list is there twice')
  const store = await openDirectoryStore(directory)
  const entries = await store.list()
  t.comment(`${kills} kills, ${promised.added.size} certificates promised, ${entries.length} recorded, ${promised.revoked.size} revocations promised`)
  // A loaded machine lets a child come to few before it is killed; each kill may leave one record that nobody was promised.
  t.ok(promised.added.size >= 40, `${promised.added.size} certificates were promised`)
  t.ok(entries.length <= promised.added.size + kills, `${entries.length} certificates are recorded`)
  for (const { serialNumber } of entries) if (await store.certificate(serialNumber) === undefined) t.fail(`no file of ${serialNumber}`)
  await store.nextListNumber()
  t.strictSame(readdirSync(directory).filter((name) => name.endsWith('.lock')), [])

  await t.test('and openssl ca reads it', { skip: parts.missing('openssl') }, async (t) => {
    const key = mint({ subject: 'CA' })
    writeFileSync(join(folder, 'ca.key'), key.key)
    writeFileSync(join(folder, 'ca.pem'), key.pem)
    writeFileSync(join(folder, 'ca.cnf'), `[ca]\ndefault_ca=a\n[a]\ndir=${directory}\ndatabase=$dir/index.txt\nserial=$dir/serial\ncrlnumber=$dir/crlnumber\ndefault_md=sha256\ndefault_crl_days=1\n`)
    const { stdout } = await run('openssl', ['ca', '-config', join(folder, 'ca.cnf'), '-gencrl', '-cert', join(folder, 'ca.pem'), '-keyfile', join(folder, 'ca.key')])
    writeFileSync(join(folder, 'list.pem'), stdout)
    const list = await run('openssl', ['crl', '-in', join(folder, 'list.pem'), '-noout', '-text'], { maxBuffer: 1e8 })
    t.equal(list.stdout.match(/Serial Number:/g)?.length, entries.filter((entry) => entry.revocation !== undefined).length)
  })
})
