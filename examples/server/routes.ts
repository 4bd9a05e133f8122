import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { prefersHtml } from './accept.js'
import { callerPage } from './caller-page.js'
import { textOf } from './general-name.js'
import { contentSecurityPolicy } from './style.js'
import { callerText, nobodyText } from './texts.js'
import { welcomePage, type Welcome } from './welcome-page.js'

export async function routes (app: FastifyInstance, { welcome }: { welcome: () => Welcome }): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => { reply.header('cache-control', 'no-store') })

  // Open: the handler sees a certificate if there is one, also when it is not current.
  app.get('/', { config: { clientCertificate: false } }, async (request, reply) => {
    reply.header('vary', 'accept')
    return prefersHtml(request.headers.accept) ? sendPage(reply, pageFor(request, welcome)) : textFor(request)
  })

  // Guarded, as every route that says nothing: whoever comes here has a current certificate.
  app.get('/whoami', async (request) => describe(request.clientCertificate!))

  // Guarded by a policy.
  app.get('/admin', { config: { clientCertificate: { subject: { organizationalUnitName: 'Operations' } } } },
    async (request) => ({ hello: request.clientCertificate!.subject.commonName, from: 'Operations' }))

  // Exempt: for whoever watches the service.
  app.get('/health', { config: { clientCertificate: false } }, async () => ({ status: 'ok' }))
}

function textFor ({ clientCertificate, clientCertificateError }: FastifyRequest): string {
  return clientCertificate === null ? nobodyText : callerText(clientCertificate, clientCertificateError === null)
}

function pageFor ({ clientCertificate, clientCertificateError }: FastifyRequest, welcome: () => Welcome): string {
  if (clientCertificate !== null) return callerPage(clientCertificate, clientCertificateError?.message, new Date())
  return welcomePage(welcome(), clientCertificateError?.reason === 'MISSING' ? undefined : clientCertificateError?.message)
}

function sendPage (reply: FastifyReply, page: string): string {
  reply.type('text/html; charset=utf-8')
  reply.headers({ 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  return page
}

function describe (certificate: NonNullable<FastifyRequest['clientCertificate']>) {
  const { subject, subjectAltName, extendedKeyUsage, publicKeyFingerprint256 } = certificate
  return {
    commonName: subject.commonName,
    ...certificate.toJSON(),
    subjectAltName: subjectAltName.map((name) => ({ type: name.type, value: textOf(name) })),
    extendedKeyUsage,
    publicKeyFingerprint256
  }
}
