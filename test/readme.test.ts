import t, { type Test } from 'tap'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { parts } from './helpers/parts.js'

// What the README says under "Five minutes" is done here, word for word.
const readme = readFileSync('README.md', 'utf8')
const run = promisify(execFile)

/** The code blocks of one language below a heading, up to the next one. */
function blocks (heading: string, language: string): string[] {
  const section = readme.split(/^#{2,3} /m).find((each) => each.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`the README has no heading "${heading}"`)
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map((found) => found[1])
}

async function freePort (): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** `npx` would find the command where the package is installed; here it is the one that was built. `cp` may not be there. */
const sh = (cwd: string, script: string) => run('sh', ['-ec', script
  .replaceAll('npx client-certificate', `'${process.execPath}' '${process.cwd()}/dist/cli/main.js'`)
  .replace('cp ca/ca.cer .', `'${process.execPath}' --eval "fs.copyFileSync('ca/ca.cer', 'ca.cer')"`)], { cwd })

/** The server of the README in this folder; gives its port once it listens. */
async function startServer (t: Test, cwd: string): Promise<number> {
  const [program] = blocks('The server', 'js')
  writeFileSync(`${cwd}/server.mjs`, program)
  const port = await freePort()
  const server = spawn(process.execPath, ['server.mjs'], { cwd, env: { PATH: process.env.PATH, PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(async () => { server.kill(); await once(server, 'exit') })
  for await (const text of server.stdout.setEncoding('utf8')) if (text.includes('listening')) break
  return port
}

function get (cwd: string, port: number, path: string, client = false): Promise<{ status: number | undefined, body: string }> {
  const identity = client ? { key: readFileSync(`${cwd}/client.key`), cert: readFileSync(`${cwd}/client.cer`) } : {}
  return new Promise((resolve, reject) => {
    request({ host: 'localhost', port, path, agent: false, ca: readFileSync(`${cwd}/ca.cer`), ...identity }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part) => { body += part }).on('end', () => resolve({ status: response.statusCode, body }))
    }).on('error', reject).end()
  })
}

const received = /^Client cert received\nName: CN=alice,OU=Operations\nValid dates: \S+Z to \S+Z\nThe certificate is valid\n$/

async function checkServer (t: Test, cwd: string, name: RegExp): Promise<number> {
  const port = await startServer(t, cwd)
  t.match(await get(cwd, port, '/'), { status: 200, body: 'No valid client certificate was sent\n' })
  t.match(await get(cwd, port, '/', true), { status: 200, body: name })
  t.match(await get(cwd, port, '/whoami'), { status: 401, body: /FST_CLIENT_CERTIFICATE_MISSING/ })
  return port
}

/** The four commands of the README, with the port that is free here. */
async function checkCurl (t: Test, cwd: string, port: number, name: RegExp): Promise<void> {
  const commands = blocks('curl', 'sh')[0].trim().split('\n').map((line) => line.replaceAll(':8443', `:${port}`))
  const answers = []
  for (const command of commands) answers.push((await sh(cwd, `${command} --silent --show-error`)).stdout)
  t.match(answers, ['No valid client certificate was sent\n', name, /"subject":"[^"]*CN=alice/, /"code":"FST_CLIENT_CERTIFICATE_MISSING"/])
}

t.test('the walk with the command ends in a client that gets in', async (t) => {
  const cwd = t.testdir()
  for (const block of blocks('With the command', 'sh')) await sh(cwd, block)
  const port = await checkServer(t, cwd, received)
  await t.test('and so do the commands for curl', { skip: parts.missing('curl') }, async (t) => checkCurl(t, cwd, port, received))
})

t.test('the walk in a program ends in a client that gets in', async (t) => {
  const cwd = t.testdir()
  const [program] = blocks('In a program', 'js')
  writeFileSync(`${cwd}/make.mjs`, program)
  const [command] = blocks('In a program', 'sh')
  await sh(cwd, command)
  const port = await checkServer(t, cwd, received)
  await t.test('and so do the commands for curl', { skip: parts.missing('curl') }, async (t) => checkCurl(t, cwd, port, received))
})

t.setTimeout(180_000) // keys of 4096 bits take their time

t.test('the walk with openssl ends in a client that gets in', { skip: parts.missing('openssl', 'curl') }, async (t) => {
  const cwd = t.testdir()
  for (const block of blocks('With openssl', 'sh')) await sh(cwd, block)
  const port = await checkServer(t, cwd, received)
  await checkCurl(t, cwd, port, received)
})

t.test('the README lists every code and every option that there is', async (t) => {
  const { ClientCertificateError } = await import('../lib/errors.js')
  for (const reason of ['MISSING', 'UNTRUSTED', 'NOT_YET_VALID', 'EXPIRED', 'FORBIDDEN'] as const) {
    const { code, statusCode } = new ClientCertificateError(reason)
    t.match(readme, new RegExp(`(?:${code}|…_${reason})\`(?:, \`…_\\w+\`)? \\| ${statusCode} \\|`), reason)
  }
  for (const option of ['key', 'cert', 'pfx', 'passphrase', 'ca', 'caPassphrase', 'mode', 'global', 'authorize', 'tls', 'now']) {
    t.match(readme, new RegExp(`^\\| (?:\`\\w+\`, )?\`${option}\`(?:, \`\\w+\`)? \\|`, 'm'), option)
  }
})

t.test('links within the README lead somewhere', async (t) => {
  const anchors = new Set([...readme.matchAll(/^#+ (.+)$/gm)].map((heading) => heading[1].toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-')))
  for (const [, target] of readme.matchAll(/\]\(#([^)]+)\)/g)) t.ok(anchors.has(target), target)
})
