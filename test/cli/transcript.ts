import { PassThrough } from 'node:stream'
import type { Test } from 'tap'
import { run } from '../../lib/cli/run.js'
import type { Surroundings } from '../../lib/cli/terminal.js'

/** What a command was told, and what it said. */
export interface Heard {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
}

export interface Situation {
  readonly cwd: string
  readonly now?: Date
  readonly env?: Record<string, string>
  /** What stands in standard input. */
  readonly input?: string
  /** What a person types; standard input, output and error are a terminal then. */
  readonly typed?: readonly string[]
  readonly stdoutIsTerminal?: boolean
}

export const noon = new Date('2026-11-24T12:00:00Z')

/** Runs the command in this process. */
export async function hear (argv: readonly string[], { cwd, now = noon, env = {}, input = '', typed, stdoutIsTerminal = false }: Situation): Promise<Heard> {
  const stdout = recorder(stdoutIsTerminal)
  const stderr = recorder(typed !== undefined)
  const stdin = typed === undefined ? pipe(input) : keyboard(typed, stderr.text)
  const surroundings: Surroundings = { stdin, stdout, stderr, env, cwd, now: () => now }
  const status = await run(argv, surroundings)
  return { stdout: stdout.text(), stderr: stderr.text(), status }
}

function recorder (isTTY: boolean) {
  const parts: Buffer[] = []
  return { isTTY, write: (part: string | Uint8Array) => { parts.push(Buffer.from(part as string)) }, text: () => Buffer.concat(parts).toString('utf8') }
}

function pipe (input: string) {
  const stream = new PassThrough()
  stream.end(input)
  return stream
}

// Answers each question once it stands there, as a person does.
function keyboard (typed: readonly string[], shown: () => string) {
  const answers = [...typed]
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode (raw: boolean) {
      if (raw && shown().endsWith(': ') && answers.length > 0) stream.write(answers.shift())
    }
  })
  return stream
}

const places: Record<string, string> = {
  '<serial>': '[0-9a-f]{40}',
  '<fingerprint>': '(?:[0-9A-F]{2}:){31}[0-9A-F]{2}',
  '<base64>': '[A-Za-z0-9+/=]+',
  '<any>': '.*'
}

/**
 * Holds the command against a transcript. A line `$ …` is what is typed, in quotes where it holds spaces, with variables of the
 * environment before the command; lines behind it are what is said, those of standard error behind `! `, and `[exit 1]` is
 * the exit status where it is not 0. `@ DATE` sets the clock; `# …` is a remark.
 */
export async function holds (t: Test, situation: Situation, transcript: string): Promise<void> {
  const lines = transcript.replace(/^\n/, '').replace(/\n *$/, '').split('\n').map((line) => line.trimEnd())
  const indent = /^ */.exec(lines[0])![0].length
  let now = situation.now ?? noon
  for (const block of blocksOf(lines.map((line) => line.slice(indent)))) {
    if (block.date !== undefined) now = block.date
    const { argv, env } = parse(block.command)
    const { stdout, stderr, status } = await hear(argv, { ...situation, now, env: { ...situation.env, ...env } })
    t.equal(status, block.status, `exit status of ${block.command}\n${stderr}`)
    same(t, stdout, block.stdout, `standard output of ${block.command}`)
    same(t, stderr, block.stderr, `standard error of ${block.command}`)
  }
}

interface Block { command: string, date?: Date, stdout: string[], stderr: string[], status: number }

function blocksOf (lines: readonly string[]): Block[] {
  const blocks: Block[] = []
  let date: Date | undefined
  for (const line of lines) {
    const last = blocks[blocks.length - 1]
    if (line.startsWith('@ ')) date = new Date(line.slice(2))
    else if (line.startsWith('$ ')) blocks.push({ command: line.slice(2), date, stdout: [], stderr: [], status: 0 })
    else if (line.startsWith('! ')) last.stderr.push(line.slice(2))
    else if (line.startsWith('[exit ')) last.status = Number(line.slice(6, -1))
    else if (!line.startsWith('# ')) last.stdout.push(line)
  }
  return blocks
}

/** The words of a command line, as a shell takes them. */
export function parse (command: string): { env: Record<string, string>, argv: string[] } {
  const words = [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
  const start = words.indexOf('client-certificate')
  return { env: Object.fromEntries(words.slice(0, start).map((word) => word.split(/=(.*)/s).slice(0, 2))), argv: words.slice(start + 1) }
}

function same (t: Test, said: string, wanted: readonly string[], what: string): void {
  const text = wanted.join('\n').replace(/\n+$/, '')
  const pattern = text.split(/(<[a-z0-9]+>)/).map((part) => places[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('')
  const found = said.replace(/\n$/, '')
  if (new RegExp(`^${pattern}$`).test(found)) t.pass(what)
  else t.equal(found, text, what)
}
