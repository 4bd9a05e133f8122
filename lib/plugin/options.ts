import { Server as TlsServer } from 'node:tls'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Policy } from '../authorization/index.js'
import { OptionError } from '../errors.js'
import type { TlsOptions } from '../tls/index.js'

/** A `Buffer`, or a text that holds `-----BEGIN`, is the content; any other text is a file's path. */
export type Source = string | Uint8Array

/** Whether TLS asks for a certificate, and what becomes of a client without a good one. */
export type Mode = 'none' | 'optional' | 'required'

export interface ClientCertificateOptions {
  /** The server's private key: PEM or DER. */
  key?: Source
  /** The server's certificate, and its chain behind it: PEM or DER. */
  cert?: Source
  /** The server's key and certificate in one: PKCS #12. Instead of `key` and `cert`. */
  pfx?: Source
  /** Opens `key` or `pfx`. */
  passphrase?: string
  /** Who may sign clients: PEM, DER or PKCS #12, one or several. A path has to end at a self-signed one of these; others help to get there. */
  ca?: Source | readonly Source[]
  /** Opens a `ca` that is PKCS #12. */
  caPassphrase?: string
  /**
   * `none`: no certificate is asked for. `optional` (default): asked for, and a caller without a good one is refused by
   * HTTP, with a reason. `required`: such a connection is closed at the end of its handshake.
   */
  mode?: Mode
  /** Whether each route needs a current certificate unless its `config.clientCertificate` is `false`. Default true. */
  global?: boolean
  /** The policy for routes that name none. Default: any certificate that is verified and current. */
  authorize?: Policy<FastifyRequest>
  /** Further options of Node's TLS, as they are: versions, ciphers, curves, tickets. TLS 1.2 is the least version. */
  tls?: TlsOptions
  /** The clock: milliseconds since 1970. Default `Date.now`. For tests. */
  now?: () => number
}

export interface CheckedOptions extends ClientCertificateOptions {
  readonly mode: Mode
  readonly global: boolean
  readonly now: () => number
}

// Fastify's own words in the options of any `register`.
const own = new Set(['prefix', 'logLevel', 'logSerializers'])

const known = new Set(['key', 'cert', 'pfx', 'passphrase', 'ca', 'caPassphrase', 'crl', 'mode', 'global', 'authorize', 'tls', 'now'])

const modes: ReadonlySet<unknown> = new Set(['none', 'optional', 'required'])

/** @throws OptionError an unknown option, one of a wrong type, or two that contradict each other */
export function checkOptions (options: ClientCertificateOptions, app: FastifyInstance): CheckedOptions {
  checkNames(options)
  if (Object.hasOwn(options, 'authorize') && options.authorize === undefined) throw new OptionError('authorize', 'is undefined: leave it out, or give a policy')
  const { mode = 'optional', global = true, now = Date.now } = options
  if (!modes.has(mode)) throw new OptionError('mode', 'is none of \'none\', \'optional\', \'required\'')
  if (typeof global !== 'boolean') throw new OptionError('global', 'is neither true nor false')
  if (typeof now !== 'function') throw new OptionError('now', 'is not a function')
  if (!hasTls(app)) refuseTlsOptions(options, mode)
  checkAuthorities(options, mode)
  return { ...options, mode, global, now }
}

export const hasTls = (app: FastifyInstance): boolean => app.server instanceof TlsServer

function checkNames (options: ClientCertificateOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (name === 'crl' && value !== undefined) throw new OptionError('crl', 'is not supported yet: revocation cannot be checked, so the start is refused rather than the list ignored')
    if (!known.has(name) && !own.has(name)) throw new OptionError(name, 'is unknown')
  }
}

const hint = 'create it with Fastify({ https: {} })'

function refuseTlsOptions (options: ClientCertificateOptions, mode: Mode): void {
  for (const name of ['key', 'cert', 'pfx', 'passphrase', 'tls'] as const) {
    if (options[name] !== undefined) throw new OptionError(name, `is given, but the application has no TLS: ${hint}`)
  }
  if (mode !== 'none') throw new OptionError('mode', `is '${mode}', but the application has no TLS: ${hint}, or set mode to 'none'`)
}

function checkAuthorities (options: ClientCertificateOptions, mode: Mode): void {
  if (mode === 'none' && options.ca !== undefined) throw new OptionError('ca', 'is given, but with mode \'none\' no certificate is asked for')
  if (mode !== 'none' && options.ca === undefined) throw new OptionError('ca', `is missing: mode '${mode}' needs to know who may sign clients`)
  if (options.ca === undefined && options.caPassphrase !== undefined) throw new OptionError('caPassphrase', 'is given without \'ca\'')
}
