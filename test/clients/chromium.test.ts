import t, { type Test } from 'tap'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCertificates } from '../../lib/certificate/index.js'
import { portOf, run } from '../examples/running.js'
import { parts } from '../helpers/parts.js'
import { runProgram } from './program.js'

t.setTimeout(900_000)

const missing = parts.missing('chromium', 'certutil', 'pk12util')

/** Where Chromium finds the rules of whoever owns the machine, and only root may write. */
const policies = '/etc/chromium/policies/managed'

const flags = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--window-size=1280,900'
]

function missingOrNotRoot (): string | false {
  if (missing !== false || process.getuid?.() === 0) return missing
  if (process.env.REQUIRE_ALL_PARTS === '1') throw new Error('a test needs root')
  return 'needs root'
}

async function succeed (program: string, argv: readonly string[], cwd: string): Promise<string> {
  const { end, stdout, stderr } = await runProgram(program, argv, { cwd, environment: { HOME: cwd } })
  if (end !== 0) throw new Error(`${program} ended with ${end}: ${stderr}`)
  return stdout
}

/** The example server, and a home of somebody who trusts its CA. */
async function meet (t: Test) {
  const cwd = t.testdir({ '.pki': { nssdb: {} } })
  const server = run(t, 'server', cwd)
  const port = await portOf(server)
  const store = ['-d', `sql:${join(cwd, '.pki/nssdb')}`]
  await succeed('certutil', ['-N', '--empty-password', ...store], cwd)
  await succeed('certutil', ['-A', '-t', 'C,,', '-n', 'ca', '-i', 'certs/ca.cer', ...store], cwd)
  const importClient = () => succeed('pk12util', ['-i', 'certs/client.p12', '-W', 'password', ...store], cwd)
  return { cwd, server, port, importClient }
}

/** Lets Chromium show a certificate to this server without asking, which nobody could answer. */
function selectCertificate (t: Test, port: number): void {
  const file = join(policies, `fastify-client-certificate-${process.pid}.json`)
  t.teardown(() => rmSync(file, { force: true }))
  mkdirSync(policies, { recursive: true })
  writeFileSync(file, JSON.stringify({ AutoSelectCertificateForUrls: [JSON.stringify({ pattern: `https://localhost:${port}`, filter: {} })] }))
}

/** The page as it stands in a new browser, and its picture. */
async function visit (cwd: string, port: number): Promise<{ page: string, picture: Buffer }> {
  const browse = (option: string, profile: string) => succeed('chromium', [...flags, `--user-data-dir=${join(cwd, profile)}`, option, `https://localhost:${port}/`], cwd)
  const page = await browse('--dump-dom', 'first')
  const picture = join(cwd, 'page.png')
  await browse(`--screenshot=${picture}`, 'second')
  return { page, picture: readFileSync(picture) }
}

const readable = (page: string) => page.replace(/<style>[^]*<\/style>|<wbr>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

// The first chunk of a PNG has its width and height.
function checkPicture (t: Test, picture: Buffer): void {
  t.equal(picture.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n')
  t.equal(picture.readUInt32BE(16), 1280)
  t.ok(picture.readUInt32BE(20) > 600 && picture.readUInt32BE(20) <= 900, 'as high as the window')
  t.ok(picture.length > 20_000, 'not an empty page')
}

t.test('Chromium with the .p12 in its store is shown who it is', { skip: missingOrNotRoot() }, async (t) => {
  const { cwd, server, port, importClient } = await meet(t)
  await importClient()
  selectCertificate(t, port)
  const { page, picture } = await visit(cwd, port)
  const [certificate] = readCertificates(readFileSync(join(cwd, 'certs/client.cer')))
  const text = readable(page)
  t.match(page, '<title>client: client certificate</title>')
  t.match(text, '✓ The certificate is valid client Client cert received: this is who you are to the server.')
  for (const fact of ['Name CN=client', `Serial number ${certificate!.serialNumber}`, `SHA-256 fingerprint ${certificate!.fingerprint256}`]) t.match(text, fact)
  checkPicture(t, picture)
  t.match(await server.says(/GET \/ 200 .*/), ['GET / 200 CN=client'])
})

t.test('Chromium with nothing in its store is told how to get a certificate', { skip: missing }, async (t) => {
  const { cwd, port } = await meet(t)
  const { page, picture } = await visit(cwd, port)
  const text = readable(page)
  t.match(page, '<title>No valid client certificate was sent</title>')
  t.match(text, 'Not identified No valid client certificate was sent')
  t.match(text, 'Take certs/client.p12 , which lies in the folder that the server was started in. Its password is password .')
  t.match(text, 'chrome://certificate-manager')
  t.match(text, `curl --cacert certs/ca.cer --cert certs/client.cer --key certs/client.key https://localhost:${port}/`)
  checkPicture(t, picture)
})
