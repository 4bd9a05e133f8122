import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { mintClient } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { blocks } from '../helpers/walk.js'
import { startBehind } from './applications.js'
import { makeCast } from './cast.js'
import { Client } from './client.js'
import { honest } from './forged.js'
import { forwardingOf, guide, replaceAll } from './guide.js'
import { apache, caddy, haproxy, nginx, runProgram, type Program } from './programs.js'

const heading = 'Between proxy and application'
const way = { http: '1.1', tls: 'TLSv1.3', resumed: false } as const

const secret = 'as of openssl rand -hex 32'

type Change = (text: string, lines: string) => string

const both = (change: Change): [Change, Change] => [change, change]

/** What the lines of the guide take the place of, and what else it says to write. */
const changes: ReadonlyArray<readonly [Program, Change, Change]> = [
  [nginx, (text, lines) => replaceAll(text, 'server 127.0.0.1:3000;', lines), (text, lines) => replaceAll(replaceAll(text, 'proxy_pass http:', 'proxy_pass https:'), '  location / {', `${lines}\n  location / {`)],
  [haproxy, ...both((text, lines) => replaceAll(text, 'server application 127.0.0.1:3000', lines))],
  [apache, ...both((text, lines) => replaceAll(text, 'ProxyPass / http://127.0.0.1:3000/ upgrade=websocket', lines))],
  [caddy, ...both((text, lines) => replaceAll(text, 'reverse_proxy 127.0.0.1:3000 {', lines))]
]

/** Beside which line of its configuration a secret is set. */
const beside: ReadonlyMap<Program, RegExp> = new Map([
  [nginx, /^ *proxy_set_header X-SSL-Client-Cert .*$/m],
  [haproxy, /^ *http-request set-header X-SSL-Client-Cert .*$/m],
  [apache, /^ *RequestHeader set ClientCert .*$/m],
  [caddy, /^ *header_up X-SSL-Client-Cert .*$/m]
])

/** What four callers are told, of whom the last one forges. */
async function ask (cast: ReturnType<typeof makeCast>, port: number, forgery: ReturnType<typeof honest>) {
  const { roles, other } = cast
  const fields = [undefined, undefined, undefined, forgery]
  const callers = [{ client: other }, roles['a revoked certificate'], roles['no certificate'], roles['no certificate']]
  const answers = await Promise.all(callers.map((role, index) => new Client(cast, port, role, way).ask({ path: '/who', fields: fields[index] })))
  return answers.map(({ body }) => body as { fingerprint256: string | null, code: string | null })
}

const told = (fingerprint256: string) => [
  { fingerprint256, code: null },
  ...['REVOKED', 'MISSING', 'MISSING'].map((reason) => ({ fingerprint256: null, code: `FST_CLIENT_CERTIFICATE_${reason}` }))
]

for (const [program, toSocket, toTls] of changes) {
  const { part, language } = program
  const { trustedProxies: _address, ...form } = forwardingOf(program.heading)

  t.test(`${program.heading} speaks over a Unix domain socket, as the guide has it`, { skip: parts.missing(part) }, async (t) => {
    const cast = makeCast()
    // Its name may be no longer than a hundred characters.
    const folder = mkdtempSync(join(tmpdir(), 'socket-'))
    const path = join(folder, 'socket')
    t.teardown(() => rmSync(folder, { recursive: true }))
    await startBehind(t, cast, { forwarding: { ...form, trustedProxies: 'unix' }, path })
    // Workers of Apache are not root.
    chmodSync(folder, 0o755)
    chmodSync(path, 0o666)
    const [lines] = blocks(guide, heading, language)
    const port = await runProgram(t, program, cast, 0, (text) => toSocket(text, replaceAll(lines.trimEnd(), '/run/application/socket', path)))
    t.match(await ask(cast, port, honest(form, cast.other)), told(cast.other.certificate.fingerprint256))
  })

  t.test(`${program.heading} shows a certificate of its own to the application, as the guide has it`, { skip: parts.missing(part) }, async (t) => {
    const cast = makeCast()
    const { world: { authority, server }, serverAuthority, other } = cast
    const edge = mintClient(authority, { subject: 'edge proxy' })
    const forwarding = { ...form, trustedProxies: { certificate: { subject: { commonName: 'edge proxy' } } } }
    const { port: application } = await startBehind(t, cast, { forwarding, tls: { key: server.key, cert: server.pem } })
    const [, lines] = blocks(guide, heading, language)
    const files = { 'proxy.cer': edge.pem, 'proxy.key': edge.key, 'proxy.pem': edge.pem + edge.key, 'servers-ca.cer': serverAuthority.pem }
    const port = await runProgram(t, program, cast, application, (text) => toTls(text, replaceAll(lines.trimEnd(), 'application.internal', 'localhost')), files)
    t.match(await ask(cast, port, honest(form, other)), told(other.certificate.fingerprint256))

    const forgery = { path: '/who', fields: honest(form, other) }
    t.match(await new Client(cast, application, { client: edge }, way).ask(forgery), { body: { fingerprint256: other.certificate.fingerprint256 } }, 'who shows that certificate is believed')
    const stranger = cast.roles['a good certificate'].client!
    t.match(await new Client(cast, application, { client: stranger }, way).ask(forgery), { body: { fingerprint256: stranger.certificate.fingerprint256 } }, 'any other client is who it is itself')
  })

  t.test(`${program.heading} sends a secret along, as the guide has it`, { skip: parts.missing(part) }, async (t) => {
    const cast = makeCast()
    const { other } = cast
    const { port: application } = await startBehind(t, cast, { forwarding: { ...form, trustedProxies: { address: '127.0.0.1', secret } } })
    const [,, lines] = blocks(guide, heading, language)
    const port = await runProgram(t, program, cast, application, (text) => {
      t.match(text, beside.get(program)!)
      return text.replace(beside.get(program)!, (line) => `${line}\n${lines.trimEnd()}`)
    })
    const forgery = [...honest(form, other), ['X-Proxy-Secret', 'a secret of the client\'s own']] as const
    t.match(await ask(cast, port, forgery), told(other.certificate.fingerprint256), 'what a client sends in its place does not arrive')

    const { body: fields } = await new Client(cast, port, { client: other }, way).ask({ path: '/fields' })
    t.notMatch(fields, /secret/i, 'no handler sees it')
    const answer = async (...more: Array<[string, string]>) => {
      const response = await fetch(`http://127.0.0.1:${application}/who`, { headers: [...honest(form, other), ...more] as Array<[string, string]> })
      return (await response.json() as { code: string | null }).code
    }
    t.equal(await answer(), 'FST_CLIENT_CERTIFICATE_MISSING', 'from the same machine without it the fields count for nothing')
    t.equal(await answer(['X-Proxy-Secret', `${secret}.`]), 'FST_CLIENT_CERTIFICATE_MISSING')
    t.equal(await answer(['X-Proxy-Secret', secret]), null)
  })
}
