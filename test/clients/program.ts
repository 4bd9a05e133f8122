import { spawn } from 'node:child_process'

/** How a program is run: what it reads, where, and for how long at most. */
export interface Run {
  readonly input?: string
  readonly cwd?: string
  /** Added to the environment of the tests. */
  readonly environment?: Record<string, string>
  /** Whoever takes longer is ended. Default 600. */
  readonly seconds?: number
}

export interface Outcome {
  /** The exit code, or the name of the signal that ended it. */
  readonly end: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end without a shell, in a group of its own so that nothing it started outlives it. */
export function runProgram (program: string, argv: readonly string[], { input = '', cwd, environment, seconds = 600 }: Run = {}): Promise<Outcome> {
  const child = spawn(program, argv, { cwd, env: { ...process.env, ...environment }, detached: true })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (part) => { output[name] += part })
  // It may well end before it has read everything.
  child.stdin.on('error', () => {}).end(input)
  const timer = setTimeout(() => endGroup(child.pid), seconds * 1000)
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ end: code ?? signal as string, ...output })
    })
  })
}

/** Ends a program that `runProgram` started, with all that it started in turn. */
function endGroup (pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
