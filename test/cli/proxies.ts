import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { constants, createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { TlsOptions } from 'node:tls'

/** Names and values by turns. */
export type Header = readonly string[]

/** What a proxy, and the application behind it, make of a request: the header that arrives, a whole answer, or silence. */
export type Behaviour = (header: Header, httpVersion: string) => Header | { readonly status: number, readonly body?: string } | 'hang up' | 'cancel' | 'hang'

interface Test { teardown (end: () => unknown): void }

/** A proxy with an application behind it that answers with the header it received; the URL to ask. */
export async function startProxy (t: Test, behaviour: Behaviour, tls?: TlsOptions & { readonly http2?: boolean }): Promise<string> {
  const listener = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
    answer(behaviour(request.rawHeaders, request.httpVersion), response as ServerResponse)
  const server = tls === undefined ? createHttpServer(listener) : tls.http2 === true ? createSecureServer({ ...tls, allowHTTP1: true }, listener) : createHttpsServer(tls, listener)
  const sockets = new Set<{ destroy (): void }>()
  ;(server as Server).on('connection', (socket) => sockets.add(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => { server.close(); sockets.forEach((socket) => socket.destroy()) })
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}/proxy-check`
}

function answer (what: ReturnType<Behaviour>, response: ServerResponse | Http2ServerResponse): void {
  if (what === 'hang') return
  if (what === 'hang up' || what === 'cancel') return hangUp(response, what === 'cancel' ? constants.NGHTTP2_CANCEL : constants.NGHTTP2_INTERNAL_ERROR)
  const { status, body = '' } = 'status' in what ? what : { status: 200, body: JSON.stringify({ rawHeaders: what }) }
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body)
}

/** Node's client takes some codes for an error, and others for the end. */
function hangUp (response: ServerResponse | Http2ServerResponse, code: number): void {
  if ('stream' in response) response.stream.close(code)
  else response.socket!.destroy()
}

/** The header without the fields of these names. */
export const without = (header: Header, isGone: (name: string) => boolean): Header =>
  header.filter((_, place) => !isGone(header[place - place % 2]))

/** The names as they were sent. */
export const namesIn = (header: Header): readonly string[] => header.filter((_, place) => place % 2 === 0)

export const isCertificateField = (name: string): boolean => /^x[-_](?:ssl[-_]client|forwarded[-_]client)[-_](?:cert|verify)$/i.test(name)
