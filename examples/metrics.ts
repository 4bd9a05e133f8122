// What Prometheus may ask: who was refused and why, reloads, and what will run out. The counts come from channels of
// node:diagnostics_channel, so that any other way to count them would do as well.
// Run it with `npx tsx examples/metrics.ts`; the certificates are the samples of `npm start`.
import { subscribe } from 'node:diagnostics_channel'
import Fastify from 'fastify'
import clientCertificate, { type RefusalRecord, type ReloadRecord } from 'fastify-client-certificate'
import { Counter, Gauge, register } from 'prom-client'
import { makeSampleCertificates } from './sample-certificates.js'

await makeSampleCertificates('certs', new Date(), console.log)

const app = Fastify({ https: {} })

// Only what there are few of is a label: a code, never a name, an address or a fingerprint.
const refusals = new Counter({ name: 'client_certificate_refusals_total', help: 'Who was not let in, or let in no more', labelNames: ['kind', 'code'] })
subscribe('fastify-client-certificate:refusal', (message) => {
  const { kind, code } = message as RefusalRecord
  refusals.inc({ kind, code })
})

const reloads = new Counter({ name: 'client_certificate_reloads_total', help: 'Files that were read again', labelNames: ['result'] })
subscribe('fastify-client-certificate:reload', (message) => {
  const { changed, error } = message as ReloadRecord
  reloads.inc({ result: error !== undefined ? 'refused' : changed ? 'changed' : 'same' })
})

await app.register(clientCertificate, { key: 'certs/server.key', cert: 'certs/server.cer', ca: 'certs/ca.cer' })

// The gauges are read when they are asked for.
const gauges = () => app.clientCertificates.gauges()
const connected = new Gauge({
  name: 'client_certificate_connections',
  help: 'Open connections, by the days until their certificate expires: up to 1, 7, 30, 90, 365, more',
  labelNames: ['days'],
  collect () {
    const { clientsByDaysToExpiry, clientsWithoutCertificate } = gauges()
    for (const [days, count] of Object.entries(clientsByDaysToExpiry)) connected.set({ days }, count)
    connected.set({ days: 'none' }, clientsWithoutCertificate)
  }
})
const ends = new Gauge({
  name: 'client_certificate_list_next_update_seconds',
  help: 'Seconds until the next certificate list is due; below 0 the list is stale',
  labelNames: ['profile', 'issuer', 'source'],
  collect () {
    ends.reset()
    for (const { profile, issuer, source, nextUpdateInSeconds } of gauges().lists) {
      if (nextUpdateInSeconds !== undefined) ends.set({ profile, issuer, source }, nextUpdateInSeconds)
    }
  }
})
const own = new Gauge({
  name: 'server_certificate_days_left',
  help: 'Days until the certificate of this server expires',
  collect () {
    const { serverCertificateDaysLeft } = gauges()
    if (serverCertificateDaysLeft !== undefined) own.set(serverCertificateDaysLeft)
  }
})

app.get('/', async (request) => ({ caller: request.clientCertificate?.subject.commonName }))

// Prometheus has a certificate, too (`tls_config` of its `scrape_config`).
app.get('/metrics', { config: { clientCertificate: { subject: { organizationalUnitName: 'Operations' } } } }, async (_request, reply) =>
  reply.type(register.contentType).send(await register.metrics()))

await app.listen({ port: Number(process.env.PORT ?? 8443) })
const { port } = new URL(app.listeningOrigin)

const curl = 'curl --cacert certs/ca.cer'
console.log(`
Listening on https://localhost:${port} (Ctrl+C ends it). Try, in another terminal, from this folder:

  ${curl} https://localhost:${port}/
  ${curl} --cert certs/client.cer --key certs/client.key https://localhost:${port}/metrics
  ${curl} --cert certs/operator.cer --key certs/operator.key https://localhost:${port}/metrics
`)
