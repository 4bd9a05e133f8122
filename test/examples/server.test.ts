import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import t from 'tap'
import { parts } from '../helpers/parts.js'
import { ask, clientIn, commandsIn, portOf, run } from './running.js'

const contentsOf = (directory: string) =>
  Object.fromEntries(readdirSync(join(directory, 'certs')).sort().map((name) => [name, readFileSync(join(directory, 'certs', name), 'hex')]))

t.test('on a fresh machine', async (t) => {
  const directory = t.testdir()
  const server = run(t, 'server', directory)
  const port = await portOf(server)

  t.test('it says what it made and until when, where it listens, and what to try', async (t) => {
    const start = server.output()
    t.match(start, /^made \S*certs\/ca\.key.*valid until \d{4}-\d\d-\d\d$/m)
    for (const name of ['server', 'client', 'operator']) t.match(start, new RegExp(`^made \\S*certs/${name}\\.key.*valid until \\d{4}-\\d\\d-\\d\\d$`, 'm'))
    t.match(start, `Listening on https://localhost:${port} (Ctrl+C ends it)`)
    t.strictSame(commandsIn(start), [
      `curl --cacert certs/ca.cer https://localhost:${port}/`,
      `curl --cacert certs/ca.cer --cert certs/client.cer --key certs/client.key https://localhost:${port}/`,
      `curl --cacert certs/ca.cer --cert-type P12 --cert certs/client.p12:password https://localhost:${port}/whoami`,
      `curl --cacert certs/ca.cer --cert-type P12 --cert certs/client.p12:password https://localhost:${port}/admin`,
      `curl --cacert certs/ca.cer --cert-type P12 --cert certs/operator.p12:password https://localhost:${port}/admin`
    ])
    t.notMatch(start, /"level"|Server listening|Deprecat|Warning/i)
  })

  t.test('the start page tells a caller its certificate', async (t) => {
    const { status, headers, text } = await ask(port, '/', clientIn(directory, 'client'), { accept: '*/*' })
    t.equal(status, 200)
    t.match(text, /^Client cert received\nName: CN=client\nValid dates: [\d-]+T[\d:.]+Z to [\d-]+T[\d:.]+Z\nThe certificate is valid\n$/)
    t.match(headers, { 'content-type': 'text/plain; charset=utf-8', vary: 'accept', 'cache-control': 'no-store' })
  })

  t.test('the start page is open to nobody in particular', async (t) => {
    t.match(await ask(port, '/', clientIn(directory)), { status: 200, text: /^No valid client certificate was sent\n$/ })
  })

  t.test('/whoami answers a caller with JSON, and nobody else', async (t) => {
    const { status, text } = await ask(port, '/whoami', clientIn(directory, 'client', 'p12'))
    t.equal(status, 200)
    t.match(JSON.parse(text), {
      commonName: 'client',
      subject: 'CN=client',
      issuer: 'CN=Sample CA,O=fastify-client-certificate',
      serialNumber: /^[0-9a-f]+$/,
      notBefore: /Z$/,
      notAfter: /Z$/,
      fingerprint256: /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/,
      subjectAltName: [],
      extendedKeyUsage: ['clientAuth']
    })
    const refused = await ask(port, '/whoami', clientIn(directory))
    t.equal(refused.status, 401)
    t.match(JSON.parse(refused.text), { code: 'FST_CLIENT_CERTIFICATE_MISSING', message: 'A client certificate is required' })
  })

  t.test('/admin is for Operations alone', async (t) => {
    t.match(await ask(port, '/admin', clientIn(directory, 'operator', 'p12')), { status: 200, text: '{"hello":"operator","from":"Operations"}' })
    t.match(await ask(port, '/admin', clientIn(directory, 'client')), { status: 403, text: /FST_CLIENT_CERTIFICATE_FORBIDDEN/ })
    t.match(await ask(port, '/admin', clientIn(directory)), { status: 401, text: /FST_CLIENT_CERTIFICATE_MISSING/ })
  })

  t.test('/health is exempt', async (t) => {
    t.match(await ask(port, '/health', clientIn(directory)), { status: 200, text: '{"status":"ok"}' })
  })

  t.test('a browser is shown a page, which may load nothing and run nothing', async (t) => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
    for (const [name, sentence] of [['client', 'The certificate is valid'], [undefined, 'No valid client certificate was sent']] as const) {
      const { status, headers, text } = await ask(port, '/', clientIn(directory, name), { accept })
      t.equal(status, 200)
      t.match(text, sentence)
      t.match(headers, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': /^default-src 'none'; style-src 'sha256-[\w+/]+=';/,
        vary: 'accept',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff'
      })
    }
  })

  t.test('who has none is told the file, its password and a command', async (t) => {
    const { text } = await ask(port, '/', clientIn(directory), { accept: 'text/html' })
    t.match(text, '<code>certs/client.p12</code>')
    t.match(text, '<code>password</code>')
    t.match(text, `https://localhost:${port}/`)
  })

  t.test('the log has one line for each request, and one more for the reason of a refusal', async (t) => {
    await server.says(/^\d\d:\d\d:\d\d GET \/whoami 200 CN=client$/m)
    await server.says(/^\d\d:\d\d:\d\d request refused for its client certificate FST_CLIENT_CERTIFICATE_MISSING, no certificate was presented, \S+\n\d\d:\d\d:\d\d GET \/whoami 401 nobody$/m)
    await server.says(/^\d\d:\d\d:\d\d GET \/admin 403 CN=client$/m)
    t.notMatch(server.output(), /"level"|\n {4}at /)
  })

  t.test('the printed commands work as printed', { skip: parts.missing('curl') }, async (t) => {
    const answers = commandsIn(server.output()).map((command) =>
      execFileSync('sh', ['-c', `${command} --silent --show-error`], { cwd: directory, encoding: 'utf8' }))
    t.match(answers, [
      /^No valid client certificate was sent$/m,
      /^Client cert received\nName: CN=client\n.*\nThe certificate is valid$/m,
      /"commonName":"client"/,
      /"code":"FST_CLIENT_CERTIFICATE_FORBIDDEN"/,
      /"hello":"operator"/
    ])
  })

  t.test('SIGTERM ends it, with a client still connected and another in mid-handshake', async (t) => {
    const kept = connectTls({ host: 'localhost', port, ...clientIn(directory, 'client') })
    await once(kept, 'secureConnect')
    kept.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(kept, 'data')
    const silent = connect(port, 'localhost')
    await once(silent, 'connect')
    for (const socket of [kept, silent]) socket.on('error', () => {})
    process.kill(server.pid, 'SIGTERM')
    t.equal(await server.end, 0)
    for (const socket of [kept, silent]) socket.destroy()
  })
})

t.test('a second start leaves all certificates as they are, and SIGINT ends it', async (t) => {
  const directory = t.testdir()
  const first = run(t, 'server', directory)
  await portOf(first)
  process.kill(first.pid, 'SIGINT')
  t.equal(await first.end, 0)
  const before = contentsOf(directory)
  t.equal(Object.keys(before).length, 12)
  const second = run(t, 'server', directory, { HOST: '127.0.0.1' })
  const port = await portOf(second)
  t.notMatch(second.output(), 'made')
  t.match(second.output(), `Listening on https://127.0.0.1:${port} `)
  t.strictSame(contentsOf(directory), before)
})

t.test('what stops a start is told in a line or two, without a stack trace', async (t) => {
  const occupied = createServer().listen(0, '127.0.0.1')
  await once(occupied, 'listening')
  t.teardown(() => occupied.close())
  const { port } = occupied.address() as AddressInfo
  const cases: Array<[what: string, environment: Record<string, string>, output: RegExp]> = [
    ['a port in use', { HOST: '127.0.0.1', PORT: String(port) },
      new RegExp(`^error: listen EADDRINUSE: address already in use 127\\.0\\.0\\.1:${port}\nhint: something else listens there; take another port, as in: PORT=9443 npm start\n$`, 'm')],
    ['an authority that is none', { CLIENT_CA_FILE: 'junk.pem' },
      /^error: option 'ca' names the file junk\.pem, which is neither PEM nor DER\nhint: CLIENT_CA_FILE sets it; unset, it is the sample in certs\/\n$/m],
    ['half of a key pair', { TLS_CERT_FILE: 'own.pem' },
      /^error: option 'key' is missing: 'cert' needs its private key\nhint: TLS_KEY_FILE sets it; if no TLS_…_FILE is set, it is the sample in certs\/\n$/m],
    ['a port that is none', { PORT: 'many' }, /^error: env\/PORT must be integer\n$/]
  ]
  const directory = t.testdir({ 'junk.pem': 'junk' })
  for (const [what, environment, output] of cases) {
    const server = run(t, 'server', directory, environment)
    t.equal(await server.end, 1, what)
    t.match(server.output(), output)
    t.notMatch(server.output(), /\n {4}at /)
  }
})
