import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { setTimeout } from 'node:timers/promises'

export interface Test {
  teardown (end: () => unknown): void
  fail (message: string): unknown
}

// A machine under load starts a proxy in minutes.
const longest = 600_000

/** Runs a proxy until the test ends; resolves once it listens. */
export async function startProxy (t: Test, port: number, command: string, args: readonly string[], { cwd, env = {} }: { cwd: string, env?: NodeJS.ProcessEnv }): Promise<void> {
  const proxy = spawn(command, args, { cwd, env: { PATH: `${process.env.PATH}:/usr/sbin`, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [proxy.stdout, proxy.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text })
  const ended = once(proxy, 'exit')
  // Nothing is torn down where the test itself is killed: then the other end of this pipe is closed.
  const survivor = spawn('sh', ['-c', 'read -r line; kill "$0"', String(proxy.pid)], { stdio: ['pipe', 'ignore', 'ignore'] })
  const tell = () => t.fail(`${command} ended: ${said}`)
  proxy.on('exit', tell)
  t.teardown(async () => {
    proxy.off('exit', tell).kill('SIGTERM')
    await ended
    survivor.kill('SIGKILL')
  })
  const until = Date.now() + longest
  while (!await accepts(port)) {
    if (proxy.exitCode !== null) throw new Error(`${command} ended`)
    if (Date.now() > until) throw new Error(`${command} does not listen: ${said}`)
    await setTimeout(20)
  }
}

async function accepts (port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    if ((error as { code: string }).code === 'ECONNREFUSED') return false
    throw error
  } finally {
    socket.destroy()
  }
}
