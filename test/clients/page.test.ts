import t from 'tap'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { createAuthority } from '../../lib/authority/index.js'
import { readPrivateKey, writePkcs12 } from '../../lib/certificate/index.js'
import { portOf, run } from '../examples/running.js'
import { parts } from '../helpers/parts.js'

// Keys of 4096 bits take their time.
t.setTimeout(900_000)

const execute = promisify(execFile)
const day = 24 * 60 * 60 * 1000

const authority = (directory: string) => `
openssl req -newkey rsa:4096 -nodes -subj '/O=Example/CN=Example CA' -keyform PEM -keyout ${directory}/ca.key -x509 -days 3650 -outform PEM -out ${directory}/ca.cer
openssl pkcs12 -export -inkey ${directory}/ca.key -in ${directory}/ca.cer -out ${directory}/ca.p12 -passout pass:password`

const client = (directory: string) => `
openssl genrsa -out ${directory}/client.key 4096
openssl req -new -key ${directory}/client.key -subj '/O=Example/CN=alice' -out ${directory}/client.req
openssl x509 -req -in ${directory}/client.req -CA ${directory}/ca.cer -CAkey ${directory}/ca.key -set_serial 101 -extensions client -days 365 -outform PEM -out ${directory}/client.cer
openssl pkcs12 -export -inkey ${directory}/client.key -in ${directory}/client.cer -out ${directory}/client.p12 -passout pass:password`

t.test('the commands of openssl that everyone knows, and the example server with the CA they made', { skip: parts.missing('openssl', 'curl') }, async (t) => {
  const cwd = t.testdir({ other: {} })
  const sh = async (script: string) => (await execute('sh', ['-ec', script], { cwd })).stdout
  await sh(authority('.') + client('.') + authority('other') + client('other'))

  // By a copy of the CA that has been there for long, for this one will not sign what ended before it began.
  const old = await createAuthority({ subject: 'CN=Example CA,O=Example', at: new Date(Date.now() - 100 * day), days: 365, privateKey: readPrivateKey(readFileSync(`${cwd}/ca.key`)) })
  const privateKey = readPrivateKey(readFileSync(`${cwd}/client.key`))

  for (const [name, at] of Object.entries({ late: new Date(Date.now() - 2 * day), early: new Date(Date.now() + 2 * day) })) {
    const issued = await old.issue({ profile: 'client', subject: 'CN=alice,O=Example', privateKey, at, days: 1 })
    writeFileSync(`${cwd}/${name}.p12`, await writePkcs12({ ...issued, passphrase: 'password' }))
  }

  const form = { 'ca.p12': { CLIENT_CA_FILE: 'ca.p12', CLIENT_CA_PASSPHRASE: 'password' }, 'ca.cer (PEM)': { CLIENT_CA_FILE: 'ca.cer' }, 'ca.der': { CLIENT_CA_FILE: 'ca.der' } }
  await sh('openssl x509 -in ca.cer -outform DER -out ca.der')

  for (const [name, environment] of Object.entries(form)) {
    await t.test(`with the CA in ${name}`, async (t) => {
      const port = await portOf(run(t, 'server', cwd, environment))
      const get = (path: string, options = '') => sh(`curl --silent --show-error --cacert certs/ca.cer ${options} https://localhost:${port}${path}`)
      const p12 = (file: string) => `--cert-type P12 --cert ${file}:password`

      for (const options of [p12('client.p12'), '--cert client.cer --key client.key', `--http1.1 ${p12('client.p12')}`, `--tls-max 1.2 ${p12('client.p12')}`]) {
        t.match(await get('/', options), /^Client cert received\nName: CN=alice,O=Example\nValid dates: .+ to .+\nThe certificate is valid\n?$/, options)
        t.match(JSON.parse(await get('/whoami', options)), { commonName: 'alice', serialNumber: '65' })
      }
      t.match(await get('/'), /^No valid client certificate was sent\n?$/)
      t.match(JSON.parse(await get('/whoami')), { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_MISSING' })
      for (const [file, code] of [['late.p12', 'EXPIRED'], ['early.p12', 'NOT_YET_VALID']]) {
        t.match(await get('/', p12(file)), /^Client cert received\nName: CN=alice,O=Example\nValid dates: .+\nThe certificate is not current\n?$/)
        t.match(JSON.parse(await get('/whoami', p12(file))), { statusCode: 401, code: `FST_CLIENT_CERTIFICATE_${code}` })
      }
      t.match(await get('/', p12('other/client.p12')), /^No valid client certificate was sent\n?$/, 'another CA with the same names')
      t.match(JSON.parse(await get('/whoami', p12('other/client.p12'))), { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' })
    })
  }
})
