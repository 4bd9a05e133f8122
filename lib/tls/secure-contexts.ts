import { constants, createHash, hkdfSync } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions, type Server } from 'node:tls'
import { withSecureOptions } from './strength.js'

/** The secure contexts of one state of trust. */
export interface SecureContexts {
  readonly standard: SecureContextOptions
  /** By host name (lower case, or `*.example.com`), for clients that name it by SNI. Of these only key, certificate and CAs count: the rest is the standard context's. */
  readonly hosts: ReadonlyMap<string, SecureContextOptions>
  /** Another text where other authorities count, for not all of their names need be in the contexts: sessions are bound to it. */
  readonly trust?: string
}

/** Contexts that are known to work, with what keeps sessions of another state from being resumed. */
export interface PreparedContexts {
  readonly standard: SecureContextOptions
  /** Those with `*` first: of names that fit, Node takes the one that was added last. */
  readonly hosts: ReadonlyArray<readonly [string, SecureContext]>
}

/**
 * Makes every context once, so that none can fail when servers get them.
 *
 * Where clients can choose a context by host name no session is resumed by ticket: a ticket of one name would be taken for
 * another, and a session that TLS 1.2 resumes no longer tells its name.
 * @throws TypeError a host name is none; what `tls.createSecureContext` throws
 */
export function prepareContexts (contexts: SecureContexts): PreparedContexts {
  const { standard, hosts } = contexts
  createSecureContext(standard)
  const noTickets = hosts.size > 0 ? constants.SSL_OP_NO_TICKET : 0
  return {
    standard: { ...standard, ...sessionOptions(contexts), secureOptions: withSecureOptions(standard.secureOptions, noTickets) },
    hosts: [...hosts].sort(([one], [other]) => Number(isWildcard(other)) - Number(isWildcard(one))).map(prepareHost)
  }
}

const isWildcard = (name: string): boolean => name.startsWith('*')

function prepareHost ([name, options]: [string, SecureContextOptions]): readonly [string, SecureContext] {
  if (!/^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(name)) throw new TypeError(`'${name}' is not a host name`)
  return [name, createSecureContext(options)]
}

/**
 * Ticket keys and session ID context for this state of trust alone. They follow from what was given and from the
 * certificates, so processes that share the keys and the state go on sharing sessions.
 */
function sessionOptions (contexts: SecureContexts): SecureContextOptions {
  const { sessionIdContext, ticketKeys } = contexts.standard
  const state = digestOf(contexts)
  return {
    // OpenSSL takes 32 octets.
    sessionIdContext: createHash('sha256').update(`${state} ${sessionIdContext ?? ''}`).digest('hex').slice(0, 32),
    ...(ticketKeys && { ticketKeys: Buffer.from(hkdfSync('sha256', ticketKeys, '', `fastify-client-certificate ticket keys ${state}`, ticketKeys.length)) })
  }
}

function digestOf ({ standard, hosts, trust }: SecureContexts): string {
  const shown = [standard, ...hosts.values()].map(({ ca, cert }) => [ca, cert])
  return createHash('sha256').update(JSON.stringify([[...hosts.keys()], shown, trust])).digest('hex')
}

type Listed = [pattern: RegExp, context: unknown]

const ours = new WeakSet<Listed>()

/**
 * Gives a server its contexts. Host names of before that are gone fall back to the standard context; those that the
 * application added itself stay, and a `SNICallback` of its own is asked instead of all of them. In those, too, versions,
 * renegotiation and tickets are the standard context's, and clients are asked for certificates and judged like any other;
 * where OpenSSL finds one good by the CAs that the application put there, Node 24.21 keeps its intermediates to itself.
 * @throws Error there are host names, and this version of Node keeps them in another way; then nothing has changed
 */
export function setContexts (server: Server, { standard, hosts }: PreparedContexts): void {
  const listed = listOf(server, hosts.length > 0)
  // Node would go on with those of before where there are none.
  Object.assign(server, { ticketKeys: undefined, sessionTimeout: undefined })
  server.setSecureContext(standard)
  listed.splice(0, listed.length, ...listed.filter((each) => !ours.has(each)))
  for (const [name, context] of hosts) {
    server.addContext(name, context)
    const added = listed.at(-1) as Listed
    // Node 20 would tell upper from lower case (RFC 6066, section 3: names are compared as in DNS).
    added[0] = new RegExp(added[0].source, 'i')
    ours.add(added)
  }
}

/** The list to which `addContext` adds. Node has no way to take a name back, and would keep the contexts of before for good. */
function listOf (server: Server, isNeeded: boolean): Listed[] {
  const { _contexts: listed } = server as unknown as { _contexts?: Listed[] }
  if (listed === undefined && isNeeded) throw new Error('contexts by host name cannot be replaced with this version of Node')
  return listed ?? []
}
