import { join } from 'node:path'
import type { ClientCertificateOptions } from 'fastify-client-certificate'
import { optionsFromEnvironment, schema, type Environment } from 'fastify-client-certificate/environment'

/** What the environment, or a file `.env`, may set: what the plugin knows, and where to listen. */
export const settingsSchema = {
  type: 'object',
  properties: {
    ...schema.properties,
    HOST: { type: 'string', minLength: 1, default: 'localhost' },
    PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 8443 }
  }
}

export interface ServerEnvironment extends Environment {
  HOST: string
  PORT: number
}

export interface Settings {
  readonly host: string
  readonly port: number
  /** For the plugin. */
  readonly options: ClientCertificateOptions
  /** Where the server's key and certificate are the samples: then curl is told to trust the sample CA. */
  readonly sampleServer: boolean
  /** Where the sample CA may sign clients: then the sample clients get in. */
  readonly sampleClients: boolean
}

/** The folder of the samples, below the working directory. */
export const samples = 'certs'

/** What the environment does not set is taken from the samples. */
export function settingsOf (environment: ServerEnvironment): Settings {
  const given = optionsFromEnvironment(environment)
  const sampleServer = given.key === undefined && given.cert === undefined && given.pfx === undefined
  const sampleClients = given.ca === undefined && given.mode !== 'none'
  return {
    host: environment.HOST,
    port: environment.PORT,
    sampleServer,
    sampleClients,
    options: {
      ...(sampleServer && { key: join(samples, 'server.key'), cert: join(samples, 'server.cer') }),
      ...(sampleClients && { ca: join(samples, 'ca.cer') }),
      ...given
    }
  }
}
