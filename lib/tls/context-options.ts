import { constants } from 'node:crypto'
import type { SecureContextOptions, Server } from 'node:tls'
import type { Certificate } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import { namedAuthority } from './named-authority.js'
import { checkCiphers, checkSecureOptions, checkSignatureAlgorithms, safeCiphers, safeSignatureAlgorithms, withSecureOptions } from './strength.js'

// Those options of `tls.createSecureContext` that may be passed on as they are.
const passed = ['ciphers', 'dhparam', 'ecdhCurve', 'honorCipherOrder', 'maxVersion', 'minVersion', 'secureOptions', 'sessionIdContext', 'sessionTimeout', 'sigalgs', 'ticketKeys'] as const

/** Options of Node's TLS that pass through as they are; see `tls.createSecureContext`. */
export type TlsOptions = Pick<SecureContextOptions, typeof passed[number]>

// What may not stand in `tls`, and why.
const refused: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['key', 'cert', 'pfx', 'passphrase', 'ca'].map((name) => [name, `is given beside 'tls', as the option '${name}'`])),
  crl: 'is not used: a revoked certificate would still be served on connections that are open',
  requestCert: 'follows from the option \'mode\'',
  rejectUnauthorized: 'follows from the option \'mode\'',
  secureProtocol: 'would overrule minVersion and maxVersion: give these',
  SNICallback: 'belongs in Fastify\'s own https options',
  ALPNProtocols: 'is set by Fastify'
}

// RFC 8996: versions before 1.2 are not to be used.
const leastVersion = 'TLSv1.2'
const tooOld: ReadonlySet<unknown> = new Set(['TLSv1', 'TLSv1.1'])

/** @throws OptionError an unknown option, or one that would break what this package promises */
export function checkTlsOptions (options: object | undefined): TlsOptions {
  if (options === undefined) return {}
  if (options === null || typeof options !== 'object') throw new OptionError('tls', 'is not an object')
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(refused, name)) throw new OptionError(`tls.${name}`, refused[name])
    if (!(passed as readonly string[]).includes(name)) throw new OptionError(`tls.${name}`, 'is unknown')
  }
  checkStrength(options, 'tls.')
  return options
}

function checkStrength (options: TlsOptions, prefix: string): void {
  for (const name of ['minVersion', 'maxVersion'] as const) {
    if (tooOld.has(options[name])) throw new OptionError(`${prefix}${name}`, `is below ${leastVersion}`)
  }
  checkCiphers(options.ciphers, `${prefix}ciphers`)
  checkSignatureAlgorithms(options.sigalgs, `${prefix}sigalgs`)
  checkSecureOptions(options.secureOptions, `${prefix}secureOptions`)
}

/** What Fastify's own https options gave the server; `setSecureContext` would set all of it back to defaults. */
export function inheritedOptions (server: Server): TlsOptions {
  const given = server as unknown as Record<string, unknown>
  if (given.secureProtocol !== undefined) throw new OptionError('https.secureProtocol', refused.secureProtocol)
  const options = Object.fromEntries(passed.filter((name) => given[name] != null).map((name) => [name, given[name]]))
  checkStrength(options, 'https.')
  return options
}

/** Key and certificate in Node's own form; more than one pair may be in them. */
export type ContextCredentials = Pick<SecureContextOptions, 'key' | 'cert' | 'passphrase'>

/** What Fastify's own https options gave the server to prove itself with. Node has checked it: a pair that does not fit is refused there. */
export function inheritedCredentials (server: Server): ContextCredentials & Pick<SecureContextOptions, 'pfx'> {
  const { key, cert, pfx, passphrase } = server as unknown as SecureContextOptions
  return { key, cert, pfx, passphrase }
}

/**
 * The whole secure context. Without renegotiation, in which a TLS 1.2 client could put another certificate in place of
 * the one that was judged.
 */
export function contextOptions (options: TlsOptions, { key, cert, passphrase }: ContextCredentials, authorities: readonly Certificate[]): SecureContextOptions {
  const ciphers = safeCiphers(options.ciphers)
  return {
    ...options,
    // Not what Node falls back to: `--tls-min-v1.0` and `--tls-cipher-list` change that.
    minVersion: options.minVersion || leastVersion,
    ciphers,
    sigalgs: safeSignatureAlgorithms(options.sigalgs, ciphers),
    secureOptions: withSecureOptions(options.secureOptions, constants.SSL_OP_NO_RENEGOTIATION),
    key,
    cert,
    passphrase,
    // Never `undefined`: Node would then trust every public root.
    ca: authorities.map(namedAuthority)
  }
}
