import { CommanderError } from 'commander'
import { Misuse } from './failure.js'
import { howToAsk, programFor } from './program.js'
import { Terminal, type Surroundings } from './terminal.js'
import { inWordsOfCommand } from './words.js'

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
  const { message, hint } = inWordsOfCommand(error)
  tell(terminal, message, hint)
  return error instanceof Misuse ? 2 : 1
}

function reportUsage (terminal: Terminal, { code, message }: CommanderError): number {
  if (code === 'commander.helpDisplayed' || code === 'commander.version') return 0
  if (code === 'commander.help') return 2
  const [, problem, suggestion] = /^(?:error: )?(.*?)\n?(?:\(Did you mean (.*)\?\))?$/s.exec(message) as string[]
  const [, option, kind] = /'(--(ca-|key-|)pass(?:phrase|word|wd)?)(?:=.*)?'$/s.exec(problem) ?? []
  // Nothing of the passphrase, which may stand behind a sign of equality, is shown.
  if (option !== undefined) tell(terminal, `unknown option '${option}'`, passphraseHint(kind))
  else tell(terminal, problem, suggestion === undefined ? howToAsk : `did you mean ${suggestion}?`)
  return 2
}

const passphraseHint = (kind: string) => 'a passphrase is never taken from the command line, where every process can read it: ' +
  (kind === '' ? 'give --passphrase-file FILE; --ca-passphrase-file if it is that of the authority' : `give --${kind}passphrase-file FILE`)

function tell (terminal: Terminal, message: string, hint: string | undefined): void {
  terminal.say(`error: ${message}`)
  if (hint !== undefined) terminal.say(`hint: ${hint}`)
}
