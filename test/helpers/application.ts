import { connect as connectHttp2, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2'
import { Agent, request as requestHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import Fastify, { type FastifyInstance } from 'fastify'
import clientCertificate, { type ClientCertificateOptions } from '../../lib/index.js'
import { extendedKeyUsage, mint, mintAuthority, mintClient, type Minted } from './mint.js'
import { extensionTypes, writeGeneralNames } from '../../lib/certificate/index.js'

/** One CA and those whom it signed, made once for a file of tests. */
export interface World {
  authority: Minted
  server: Minted
  client: Minted
  /** By another CA of the very same name. */
  stranger: Minted
}

export function makeWorld (): World {
  const authority = mintAuthority()
  const server = mint({
    subject: 'localhost',
    issuer: authority,
    extensions: [
      extendedKeyUsage('serverAuth'),
      { type: extensionTypes.subjectAltName, critical: false, value: writeGeneralNames([{ type: 'dNSName', value: 'localhost' }, { type: 'iPAddress', value: '127.0.0.1' }, { type: 'iPAddress', value: '::1' }]) }
    ]
  })
  return { authority, server, client: mintClient(authority), stranger: mintClient(mintAuthority()) }
}

export interface LogLine { level: number, msg: string, [key: string]: unknown }

export interface Listening {
  app: FastifyInstance
  port: number
  /** What was logged so far, as objects. */
  log: LogLine[]
}

export interface ListenOptions {
  options?: ClientCertificateOptions
  http2?: boolean
  /** Fastify's own https options. */
  https?: object
  routes?: (app: FastifyInstance) => unknown
  /** Routes and plugins from before the plugin. */
  before?: (app: FastifyInstance) => unknown
  host?: string
}

interface Test { teardown (end: () => unknown): void }

export const serverOptions = ({ authority, server }: World): ClientCertificateOptions =>
  ({ key: server.key, cert: server.pem, ca: authority.pem })

/** An application with the plugin, made ready but not listening. */
export async function build (t: Test, world: World, { options, http2 = false, https = {}, routes, before }: ListenOptions = {}): Promise<{ app: FastifyInstance, log: LogLine[] }> {
  const log: LogLine[] = []
  const logger = { level: 'trace', stream: { write: (line: string) => { log.push(JSON.parse(line)) } } }
  // The overloads of Fastify() tell HTTP/1 and HTTP/2 apart, which a test that runs over both cannot.
  const app = Fastify({ ...(http2 ? { http2: true, https: { allowHTTP1: true, ...https } } : { https }), logger, forceCloseConnections: true } as object) as unknown as FastifyInstance
  t.teardown(() => app.close())
  await before?.(app)
  await app.register(clientCertificate, { ...serverOptions(world), ...options })
  app.get('/open', { config: { clientCertificate: false } }, describe)
  app.get('/guarded', describe)
  await routes?.(app)
  await app.ready()
  return { app, log }
}

const describe = async (request: { clientCertificate: { subject: { commonName?: string } } | null, clientCertificateError: { code: string } | null }) =>
  ({ caller: request.clientCertificate?.subject.commonName ?? null, error: request.clientCertificateError?.code ?? null })

export async function listen (t: Test, world: World, options: ListenOptions = {}): Promise<Listening> {
  const { app, log } = await build(t, world, options)
  await app.listen({ port: 0, host: options.host ?? '127.0.0.1' })
  return { app, log, port: (app.server.address() as AddressInfo).port }
}

export interface Answer {
  status: number
  headers: Record<string, unknown>
  body: any
}

export interface Call extends Pick<ConnectionOptions, 'minVersion' | 'maxVersion' | 'session' | 'servername' | 'ciphers'> {
  client?: Minted
  /** Sent behind the client's own certificate. */
  chain?: readonly Minted[]
  method?: string
  headers?: OutgoingHttpHeaders
  body?: string
  agent?: Agent
  host?: string
}

/** What a client needs to trust the test's server and to present itself. */
export const tlsOptions = ({ authority }: World, { client, chain = [], ...rest }: Call): ConnectionOptions => ({
  ca: authority.pem,
  servername: 'localhost',
  ...(client && { key: client.key, cert: [client, ...chain].map((each) => each.pem).join('') }),
  ...rest
})

/** One request over HTTP/1, over a connection of its own unless an agent is given. */
export function call (world: World, port: number, path: string, options: Call = {}): Promise<Answer> {
  const { method = 'GET', headers, body, agent = new Agent({ maxCachedSessions: 0 }), host = '127.0.0.1', ...tls } = options
  return new Promise((resolve, reject) => {
    const request = requestHttps({ host, port, path, method, headers, agent, ...tlsOptions(world, tls) }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => { text += part }).on('error', reject)
      response.on('end', () => {
        if (options.agent === undefined) agent.destroy()
        resolve({ status: response.statusCode as number, headers: response.headers, body: parse(text) })
      })
    })
    request.on('error', reject).end(body)
  })
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

export const openHttp2 = (world: World, port: number, options: Call = {}): ClientHttp2Session =>
  connectHttp2(`https://localhost:${port}`, { lookup: (_host: unknown, _options: unknown, found: Function) => found(null, [{ address: '127.0.0.1', family: 4 }]), ...tlsOptions(world, options) } as object)

/** One request over a session of HTTP/2. */
export function callHttp2 (session: ClientHttp2Session, path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    session.once('error', reject)
    const stream = session.request({ ':path': path, ':method': method, ...headers })
    let answer: Record<string, unknown> = {}
    let text = ''
    stream.on('response', (given) => { answer = given })
    stream.setEncoding('utf8').on('data', (part) => { text += part }).on('error', reject)
    stream.on('end', () => {
      session.off('error', reject)
      resolve({ status: answer[':status'] as number, headers: answer, body: parse(text) })
    })
    stream.end(body)
  })
}
