// HTTP/2, and HTTP/1 for those who speak nothing else. The certificate belongs to the connection: all requests on it have one caller.
// Run it with `npx tsx examples/http2.ts`; the certificates are the samples of `npm start`.
import Fastify from 'fastify'
import clientCertificate from 'fastify-client-certificate'
import { makeSampleCertificates } from './sample-certificates.js'

await makeSampleCertificates('certs', new Date(), console.log)

const app = Fastify({ http2: true, https: { allowHTTP1: true } })

await app.register(clientCertificate, { key: 'certs/server.key', cert: 'certs/server.cer', ca: 'certs/ca.cer' })

app.get('/', async (request) => ({ caller: request.clientCertificate?.subject.commonName, httpVersion: request.raw.httpVersion }))

await app.listen({ port: Number(process.env.PORT ?? 8443) })
const { port } = new URL(app.listeningOrigin)

const curl = 'curl --cacert certs/ca.cer --cert certs/client.cer --key certs/client.key'
console.log(`
Listening on https://localhost:${port} (Ctrl+C ends it). Try, in another terminal, from this folder:

  ${curl} --http2 https://localhost:${port}/ https://localhost:${port}/
  ${curl} --http1.1 https://localhost:${port}/
`)
