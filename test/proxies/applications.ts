import type { AddressInfo } from 'node:net'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import clientCertificate, { type ClientCertificateOptions } from '../../lib/index.js'
import { listen } from '../helpers/application.js'
import { cutter } from '../helpers/leaving.js'
import type { Cast } from './cast.js'

interface Test { teardown (end: () => unknown): void }

const tell = async ({ method, body, clientCertificate, clientCertificateError }: FastifyRequest) => ({
  method,
  body,
  subject: clientCertificate?.subject.toString() ?? null,
  fingerprint256: clientCertificate?.fingerprint256 ?? null,
  path: clientCertificate?.path?.map(({ fingerprint256 }) => fingerprint256) ?? null,
  code: clientCertificateError?.code ?? null
})

/** Tells over a WebSocket who opened it, and what came. */
function echo (app: FastifyInstance): void {
  app.get('/socket', { websocket: true }, (socket, { clientCertificate }) => {
    socket.on('message', (message: Buffer) => socket.send(`${clientCertificate!.fingerprint256} ${message.toString()}`))
  })
}

/** What a handler knows of its caller: on a route that is open to all, and on one that is not; and what reached it. */
function tellWho (app: FastifyInstance): void {
  app.all('/who', { config: { clientCertificate: false } }, tell)
  app.all('/known', tell)
  app.get('/fields', { config: { clientCertificate: false } }, async ({ raw }) => raw.rawHeaders)
}

/** An application with TLS of its own. */
export async function startDirect (t: Test, { world, trust }: Cast): Promise<number> {
  const { app, port } = await listen(t, world, { http2: true, options: trust, routes: tellWho })
  t.teardown(cutter(app))
  return port
}

export interface BehindOptions {
  forwarding: ClientCertificateOptions['forwarding']
  /** Of the application's own TLS; else it has none. */
  tls?: Pick<ClientCertificateOptions, 'key' | 'cert'>
  /** A Unix domain socket to listen on. */
  path?: string
}

/** The same behind a proxy. */
export async function startBehind (t: Test, { trust }: Cast, { forwarding, tls, path }: BehindOptions): Promise<{ app: FastifyInstance, port: number }> {
  const app = Fastify((tls === undefined ? {} : { https: {}, forceCloseConnections: true }) as object) as unknown as FastifyInstance
  t.teardown(() => app.close())
  await app.register(websocket)
  await app.register(clientCertificate, { ...(tls ?? { mode: 'none' }), ...trust, forwarding })
  echo(app)
  tellWho(app)
  await app.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path })
  return { app, port: path === undefined ? (app.server.address() as AddressInfo).port : 0 }
}
