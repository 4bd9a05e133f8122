import t, { type Test } from 'tap'
import { readFileSync, writeFileSync } from 'node:fs'
import type { ClientCertificateOptions, ClientCertificates } from '../lib/index.js'
import { parts } from './helpers/parts.js'
import { blocks as blocksOf, get as getFrom, sh, startServer } from './helpers/walk.js'

// What the README says under "Five minutes" is done here, word for word.
const readme = readFileSync('README.md', 'utf8')
const blocks = (heading: string, language: string) => blocksOf('README.md', heading, language)

function get (cwd: string, port: number, path: string, client = false): Promise<{ status: number | undefined, body: string }> {
  const identity = client ? { key: readFileSync(`${cwd}/client.key`), cert: readFileSync(`${cwd}/client.cer`) } : {}
  return getFrom({ port, path, ca: readFileSync(`${cwd}/ca.cer`), ...identity })
}

const received = /^Client cert received\nName: CN=alice,OU=Operations\nValid dates: \S+Z to \S+Z\nThe certificate is valid\n$/

async function checkServer (t: Test, cwd: string, name: RegExp): Promise<number> {
  const port = await startServer(t, cwd, blocks('The server', 'js')[0])
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

t.setTimeout(900_000)

t.test('the walk with openssl ends in a client that gets in', { skip: parts.missing('openssl', 'curl') }, async (t) => {
  const cwd = t.testdir()
  for (const block of blocks('With openssl', 'sh')) await sh(cwd, block)
  const port = await checkServer(t, cwd, received)
  await checkCurl(t, cwd, port, received)
})

// One that is missing here is an error of types.
const options = Object.keys({
  key: '', cert: '', pfx: '', passphrase: '', ca: '', caPassphrase: '', advertisedAuthorities: '', crl: '', revocation: '', deny: '', trust: '', whenNotConforming: '', forwarding: '', watch: '', maxConnectionAge: '', mode: '', global: '', warnAboutScope: '', rawRequests: '', authorize: '', tls: '', now: ''
} satisfies Record<keyof ClientCertificateOptions, string>)

// And here it is what an application finds at `app.clientCertificates`.
const offered = Object.keys({
  mode: '', trustAnchors: '', reload: '', connections: '', disconnect: '', deny: '', check: '', refusals: '', gauges: '', forwardedFields: ''
} satisfies Record<keyof ClientCertificates, string>)

t.test('the README lists every code and every option that there is', async (t) => {
  const { ClientCertificateError } = await import('../lib/errors.js')
  for (const reason of ['MISSING', 'UNTRUSTED', 'NOT_YET_VALID', 'EXPIRED', 'REVOKED', 'FORBIDDEN', 'MISDIRECTED', 'MALFORMED', 'STATUS_UNKNOWN'] as const) {
    const { code, statusCode } = new ClientCertificateError(reason)
    t.match(readme, new RegExp(`(?:${code}|…_${reason})\`(?:, \`…_\\w+\`)? \\| ${statusCode} \\|`), reason)
  }
  for (const option of options) {
    t.match(readme, new RegExp(`^\\| (?:\`\\w+\`, )?\`${option}\`(?:, \`\\w+\`)? \\|`, 'm'), option)
  }
})

t.test('the README lists what an application is offered', async (t) => {
  for (const name of offered) t.match(readme, new RegExp(`^\\| (?:\`\\w+\`, )?\`${name}(?:\\([^)]*\\))?\`(?:, \`\\w+\`)? \\|`, 'm'), name)
})
