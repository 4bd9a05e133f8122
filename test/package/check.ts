// The package as others get it: packed, installed in a folder elsewhere, and used from there. Needs the npm registry.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
// Further versions of Node to use the package with: paths of executables, as in PATH.
const nodes = [process.execPath, ...(process.env.OTHER_NODES ?? '').split(delimiter).filter((path) => path !== '')]
const doors: string[] = Object.keys(manifest.exports).map((door) => join(manifest.name, door))

// Outside the checkout, so that nothing is found in its node_modules.
const folder = mkdtempSync(join(tmpdir(), 'package-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

const { filename, files } = pack()
const tarball = join(folder, filename)
const consumer = join(folder, 'consumer')
installConsumer()

t.test('the tarball holds what a user needs and nothing else', async (t) => {
  // Hints of the command name pages of docs.
  const guides = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)
  const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', ...guides, 'package.json'].sort()
  t.strictSame(files.filter((path) => !path.startsWith('dist/')).sort(), documents)
  t.strictSame(files.filter((path) => path.startsWith('dist/') && !/\.(?:js|d\.ts)$/.test(path)), [])
  t.strictSame(files.filter((path) => /test|bench|example/.test(path)), [])
})

t.test('the tarball holds no private key', async (t) => {
  const installed = join(consumer, 'node_modules', manifest.name)
  const withKey = files.filter((path) => /BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}/.test(readFileSync(join(installed, path), 'latin1')))
  t.strictSame(withKey, [])
})

t.test('publint finds nothing to say', async (t) => {
  t.match(run('npx', ['publint', 'run', tarball, '--strict']), 'All good!')
})

// Two things that attw knows are not so here. Resolution as in Node 10 is left out (profile node16): it finds the types, and
// Node 10 itself would not find the files. `cjs-resolves-to-esm` warns of Node versions that cannot require() an ES module; `engines` names only such as can.
t.test('attw finds nothing to say', async (t) => {
  t.doesNotThrow(() => run('npx', ['attw', tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--no-emoji']))
})

t.test('every door can be imported and required', async (t) => {
  for (const door of doors) {
    const options = door.endsWith('.json') ? ", { with: { type: 'json' } }" : ''
    t.ok(run(process.execPath, ['--input-type=module', '--eval', `const door = await import('${door}'${options}); console.log(Object.keys(door).length)`], consumer), `import ${door}`)
    t.ok(run(process.execPath, ['--input-type=commonjs', '--eval', `console.log(Object.keys(require('${door}')).length)`], consumer), `require ${door}`)
  }
})

t.test('the command is installed, and runs', async (t) => {
  t.equal(run('npx', ['--no', '--', 'client-certificate', '--version'], consumer), `${manifest.version}\n`)
  for (const node of nodes) t.match(run(node, [join(consumer, 'node_modules/.bin/client-certificate'), 'issue', '--help'], consumer), 'client-certificate issue --directory ca')
})

t.test('nothing but the doors can be entered', async (t) => {
  for (const path of ['dist/index.js', 'certificate/der.js', 'plugin', 'dist/errors.js']) {
    t.throws(() => run(process.execPath, ['--eval', `require('${manifest.name}/${path}')`], consumer), /ERR_PACKAGE_PATH_NOT_EXPORTED/, path)
  }
})

t.test('JavaScript uses it, as an ES module and as CommonJS', async (t) => {
  for (const node of nodes) {
    const version = run(node, ['--version']).trim()
    for (const program of ['esm.js', 'commonjs.cjs']) t.equal(run(node, [program], consumer), '', `${program} on Node ${version}`)
  }
})

t.test('TypeScript uses it, resolved as Node does, as bundlers do, and as Node 10 did', async (t) => {
  for (const project of ['tsconfig.nodenext.json', 'tsconfig.bundler.json', 'tsconfig.node10.json']) {
    t.equal(run('npx', ['tsc', '--project', project], consumer), '', project)
  }
})

function pack (): { filename: string, files: string[] } {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', folder]))
  return { filename: packed.filename, files: packed.files.map((file: { path: string }) => file.path) }
}

function installConsumer (): void {
  cpSync(new URL('consumer', import.meta.url), consumer, { recursive: true })
  const dependencies = { [manifest.name]: tarball, fastify: manifest.peerDependencies.fastify, typescript: manifest.devDependencies.typescript, '@types/node': manifest.devDependencies['@types/node'] }
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  run('npm', ['install', '--no-audit', '--no-fund', '--silent'], consumer)
}

// What the program prints; a failure tells what it printed on both channels.
function run (program: string, options: string[], cwd = root): string {
  try {
    return execFileSync(program, options, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 1_200_000 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string, stderr: string }
    throw new Error(`${program} ${options.join(' ')}\n${stdout}${stderr}`)
  }
}
