import t, { type Test } from 'tap'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePkcs12 } from '../../lib/certificate/index.js'
import { listen, makeWorld } from '../helpers/application.js'
import { cutter } from '../helpers/leaving.js'
import { parts } from '../helpers/parts.js'
import { runProgram } from './program.js'

t.setTimeout(900_000)

const world = makeWorld()
const missing = parts.missing('curl')
// More than the buffers on the way can hold.
const large = 32 * 1024 * 1024

/** A server for HTTP/2 and HTTP/1, and curl in a folder with the certificates. */
async function meet (t: Test) {
  let bodies = 0
  const { app, port } = await listen(t, world, {
    http2: true,
    routes: (app) => {
      app.addContentTypeParser('application/octet-stream', async (_request: unknown, payload: AsyncIterable<Buffer>) => {
        bodies++
        let size = 0
        for await (const part of payload) size += part.length
        return size
      })
      app.post('/guarded', async ({ clientCertificate, body }) => ({ caller: clientCertificate!.subject.commonName, size: body }))
    }
  })
  const cut = cutter(app)
  const { authority, client, stranger } = world
  const cwd = t.testdir({ 'ca.cer': authority.pem, 'client.cer': client.pem, 'client.key': client.key, 'stranger.cer': stranger.pem, 'stranger.key': stranger.key })
  for (const [name, who] of Object.entries({ client, stranger })) {
    writeFileSync(join(cwd, `${name}.p12`), await writePkcs12({ ...who, chain: [authority.certificate], passphrase: 'password', friendlyName: name }))
  }
  const curl = async (options: string, path = '/guarded') => {
    const common = ['--silent', '--show-error', '--max-time', '600', '--cacert', 'ca.cer', '--write-out', '\\n%{http_version} %{http_code} %{size_upload}']
    const { end, stdout, stderr } = await runProgram('curl', [...common, ...options.split(' '), `https://127.0.0.1:${port}${path}`], { cwd })
    await cut()
    const [body = '', result = ''] = stdout.split('\n')
    const [version, status, uploaded] = result.split(' ')
    if (result === '') throw new Error(`curl ended with ${end}: ${stderr}`)
    return { answer: { version, status: Number(status), body: JSON.parse(body) }, uploaded: Number(uploaded) }
  }
  return { cwd, curl, bodies: () => bodies }
}

const missingBody = { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_MISSING', error: 'Unauthorized', message: 'A client certificate is required' }
const untrustedBody = { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', error: 'Unauthorized', message: 'The client certificate is not trusted' }

const forms = { 'PEM files': (name: string) => `--cert ${name}.cer --key ${name}.key`, 'a PKCS #12 file': (name: string) => `--cert-type P12 --cert ${name}.p12:password` }

for (const [option, version] of [['--http2', '2'], ['--http1.1', '1.1']] as const) {
  for (const [form, of] of Object.entries(forms)) {
    t.test(`curl ${option} with ${form} is known by its certificate`, { skip: missing }, async (t) => {
      const { curl } = await meet(t)
      for (const tls of ['--tls-max 1.2', '--tlsv1.3']) {
        const use = `${option} ${tls}`
        t.strictSame((await curl(`${use} ${of('client')}`)).answer, { version, status: 200, body: { caller: 'client', error: null } })
        t.strictSame((await curl(`${use} ${of('stranger')}`)).answer, { version, status: 401, body: untrustedBody })
        t.strictSame((await curl(use)).answer, { version, status: 401, body: missingBody })
        t.strictSame((await curl(use, '/open')).answer, { version, status: 200, body: { caller: null, error: missingBody.code } })
      }
    })
  }

  t.test(`curl ${option} that has much to say is refused before it is read`, { skip: missing }, async (t) => {
    const { cwd, curl, bodies } = await meet(t)
    writeFileSync(join(cwd, 'large'), '')
    truncateSync(join(cwd, 'large'), large)
    const post = `${option} --header content-type:application/octet-stream --data-binary @large`
    // Node says "100 Continue" by itself, before any hook, so that whoever expects it sends something, too.
    for (const expectation of ['--header expect:', '--header expect:100-continue --expect100-timeout 600']) {
      for (const [who, body] of [['', missingBody], [` ${forms['PEM files']('stranger')}`, untrustedBody]] as const) {
        const { answer, uploaded } = await curl(`${post} ${expectation}${who}`)
        t.strictSame(answer, { version, status: 401, body })
        t.ok(uploaded < large, `${uploaded} octets of ${large} were sent`)
      }
    }
    t.equal(bodies(), 0, 'no body was read')
    const { answer, uploaded } = await curl(`${post} ${forms['PEM files']('client')}`)
    t.strictSame(answer, { version, status: 200, body: { caller: 'client', size: large } })
    t.equal(uploaded, large)
  })
}
