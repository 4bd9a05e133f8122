import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { fileURLToPath } from 'node:url'

/** A program of examples/ that runs in a process of its own, in a folder where it may leave files. */
export interface Running {
  readonly pid: number
  /** What it printed so far. */
  output (): string
  /** Resolves once its output matches; rejects if it ends before. */
  says (pattern: RegExp): Promise<RegExpMatchArray>
  /** Its exit code, or the name of the signal that ended it. */
  readonly end: Promise<number | string>
}

interface Test { teardown (end: () => unknown): void }

const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const tsx = createRequire(import.meta.url).resolve('tsx')

// tap sets these for each child process, and would count a line there for a line of the tests.
const unwatched = 'unset NODE_OPTIONS NODE_V8_COVERAGE; exec "$@"'

/** Starts `examples/NAME.ts` in `directory`, on a port that is free, with nothing in its environment but what is given. */
export function run (t: Test, name: string, directory: string, environment: Record<string, string> = {}): Running {
  const child = spawn('sh', ['-c', unwatched, 'sh', process.execPath, '--import', tsx, fileOf(`examples/${name}.ts`)], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TSX_TSCONFIG_PATH: fileOf('tsconfig.json'), PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let text = ''
  let look = () => {}
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; look() })
  const end = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal as string))
  })
  const says = (pattern: RegExp) => new Promise<RegExpMatchArray>((resolve, reject) => {
    look = () => {
      const found = text.match(pattern)
      if (found !== null) resolve(found)
    }
    look()
    end.then((code) => reject(new Error(`${name} ended with ${code}, and never said ${pattern}:\n${text}`)), reject)
  })
  t.teardown(async () => { if (child.exitCode === null && child.kill('SIGKILL')) await end })
  return { pid: child.pid as number, output: () => text, says, end }
}

/** Waits until an example listens, and says on which port. */
export const portOf = async (running: Running): Promise<number> => Number((await running.says(/^Listening on https:\/\/\S+?:(\d+) /m))[1])

/** The commands that an example printed, to be run as they are. */
export const commandsIn = (output: string): string[] => [...output.matchAll(/^ +(curl .*)$/gm)].map((found) => found[1] as string)

/** What is in the folder `certs` that an example made, for a client of node:https: the PEM files, or the PKCS #12 file. */
export function clientIn (directory: string, name?: string, form: 'pem' | 'p12' = 'pem'): ConnectionOptions {
  const read = (file: string) => readFileSync(join(directory, 'certs', file))
  const ca = read('ca.cer')
  if (name === undefined) return { ca }
  return form === 'pem' ? { ca, cert: read(`${name}.cer`), key: read(`${name}.key`) } : { ca, pfx: read(`${name}.p12`), passphrase: 'password' }
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly text: string
}

/** One request over a connection of its own. */
export function ask (port: number, path: string, client: ConnectionOptions, headers: Record<string, string> = {}): Promise<Answer> {
  const agent = new Agent({ maxCachedSessions: 0 })
  return new Promise<Answer>((resolve, reject) => {
    request({ host: 'localhost', port, path, agent, headers, ...client }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => { text += part }).on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode as number, headers: response.headers, text }))
    }).on('error', reject).end()
  }).finally(() => agent.destroy())
}
