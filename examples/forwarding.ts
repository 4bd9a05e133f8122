// Behind a proxy: it ends TLS, and forwards the client's certificate in the header. The application itself speaks plain HTTP.
// Run it with `npx tsx examples/forwarding.ts`; the certificates are the samples of `npm start`.
import Fastify from 'fastify'
import clientCertificate from 'fastify-client-certificate'
import { makeSampleCertificates } from './sample-certificates.js'

await makeSampleCertificates('certs', new Date(), console.log)

const app = Fastify()

// Only while `client-certificate proxy-check` looks at the proxy: it tells everybody the header that the proxy sends, with all secrets
// in it. It stands before the plugin, which takes away what does not come from a proxy that it trusts.
app.addHook('onRequest', async (request, reply) => {
  if (request.url === '/proxy-check') return reply.send({ rawHeaders: request.raw.rawHeaders })
})

await app.register(clientCertificate, {
  ca: 'certs/ca.cer',
  mode: 'none',
  // X-SSL-Client-Cert and X-SSL-Client-Verify as nginx writes them, and from these addresses alone.
  forwarding: { from: 'nginx', trustedProxies: ['127.0.0.1'] }
})

app.get('/', async (request) => ({ caller: request.clientCertificate?.subject.commonName }))

// The proxy alone has to reach it: whoever can connect to it from that address can name any certificate.
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 8080) })
const origin = app.listeningOrigin

// What stands in the header, as $ssl_client_escaped_cert of nginx has it.
const escaped = (name: string) => `$(node --print "encodeURIComponent(fs.readFileSync('certs/${name}.cer', 'utf8'))")`
console.log(`
Listening on ${origin} (Ctrl+C ends it). Stand in for the proxy, in another terminal, from this folder:

  curl --header "X-SSL-Client-Cert: ${escaped('client')}" ${origin}/
  curl ${origin}/

and see what a proxy that takes nothing away would let through, here none at all:

  npx -p fastify-client-certificate client-certificate proxy-check ${origin}/proxy-check --from nginx
`)
