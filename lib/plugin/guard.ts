import type { FastifyBaseLogger, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { judge, type Judgement, type Policy } from '../authorization/index.js'
import { ClientCertificateError } from '../errors.js'
import { isUpgraded } from '../tls/index.js'
import type { AnyReply, AnyRequest } from './augmentation.js'
import { verdictBy } from './called.js'
import { servernameOf, type Callers } from './callers.js'
import type { Journal } from './journal.js'
import { chooseProfiles } from './profile-choice.js'
import type { Requirement, Requirements } from './requirement.js'
import type { Trust } from './trust.js'
import type { TrustProfile } from './trust-profile.js'
import { misdirected, type Refusal, type Verdict } from './verdict.js'

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

export interface GuardOptions {
  readonly requirements: Requirements
  readonly callers: Callers
  readonly trust: Trust
  readonly journal: Journal
  readonly now: () => number
}

/** Whether a caller is let in. */
export interface Decision {
  /** `undefined` where it is. */
  readonly refusal: Refusal | undefined
  readonly verdict: Verdict
}

/** The hooks that stand before every handler of the plugin's scope. */
export class Guard {
  readonly #requirements: Requirements
  readonly #callers: Callers
  readonly #trust: Trust
  readonly #journal: Journal
  readonly #now: () => number
  /** Where there is but one, which is in most applications. */
  readonly #onlyProfile: TrustProfile | undefined

  constructor ({ requirements, callers, trust, journal, now }: GuardOptions) {
    this.#requirements = requirements
    this.#callers = callers
    this.#trust = trust
    this.#journal = journal
    this.#now = now
    this.#onlyProfile = trust.hasOneProfile ? trust.standard : undefined
  }

  /** Finds the caller, and refuses one without a verified certificate before any body is read. */
  readonly onRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const verdict = this.#verdictOnRoute(request)
    if (verdict.pending === undefined) return this.#begin(request, reply, verdict, done)
    verdict.pending.then(() => { this.#callers.of(request).isTurnedAway ? reply.hijack() : this.#begin(request, reply, this.#verdictOnRoute(request), done) })
  }

  #begin (request: FastifyRequest, reply: FastifyReply, verdict: Verdict, done: HookHandlerDoneFunction): void {
    request.clientCertificateVerdict = verdict
    if (verdict.certificate !== null) return done()
    const refusal = verdict.refusal as Refusal
    // On the wrong connection not even an open route is reached.
    if (refusal.reason !== 'MISDIRECTED' && this.#requirementOf(request) === null) return done()
    this.#refuse(request, reply, refusal, verdict, done)
  }

  /** Checks dates, revocation and the route's policy at the last moment before the handler runs. */
  readonly preHandler = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const requirement = this.#requirementOf(request)
    if (requirement === null) return done()
    const verdict = this.#verdict(request, requirement)
    const refusal = refusalOf(request, requirement, verdict)
    if (refusal === undefined) return done()
    if (!(refusal instanceof Promise)) return this.#refuse(request, reply, refusal, verdict, done)
    refusal.then((found) => found === undefined ? done() : this.#refuse(request, reply, found, verdict, done), done)
  }

  /**
   * A hook that lets in whoever has a current certificate that the policy permits, for `onRequest`, `preHandler`,
   * `@fastify/auth`, a scope or the 404 handler. Without a policy that of the option `authorize` counts.
   * @throws OptionError `policy` is none, also where it is given but `undefined`
   */
  requireClientCertificate (...given: [policy?: Policy<FastifyRequest>]): (request: AnyRequest, reply?: AnyReply) => Promise<void> {
    const requirement = given.length === 0 ? this.#requirements.standard : this.#requirements.compile(given[0] as Policy<FastifyRequest>, 'policy')
    return async (any, reply) => {
      const request = any as FastifyRequest
      const decision = await this.decide(request, requirement)
      if (decision.refusal === undefined) return
      const error = this.refused(request, decision)
      if (reply !== undefined) reply.log = withoutError(reply.log as FastifyBaseLogger, error)
      throw error
    }
  }

  /** Whether the caller of a request is let in; a promise while something is asked for. Nothing is said of it to anybody. */
  decide (request: FastifyRequest, requirement: Requirement): Decision | Promise<Decision> {
    const verdict = this.#verdict(request, requirement)
    if (verdict.pending === undefined) return decisionOn(request, requirement, verdict)
    return verdict.pending.then(() => decisionOn(request, requirement, this.#verdict(request, requirement)))
  }

  /** Journals a refusal. */
  refused (request: FastifyRequest, { refusal, verdict }: Decision): ClientCertificateError {
    return this.#refused(request, refusal as Refusal, verdict)
  }

  #requirementOf (request: FastifyRequest): Requirement | null {
    return this.#requirements.of(request.routeOptions.config)
  }

  /** What is shown to handlers. Looking up the route costs more than all the rest, and with one profile it does not matter. */
  #verdictOnRoute (request: FastifyRequest): Verdict {
    const requirement = this.#onlyProfile !== undefined ? this.#requirements.standard : this.#requirementOf(request) ?? this.#requirements.open
    return this.#verdict(request, requirement)
  }

  #verdict (request: FastifyRequest, asked: Requirement): Verdict {
    const called = this.#callers.of(request)
    if (this.#onlyProfile !== undefined) return called.verdictAt(this.#now(), this.#onlyProfile)
    const { hosts } = this.#trust
    if (hosts.isEmpty) return verdictBy(called, asked.profiles, this.#now())
    const choice = chooseProfiles(request, servernameOf(request, called), hosts, asked)
    return 'misdirected' in choice ? misdirected(choice.misdirected, called.latest?.verdict.presented) : verdictBy(called, choice.profiles, this.#now())
  }

  #refused (request: FastifyRequest, refusal: Refusal, { presented }: Verdict): ClientCertificateError {
    this.#journal.requestRefused(request, refusal, presented)
    return new ClientCertificateError(refusal.reason, refusal.cause)
  }

  #refuse (request: FastifyRequest, reply: FastifyReply, refusal: Refusal, verdict: Verdict, done: HookHandlerDoneFunction): void {
    const error = this.#refused(request, refusal, verdict)
    if (isUpgraded(request.raw)) closeBehind(reply)
    // An error handler of the application's own does not look at the headers of an error.
    reply.headers(error.headers)
    reply.log = withoutError(reply.log, error)
    done(error)
  }
}

function decisionOn (request: FastifyRequest, requirement: Requirement, verdict: Verdict): Decision | Promise<Decision> {
  const refusal = refusalOf(request, requirement, verdict)
  return refusal instanceof Promise ? refusal.then((found) => ({ refusal: found, verdict })) : { refusal, verdict }
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

/** The journal has reported the refusal: Fastify's own line about the same error, with a stack and all causes, is left out. */
function withoutError (log: FastifyBaseLogger, error: Error): FastifyBaseLogger {
  const unlessAbout = (level: 'info' | 'error') => (...given: unknown[]): void => {
    if ((given[0] as { err?: unknown } | null)?.err !== error) Reflect.apply(log[level], log, given)
  }
  return Object.assign(Object.create(log) as FastifyBaseLogger, { info: unlessAbout('info'), error: unlessAbout('error') })
}

/** Who would have taken the socket over does not hear of a request that was refused before: a proxy that keeps connections would wait for ever. */
function closeBehind (reply: FastifyReply): void {
  const { socket } = reply.raw
  reply.header('connection', 'close')
  reply.raw.once('finish', () => socket?.destroySoon())
}
