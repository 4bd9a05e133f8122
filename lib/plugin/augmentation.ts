import type { FastifyRequest } from 'fastify'
import type { Policy } from '../authorization/index.js'
import type { Certificate } from '../certificate/index.js'
import type { ClientCertificateError } from '../errors.js'
import type { ClientCertificates } from './client-certificates.js'

export type { ClientCertificates }

// What the requests of all servers and type providers have in common: a hook for `FastifyRequest` would not do for HTTP/2,
// and one for `FastifyRequest<any, …>` would make a type provider forget the types of the route that it stands at.
export type AnyRequest = Pick<FastifyRequest, 'id' | 'clientCertificate' | 'clientCertificateError'>

/** Of a reply, the part whose lines about a refusal are left out. */
export interface AnyReply { log: object }

declare module 'fastify' {
  interface FastifyInstance {
    clientCertificates: ClientCertificates
    /**
     * An async hook that lets in whoever has a current certificate that the policy permits (default: the policy of the
     * option `authorize`); for `onRequest`, `preHandler`, `@fastify/auth`, a scope, the 404 handler. In `onRequest` it decides before
     * the body is read and validated; the policy of `config.clientCertificate` decides after that, in `preHandler`.
     */
    requireClientCertificate (policy?: Policy<FastifyRequest>): (request: AnyRequest, reply?: AnyReply) => Promise<void>
  }

  interface FastifyRequest {
    /** The caller's certificate once its path to a CA was verified, also when it is not current; else `null`. */
    readonly clientCertificate: Certificate | null
    /** Why `clientCertificate` is `null` or not current; else `null`. */
    readonly clientCertificateError: ClientCertificateError | null
  }

  interface FastifyContextConfig {
    /**
     * `false`: open to all. `true`: a current certificate that the option `authorize` permits. A policy: a current certificate that
     * this policy permits; it replaces `authorize`, which is not checked as well.
     */
    clientCertificate?: boolean | Policy<FastifyRequest>
  }
}
