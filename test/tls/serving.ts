import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import { createServer, type ServerOptions } from 'node:https'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type ConnectionOptions, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls'
import { contextOptions, TlsServers, type Connection, type HandshakeFailure, type PeerCertificates, type SecureContexts, type TlsOptions } from '../../lib/tls/index.js'
import { extendedKeyUsage, mint, mintAuthority, mintClient, type Minted } from '../helpers/mint.js'

export const authority = mintAuthority()
export const client = mintClient(authority)

export const mintServer = (subject: string): Minted => mint({ subject, issuer: authority, extensions: [extendedKeyUsage('serverAuth')] })

export const standard = mintServer('standard')

/** The options of a context, as the plugin makes them. */
export const contextOf = (server: Minted, authorities: readonly Minted[] = [authority], tls: TlsOptions = {}): SecureContextOptions =>
  contextOptions(tls, { key: server.key, cert: server.pem }, authorities.map(({ certificate }) => certificate))

export const contexts = (options: SecureContextOptions = contextOf(standard), hosts: Record<string, SecureContextOptions> = {}): SecureContexts =>
  ({ standard: options, hosts: new Map(Object.entries(hosts)) })

export interface Caller { peer: PeerCertificates | undefined, connection: Connection }

export interface Serving {
  server: Server
  servers: TlsServers
  port: number
  /** What the events told so far. */
  connected: Caller[]
  closed: object[]
  failed: HandshakeFailure[]
}

export interface ServeOptions {
  http2?: boolean
  given?: SecureContexts
  https?: ServerOptions
  handler?: RequestListener
  connected?: (connection: Connection) => void
  requestCertificate?: boolean
}

interface Test { teardown (end: () => unknown): void }

/** Servers of this room over a plain server of Node. */
export async function serve (t: Test, { http2 = false, given = contexts(), https = {}, handler = (_request, response) => response.end('hello'), ...rest }: ServeOptions = {}): Promise<Serving> {
  const server = (http2 ? createSecureServer({ allowHTTP1: true, ...https }, handler as never) : createServer(https, handler)) as unknown as Server
  const told: Pick<Serving, 'connected' | 'closed' | 'failed'> = { connected: [], closed: [], failed: [] }
  const servers = new TlsServers(server, given, rest.requestCertificate ?? true, {
    connected (peer, connection) {
      rest.connected?.(connection)
      const caller = { peer, connection }
      told.connected.push(caller)
      return caller
    },
    failed: (failure) => { told.failed.push(failure) },
    closed: (caller) => { told.closed.push(caller) }
  })
  servers.open()
  const port = await listenOn(server)
  t.teardown(() => {
    servers.close()
    for (const connection of servers.connections) connection.destroy()
    server.close()
  })
  return { server, servers, port, ...told }
}

export async function listenOn (server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Waits until the end of every connection was told. */
export async function allClosed ({ connected, closed }: Serving): Promise<void> {
  while (closed.length < connected.length) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** A connection, once its handshake has ended for the client. */
export async function open (t: Test, port: number, options: ConnectionOptions & { by?: Minted } = {}): Promise<TLSSocket> {
  const { by = client, ...tls } = options
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.pem, key: by.key, cert: by.pem, checkServerIdentity: () => undefined, ...tls })
  t.teardown(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

/** Everything that comes over a socket until it is closed. */
export async function restOf (socket: TLSSocket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (part) => { text += part }).on('error', () => {})
  await once(socket, 'close')
  return text
}

/** What comes over a socket until this has come. */
export async function until (socket: TLSSocket, found: RegExp): Promise<string> {
  let text = ''
  for (;;) {
    const [part] = await once(socket, 'data')
    text += part
    if (found.test(text)) return text
  }
}

export const request = (path = '/', head = ''): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${head}\r\n`
