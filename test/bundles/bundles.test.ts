import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import t, { type Test } from 'tap'
import { makeWorld } from '../helpers/application.js'
import { mintList } from '../helpers/mint-list.js'
import { get } from '../helpers/walk.js'

// Each bundle starts once, serves, and reads a large CRL that grows: no thread may start the bundle again.

const folder = t.testdir({ 'package.json': '{ "type": "module" }' })
const path = (...names: string[]) => join(folder, ...names)
const require = createRequire(import.meta.url)
const world = makeWorld()

// CommonJS: in an ES module they would need a `require`.
const outside = ['fastify', 'fastify-plugin']

// Far above 256 KiB, from where on a CRL is read in a thread.
const others = Array.from({ length: 20_000 }, (_, index) => (0x10000000 + index).toString(16))
const before = mintList(world.authority, { revoked: others })
const after = mintList(world.authority, { revoked: [...others, world.client.certificate.serialNumber], number: 2 })

const common = { platform: 'node', logLevel: 'error' } as const

/** The package as JavaScript, as it is published, and the application beside it. */
async function writePackage (): Promise<void> {
  const lib = fileURLToPath(new URL('../../lib', import.meta.url))
  await build({ ...common, entryPoints: [`${lib}/**/*.ts`], outdir: path('package'), format: 'esm', target: 'node20' })
  copyFileSync(new URL('application.js', import.meta.url), path('application.js'))
  const files = { 'server.key': world.server.key, 'server.cer': world.server.pem, 'ca.cer': world.authority.pem }
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text)
}

const bundleByEsbuild = (format: 'esm' | 'cjs', outfile: string, external: string[] = []) => build({
  ...common, entryPoints: [path('application.js')], bundle: true, format, external, outfile
})

const bundleWorker = (outfile: string) => build({
  ...common, entryPoints: [path('package/revocation/list-worker.js')], bundle: true, format: 'esm', outfile
})

// Without what a test's runner sets for Node.
const runNode = (program: string, argv: readonly string[]) =>
  execFileSync(process.execPath, [program, ...argv], { cwd: folder, env: { PATH: process.env.PATH }, stdio: 'pipe' })

/** Runs a program, and gives what it says line by line. */
async function run (t: Test, program: readonly [string, ...string[]], crl: string) {
  const [command, ...argv] = program
  const files = { KEY: path('server.key'), CERT: path('server.cer'), CA: path('ca.cer'), CRL: crl }
  const child = spawn(command, argv, { env: { PATH: process.env.PATH, ...files }, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  const lines: string[] = []
  const exit = once(child, 'exit').then(() => { throw new Error(`it ended: ${lines.join('\n')}`) })
  exit.catch(() => {})
  const listens = new Promise<number>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        if (line.startsWith('listening ')) resolve(Number(line.split(' ')[1]))
      })
    }
  })
  return { port: await Promise.race([listens, exit]), lines }
}

/** @param warning what stands in the log of the CRL that is read on the event loop; nothing if there is a thread */
async function holds (t: Test, program: readonly [string, ...string[]], warning: RegExp | undefined): Promise<void> {
  const crl = path(`${t.name.replace(/\W/g, '-')}.crl`)
  writeFileSync(crl, before)
  const { port, lines } = await run(t, program, crl)
  const ask = () => get({ port, ca: world.authority.pem, key: world.client.key, cert: world.client.pem })
  // Open connections end with the certificate, also while a request is under way.
  const askAgain = () => ask().catch(() => ({ status: undefined, body: '' }))
  t.strictSame(await ask(), { status: 200, body: 'served' })
  writeFileSync(`${crl}.new`, after)
  renameSync(`${crl}.new`, crl)
  while (!(await askAgain()).body.includes('FST_CLIENT_CERTIFICATE_REVOKED')) await setTimeout(50)
  t.strictSame(lines.filter((line) => line === 'started'), ['started'], 'it starts once')
  const warnings = lines.filter((line) => line.includes('no worker thread is available'))
  if (warning === undefined) t.strictSame(warnings, [])
  else t.match(warnings, [warning], warnings.join())
  t.equal(warnings.length, warning === undefined ? 0 : 1)
}

await writePackage()

// CI runs this file again on these versions. What a bundler makes is the same on all of them, and some take seconds to
// make it: there, the two formats of esbuild stand for all.
const isFirst = !(process.env.OTHER_NODES ?? '').split(delimiter).includes(process.execPath)

const unknown = /the code is in a bundle that does not know its own file \(docs\/bundling\.md\)/

t.test('esbuild, as CommonJS', async (t) => {
  await bundleByEsbuild('cjs', path('cjs/application.cjs'))
  await holds(t, [process.execPath, path('cjs/application.cjs')], unknown)
})

t.test('esbuild, as an ES module', async (t) => {
  await bundleByEsbuild('esm', path('esm/application.js'), outside)
  const absent = /esm\/list-worker\.js cannot be read \(docs\/bundling\.md\)/
  await holds(t, [process.execPath, path('esm/application.js')], absent)
})

if (isFirst) {
  t.test('an application that is not bundled', async (t) => {
    await holds(t, [process.execPath, path('application.js')], undefined)
  })

  t.test('esbuild, as an ES module, with the worker beside it', async (t) => {
    await bundleByEsbuild('esm', path('beside/application.js'), outside)
    await bundleWorker(path('beside/list-worker.js'))
    await holds(t, [process.execPath, path('beside/application.js')], undefined)
  })

  t.test('an application in a worker thread', async (t) => {
    const start = "new Worker(new URL('./application.js', import.meta.url))"
    writeFileSync(path('thread.js'), `import { Worker } from 'node:worker_threads'\n${start}\n`)
    await holds(t, [process.execPath, path('thread.js')], /this is a worker thread itself/)
  })

  t.test('rollup', async (t) => {
    const plugins = [nodeResolve()]
    const bundle = await rollup({ input: path('application.js'), external: outside, plugins, onLog: () => {} })
    await bundle.write({ file: path('rollup/application.js'), format: 'es' })
    await holds(t, [process.execPath, path('rollup/application.js')], /rollup\/list-worker\.js cannot be read/)
  })

  t.test('ncc', async (t) => {
    const externals = outside.flatMap((name) => ['--external', name])
    const argv = ['build', path('application.js'), '--out', path('ncc'), ...externals, '--no-cache', '--quiet']
    runNode(require.resolve('@vercel/ncc/dist/ncc/cli.js'), argv)
    await holds(t, [process.execPath, path('ncc/index.js')], /./)
  })

  t.test('esbuild, as CommonJS in a single executable application', async (t) => {
    const sea = { main: path('cjs/application.cjs'), output: path('application.blob') }
    writeFileSync(path('sea.json'), JSON.stringify({ ...sea, disableExperimentalSEAWarning: true }))
    runNode('--experimental-sea-config', [path('sea.json')])
    copyFileSync(process.execPath, path('application'))
    const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2']
    const argv = [path('application'), 'NODE_SEA_BLOB', path('application.blob'), ...fuse]
    runNode(require.resolve('postject/dist/cli.js'), argv)
    await holds(t, [path('application')], unknown)
  })
}
