import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { interceptRequests, redirectUpgrades, type RequestEvent } from '../tls/index.js'
import type { Callers } from './callers.js'
import { ForeignListeners } from './foreign-listeners.js'
import type { Decision, Guard } from './guard.js'
import { answer } from './raw-answer.js'
import { listenerReport } from './listener-report.js'
import { isExempt, type CheckedRawRequests } from './raw-request-options.js'
import { requestOf, type RawRequest } from './raw-request.js'
import type { Requirements } from './requirement.js'
import { missing } from './verdict.js'

/** Guards them unless an option says otherwise; in any case the log names the listeners that get them. */
export function guardRawRequests (app: FastifyInstance, options: RawGuardOptions): void {
  const listeners = new ForeignListeners(app.server, app.routing, listenerReport(app, options.rawRequests))
  if (options.rawRequests.isGuarded) {
    listeners.onFirst(() => new RawGuard(app, options, listeners).stand())
    const end = redirectUpgrades(app.server, app.routing)
    app.addHook('onClose', async () => end())
  }
  listeners.watch()
}

export interface RawGuardOptions {
  readonly guard: Guard
  readonly callers: Callers
  readonly requirements: Requirements
  readonly rawRequests: CheckedRawRequests
}

/** What a server was about to give to its listeners. */
interface Arrival {
  readonly event: RequestEvent
  readonly args: readonly unknown[]
  readonly request: FastifyRequest
}

/**
 * Guards requests that Fastify's hooks do not see, as they arrive at the server and before any of its listeners gets them. Whoever is
 * let in goes to all listeners. The others go to Fastify alone: it answers by its hooks, and its open routes stay open.
 */
class RawGuard {
  readonly #app: FastifyInstance
  readonly #options: RawGuardOptions
  readonly #listeners: ForeignListeners

  constructor (app: FastifyInstance, options: RawGuardOptions, listeners: ForeignListeners) {
    this.#app = app
    this.#options = options
    this.#listeners = listeners
  }

  stand (): void {
    interceptRequests(this.#app.server as EventEmitter, this.#listeners.events, (event, args, pass) => this.#meet(event, args, pass))
  }

  #meet (event: RequestEvent, args: readonly unknown[], pass: () => void): void {
    const raw = event === 'stream' ? requestOfStream(args) : args[0] as RawRequest
    if (isExempt(raw.url, this.#options.rawRequests.exempt)) return pass()
    const arrival = { event, args, request: requestOf(raw, this.#app.log) }
    const decision = this.#decide(arrival.request)
    if (!(decision instanceof Promise)) return this.#conclude(arrival, decision, pass)
    const release = hold(arrival)
    decision.then((found) => {
      release()
      // A stream that is gone throws when it is answered, and from here that would end the process.
      if (!answererOf(event, args).destroyed) this.#conclude(arrival, found, pass)
    })
  }

  /** Never throws: Node would end the process. */
  #decide (request: FastifyRequest): Decision | Promise<Decision> {
    const { guard, requirements } = this.#options
    try {
      const decision = guard.decide(request, requirements.standard)
      return decision instanceof Promise ? decision.catch(undecided) : decision
    } catch (error) {
      return undecided(error)
    }
  }

  #conclude (arrival: Arrival, decision: Decision, pass: () => void): void {
    const { request } = arrival
    this.#options.callers.remember(request)
    if (request.clientCertificateCalled?.isTurnedAway) return
    if (decision.refusal === undefined) pass()
    else this.#refuse(arrival, decision)
  }

  #refuse ({ event, args, request }: Arrival, decision: Decision): void {
    const listeners = routed.has(event) ? [this.#app.routing] : this.#listeners.hookedOf(event)
    if (event === 'checkContinue') (args[1] as ServerResponse).writeContinue()
    for (const listener of listeners) listener.apply(this.#app.server, args)
    if (listeners.length === 0 || (event === 'upgrade' && !isTaken(args[1]))) answer(answererOf(event, args), this.#options.guard.refused(request, decision))
  }
}

/** Fastify has a response for it: a listener may also leave an upgrade to others. */
const isTaken = (socket: unknown): boolean => Boolean((socket as { _httpMessage?: unknown })._httpMessage)

// What Fastify answers, whoever listens.
const routed: ReadonlySet<RequestEvent> = new Set<RequestEvent>(['request', 'checkContinue', 'checkExpectation'])

const undecided = (error: unknown): Decision => ({ refusal: { reason: 'STATUS_UNKNOWN', cause: error as Error }, verdict: missing })

function requestOfStream ([stream, headers,, rawHeaders]: readonly unknown[]): RawRequest & { stream: object } {
  const { session } = stream as ServerHttp2Stream
  const fields = headers as RawRequest['headers']
  return { stream: stream as object, socket: session?.socket as RawRequest['socket'], headers: fields, rawHeaders: rawHeaders as string[], method: String(fields[':method']), url: fields[':path'] as string | undefined }
}

type Answerer = (Duplex | ServerHttp2Stream | Http2ServerResponse) & { readonly destroyed?: boolean }

const answererOf = (event: RequestEvent, args: readonly unknown[]): Answerer => args[event === 'stream' ? 0 : 1] as Answerer

/** While an upgrade waits nobody listens for errors of its socket, and without a listener they would end the process. */
function hold ({ event, args }: Arrival): () => void {
  const to = answererOf(event, args) as Duplex
  to.on('error', ignore)
  return () => { to.off('error', ignore) }
}

const ignore = (): void => {}
