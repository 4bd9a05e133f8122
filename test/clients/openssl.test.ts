import t, { type Test } from 'tap'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { listen, makeWorld, type ListenOptions } from '../helpers/application.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { runProgram } from './program.js'

t.setTimeout(900_000)

const world = makeWorld()
const missing = parts.missing('openssl')
const versions = ['1.2', '1.3'] as const

const pemOf = ({ pem, key }: Minted) => pem + key
const request = (path: string, connection = 'close') => `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: ${connection}\r\n\r\n`

/** An application that listens, a folder of certificates, and `openssl s_client` in it. */
async function meet (t: Test, options: ListenOptions = {}, files: Record<string, string> = {}) {
  const cwd = t.testdir({ ...files, 'ca.cer': world.authority.pem, 'client.pem': pemOf(world.client), 'stranger.pem': pemOf(world.stranger) })
  const server = await listen(t, world, options)
  const argv = (options: string) => ['s_client', '-connect', `127.0.0.1:${server.port}`, '-servername', 'localhost', '-CAfile', 'ca.cer', '-verify_return_error', ...options.split(' ').filter(Boolean)]
  const get = async (options: string, path = '/guarded') => {
    const { stdout, stderr } = await runProgram('openssl', [...argv(options), '-ign_eof'], { cwd, input: request(path) })
    return { text: stdout, diagnostics: stderr, answer: answerIn(stdout) }
  }
  return { ...server, cwd, argv, get }
}

/** The reply in what s_client printed; with TLS 1.3 it has something to say of its own right before and after. */
function answerIn (text: string): { status: number, body: any } {
  const status = text.match(/HTTP\/1\.1 (\d+) /)
  const body = text.match(/^\{.*?\}/m)
  return { status: Number(status?.[1]), body: body && JSON.parse(body[0]) }
}

const missingAnswer = { status: 401, body: { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_MISSING', error: 'Unauthorized', message: 'A client certificate is required' } }
const untrustedAnswer = { status: 401, body: { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', error: 'Unauthorized', message: 'The client certificate is not trusted' } }
const clientAnswer = { status: 200, body: { caller: 'client', error: null } }

for (const version of versions) {
  const tls = `-tls${version.replace('.', '_')}`
  const name = `of TLS ${version}`

  t.test(`openssl s_client ${name} is known by its certificate, and refused without one`, { skip: missing }, async (t) => {
    const { get } = await meet(t)
    const known = await get(`${tls} -cert client.pem`)
    t.strictSame(known.answer, clientAnswer)
    t.match(known.text, new RegExp(`New, TLSv${version}, Cipher is `))
    t.match(known.text, /Verify return code: 0 \(ok\)/)
    t.strictSame((await get(tls)).answer, missingAnswer)
    t.strictSame((await get(tls, '/open')).answer, { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_MISSING' } })
    t.strictSame((await get(`${tls} -cert stranger.pem`)).answer, untrustedAnswer)
  })

  t.test(`openssl s_client ${name} is told the names of the CAs`, { skip: missing }, async (t) => {
    const other = mintAuthority({ subject: 'Other CA' })
    const { get } = await meet(t, { options: { ca: [world.authority.pem, other.pem] } })
    t.match((await get(tls)).text, /^Acceptable client certificate CA names\nCN ?= ?Test CA\nCN ?= ?Other CA\n(?!CN)/m)
  })

  const sessions = [
    { who: 'with a certificate', first: '-cert client.pem', then: '', answer: clientAnswer },
    { who: 'without a certificate', first: '', then: '-cert client.pem', answer: missingAnswer },
    { who: 'with an untrusted certificate', first: '-cert stranger.pem', then: '-cert client.pem', answer: untrustedAnswer }
  ]
  for (const { who, first, then, answer } of sessions) {
    t.test(`a session ${name} that openssl s_client began ${who} is resumed as what it was`, { skip: missing }, async (t) => {
      const { cwd, get } = await meet(t)
      const began = await get(`${tls} ${first} -sess_out session`)
      t.strictSame(began.answer, answer)
      t.ok(existsSync(`${cwd}/session`), 'a session was written')
      for (const certificate of ['', then]) {
        const resumed = await get(`${tls} ${certificate} -sess_in session`)
        t.match(resumed.text, new RegExp(`^Reused, TLSv${version}, Cipher is `, 'm'))
        t.strictSame(resumed.answer, answer)
      }
    })
  }

  t.test(`openssl s_client ${name} sends the intermediates that a path needs`, { skip: missing }, async (t) => {
    const intermediate = mintAuthority({ subject: 'Intermediate CA', issuer: world.authority })
    const deep = mintClient(intermediate, { subject: 'deep' })
    const { get } = await meet(t, {}, { 'deep.pem': pemOf(deep), 'intermediate.cer': intermediate.pem })
    const options = `${tls} -cert deep.pem`
    t.strictSame((await get(options)).answer, untrustedAnswer)
    t.strictSame((await get(`${options} -cert_chain intermediate.cer`)).answer, { status: 200, body: { caller: 'deep', error: null } })
  })

  t.test(`an application that requires a certificate at the handshake ends the connection of openssl s_client ${name}`, { skip: missing }, async (t) => {
    const { get } = await meet(t, { options: { mode: 'required' } })
    t.strictSame((await get(`${tls} -cert client.pem`)).answer, clientAnswer)
    for (const nobody of [tls, `${tls} -cert stranger.pem`]) t.notMatch((await get(nobody, '/open')).text, /HTTP\/1\.1/)
  })
}

t.test('openssl s_client that asks for another handshake in mid-connection is hung up on', { skip: missing }, async (t) => {
  const { cwd, argv, log } = await meet(t)
  const child = spawn('openssl', argv('-tls1_2 -cert client.pem'), { cwd })
  t.teardown(() => child.kill('SIGKILL'))
  const closed = once(child, 'close')
  let text = ''
  let look = () => {}
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part; look() })
  const says = (pattern: RegExp) => new Promise<void>((resolve) => {
    look = () => { if (pattern.test(text)) resolve() }
    look()
  })
  // What is written to a connection that has ended is lost, as it has to be.
  child.stdin.on('error', () => {})
  await says(/Verify return code/)
  child.stdin.write(request('/guarded', 'keep-alive'))
  await says(/"caller":"client"/)
  text = ''
  child.stdin.write('R\n')
  await says(/RENEGOTIATING/)
  child.stdin.write(request('/guarded'))
  await closed
  t.notMatch(text, /HTTP\/1\.1/, 'nothing more is answered')
  t.equal(log.filter(({ msg }) => msg === 'incoming request').length, 1)
})
