import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'
import { visible } from './html.js'

interface Entry {
  time: number
  msg: string
  /** Of the plugin: why a request or a connection was refused, and why a handshake failed. */
  clientCertificate?: Reason
  handshake?: Reason
  err?: { stack: string }
}

interface Reason {
  code: string
  reason: string
  remoteAddress?: string
  subject?: string
}

/** Takes the log, which is JSON, and prints one readable line for each entry. A real service keeps the JSON. */
export const readableLines = {
  write (json: string): void {
    process.stdout.write(`${lineOf(JSON.parse(json) as Entry)}\n`)
  }
}

function lineOf ({ time, msg, clientCertificate, handshake, err }: Entry): string {
  const line = visible([new Date(time).toTimeString().slice(0, 8), msg, detailsOf(clientCertificate ?? handshake)].join(' ').trim())
  return err === undefined ? line : `${line}\n${err.stack}`
}

const detailsOf = (details: Reason | undefined): string =>
  details === undefined ? '' : [details.code, details.reason, details.subject, details.remoteAddress].filter(Boolean).join(', ')

/** One entry for each request, with its caller, and none for a refusal of which the plugin has told already. */
export class RequestLog extends LogController {
  override incomingRequest (): void {}

  override requestCompleted (error: Error | null | undefined, { method, url, clientCertificate }: FastifyRequest, reply: FastifyReply): void {
    reply.log.info(error ? { err: error } : {}, `${method} ${url} ${reply.statusCode} ${clientCertificate?.subject ?? 'nobody'}`)
  }

  override defaultErrorLog (error: Error, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.statusCode >= 500) super.defaultErrorLog(error, request, reply)
  }
}
