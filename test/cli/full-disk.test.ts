// Does not depend on the version of Node.
import { spawnSync } from 'node:child_process'
import fs, { cpSync, existsSync, readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { hear } from './transcript.js'

// The disk is full at one write after the other: half of what is to be written fits, and the rest does not.

const folder = t.testdir({ 'people.csv': 'subject\nCN=Ann\nCN=Bob\n' })
const base = join(folder, 'base')

/** The write that fails, counted from 1; 0 if all succeed. */
let failing = 0
let writes = 0

const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
const half = (content: string | Uint8Array) => content.slice(0, content.length / 2)
const isFull = () => ++writes === failing

async function interceptWrites (): Promise<void> {
  const handle = await open(folder)
  const prototype = Object.getPrototypeOf(handle)
  await handle.close()
  for (const name of ['writeFile', 'appendFile']) {
    const original = prototype[name]
    t.intercept(prototype, name, {
      async value (content: string | Uint8Array, ...more: unknown[]) {
        if (!isFull()) return await original.call(this, content, ...more)
        await original.call(this, half(content), ...more)
        throw noSpace()
      }
    })
  }
  const { writeFileSync } = fs
  const full = (path: string, content: string, options: object) => {
    if (!isFull()) return writeFileSync(path, content, options)
    writeFileSync(path, half(content), options)
    throw noSpace()
  }
  fs.writeFileSync = full as typeof writeFileSync
  syncBuiltinESMExports()
  t.teardown(() => { fs.writeFileSync = writeFileSync; syncBuiltinESMExports() })
}

const commands = [
  'ca create --subject CN=Other --directory other --no-passphrase --pkcs12',
  'ca create --parent ca --subject CN=Below --directory below --no-passphrase',
  'request --subject CN=bob --out bob --no-passphrase',
  'issue --directory ca --subject CN=bob --out bob --no-passphrase --pkcs12',
  'issue --directory ca --from people.csv --out people --no-passphrase',
  'sign alice.req --directory ca --out signed.cer',
  'pkcs12 alice.cer --key alice.key --out alice.p12 --no-passphrase',
  'renew alice.cer --directory ca --out renewed.cer',
  'revoke alice.cer --directory ca',
  'crl --directory ca --out ca.crl'
]

interface Entry { readonly serialNumber: string, readonly status: string }

const recorded = async (cwd: string): Promise<readonly Entry[]> =>
  JSON.parse((await hear(['list', '--directory', 'ca', '--json'], { cwd })).stdout)

async function prepare (): Promise<void> {
  fs.mkdirSync(base)
  cpSync(join(folder, 'people.csv'), join(base, 'people.csv'))
  const made = [
    'ca create --subject CN=CA --directory ca --no-passphrase',
    'request --subject CN=alice --out alice --no-passphrase',
    'sign alice.req --directory ca --out alice.cer',
    'crl --directory ca --out ca.crl'
  ]
  for (const command of made) await hear(command.split(' '), { cwd: base })
}

await prepare()
const before = await recorded(base)
await interceptWrites()

for (const command of commands) {
  t.test(`${command}: what was recorded is said, and nothing else is left`, async (t) => {
    for (let place = 1; ; place++) {
      const cwd = join(folder, `${command.replace(/\W+/g, '-')}-${place}`)
      cpSync(base, cwd, { recursive: true })
      writes = 0
      failing = place
      const { status, stdout, stderr } = await hear(command.split(' '), { cwd })
      failing = 0
      if (writes < place) {
        t.equal(status, 0)
        return t.ok(place > 1, `${place - 1} writes`)
      }
      const what = `write ${place}: ${stderr}`
      t.match({ status, stdout }, { status: 1, stdout: '' }, what)
      t.match(stderr, /^(made .*\n)*error: .*no space.*\nhint: .*\n$/, what)
      const said = [...stderr.matchAll(/with the serial number ([0-9a-f]{40}) is recorded in ca as valid, but nobody has it/g)]
      const made = stderr.match(/^made .*\.cer/gm)?.length ?? 0
      const after = await recorded(cwd)
      t.equal(after.length, before.length + said.length + made, what)
      for (const [, serialNumber] of said) {
        t.ok(after.some((entry) => entry.serialNumber === serialNumber), what)
        t.match(stderr, `hint: revoke it: client-certificate revoke ${serialNumber} --directory ca; then run the command again`)
      }
      t.ok(after.every((entry) => entry.status === 'valid'), 'and nothing is revoked')
      t.strictSame(readdirSync(cwd, { recursive: true }).filter((name) => /unfinished|temporary|lock/.test(String(name))), [], what)
      const again = await hear([...command.split(' '), ...command.includes('--from') ? ['--skip-existing'] : []], { cwd })
      t.equal(again.status, 0, `with space it works again: ${again.stderr}`)
    }
  })
}

t.test('standard output on a full disk', async (t) => {
  // It is there on Linux.
  if (!existsSync('/dev/full')) return
  const main = fileURLToPath(new URL('../../lib/cli/main.ts', import.meta.url))
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const argv = [process.execPath, '--import', tsx, main, 'renew', 'alice.cer', '--directory', 'ca']
  const cwd = join(folder, 'output')
  cpSync(base, cwd, { recursive: true })
  const script = 'unset NODE_OPTIONS NODE_V8_COVERAGE; exec "$@" > /dev/full'
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', ...argv], { cwd, encoding: 'utf8', timeout: 600_000 })
  t.equal(status, 1)
  t.match(stderr, /^made a certificate: CN=alice, by CN=CA, valid until \S+, serial number [0-9a-f]{40}\nerror: cannot write to standard output: ENOSPC: .*\nhint: .*\n$/)
})
