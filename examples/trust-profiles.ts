// Three authorities beside each other: staff everywhere, devices on the routes that name them, partners under a host name of their own.
// Run it with `npx tsx examples/trust-profiles.ts`: it makes authorities of its own, and throws them away at its end.
import { mkdir, writeFile } from 'node:fs/promises'
import Fastify, { type FastifyRequest } from 'fastify'
import clientCertificate from 'fastify-client-certificate'
import { createAuthority, type Authority, type IssueOptions } from 'fastify-client-certificate/authority'
import { writePem, writePrivateKey } from 'fastify-client-certificate/certificate'

const folder = 'certs/trust-profiles'
await mkdir(folder, { recursive: true })

async function authorityFor (name: string): Promise<Authority> {
  const authority = await createAuthority({ subject: `CN=CA for ${name}`, at: new Date(), days: 2 })
  await writeFile(`${folder}/ca-${name}.cer`, writePem('CERTIFICATE', authority.certificate.raw))
  return authority
}

async function issue (authority: Authority, name: string, options: Pick<IssueOptions, 'profile' | 'subjectAltName'>): Promise<void> {
  const { certificate, privateKey } = await authority.issue({ ...options, subject: `CN=${name}`, at: new Date(), days: 1 })
  await writeFile(`${folder}/${name}.key`, writePrivateKey(privateKey), { mode: 0o600 })
  await writeFile(`${folder}/${name}.cer`, writePem('CERTIFICATE', certificate.raw))
}

const staff = await authorityFor('staff')
const names = ['localhost', 'partners.localhost'].map((value) => ({ type: 'dNSName', value }) as const)
await issue(staff, 'server', { profile: 'server', subjectAltName: names })
await issue(staff, 'ann', { profile: 'client' })
await issue(await authorityFor('devices'), 'sensor', { profile: 'client' })
await issue(await authorityFor('partners'), 'partner', { profile: 'client' })

const app = Fastify({ https: {} })

await app.register(clientCertificate, {
  key: `${folder}/server.key`,
  cert: `${folder}/server.cer`,
  // The profile `default`: for every route that names no other.
  ca: `${folder}/ca-staff.cer`,
  trust: {
    devices: { ca: `${folder}/ca-devices.cer` },
    partners: { ca: `${folder}/ca-partners.cer`, hosts: ['partners.localhost'] }
  }
})

const callerOf = ({ clientCertificate, host }: FastifyRequest) => ({ caller: clientCertificate?.subject.commonName, authority: clientCertificate?.path?.at(-1)?.subject.commonName, host })

// Staff on localhost, partners on partners.localhost.
app.get('/', async (request) => callerOf(request))

// Devices alone, or whichever of two.
app.get('/measurements', { config: { clientCertificate: { trust: 'devices' } } }, async (request) => callerOf(request))
app.get('/time', { config: { clientCertificate: { trust: ['devices', 'default'] } } }, async (request) => callerOf(request))

// Only under the host of the partners: anywhere else the answer is 421.
app.get('/deliveries', { config: { clientCertificate: { trust: 'partners' } } }, async (request) => callerOf(request))

await app.listen({ port: Number(process.env.PORT ?? 8443) })
const { port } = new URL(app.listeningOrigin)

const curl = (name: string) => `curl --cacert ${folder}/ca-staff.cer --cert ${folder}/${name}.cer --key ${folder}/${name}.key`
console.log(`
Listening on https://localhost:${port} (Ctrl+C ends it). Try, in another terminal, from this folder:

  ${curl('ann')} https://localhost:${port}/
  ${curl('sensor')} https://localhost:${port}/
  ${curl('sensor')} https://localhost:${port}/measurements
  ${curl('sensor')} https://localhost:${port}/time
  ${curl('partner')} https://partners.localhost:${port}/
  ${curl('partner')} https://partners.localhost:${port}/deliveries
  ${curl('ann')} https://localhost:${port}/deliveries
  ${curl('partner')} --header "Host: partners.localhost" https://localhost:${port}/
`)
