import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { compilePolicy, judge, type Judgement, type Policy } from '../authorization/index.js'
import { ClientCertificateError } from '../errors.js'
import { connectionOf } from '../tls/index.js'
import type { AnyRequest } from './augmentation.js'
import { Caller, nobody, type Refusal, type Verdict } from './callers.js'
import { logRefusedRequest } from './journal.js'
import type { Requirement, Requirements } from './requirement.js'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The verdict that the request was given when it began; `null` where no hook of this plugin saw it.
     * @internal A name and not a symbol: with a symbol among their properties V8 keeps requests as dictionaries, which costs
     * each of them some microseconds.
     */
    clientCertificateVerdict: Verdict | null
  }
}

/** The hooks that stand before every handler of the plugin's scope. */
export class Guard {
  readonly #requirements: Requirements
  readonly #now: () => number

  constructor (requirements: Requirements, now: () => number) {
    this.#requirements = requirements
    this.#now = now
  }

  /** Finds the caller, and refuses one without a verified certificate before any body is read. */
  readonly onRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const verdict = this.#currentVerdict(request)
    request.clientCertificateVerdict = verdict
    if (verdict.certificate !== null || this.#requirementOf(request) === null) return done()
    refuse(request, reply, verdict.refusal as Refusal, verdict, done)
  }

  /** Checks dates and the route's policy at the last moment before the handler runs. */
  readonly preHandler = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const requirement = this.#requirementOf(request)
    if (requirement === null) return done()
    const verdict = this.#currentVerdict(request)
    const refusal = refusalOf(request, requirement, verdict)
    if (refusal === undefined) return done()
    if (!(refusal instanceof Promise)) return refuse(request, reply, refusal, verdict, done)
    refusal.then((found) => found === undefined ? done() : refuse(request, reply, found, verdict, done), done)
  }

  /**
   * A hook that lets in whoever has a current certificate that the policy permits, for `onRequest`, `preHandler`,
   * `@fastify/auth`, a scope or the 404 handler. Without a policy that of the option `authorize` counts.
   * @throws OptionError `policy` is none, also where it is given but `undefined`
   */
  requireClientCertificate (...given: [policy?: Policy<FastifyRequest>]): (request: AnyRequest) => Promise<void> {
    const requirement = given.length === 0 ? this.#requirements.standard : { policy: compilePolicy(given[0] as Policy<FastifyRequest>, 'policy') }
    return async (any) => {
      const request = any as FastifyRequest
      const verdict = this.#currentVerdict(request)
      const refusal = await refusalOf(request, requirement, verdict)
      if (refusal !== undefined) throw refused(request, refusal, verdict)
    }
  }

  #requirementOf (request: FastifyRequest): Requirement | null {
    return this.#requirements.of(request.routeOptions.config)
  }

  // The connection knows its caller. A request over any other way has none, and so no certificate.
  #currentVerdict (request: FastifyRequest): Verdict {
    const caller = connectionOf(request.raw.socket)?.caller
    return caller instanceof Caller ? caller.verdictAt(this.#now()) : nobody
  }
}

function refusalOf (request: FastifyRequest, { policy }: Requirement, { certificate, refusal }: Verdict): Refusal | undefined | Promise<Refusal | undefined> {
  if (refusal !== null) return refusal
  if (policy === undefined) return undefined
  const judgement = judge(policy, certificate!, request)
  return judgement instanceof Promise ? judgement.then((found) => forbidden(request, found)) : forbidden(request, judgement)
}

function forbidden (request: FastifyRequest, { permitted, reason, failures }: Judgement): Refusal | undefined {
  for (const { key, problem, cause } of failures) request.log.error({ err: cause, key }, `client certificate predicate ${problem}`)
  return permitted ? undefined : { reason: 'FORBIDDEN', cause: new Error(reason) }
}

function refused (request: FastifyRequest, refusal: Refusal, { presented }: Verdict): ClientCertificateError {
  logRefusedRequest(request, refusal, presented)
  return new ClientCertificateError(refusal.reason, refusal.cause)
}

function refuse (request: FastifyRequest, reply: FastifyReply, refusal: Refusal, verdict: Verdict, done: HookHandlerDoneFunction): void {
  const error = refused(request, refusal, verdict)
  // An error handler of the application's own does not look at the headers of an error.
  reply.headers(error.headers)
  done(error)
}
