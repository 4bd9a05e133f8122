import type { Server } from 'node:tls'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Certificate } from '../certificate/index.js'
import { OptionError } from '../errors.js'
import {
  checkTlsOptions, contextOptions, inheritedCredentials, inheritedOptions, largeNamesSize, maxNamesSize, namesSize, oneOfEachName, readServerCredentials,
  type ContextCredentials, type SecureContexts, type ServerCredentials, type TlsOptions
} from '../tls/index.js'
import type { CheckedOptions } from './options.js'
import type { Trust } from './trust.js'
import type { TrustProfile } from './trust-profile.js'
import type { ProfileAuthorities } from './trust-source.js'

/** What a server shows of itself, and what TLS is to do; who may sign clients comes from the profiles. */
export interface ServerIdentity {
  readonly tls: TlsOptions
  readonly credentials: ContextCredentials & Partial<Pick<ServerCredentials, 'certificate'>>
}

/** Where key and certificate of the server come from: options of the plugin, or Fastify's own. */
export class ServerIdentitySource {
  readonly #options: CheckedOptions
  readonly #tls: TlsOptions
  /** Asked once: Node puts each new context in its place. */
  readonly #inherited: ReturnType<typeof inheritedCredentials>

  /** @throws OptionError an option of TLS that is unknown or not safe */
  constructor (app: FastifyInstance, options: CheckedOptions) {
    const server = app.server as unknown as Server
    this.#options = options
    this.#tls = { ...inheritedOptions(server), ...checkTlsOptions(options.tls) }
    this.#inherited = inheritedCredentials(server)
  }

  /**
   * Reads the files; `undefined` where there is no key and no client is asked for a certificate.
   * @throws OptionError
   */
  async read (): Promise<ServerIdentity | undefined> {
    const credentials = await this.#credentials()
    if (credentials !== undefined) return { tls: this.#tls, credentials }
    if (this.#options.mode === 'none') return undefined
    throw new OptionError('key', 'is missing: give key and cert, or pfx, here or in Fastify\'s own https options')
  }

  async #credentials (): Promise<ServerIdentity['credentials'] | undefined> {
    const given = await readServerCredentials(this.#options)
    const { key, cert, passphrase, pfx } = this.#inherited
    if (given === undefined) return pfx === undefined ? pair(key, cert, passphrase) : unpack(pfx, passphrase)
    if (key !== undefined || pfx !== undefined) {
      throw new OptionError(this.#options.pfx === undefined ? 'key' : 'pfx', 'is given here and in Fastify\'s own https options: give it once')
    }
    return given
  }
}

const pair = (key: ContextCredentials['key'], cert: ContextCredentials['cert'], passphrase: string | undefined) =>
  key === undefined ? undefined : { key, cert, passphrase }

/** Node would take the CA certificates in a PKCS #12 for ones that may sign clients, so only its key and chain are passed on. */
async function unpack (pfx: unknown, passphrase: string | undefined): Promise<ServerIdentity['credentials'] | undefined> {
  if (!(pfx instanceof Uint8Array)) throw new OptionError('https.pfx', 'is not one PKCS #12: give the plugin pfx, or key and cert')
  return readServerCredentials({ pfx, passphrase })
}

/**
 * Clients are sent the names of the CAs that count for the host they ask for. `authorities` are those of each of the trust's
 * sources, in their order.
 * @throws OptionError the names are more than a handshake can hold
 */
export function secureContexts ({ tls, credentials }: ServerIdentity, trust: Trust, authorities: readonly ProfileAuthorities[], log: FastifyBaseLogger): SecureContexts {
  const of = new Map(trust.sources.map(({ profile }, place) => [profile, authorities[place]]))
  const contextFor = (profiles: readonly TrustProfile[], key: string) => {
    const advertised = oneOfEachName(profiles.flatMap((profile) => of.get(profile)!.advertised))
    checkNamesFit(advertised, key, log)
    return contextOptions(tls, credentials, advertised)
  }
  return {
    standard: contextFor(trust.profilesFor(undefined), 'advertisedAuthorities'),
    hosts: new Map([...trust.hosts].map(([host, profile]) => [host, contextFor([profile], `trust.${profile.name}.advertisedAuthorities`)])),
    trust: authorities.map(({ certificates }) => certificates.map(({ fingerprint256 }) => fingerprint256).join()).join(';')
  }
}

function checkNamesFit (advertised: readonly Certificate[], key: string, log: FastifyBaseLogger): void {
  const size = namesSize(advertised)
  if (size < largeNamesSize) return
  const names = `the names of ${advertised.length} CAs, which take ${size} bytes`
  const fix = 'set it to \'none\', or to the CAs that clients need to choose by'
  if (size > maxNamesSize) throw new OptionError(key, `sends each client ${names}: every handshake fails with more than ${maxNamesSize}; ${fix}`)
  log.warn({ advertisedAuthorities: { key, count: advertised.length, bytes: size } }, `each client is sent ${names}: some clients cannot read so many (Java stops at 32 KiB); option '${key}': ${fix}`)
}
