import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import ts from 'typescript'

// What each room of lib may import besides node: modules. A room opens only doors below it.
const rooms: Record<string, readonly string[]> = {
  errors: [],
  certificate: ['errors'],
  trust: ['certificate', 'errors'],
  authorization: ['certificate', 'errors'],
  authority: ['certificate', 'errors'],
  forwarding: ['errors'],
  files: ['errors'],
  tls: ['files', 'certificate', 'errors'],
  revocation: ['trust', 'files', 'certificate', 'errors'],
  plugin: ['errors', 'certificate', 'trust', 'authorization', 'authority', 'forwarding', 'tls', 'revocation',
    'fastify', 'fastify-plugin'],
  cli: ['authority', 'trust', 'forwarding', 'certificate', 'errors', 'commander'],
  index: ['errors', 'certificate', 'trust', 'authorization', 'authority', 'forwarding', 'tls', 'revocation', 'plugin']
}

const pureRooms = ['errors', 'certificate', 'trust', 'authorization', 'forwarding', 'authority']
const inputAndOutput = /^(?:node:)?(?:fs|net|tls|https?|http2|dns|dgram|child_process|cluster|worker_threads|process|os|timers)(?:\/|$)/

// Compares addresses, and opens nothing.
const pureNetwork = /^import \{ (?:BlockList|isIP|isIPv4)(?:, (?:BlockList|isIP|isIPv4))* \} from 'node:net'$/gm

// Does its work as soon as it is loaded.
const program = 'cli/main.ts'

const library = fileURLToPath(new URL('../lib', import.meta.url))
const files = readdirSync(library, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts')).sort()

t.test('every room imports only what the house allows', async (t) => {
  t.strictSame(files.flatMap((file) => problemsOf(file, readFileSync(join(library, file), 'utf8'))), [])
})

t.test('each way to break the plan of the house is seen', async (t) => {
  const broken: Array<[string, string, string]> = [
    ['certificate/pem.ts', "import '../trust/index.js'", 'certificate/pem.ts imports trust'],
    ['trust/path.ts', "import type { Node } from '../certificate/der.js'", 'trust/path.ts enters certificate by certificate/der.ts'],
    ['trust/path.ts', "await import('../index.js')", 'trust/path.ts imports index'],
    ['trust/path.ts', "export * from 'pkijs'", 'trust/path.ts imports pkijs'],
    ['tls/server.ts', "type App = import('fastify').FastifyInstance", 'tls/server.ts imports fastify'],
    ['index.ts', "import fp from 'fastify-plugin'", 'index.ts imports fastify-plugin'],
    ['plugin/hooks.ts', "import { init } from '../cli/index.js'", 'plugin/hooks.ts imports cli'],
    ['authority/create.ts', "import fs from 'node:fs/promises'", 'authority/create.ts reads or writes: node:fs/promises'],
    ['forwarding/address-list.ts', "import { connect } from 'node:net'", 'forwarding/address-list.ts reads or writes: node:net'],
    ['forwarding/address-list.ts', "import { BlockList, connect } from 'node:net'", 'forwarding/address-list.ts reads or writes: node:net'],
    ['errors.ts', "import { inspect } from 'node:util'", 'errors.ts imports node:util'],
    ['plugin/hooks.ts', 'const host = process.env.HOST', 'plugin/hooks.ts touches process.env'],
    ['tls/server.ts', 'const now = new Date()', 'tls/server.ts reads the clock'],
    ['trust/path.ts', 'const now = Date.now()', 'trust/path.ts reads the clock'],
    ['cli/list.ts', 'const now = new Date()', 'cli/list.ts reads the clock'],
    ['cli/list.ts', "import fastify from 'fastify'", 'cli/list.ts imports fastify'],
    ['cli/list.ts', "import { clientCertificate } from '../plugin/index.js'", 'cli/list.ts imports plugin'],
    ['utils/text.ts', '', 'utils/text.ts is in no room']
  ]
  for (const [file, text, problem] of broken) t.strictSame(problemsOf(file, text), [problem])
  t.strictSame(problemsOf('authority/file-store.ts', "import fs from 'node:fs'\nimport '../errors.js'\nimport './create.js'"), [])
  t.strictSame(problemsOf('forwarding/address-list.ts', "import { BlockList, isIP } from 'node:net'"), [])
})

t.test('every file can be loaded on its own, and so counts in the coverage', async (t) => {
  for (const file of files.filter((file) => file !== program)) await t.resolves(import(new URL(`../lib/${file}`, import.meta.url).href), file)
})

function problemsOf (file: string, text: string): string[] {
  const room = roomOf(file)
  if (!(room in rooms)) return [`${file} is in no room`]
  const problems = importsOf(text.replace(pureNetwork, '')).map((name) => problemOfImport(file, room, name))
  if (text.includes('process.env') && !['plugin/environment.ts', program].includes(file)) problems.push('touches process.env')
  if (/\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/.test(text) && room !== 'plugin' && file !== program) problems.push('reads the clock')
  return problems.filter((problem) => problem !== '').map((problem) => `${file} ${problem}`)
}

function problemOfImport (file: string, room: string, name: string): string {
  if (name.startsWith('node:')) return problemOfNode(file, room, name)
  if (!name.startsWith('.')) return rooms[room]?.includes(name) ? '' : `imports ${name}`
  const target = normalize(join(dirname(file), name)).replace(/\.js$/, '.ts')
  const targetRoom = roomOf(target)
  if (targetRoom === room) return ''
  if (!rooms[room]?.includes(targetRoom)) return `imports ${targetRoom}`
  return target === 'errors.ts' || target === `${targetRoom}/index.ts` ? '' : `enters ${targetRoom} by ${target}`
}

function problemOfNode (file: string, room: string, name: string): string {
  if (room === 'errors') return `imports ${name}`
  const isStore = /^authority\/(?:.*store|.*-files?|create-directory|lock|process-identity)\.ts$/.test(file)
  return pureRooms.includes(room) && inputAndOutput.test(name) && !isStore ? `reads or writes: ${name}` : ''
}

function importsOf (text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((imported) => imported.fileName)
}

// The first folder of a path, or the name of a file that lies in none.
function roomOf (file: string): string {
  return (file.split(/[/\\]/)[0] ?? '').replace(/\.ts$/, '')
}
