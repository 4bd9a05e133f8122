import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { Policy } from '../authorization/index.js'
import type { Certificate } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { connectionOf } from '../tls/index.js'
import type { Callers } from './callers.js'
import type { ClientCertificates } from './client-certificates.js'
import type { Guard } from './guard.js'
import { requestOf } from './raw-request.js'
import type { Requirement, Requirements } from './requirement.js'

/** A request of Fastify or of Node, or the socket of a connection. */
export type Checkable = { readonly id: string, readonly raw: IncomingMessage | Http2ServerRequest } | IncomingMessage | Http2ServerRequest | Socket

export interface CheckParts {
  readonly guard: Guard
  readonly requirements: Requirements
  readonly callers: Callers
  readonly log: FastifyBaseLogger
}

/** `app.clientCertificates.check`. */
export function checker ({ guard, requirements, callers, log }: CheckParts): ClientCertificates['check'] {
  return async (subject, ...given: [policy?: Policy<FastifyRequest>]): Promise<Certificate> => {
    const requirement: Requirement = given.length === 0 ? requirements.standard : requirements.given(given[0], 'policy')
    const request = requestFor(subject)
    const decision = await guard.decide(request, requirement)
    callers.remember(request)
    if (decision.refusal !== undefined) throw guard.refused(request, decision)
    return decision.verdict.certificate!
  }

  function requestFor (subject: object): FastifyRequest {
    if ('raw' in subject) return subject as FastifyRequest
    if ('rawHeaders' in subject) return requestOf(subject as IncomingMessage, log)
    if (!('remoteAddress' in subject)) throw new OptionError('subject', 'is neither a request nor the socket of a connection')
    return requestOfSocket(subject as Socket)
  }

  /** Where trust depends on the host, it is the one that the client named by SNI. */
  function requestOfSocket (socket: Socket): FastifyRequest {
    const host = connectionOf(socket)?.servername
    return requestOf({ socket, headers: { host }, rawHeaders: [], method: undefined, url: undefined }, log, callers.ofSocket(socket))
  }
}
