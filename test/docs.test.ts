import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { dirname, join } from 'node:path'
import t from 'tap'
import type { TrustProfileOptions } from '../lib/index.js'
import type { RevocationSettings } from '../lib/plugin/revocation-options.js'
import { limitsOf } from '../lib/revocation/list-options.js'
import type { OcspOptions } from '../lib/revocation/index.js'
import { parts } from './helpers/parts.js'
import { blocks, freePort, get, section, sh, startServer } from './helpers/walk.js'

const revocation = 'docs/revocation.md'

t.test('a list is made, used, and replaced as the guide to revocation says', async (t) => {
  const cwd = t.testdir()
  const [made, curl, revoked, explain] = blocks(revocation, 'A list of your own', 'sh')
  await sh(cwd, made)
  const port = await startServer(t, cwd, blocks(revocation, 'A list of your own', 'js')[0])
  const read = (name: string) => readFileSync(join(cwd, name))
  const client = (name: string) => ({ port, ca: read('ca/ca.cer'), cert: read(`${name}.cer`), key: read(`${name}.key`) })
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())

  t.strictSame(await get({ ...client('alice'), agent }), { status: 200, body: 'hello alice\n' })
  await t.test('the command for curl works as printed', { skip: parts.missing('curl') }, async (t) => {
    t.match(await sh(cwd, `${curl.trim().replace(':8443', `:${port}`)} --silent --show-error`), { stdout: 'hello alice\n' })
  })
  const [open] = Object.values(agent.freeSockets).flat()
  const closed = once(open!, 'close')
  await sh(cwd, revoked)
  await closed
  t.match(await get(client('alice')), { status: 401, body: '"code":"FST_CLIENT_CERTIFICATE_REVOKED"' })
  t.match(await get(client('bob')), { status: 200, body: 'hello bob\n' })
  await t.rejects(sh(cwd, explain), { code: 1, stdout: /revoked/ })
  await sh(cwd, explain.replace('alice', 'bob'))
})

t.test('a responder of openssl is asked as the guide to revocation says', { skip: parts.missing('openssl') }, async (t) => {
  const cwd = t.testdir()
  const [made,, revoked] = blocks(revocation, 'A list of your own', 'sh')
  await sh(cwd, made)
  await sh(cwd, revoked)
  const responderPort = await freePort()
  const [command] = blocks(revocation, 'OCSP', 'sh')
  const responder = spawn('sh', ['-c', `exec ${command.trim().replace('2560', String(responderPort))}`], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(async () => { responder.kill(); await once(responder, 'exit') })
  await new Promise<void>((resolve) => {
    for (const stream of [responder.stdout, responder.stderr]) stream.on('data', (text) => { if (String(text).includes('waiting for OCSP client connections')) resolve() })
  })
  const program = blocks(revocation, 'A list of your own', 'js')[0].replace("crl: 'ca.crl'", `revocation: { ocsp: { responder: 'http://127.0.0.1:${responderPort}/' } }`)
  const port = await startServer(t, cwd, program)
  const read = (name: string) => readFileSync(join(cwd, name))
  const client = (name: string) => ({ port, ca: read('ca/ca.cer'), cert: read(`${name}.cer`), key: read(`${name}.key`) })
  t.match(await get(client('alice')), { status: 401, body: '"code":"FST_CLIENT_CERTIFICATE_REVOKED"' })
  t.strictSame(await get(client('bob')), { status: 200, body: 'hello bob\n' })
})

/** The names in the first column of the tables below a heading. */
const rows = (document: string, heading: string): string[] =>
  [...section(document, heading).matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name))

t.test('the guides list every option that there is', async (t) => {
  // One that is missing here is an error of types.
  const settings: Record<keyof RevocationSettings, ''> = { depth: '', whenUnknown: '', whenStale: '', gracePeriod: '', whenNotConforming: '', distributionPoints: '', allowPrivateAddresses: '', cacheDirectory: '', fetchTimeout: '', maxListOctets: '', ocsp: '' }
  const ofOcsp: Record<keyof OcspOptions, ''> = { responder: '', allowedHosts: '', allowPrivateAddresses: '', nonce: '', timeout: '', maxAge: '', maxCached: '' }
  const ofProfile: Record<keyof TrustProfileOptions, ''> = { ca: '', caPassphrase: '', advertisedAuthorities: '', crl: '', revocation: '', hosts: '' }
  t.strictSame(rows(revocation, 'Options'), ['crl', ...Object.keys(settings)])
  t.strictSame(rows(revocation, 'OCSP'), Object.keys(ofOcsp))
  t.strictSame(rows('docs/trust-over-time.md', 'Trust profiles'), Object.keys(ofProfile))
})

t.test('the defaults in the guide are those of the code', async (t) => {
  const { timeout, maxOctets } = limitsOf({})
  t.match(section(revocation, 'Options'), `| \`fetchTimeout\` | ${timeout.toLocaleString('en')} |`)
  t.match(section(revocation, 'Options'), `| \`maxListOctets\` | ${maxOctets.toLocaleString('en')} |`)
})

/** As the anchors of headings are made where documents are shown. */
const anchorsOf = (document: string) => new Set([...readFileSync(document, 'utf8').matchAll(/^#+ (.+)$/gm)]
  .map((heading) => heading[1].toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-')))

t.test('links between the documents lead somewhere', async (t) => {
  const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
  for (const document of documents) {
    const text = readFileSync(document, 'utf8').replace(/^```[^]*?^```$/gm, '')
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [path, anchor] = target.split('#')
      const file = path === '' ? document : join(dirname(document), path)
      t.ok(existsSync(file), `${document}: ${target}`)
      if (anchor !== undefined) t.ok(anchorsOf(file).has(anchor), `${document}: ${target}`)
    }
  }
})
