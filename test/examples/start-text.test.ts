import t from 'tap'
import { explain } from '../../examples/server/failure.js'
import { readableLines } from '../../examples/server/log.js'
import { originOf, startText, trialsOf, welcomeOf } from '../../examples/server/start-text.js'
import { OptionError } from '../../lib/errors.js'

const settings = { host: 'localhost', port: 8443, options: {}, sampleServer: true, sampleClients: true }

t.test('the origin is one that this machine can be asked at', async (t) => {
  t.equal(originOf('localhost', 8443), 'https://localhost:8443')
  t.equal(originOf('0.0.0.0', 8443), 'https://localhost:8443')
  t.equal(originOf('::', 8443), 'https://localhost:8443')
  t.equal(originOf('::1', 443), 'https://[::1]:443')
  t.equal(originOf('192.0.2.1', 1), 'https://192.0.2.1:1')
})

t.test('brackets of an address are kept from the shell', async (t) => {
  t.equal(trialsOf(settings, 'https://[::1]:8443')[0]?.command, "curl --cacert certs/ca.cer 'https://[::1]:8443/'")
})

t.test('commands present what the server asks for, and nothing that would be refused', async (t) => {
  const commands = (changes: object) => trialsOf({ ...settings, ...changes }, 'https://localhost:1').map(({ command }) => command)
  t.strictSame(commands({ sampleClients: false, options: { mode: 'none' } }), ['curl --cacert certs/ca.cer https://localhost:1/'])
  t.strictSame(commands({ sampleClients: false, sampleServer: false, options: { mode: 'required' } }), ['curl --cert-type P12 --cert client.p12:password https://localhost:1/'])
  t.equal(commands({ options: { mode: 'required' } }).length, 4)
})

t.test('a visitor is told a command, where a certificate is asked for', async (t) => {
  t.strictSame(welcomeOf(settings, 'https://localhost:1'), {
    pkcs12: { file: 'certs/client.p12', password: 'password' },
    command: 'curl --cacert certs/ca.cer --cert certs/client.cer --key certs/client.key https://localhost:1/'
  })
  t.strictSame(welcomeOf({ ...settings, sampleClients: false, options: { mode: 'none' } }, 'https://localhost:1'), { pkcs12: undefined, command: undefined })
})

t.test('for a host that the sample certificate does not name, the text says so', async (t) => {
  const note = 'The sample certificate of the server names only localhost, 127.0.0.1 and ::1'
  t.match(startText({ ...settings, host: '192.0.2.1' }, 'https://192.0.2.1:8443'), note)
  t.notMatch(startText({ ...settings, host: '192.0.2.1', sampleServer: false }, 'https://192.0.2.1:8443'), note)
  for (const host of ['localhost', '127.0.0.1', '::1', '::']) t.notMatch(startText({ ...settings, host }, originOf(host, 8443)), note)
})

t.test('what stops a start is explained, a mistake in the program is not', async (t) => {
  const system = (code: string, syscall: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
  t.equal(explain(system('EACCES', 'listen')), 'error: listen EACCES\nhint: ports below 1024 are for the administrator; take another, as in: PORT=8443 npm start')
  t.equal(explain(system('EACCES', 'mkdir')), 'error: mkdir EACCES')
  t.equal(explain(system('EADDRNOTAVAIL', 'listen')), 'error: listen EADDRNOTAVAIL\nhint: HOST is not an address of this machine')
  t.equal(explain(system('ENOTFOUND', 'getaddrinfo')), 'error: getaddrinfo ENOTFOUND\nhint: HOST is not known')
  t.equal(explain(new OptionError('caPassphrase', 'is wrong')), "error: option 'caPassphrase' is wrong\nhint: CLIENT_CA_PASSPHRASE sets it")
  t.equal(explain(new OptionError('authorize', 'is no policy')), "error: option 'authorize' is no policy")
  t.equal(explain(Object.assign(new Error('env/PORT must be integer'), { errors: [] })), 'error: env/PORT must be integer')
  t.equal(explain(new TypeError('x is not a function')), undefined)
  t.equal(explain('text'), undefined)
})

t.test('an entry of the log is one line, whatever is in it; an error keeps its stack', async (t) => {
  const printed = t.capture(process.stdout, 'write', () => true)
  const time = new Date(2026, 0, 2, 3, 4, 5).getTime()
  readableLines.write(JSON.stringify({ time, level: 30, msg: 'GET /\n\u001b[31m 200' }))
  readableLines.write(JSON.stringify({ time, level: 30, msg: 'TLS handshake failed', handshake: { code: 'ECONNRESET', reason: 'socket hang up' } }))
  readableLines.write(JSON.stringify({ time, level: 50, msg: 'broken', err: { stack: 'Error: broken\n    at there' } }))
  const lines = printed().map(({ args }) => args[0])
  printed.restore()
  t.strictSame(lines, [
    '03:04:05 GET /U+000AU+001B[31m 200\n',
    '03:04:05 TLS handshake failed ECONNRESET, socket hang up\n',
    '03:04:05 broken\nError: broken\n    at there\n'
  ])
})
