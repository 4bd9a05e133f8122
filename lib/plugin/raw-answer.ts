import { STATUS_CODES } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { ClientCertificateError } from '../errors.js'

/** Answers a request with what Fastify would answer: over its socket, its response or its stream. */
export function answer (to: Duplex | ServerHttp2Stream | Http2ServerResponse, error: ClientCertificateError): void {
  const body = bodyOf(error)
  const headers = { ...error.headers, 'content-type': 'application/json; charset=utf-8', 'content-length': String(Buffer.byteLength(body)) }
  if ('writeHead' in to) to.writeHead(error.statusCode, headers).end(body)
  else if ('respond' in to) answerStream(to, { ':status': error.statusCode, ...headers }, body)
  else answerSocket(to, error.statusCode, headers, body)
}

const bodyOf = ({ statusCode, code, message }: ClientCertificateError): string =>
  JSON.stringify({ statusCode, code, error: STATUS_CODES[statusCode], message })

function answerStream (stream: ServerHttp2Stream, headers: Record<string, string | number>, body: string): void {
  stream.respond(headers)
  stream.end(body)
}

/** Nobody reads requests from it any more, so that it is closed. */
function answerSocket (socket: Duplex, statusCode: number, headers: Record<string, string>, body: string): void {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on('error', destroy).resume()
  socket.end(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n${lines.join('')}\r\n${body}`, destroy.bind(socket))
}

function destroy (this: Duplex): void {
  this.destroy()
}
