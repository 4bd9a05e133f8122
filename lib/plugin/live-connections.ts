import { defaultGrace, type Connection, type TlsServers, type UpgradedConnection } from '../tls/index.js'
import type { Certificate } from '../certificate/index.js'
import { Denial } from './deny-list.js'
import type { Journal } from './journal.js'
import type { Seen } from './trust-profile.js'
import type { Refusal } from './verdict.js'

/** A live connection, as an application sees it: a copy of what is known at one instant. */
export interface ConnectedClient {
  /** The client's certificate, once its path was verified; else `null`. */
  readonly certificate: Certificate | null
  /** The trust profile that judged it last (the one that let it in, if one did), and under which of its revisions; `undefined` where there was nothing to judge. */
  readonly trust: string | undefined
  readonly revision: number | undefined
  readonly remoteAddress: string | undefined
  /** The name that the client gave by SNI; of whom a proxy forwards, the host of its request. */
  readonly servername: string | undefined
  readonly protocol: 'http/1.1' | 'h2'
  /** When the handshake ended, or a proxy's connection became the client's alone. */
  readonly since: Date
  /** When it is judged again, and closed if it does not hold; `undefined` where nothing ends it. */
  readonly until: Date | undefined
}

/** Who is at the other end of a connection, as far as its end depends on it. Instants are milliseconds since 1970. */
export interface LiveClient {
  readonly since: number
  /** What was said last. */
  readonly latest: Pick<Seen, 'profile' | 'revision' | 'verdict'> | undefined
  /** Whether it was let in, and is not at this instant. */
  isOverAt (at: number): boolean
  /** When to ask that again. */
  nextLook (at: number): number
  /** What was said of it counts no more; whether it is the client of this certificate. */
  forget (certificate: Certificate): boolean
}

export interface LiveConnectionOptions {
  readonly journal: Journal
  readonly now: () => number
  /** Milliseconds, or `Infinity`. */
  readonly maxAge: number
}

const leastClosed = 8

/** Who is at the other end: by a certificate that was verified (a stranger can make as many as it likes), else by the address. */
function clientOf ({ caller, remoteAddress }: Connection): string {
  return (caller as LiveClient).latest?.verdict.certificate?.tbsDigest ?? `address ${remoteAddress}`
}

function groupsOf (connections: readonly Connection[]): Connection[][] {
  const groups = new Map<string, Connection[]>()
  for (const connection of connections) {
    const client = clientOf(connection)
    const group = groups.get(client)
    if (group === undefined) groups.set(client, [connection])
    else group.push(connection)
  }
  return [...groups.values()]
}

// Connections that end close to each other are looked at together.
const leastPause = 250

// A wall clock that was set, or a machine that was suspended, shows after this long at the latest.
const longestPause = 60_000

// So many are looked at in one go: judging a client anew takes some 0.1 ms.
const mostAtOnce = 50

/** Ends connections whose client is let in no more: its certificate expired or was revoked, its CA went, or their time is up. */
export class LiveConnections {
  readonly #options: LiveConnectionOptions
  #timer: NodeJS.Timeout | undefined
  #due = Infinity
  #sweeping: Promise<void> | undefined
  #sweepAgain = false
  readonly #ended = new WeakSet<Connection>()
  #servers: Pick<TlsServers, 'connections'> = { connections: [] }
  readonly #upgraded = new Set<UpgradedConnection>()

  constructor (options: LiveConnectionOptions) {
    this.#options = options
  }

  /** Whose connections are looked at; before, there are none. */
  follow (servers: Pick<TlsServers, 'connections'>): void {
    this.#servers = servers
  }

  /** One that came through no server of those; its client was judged. */
  add (connection: UpgradedConnection): void {
    this.#upgraded.add(connection)
    connection.onClose(() => { this.#upgraded.delete(connection) })
    this.expect(connection.caller as LiveClient)
  }

  get #all (): readonly Connection[] {
    return [...this.#servers.connections, ...this.#upgraded]
  }

  /** A connection was judged: it will be looked at when the verdict ends. */
  expect (caller: LiveClient): void {
    this.#lookAt(this.#endOf(caller))
  }

  #endOf (caller: LiveClient): number {
    return Math.min(caller.nextLook(this.#options.now()), caller.since + this.#options.maxAge)
  }

  #lookAt (due: number): void {
    if (due >= this.#due) return
    this.#due = due
    clearTimeout(this.#timer)
    this.#wait()
  }

  #wait (): void {
    const pause = Math.min(Math.max(this.#due - this.#options.now(), leastPause), longestPause)
    this.#timer = setTimeout(() => this.#wake(), pause).unref()
  }

  #wake (): void {
    if (this.#options.now() < this.#due) return this.#wait()
    this.#due = Infinity
    this.sweep()
  }

  /** What is known of one client is another thing. */
  reconsider (certificate: Certificate): void {
    for (const connection of this.#all) {
      if ((connection.caller as LiveClient).forget(certificate)) this.#look(connection, this.#options.now())
    }
  }

  /**
   * Judges all connections once more, a few at a time, and ends those that do not hold. It settles when all that were there
   * have been looked at. Called while it is at work, it looks at all of them once more behind that.
   */
  sweep (): Promise<void> {
    if (this.#sweeping !== undefined) {
      this.#sweepAgain = true
      return this.#sweeping
    }
    this.#sweeping = this.#sweepAll().finally(() => { this.#sweeping = undefined })
    return this.#sweeping
  }

  async #sweepAll (): Promise<void> {
    do {
      this.#sweepAgain = false
      const all = this.#all
      for (let from = 0; from < all.length; from += mostAtOnce) {
        for (const connection of all.slice(from, from + mostAtOnce)) this.#look(connection, this.#options.now())
        await new Promise((resolve) => setImmediate(resolve))
      }
    } while (this.#sweepAgain)
  }

  #look (connection: Connection, at: number): void {
    const caller = connection.caller as LiveClient
    if (caller.isOverAt(at)) this.#end(connection, caller)
    else if (at - caller.since >= this.#options.maxAge) connection.end()
    else this.expect(caller)
  }

  /** Until the answer that is under way has gone out, the connection is still among the others: a denial may cut it off earlier. */
  #end (connection: Connection, { latest }: LiveClient): void {
    const refusal = latest?.verdict.refusal as Refusal
    if (!this.#ended.has(connection)) this.#options.journal.connectionEnded(refusal, latest?.verdict.presented, connection.remoteAddress)
    this.#ended.add(connection)
    connection.end(refusal.cause instanceof Denial ? refusal.cause.grace : defaultGrace)
  }

  list (): readonly ConnectedClient[] {
    return this.#all.map((connection) => this.#describe(connection))
  }

  /** Ends those that the predicate chooses, with so many milliseconds of grace; how many they are. */
  disconnect (predicate: (client: ConnectedClient) => boolean, grace: number): number {
    const chosen = this.#all.filter((connection) => predicate(this.#describe(connection)) === true)
    for (const connection of chosen) connection.end(grace)
    return chosen.length
  }

  /**
   * Closes the oldest connections of the client that has most, for a process that has no file descriptor left: a tenth, and at least
   * eight. How many, and of whom.
   */
  makeRoom (): { readonly closed: number, readonly client: string | undefined } {
    const [most = []] = groupsOf(this.#all).sort((one, other) => other.length - one.length)
    const closed = most.slice(0, Math.max(leastClosed, Math.ceil(most.length / 10)))
    for (const connection of closed) connection.destroy()
    return { closed: closed.length, client: (closed[0]?.caller as LiveClient | undefined)?.latest?.verdict.certificate?.subject.toShortString() }
  }

  #describe ({ caller, remoteAddress, servername, protocol }: Connection): ConnectedClient {
    const { latest, since } = caller as LiveClient
    const end = this.#endOf(caller as LiveClient)
    return Object.freeze({
      certificate: latest?.verdict.certificate ?? null,
      trust: latest?.profile.name,
      revision: latest?.revision,
      remoteAddress,
      servername,
      protocol,
      since: new Date(since),
      until: end === Infinity ? undefined : new Date(end)
    })
  }

  close (): void {
    clearTimeout(this.#timer)
    this.#due = -Infinity
  }
}
