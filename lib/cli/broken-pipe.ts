import type { Output } from './terminal.js'

/** As much of the process as is needed. */
interface Ending {
  readonly stderr: Output
  exitCode?: number | string | null | undefined
  once (event: 'exit', listener: () => void): unknown
}

/**
 * What to do if standard output takes no more. Whoever reads it may stop before its end, as `head` does: that is not an error.
 * If the disk is full, the command goes on, for what it does is said on standard error; in the end it has failed.
 */
export const endQuietly = (process: Ending) => (error: Error): void => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
  process.stderr.write(`error: cannot write to standard output: ${error.message}\n`)
  process.stderr.write('hint: what the lines above report as made or recorded is there; if they name a certificate that you lost, revoke it by its serial number\n')
  process.once('exit', () => { process.exitCode = 1 })
}
