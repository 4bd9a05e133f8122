// An authority that revokes: its certificate list is a file that is written anew, and the server follows while connections are open.
// Run it with `npx tsx examples/revocation.ts`: it makes an authority of its own, and throws it away at its end.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import Fastify from 'fastify'
import clientCertificate from 'fastify-client-certificate'
import { createAuthority, memoryStore, type IssueOptions } from 'fastify-client-certificate/authority'
import { writePem, writePrivateKey, type Certificate } from 'fastify-client-certificate/certificate'

const folder = 'certs/revocation'
await mkdir(folder, { recursive: true })

const authority = await createAuthority({ subject: 'CN=Example CA', at: new Date(), days: 2, store: memoryStore() })
await writeFile(`${folder}/ca.cer`, writePem('CERTIFICATE', authority.certificate.raw))

async function issue (name: string, options: Pick<IssueOptions, 'profile' | 'subject' | 'subjectAltName'>): Promise<Certificate> {
  const { certificate, privateKey } = await authority.issue({ ...options, at: new Date(), days: 1 })
  await writeFile(`${folder}/${name}.key`, writePrivateKey(privateKey), { mode: 0o600 })
  await writeFile(`${folder}/${name}.cer`, writePem('CERTIFICATE', certificate.raw))
  return certificate
}

await issue('server', { profile: 'server', subject: 'CN=localhost', subjectAltName: [{ type: 'dNSName', value: 'localhost' }] })
await issue('operator', { profile: 'client', subject: 'CN=operator,OU=Operations' })
const clients = new Map([
  ['alice', await issue('alice', { profile: 'client', subject: 'CN=alice' })],
  ['bob', await issue('bob', { profile: 'client', subject: 'CN=bob' })]
])

// The list takes the place of the one before in one step: nobody ever reads half of it.
async function publish (): Promise<void> {
  const list = await authority.certificateList({ at: new Date(), days: 1 })
  await writeFile(`${folder}/ca.crl.new`, writePem('X509 CRL', list.raw))
  await rename(`${folder}/ca.crl.new`, `${folder}/ca.crl`)
}

await publish()
// Again long before it ends: without a current list nobody is let in.
setInterval(publish, 6 * 60 * 60 * 1000).unref()

const app = Fastify({ https: {} })

await app.register(clientCertificate, {
  key: `${folder}/server.key`,
  cert: `${folder}/server.cer`,
  ca: `${folder}/ca.cer`,
  crl: `${folder}/ca.crl`
})

app.get('/', async (request) => ({ caller: request.clientCertificate?.subject.commonName }))

// An answer without end, to see that it has one: five seconds after its caller was revoked.
async function * ticks (): AsyncGenerator<string> {
  for (;;) {
    yield `${new Date().toISOString()}\n`
    await setTimeout(1000, undefined, { ref: false })
  }
}
app.get('/clock', async (_request, reply) => reply.type('text/plain').send(Readable.from(ticks())))

const operations = { subject: { organizationalUnitName: 'Operations' } }

app.post<{ Params: { name: string } }>('/revocations/:name', { config: { clientCertificate: operations } }, async (request, reply) => {
  const certificate = clients.get(request.params.name)
  if (certificate === undefined) return reply.callNotFound()
  await authority.revoke(certificate, { at: new Date(), reason: 'keyCompromise' })
  await publish()
  return { revoked: certificate.subject.toString() }
})

app.get('/connections', { config: { clientCertificate: operations } }, async () =>
  app.clientCertificates.connections().map(({ certificate, since, until }) => ({ caller: certificate?.subject.toString(), since, until })))

app.get('/refusals', { config: { clientCertificate: operations } }, async () => app.clientCertificates.refusals())

await app.listen({ port: Number(process.env.PORT ?? 8443) })
const { port } = new URL(app.listeningOrigin)

const curl = (name: string) => `curl --cacert ${folder}/ca.cer --cert ${folder}/${name}.cer --key ${folder}/${name}.key`
console.log(`
Listening on https://localhost:${port} (Ctrl+C ends it). Leave the first running, in another terminal, and try the others beside it:

  ${curl('alice')} --no-buffer https://localhost:${port}/clock
  ${curl('operator')} https://localhost:${port}/connections
  ${curl('operator')} --request POST https://localhost:${port}/revocations/alice
  ${curl('alice')} https://localhost:${port}/
  ${curl('bob')} https://localhost:${port}/
  ${curl('operator')} https://localhost:${port}/refusals
`)
