import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writePkcs12 } from '../../lib/certificate/index.js'
import { mint, mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { ask, clientIn, commandsIn, portOf, run } from './running.js'

const hour = 60 * 60 * 1000
const from = (hours: number) => new Date(Date.now() + hours * hour)

const as = (directory: string, { pem, key }: Minted) => ({ ...clientIn(directory), cert: pem, key })

t.test('the owner\'s own authority', async (t) => {
  const authority = mintAuthority({ subject: 'Own CA' })
  const directory = t.testdir({ 'ca.pem': authority.pem, '.env': 'CLIENT_CA_FILE=ca.pem\nHOST=127.0.0.1\n' })
  const server = run(t, 'server', directory)
  const port = await portOf(server)

  t.test('is found by a file .env', async (t) => {
    t.match(await ask(port, '/', as(directory, mintClient(authority))), { status: 200, text: /^Client cert received\nName: CN=client\n[^]*The certificate is valid\n$/ })
  })

  t.test('is not that of the samples, so the commands name a file of the owner\'s', async (t) => {
    t.match(await ask(port, '/whoami', clientIn(directory, 'client')), { status: 401, text: /FST_CLIENT_CERTIFICATE_UNTRUSTED/ })
    t.strictSame(commandsIn(server.output()), [
      `curl --cacert certs/ca.cer https://127.0.0.1:${port}/`,
      `curl --cacert certs/ca.cer --cert-type P12 --cert client.p12:password https://127.0.0.1:${port}/`
    ])
  })

  const outside = [
    { what: 'expired', notBefore: from(-48), notAfter: from(-1), code: 'EXPIRED', sentence: 'The client certificate has expired' },
    { what: 'not yet valid', notBefore: from(1), notAfter: from(48), code: 'NOT_YET_VALID', sentence: 'The client certificate is not yet valid' }
  ]
  for (const { what, notBefore, notAfter, code, sentence } of outside) {
    t.test(`a certificate that is ${what} is shown on the open page, and refused elsewhere`, async (t) => {
      const client = as(directory, mintClient(authority, { notBefore, notAfter }))
      t.match(await ask(port, '/', client), { status: 200, text: /^Client cert received\nName: CN=client\n[^]*The certificate is not current\n$/ })
      const page = await ask(port, '/', client, { accept: 'text/html' })
      t.match(page.text, 'The certificate is not current')
      t.match(page.text, sentence)
      t.match(await ask(port, '/whoami', client), { status: 401, text: new RegExp(`FST_CLIENT_CERTIFICATE_${code}"`) })
    })
  }

  t.test('one of another authority of the same name is no valid certificate, and the page says why', async (t) => {
    const stranger = as(directory, mintClient(mintAuthority({ subject: 'Own CA' })))
    t.match(await ask(port, '/', stranger), { status: 200, text: /^No valid client certificate was sent\n$/ })
    t.match(await ask(port, '/whoami', stranger), { status: 401, text: /FST_CLIENT_CERTIFICATE_UNTRUSTED/ })
    const { text } = await ask(port, '/', stranger, { accept: 'text/html' })
    t.match(text, '✗ The client certificate is not trusted')
    t.notMatch(text, 'certs/client.p12')
  })

  t.test('markup in a name stays text, and a line of a name stays one line', async (t) => {
    const hostile = as(directory, mintClient(authority, { subject: '<script>alert(1)</script>\nThe certificate is valid' }))
    const { text } = await ask(port, '/', hostile, { accept: 'text/html' })
    t.notMatch(text, '<script')
    t.match(text, '&lt;script&gt;alert(1)&lt;/script&gt;U+000AThe certificate is valid')
    t.equal((await ask(port, '/', hostile)).text.split('\n').length, 5)
  })
})

t.test('the owner\'s own authority in ca.p12, with its password, and a client in client.p12', async (t) => {
  const authority = mintAuthority({ subject: 'Own CA' })
  const pkcs12 = async (minted: Minted) => await writePkcs12({ ...minted, passphrase: 'password' })
  const directory = t.testdir({ 'ca.p12': await pkcs12(authority), 'client.p12': await pkcs12(mintClient(authority)) })
  const server = run(t, 'server', directory, { CLIENT_CA_FILE: 'ca.p12', CLIENT_CA_PASSPHRASE: 'password' })
  const port = await portOf(server)
  const client = { ...clientIn(directory), pfx: readFileSync(join(directory, 'client.p12')), passphrase: 'password' }
  t.match(await ask(port, '/', client), { status: 200, text: /^Client cert received\nName: CN=client\n[^]*The certificate is valid\n$/ })
  t.match(await ask(port, '/whoami', client), { status: 200, text: /"issuer":"CN=Own CA"/ })

  t.test('the printed commands work as printed', { skip: parts.missing('curl') }, async (t) => {
    const answers = commandsIn(server.output()).map((command) =>
      execFileSync('sh', ['-c', `${command} --silent --show-error`], { cwd: directory, encoding: 'utf8' }))
    t.match(answers, [/^No valid client certificate was sent$/m, /^Client cert received\nName: CN=client\n.*\nThe certificate is valid$/m])
  })
})

t.test('a certificate of the owner\'s own for the server; no certificate, no connection', async (t) => {
  const owner = mint({ subject: 'localhost' })
  const directory = t.testdir({ 'own.pem': owner.pem, 'own.key': owner.key })
  const server = run(t, 'server', directory, { TLS_KEY_FILE: 'own.key', TLS_CERT_FILE: 'own.pem', CLIENT_CERTIFICATE_MODE: 'required' })
  const port = await portOf(server)
  t.match(await ask(port, '/', { ...clientIn(directory, 'client'), ca: owner.pem }), { status: 200, text: /^Client cert received/ })
  await t.rejects(ask(port, '/', { ca: owner.pem }), { code: 'ECONNRESET' })
  await server.says(/connection refused for its client certificate FST_CLIENT_CERTIFICATE_MISSING, no certificate was presented, \S+$/m)
  for (const command of commandsIn(server.output())) t.match(command, /^curl --cert/, 'only with a certificate, and curl itself knows whom it trusts')
})
