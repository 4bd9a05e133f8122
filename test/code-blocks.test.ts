// Does not depend on the version of Node.
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import ts from 'typescript'

// Every block of JavaScript or TypeScript in the documents compiles under `strict`, as TypeScript. A block may use what its
// document has declared before, and what an application would have.
const application = `
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import type * as plugin from 'fastify-client-certificate'
import type { Environment } from 'fastify-client-certificate/environment'

declare global {
  const Fastify: typeof import('fastify').default
  const clientCertificate: typeof plugin.default
  const app: FastifyInstance & { config: Environment }
  const key: string, cert: string, caPassphrase: string
  const admin: RouteHandlerMethod, health: RouteHandlerMethod, job: RouteHandlerMethod, orders: RouteHandlerMethod
  const create: RouteHandlerMethod, schema: import('fastify').FastifySchema, operations: plugin.Policy
  const handler: RouteHandlerMethod, reports: RouteHandlerMethod
  const ordersOf: (commonName: string | undefined) => unknown
  const mayRead: (commonName: string | undefined, params: unknown) => boolean
  const certificate: plugin.Certificate, leaf: plugin.Certificate, intermediate: plugin.Certificate
  const root: plugin.Certificate, stolen: plugin.Certificate
  const { verifyCertificationPath }: typeof import('fastify-client-certificate/trust')
  const intermediates: plugin.Certificate[], trustAnchors: plugin.Certificate[], at: Date, purpose: 'clientAuth'
  const refusals: { inc (labels: object): void }, reloads: { inc (labels: object): void }
}
`

// What an option may be written as where a document shows it by itself.
const anyOption = `
import type { ClientCertificateOptions, ForwardingOptions } from 'fastify-client-certificate'
type Shown = Partial<ClientCertificateOptions> & Partial<Pick<ForwardingOptions, 'trustedProxies'>>
`

const documents = ['README.md', ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
const sources = new Map([[resolve('test/types/application.d.mts'), application]])
const places = new Map<string, string>()
for (const document of documents) addBlocks(document)
addSource('wrong.md:1', 'app.get("/", async ({ clientCertificate }) => clientCertificate.subject)\n')
t.setTimeout(900_000)
const complaints = complain()
const isOfWrong = (complaint: string) => complaint.startsWith('wrong.md')

t.test('every block of code in the documents compiles under strict', async (t) => {
  t.ok(places.size > 40, 'there are blocks')
  t.strictSame(complaints.filter((complaint) => !isOfWrong(complaint)), [])
})

t.test('a block that does not compile is reported with its document and line', async (t) => {
  t.strictSame(complaints.filter(isOfWrong), ["wrong.md:1: line 1: 'clientCertificate' is possibly 'null'."])
})

function addBlocks (document: string): void {
  const text = readFileSync(document, 'utf8')
  for (const block of text.matchAll(/^( *)```(?:js|ts)\n([^]*?)^ *```$/gm)) {
    const line = text.slice(0, block.index).split('\n').length
    addSource(`${document}:${line}`, moduleOf(block[2]))
  }
}

function addSource (place: string, text: string): void {
  const file = resolve(`test/types/${place.replace(/\W/g, '-')}.mts`)
  places.set(file, place)
  sources.set(file, `${text}\nexport {}\n`)
}

/** A module of the block; `…` stands for what a reader fills in. */
function moduleOf (block: string): string {
  if (block.startsWith('{')) return `${anyOption}export const shown: Shown = ${block}`
  if (/^\w+: /.test(block)) return anyOption + alternatives(block).map((each, place) => `export const shown${place}: Shown = {\n${each}\n}`).join('\n')
  return block.replaceAll(', …)', ', handler)')
}

/** Lines that show the same option are alternatives; lines of several options belong together. */
function alternatives (block: string): string[] {
  const lines = block.trimEnd().split('\n')
  const names = lines.map((line) => line.match(/^\w+/)?.[0])
  return new Set(names).size === lines.length || names.includes(undefined) ? [block] : lines
}

function complain (): string[] {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, '.')
  const settings = { ...options, noEmit: true, experimentalDecorators: true, noUnusedLocals: false, noUnusedParameters: false }
  const program = ts.createProgram([...sources.keys()], settings, hostOf(settings))
  return ts.getPreEmitDiagnostics(program).map(complaint)
}

function hostOf (settings: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(settings)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (file) => sources.has(file) || fileExists(file)
  host.readFile = (file) => sources.get(file) ?? readFile(file)
  host.getSourceFile = (file, version, ...rest) =>
    sources.has(file) ? ts.createSourceFile(file, sources.get(file) as string, version) : getSourceFile(file, version, ...rest)
  return host
}

function complaint ({ file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, ' ')
  if (file === undefined || start === undefined) return message
  const line = file.getLineAndCharacterOfPosition(start).line + 1
  return `${places.get(file.fileName) ?? file.fileName}: line ${line}: ${message}`
}
