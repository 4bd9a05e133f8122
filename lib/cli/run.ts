import { CommanderError } from 'commander'
import { AuthorityError, CertificateError, CertificationPathError } from '../errors.js'
import { Failure, Misuse } from './failure.js'
import { programFor } from './program.js'
import { Terminal, type Surroundings } from './terminal.js'

/**
 * Runs the command with these arguments, and resolves to its exit status: 0 done, 1 refused or failed, 2 misused.
 * Results go to standard output; words, and `error:` with its `hint:`, to standard error.
 */
export async function run (argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const terminal = new Terminal(surroundings)
  try {
    await programFor(terminal).parseAsync(argv, { from: 'user' })
    return terminal.exitStatus
  } catch (error) {
    return report(terminal, error)
  }
}

function report (terminal: Terminal, error: unknown): number {
  if (error instanceof CommanderError) return reportUsage(terminal, error)
  if (!isForUser(error)) throw error
  tell(terminal, error.message, error instanceof Failure ? error.hint : hintFor(error))
  return error instanceof Misuse ? 2 : 1
}

// Anything else is a mistake of this program, and its stack is wanted.
const isForUser = (error: unknown): error is Error =>
  error instanceof Failure || error instanceof AuthorityError || error instanceof CertificateError || error instanceof CertificationPathError

// What the library says in its own words, in those of this command.
const hints: ReadonlyArray<readonly [problem: RegExp, hint: string]> = [
  [/whenPastEnd/, '--cut lets it end with the authority'],
  [/^certificate \S+ of .* expired at /, '--expired renews it all the same; first make sure that its holder may still have one'],
  [/^subject: /, 'a name is written as "CN=alice,O=Example" (RFC 4514)']
]

const hintFor = ({ message }: Error): string | undefined => hints.find(([problem]) => problem.test(message))?.[1]

function reportUsage (terminal: Terminal, { code, message }: CommanderError): number {
  if (code === 'commander.helpDisplayed' || code === 'commander.version') return 0
  if (code === 'commander.help') return 2
  const [, problem, suggestion] = /^(?:error: )?(.*?)\n?(?:\(Did you mean (.*)\?\))?$/s.exec(message) as string[]
  tell(terminal, problem, suggestion === undefined ? 'put --help behind the command to see how it is used' : `did you mean ${suggestion}?`)
  return 2
}

function tell (terminal: Terminal, message: string, hint: string | undefined): void {
  terminal.say(`error: ${message}`)
  if (hint !== undefined) terminal.say(`hint: ${hint}`)
}
