import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import clientCertificate, { type ClientCertificateOptions } from '../../lib/index.js'
import { makeWorld, type LogLine } from '../helpers/application.js'
import type { Minted } from '../helpers/mint.js'

export const world = makeWorld()

/** In the form of nginx. */
export const escaped = (...certificates: readonly Minted[]) => encodeURIComponent(certificates.map(({ pem }) => pem).join(''))
export const byNginx = (certificate: Minted) => ({ 'x-ssl-client-cert': escaped(certificate), 'x-ssl-client-verify': 'SUCCESS' })
export const bytes = ({ der }: Minted) => `:${der.toString('base64')}:`

export interface Behind {
  app: FastifyInstance
  log: LogLine[]
  /** One request, by default from the proxy that is trusted: status, what the open route or an error says. */
  ask (headers?: Record<string, string | string[]>, more?: { url?: string, remoteAddress?: string }): Promise<{ status: number, headers: Record<string, unknown>, body: any }>
}

export const proxyAddress = '10.0.0.1'

/** An application without TLS behind a proxy; its log is kept. */
export async function behind (t: Test, options: Partial<ClientCertificateOptions> = {}, routes: (app: FastifyInstance) => unknown = () => {}): Promise<Behind> {
  const log: LogLine[] = []
  const app = Fastify({ logger: { level: 'info', stream: { write: (line: string) => { log.push(JSON.parse(line)) } } } })
  t.teardown(() => app.close())
  await app.register(clientCertificate, { mode: 'none', ca: world.authority.pem, forwarding: { from: 'nginx', trustedProxies: proxyAddress }, ...options })
  app.get('/open', { config: { clientCertificate: false } }, async (request) => ({
    caller: request.clientCertificate?.subject.commonName ?? null, error: request.clientCertificateError?.code ?? null, headers: request.headers, raw: request.raw.rawHeaders
  }))
  app.get('/guarded', async (request) => ({ caller: request.clientCertificate!.subject.commonName }))
  await routes(app)
  await app.ready()
  const ask: Behind['ask'] = async (headers = {}, { url = '/guarded', remoteAddress = proxyAddress } = {}) => {
    const answer = await app.inject({ url, headers: headers as Record<string, string>, remoteAddress })
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) }
  }
  return { app, log, ask }
}

/** What an error says, shortened: `401 MISSING`; or whom the handler saw. */
export const said = ({ status, body }: { status: number, body: any }): string =>
  body.code === undefined ? `${status} ${body.caller}` : `${status} ${body.code.replace('FST_CLIENT_CERTIFICATE_', '')}`

export const reasons = ({ app }: Pick<Behind, 'app'>) => app.clientCertificates.refusals().map(({ reason }) => reason)
