import type { Command } from 'commander'

/** Ends the help of a command with an example that works. */
export const addExample = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n'))
