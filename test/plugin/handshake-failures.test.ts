import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import { runProgram } from '../clients/program.js'
import { listen, makeWorld, type ListenOptions, type LogLine } from '../helpers/application.js'
import { parts } from '../helpers/parts.js'

const world = makeWorld()

type Failure = { code: string, reason: string, hint: string, remoteAddress: string }

/** What the log says of the handshake that a client spoils, in the names of OpenSSL 3.0. */
async function failureOf (t: Test, spoil: (port: number) => unknown, options: ListenOptions = {}): Promise<Failure> {
  const { app, port, log } = await listen(t, world, options)
  await spoil(port)
  const find = (): LogLine | undefined => log.find(({ msg }) => msg === 'TLS handshake failed')
  while (find() === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  const failure = find()?.handshake as Failure
  t.match(app.clientCertificates.refusals(), [{ kind: 'handshake', ...failure }], 'the record says the same')
  return { ...failure, code: failure.code.replace('SSL/TLS_ALERT', 'SSLV3_ALERT') }
}

/** A client that does not speak TLS. */
const plain = (begin: (socket: Socket) => unknown) => async (port: number) => {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  begin(socket)
}
const says = (text: string) => plain((socket) => socket.write(text))

/** What a client of TLS 1.2 begins with. */
async function clientHello (): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connectTls({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', maxVersion: 'TLSv1.2' }).on('error', () => {})
  const [socket] = await once(server, 'connection')
  const [hello] = await once(socket, 'data')
  client.destroy()
  server.close()
  return hello
}

/** A client that begins well, and then says what it has against the server. */
const alert = (description: number) => plain(async (socket) => socket.write(Buffer.concat([await clientHello(), Buffer.from([21, 3, 3, 0, 2, 2, description])])))

const openssl = (...argv: string[]) => async (port: number) => { await runProgram('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...argv]) }

async function untrusting (port: number): Promise<void> {
  await once(connectTls({ port, host: '127.0.0.1', servername: 'localhost' }), 'error').catch(() => {})
}

const withTls = (tls: NonNullable<ListenOptions['options']>['tls']): ListenOptions => ({ options: { tls } })

const byNode: Array<[code: string, spoil: (port: number) => unknown, hint: RegExp, options?: ListenOptions]> = [
  ['ECONNRESET', untrusting, /often it does not trust the server's certificate/],
  ['ECONNRESET', plain((socket) => socket.resetAndDestroy()), /the client ended the handshake/],
  ['ECONNRESET', plain((socket) => socket.end()), /the client ended the handshake/],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', plain(() => {}), /did not finish the handshake in time/, { https: { handshakeTimeout: 50 } }],
  ['ERR_SSL_HTTP_REQUEST', says('GET / HTTP/1.1\r\n\r\n'), /speaks HTTP without TLS/],
  ['ERR_SSL_HTTPS_PROXY_REQUEST', says('CONNECT example.com:443 HTTP/1.1\r\n\r\n'), /for an HTTP proxy/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', says('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n'), /PROXY protocol/],
  ['ERR_SSL_EXCESSIVE_MESSAGE_SIZE', plain((socket) => socket.write(Buffer.from('1603010005010203040500', 'hex'))), /a message that is too long/],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', alert(40), /found nothing in common/],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', alert(42), /refused the server's certificate/],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', alert(43), /cannot use the server's certificate/],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', alert(44), /for revoked/],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', alert(45), /has expired for the client/],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', alert(46), /refused the server's certificate/],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', alert(48), /does not trust the CA/],
  ['ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR', alert(51), /a signature of the server wrong/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', alert(70), /does not accept the versions/],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', alert(80), /the client failed/],
  ['ERR_SSL_TLSV1_ALERT_USER_CANCELLED', alert(90), /the client gave up/]
]

const byOpenssl: typeof byNode = [
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', openssl('-tls1_2'), /only versions of TLS/, withTls({ minVersion: 'TLSv1.3' })],
  ['ERR_SSL_NO_SHARED_CIPHER', openssl('-tls1_2', '-cipher', 'AES256-SHA'), /no cipher suite in common/],
  ['ERR_SSL_NO_SUITABLE_KEY_SHARE', openssl('-tls1_3', '-groups', 'P-521'), /no group in common/, withTls({ ecdhCurve: 'X25519' })],
  ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', openssl('-tls1_3', '-sigalgs', 'rsa_pss_rsae_sha256'), /accepts no signature/],
  ['ERR_SSL_NO_APPLICATION_PROTOCOL', openssl('-alpn', 'foo'), /other protocols \(ALPN\)/]
]

const see = (name: string, cases: typeof byNode, options: object) => t.test(name, options, async (t) => {
  for (const [code, spoil, hint, options] of cases) {
    const failure = await failureOf(t, spoil, options)
    t.match(failure, { code, hint, remoteAddress: '127.0.0.1' }, code)
    t.notMatch(failure.reason, /^\s|\s$/, 'one line')
  }
})

see('a handshake that a client spoils is logged with its address and what may help', byNode, {})
see('also where client and server have nothing in common', byOpenssl, { skip: parts.missing('openssl') })

t.test('a certificate on a curve that TLS 1.2 does not accept', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir()
  await runProgram('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1', '-noenc', '-keyout', 'k', '-out', 'c', '-subj', '/CN=k'], { cwd: folder })
  const failure = await failureOf(t, openssl('-tls1_2', '-cert', `${folder}/c`, '-key', `${folder}/k`, '-groups', 'P-256:secp256k1'))
  t.match(failure, { code: 'ERR_SSL_WRONG_CURVE', hint: /on a curve that TLS 1.2 does not accept/, remoteAddress: '127.0.0.1' })
})

t.test('the guide has a row for each of these codes, and no other', async (t) => {
  const [, section] = readFileSync('docs/trust-over-time.md', 'utf8').split(/^### Failed handshakes$/m)
  const rows = section.split(/^### /m)[0].split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split('|')[1])
  const codes = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code))
  t.strictSame(codes.sort(), [...new Set([...byNode, ...byOpenssl].map(([code]) => code)), 'ERR_SSL_WRONG_CURVE', 'ERR_SSL_INTERNAL_ERROR'].sort())
})
