import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastifyEnv, { type FastifyEnvOptions } from '@fastify/env'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import clientCertificate from '../../lib/index.js'
import { optionsFromEnvironment, schema, type Environment, type OptionsFromEnvironment } from '../../lib/plugin/environment.js'
import { mintAuthority } from '../helpers/mint.js'

// Lets @fastify/env read a .env file of that text, and nothing of this process's own environment.
async function applicationWith (t: Test, text: string, options: FastifyEnvOptions = {}): Promise<FastifyInstance> {
  const path = join(t.testdir({ '.env': text }), '.env')
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(fastifyEnv, { schema, dotenv: { path }, env: false, ...options })
  return app
}

async function optionsOf (t: Test, text: string): Promise<OptionsFromEnvironment> {
  return optionsFromEnvironment((await applicationWith(t, text)).getEnvs<Environment>())
}

t.test('a .env file sets every option of the plugin', async (t) => {
  const options = await optionsOf(t, `
    TLS_KEY_FILE=certs/server.key
    TLS_CERT_FILE=certs/server.cer
    TLS_PFX_FILE=certs/server.p12
    TLS_PASSPHRASE="correct horse # battery"
    CLIENT_CA_FILE=certs/ca.p12
    CLIENT_CA_PASSPHRASE=password
    CLIENT_CRL_FILE=certs/ca.crl
    CLIENT_CERTIFICATE_MODE=required
  `)
  t.strictSame(options, {
    key: 'certs/server.key',
    cert: 'certs/server.cer',
    pfx: 'certs/server.p12',
    passphrase: 'correct horse # battery',
    ca: 'certs/ca.p12',
    caPassphrase: 'password',
    crl: 'certs/ca.crl',
    mode: 'required'
  })
})

t.test('a variable that is absent leaves its option out', async (t) => {
  t.strictSame(await optionsOf(t, 'CLIENT_CA_FILE=ca.cer'), { ca: 'ca.cer' })
  t.strictSame(await optionsOf(t, ''), {})
})

t.test('other variables are left alone', async (t) => {
  t.strictSame(await optionsOf(t, 'PORT=8443\nCA=ca.cer\nkey=server.key'), {})
})

t.test('a file name that is set but empty stops the start, and is named', async (t) => {
  for (const name of ['TLS_KEY_FILE', 'TLS_CERT_FILE', 'TLS_PFX_FILE', 'CLIENT_CA_FILE', 'CLIENT_CRL_FILE']) {
    await t.rejects(applicationWith(t, `${name}=`), { message: `env/${name} must NOT have fewer than 1 characters` })
  }
})

t.test('a passphrase may be empty', async (t) => {
  t.strictSame(await optionsOf(t, 'TLS_PASSPHRASE=\nCLIENT_CA_PASSPHRASE='), { passphrase: '', caPassphrase: '' })
})

t.test('a mode that is not known stops the start, also an empty one', async (t) => {
  for (const mode of ['mandatory', 'None', '']) {
    await t.rejects(applicationWith(t, `CLIENT_CERTIFICATE_MODE=${mode}`),
      { message: 'env/CLIENT_CERTIFICATE_MODE must be equal to one of the allowed values' })
  }
  for (const mode of ['none', 'optional', 'required']) t.strictSame(await optionsOf(t, `CLIENT_CERTIFICATE_MODE=${mode}`), { mode })
})

t.test('no passphrase is shown when the start stops', async (t) => {
  const failure: Error & { errors?: unknown } = await applicationWith(t, 'TLS_PASSPHRASE=secret\nCLIENT_CA_PASSPHRASE=secret\nTLS_KEY_FILE=')
    .then(() => t.fail('it started'), (error) => error)
  t.match(failure.message, 'TLS_KEY_FILE')
  t.notMatch(failure.message + String(failure.stack) + JSON.stringify(failure.errors), 'secret')
})

t.test('the schema merges into one of the application', async (t) => {
  const merged = { type: 'object', required: ['PORT'], properties: { ...schema.properties, PORT: { type: 'integer' } } }
  const app = await applicationWith(t, 'PORT=8443\nCLIENT_CA_FILE=ca.cer', { schema: merged })
  const config = app.getEnvs<Environment & { PORT: number }>()
  t.equal(config.PORT, 8443)
  t.strictSame(optionsFromEnvironment(config), { ca: 'ca.cer' })
})

t.test('the environment of the process outranks the .env file', async (t) => {
  const before = process.env.CLIENT_CA_FILE
  process.env.CLIENT_CA_FILE = 'from-the-process.cer'
  t.teardown(() => { if (before === undefined) delete process.env.CLIENT_CA_FILE; else process.env.CLIENT_CA_FILE = before })
  const app = await applicationWith(t, 'CLIENT_CA_FILE=from-the-file.cer\nCLIENT_CERTIFICATE_MODE=none', { env: true })
  const options = optionsFromEnvironment(app.getEnvs<Environment>())
  t.equal(options.ca, 'from-the-process.cer')
  t.equal(options.mode, 'none')
})

t.test('the plugin starts from a .env file, and refuses what contradicts itself', async (t) => {
  const starts = async (text: string, https: object | null): Promise<void> => {
    const app = Fastify({ https })
    t.teardown(async () => await app.close())
    await app.register(clientCertificate, await optionsOf(t, text))
  }
  await t.resolves(starts('CLIENT_CERTIFICATE_MODE=none', null))
  await t.rejects(starts('CLIENT_CERTIFICATE_MODE=required', {}),
    { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', message: "option 'ca' is missing: mode 'required' needs to know who may sign clients" })
  await t.rejects(starts('CLIENT_CA_FILE=there-is-no-such.cer', {}), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'ca' })
})

t.test('a certificate list that is not there stops the start', async (t) => {
  const app = Fastify({ https: {} })
  t.teardown(async () => await app.close())
  const folder = mkdtempSync(join(tmpdir(), 'environment-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const ca = join(folder, 'ca.cer')
  writeFileSync(ca, mintAuthority().pem)
  await t.rejects(async () => await app.register(clientCertificate, await optionsOf(t, `CLIENT_CA_FILE=${ca}\nCLIENT_CRL_FILE=ca.crl`)),
    { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'crl', message: /^option 'crl' names ca.crl, which does not exist \(/ })
})
