import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The part of a document below a heading of the second or third level, up to the next one. */
export function section (document: string, heading: string): string {
  const found = readFileSync(document, 'utf8').split(/^#{2,3} /m).find((each) => each.startsWith(`${heading}\n`))
  if (found === undefined) throw new Error(`${document} has no heading "${heading}"`)
  return found
}

/** The code blocks of one language there. */
export const blocks = (document: string, heading: string, language: string): string[] =>
  [...section(document, heading).matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map((found) => found[1])

/** `npx` would find the command where the package is installed; here it is the one that was built. `cp` may not be there. */
export const sh = (cwd: string, script: string) => run('sh', ['-ec', script
  .replaceAll('npx -p fastify-client-certificate client-certificate', `'${process.execPath}' '${process.cwd()}/dist/cli/main.js'`)
  .replace('cp ca/ca.cer .', `'${process.execPath}' --eval "fs.copyFileSync('ca/ca.cer', 'ca.cer')"`)], { cwd })

export async function freePort (): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Test { teardown (end: () => unknown): void }

/** Runs a program of a document in this folder; gives its port once it listens. */
export async function startServer (t: Test, cwd: string, program: string): Promise<number> {
  writeFileSync(`${cwd}/server.mjs`, program)
  const port = await freePort()
  const server = spawn(process.execPath, ['server.mjs'], { cwd, env: { PATH: process.env.PATH, PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(async () => { server.kill(); await once(server, 'exit') })
  for await (const text of server.stdout.setEncoding('utf8')) if (text.includes('listening')) break
  return port
}

/** One request, with the options of `node:https`. */
export function get (options: object): Promise<{ status: number | undefined, body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: 'localhost', agent: false, ...options }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part) => { body += part }).on('end', () => resolve({ status: response.statusCode, body }))
    }).on('error', reject).end()
  })
}
