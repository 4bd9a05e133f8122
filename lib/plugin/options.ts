import { Server as TlsServer } from 'node:tls'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Policy } from '../authorization/index.js'
import { OptionError } from '../errors.js'
import { checkAdvertised, type AdvertisedAuthorities, type Source, type TlsOptions } from '../tls/index.js'
import type { DenyEntry } from './deny-list.js'
import { checkRawRequests, type CheckedRawRequests, type RawRequestOptions } from './raw-request-options.js'
import { checkForwarding, type CheckedForwarding, type ForwardingOptions } from './forwarding-options.js'
import { asksElsewhere, checkProfiles, nothingToJudgeBy, type CheckedProfiles, type TrustProfileOptions } from './profile-options.js'
import { checkRevocationSettings, type RevocationSettings } from './revocation-options.js'

export type { Source } from '../tls/index.js'
export type { ForwardingOptions } from './forwarding-options.js'
export type { TrustProfileOptions } from './profile-options.js'

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
   * The CAs whose names TLS sends to clients, for them to choose a certificate by: `all` (default) of `ca`, `none`, or those of these certificates
   * (PEM or DER). It does not change who may sign clients.
   */
  advertisedAuthorities?: AdvertisedAuthorities
  /** Certificate lists: files, folders, `http` and `https` URLs, or contents (PEM, DER); one or several. Without any of `crl`, `revocation.distributionPoints` and `revocation.ocsp` nothing is known of revocation. */
  crl?: Source | readonly Source[]
  /** How revocation is judged, and where it is asked about. */
  revocation?: RevocationSettings
  /** Certificates to refuse at once, whatever a list says of them. */
  deny?: readonly DenyEntry[]
  /** Other authorities besides `ca`, by a name of your own: for the routes whose policy names it (`trust`), or for hosts. */
  trust?: Readonly<Record<string, TrustProfileOptions>>
  /**
   * What becomes of certificates and lists that fall short of RFC 5280 in ways that do no harm by themselves: no key identifier where
   * the issuer has one, a list without a number. OpenSSL makes such, and so they are accepted; `reject` asks for the letter.
   */
  whenNotConforming?: 'accept' | 'reject'
  /** Certificates that proxies forward in the header of a request: in which form, and whose word counts. One, or several of which the first fits. */
  forwarding?: ForwardingOptions | readonly ForwardingOptions[]
  /** Whether files that options name are watched, and read again when they change. Default true. */
  watch?: boolean
  /** Milliseconds after which a connection is closed, however good it is. Default: never. */
  maxConnectionAge?: number
  /**
   * `none`: no certificate is asked for. `optional` (default): asked for, and a caller without a good one is refused by
   * HTTP, with a reason. `required`: such a connection is closed at the end of its handshake.
   */
  mode?: Mode
  /** Whether each route needs a current certificate unless its `config.clientCertificate` is `false`. Default true. */
  global?: boolean
  /** Whether the log warns where routes are outside of the scope in which the plugin is registered, or none is in it. Default true. */
  warnAboutScope?: boolean
  /**
   * Whether requests and upgrades that Fastify's hooks do not see need a current certificate that `authorize` permits: those for
   * Socket.IO, ws and others that listen to `app.server`. Default: as `global`. `exempt` lists paths that are open to all.
   */
  rawRequests?: boolean | RawRequestOptions
  /**
   * The policy for routes that name none; a route with a policy of its own is not checked against this one. Default: any certificate
   * that is verified and current.
   */
  authorize?: Policy<FastifyRequest>
  /** Further options of Node's TLS, as they are: versions, ciphers, curves, tickets. TLS 1.2 is the least version. */
  tls?: TlsOptions
  /** The clock: milliseconds since 1970. Default `Date.now`. For tests. */
  now?: () => number
}

export interface CheckedOptions extends Omit<ClientCertificateOptions, 'forwarding' | 'rawRequests'> {
  readonly rawRequests: CheckedRawRequests
  readonly forwarding: readonly CheckedForwarding[]
  readonly mode: Mode
  readonly global: boolean
  readonly warnAboutScope: boolean
  readonly now: () => number
  readonly revocation: RevocationSettings
  readonly trust: CheckedProfiles
  readonly whenNotConforming: 'accept' | 'reject'
  readonly watch: boolean
  readonly maxConnectionAge: number
}

// Fastify's own words in the options of any `register`.
const own = new Set(['prefix', 'logLevel', 'logSerializers'])

const known = new Set([
  'key', 'cert', 'pfx', 'passphrase', 'ca', 'caPassphrase', 'advertisedAuthorities', 'crl', 'revocation', 'deny', 'trust', 'whenNotConforming', 'forwarding', 'watch', 'maxConnectionAge', 'mode', 'global', 'warnAboutScope', 'rawRequests', 'authorize', 'tls', 'now'
])

const modes: ReadonlySet<unknown> = new Set(['none', 'optional', 'required'])

/** @throws OptionError an unknown option, one of a wrong type, or two that contradict each other */
export function checkOptions (options: ClientCertificateOptions, app: FastifyInstance): CheckedOptions {
  checkNames(options)
  if (Object.hasOwn(options, 'authorize') && options.authorize === undefined) throw new OptionError('authorize', 'is undefined: leave it out, or give a policy')
  const { mode = 'optional', global = true, warnAboutScope = true, now = Date.now } = options
  if (!modes.has(mode)) throw new OptionError('mode', 'is none of \'none\', \'optional\', \'required\'')
  if (typeof global !== 'boolean') throw new OptionError('global', 'is neither true nor false')
  if (typeof warnAboutScope !== 'boolean') throw new OptionError('warnAboutScope', 'must be true or false')
  if (typeof now !== 'function') throw new OptionError('now', 'is not a function')
  checkAdvertised(options.advertisedAuthorities, 'advertisedAuthorities')
  if (mode === 'none' && options.advertisedAuthorities !== undefined) throw new OptionError('advertisedAuthorities', 'is given, but with mode \'none\' no certificate is asked for')
  const forwarding = checkForwarding(options.forwarding)
  if (!hasTls(app)) refuseTlsOptions(options, mode)
  checkAuthorities(options, mode, forwarding)
  return { ...options, mode, global, warnAboutScope, now, rawRequests: checkRawRequests(options.rawRequests, global), forwarding, ...checkTrustOverTime(options) }
}

function checkTrustOverTime (options: ClientCertificateOptions) {
  const { watch = true, maxConnectionAge = Infinity, whenNotConforming = 'accept' } = options
  if (!['accept', 'reject'].includes(whenNotConforming)) throw new OptionError('whenNotConforming', 'is none of \'accept\', \'reject\'')
  if (typeof watch !== 'boolean') throw new OptionError('watch', 'is neither true nor false')
  if (!(typeof maxConnectionAge === 'number' && maxConnectionAge > 0)) throw new OptionError('maxConnectionAge', 'is no number of milliseconds above 0')
  const revocation = checkRevocationSettings(options.revocation, 'revocation')
  const trust = checkProfiles(options.trust, options)
  const hasSource = [options, ...Object.values(trust)].some(({ crl }) => crl !== undefined) || asksElsewhere(revocation)
  if (options.revocation !== undefined && !hasSource) throw new OptionError('revocation', nothingToJudgeBy)
  return { watch, maxConnectionAge, whenNotConforming, revocation, trust }
}

export const hasTls = (app: FastifyInstance): boolean => app.server instanceof TlsServer

function checkNames (options: ClientCertificateOptions): void {
  for (const name of Object.keys(options)) {
    if (!known.has(name) && !own.has(name)) throw new OptionError(name, 'is unknown')
  }
}

const hint = 'create it with Fastify({ https: {} })'

function refuseTlsOptions (options: ClientCertificateOptions, mode: Mode): void {
  const ofTls = ['key', 'cert', 'pfx', 'passphrase', 'tls', ...(options.forwarding === undefined ? ['trust'] : [])] as const
  for (const name of ofTls) {
    if (options[name as keyof ClientCertificateOptions] !== undefined) throw new OptionError(name, `is given, but the application has no TLS: ${hint}`)
  }
  if (mode !== 'none') throw new OptionError('mode', `is '${mode}', but the application has no TLS: ${hint}, or set mode to 'none'`)
}

function checkAuthorities (options: ClientCertificateOptions, mode: Mode, forwarding: readonly CheckedForwarding[]): void {
  if (options.ca === undefined) checkWithoutAuthorities(options, mode, forwarding)
  else if (mode === 'none' && forwarding.length === 0) throw new OptionError('ca', 'is given, but with mode \'none\' no certificate is asked for')
  const asking = forwarding.flatMap(({ proxies }) => proxies).find(({ certificate }) => certificate !== undefined)
  if (mode === 'none' && asking !== undefined) throw new OptionError(`${asking.key}.certificate`, 'is given, but with mode \'none\' no certificate is asked for')
}

function checkWithoutAuthorities (options: ClientCertificateOptions, mode: Mode, forwarding: readonly CheckedForwarding[]): void {
  if (mode !== 'none') throw new OptionError('ca', `is missing: mode '${mode}' needs to know who may sign clients`)
  if (forwarding.some(({ verified }) => verified === 'here')) throw new OptionError('ca', 'is missing: certificates that are forwarded are verified here')
  for (const name of ['caPassphrase', 'crl', 'revocation', 'trust', ...(forwarding.length === 0 ? ['deny'] : [])] as const) {
    if (options[name as keyof ClientCertificateOptions] !== undefined) throw new OptionError(name, 'is given without \'ca\'')
  }
}
