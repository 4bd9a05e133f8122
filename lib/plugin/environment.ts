/**
 * A JSON schema for `@fastify/env`: the options of this package that a deployment sets, each a text or absent.
 *
 * Merge `schema.properties` into your own schema, or give `schema` to `@fastify/env` as it is. A variable that is set but
 * empty is refused by name: an empty file name must neither pass for "no CA" nor for "no certificate list". Only a
 * passphrase may be empty. Nothing is required here, for what is required depends on `CLIENT_CERTIFICATE_MODE` and on the
 * options given in code: the plugin refuses contradictions when it is registered.
 */
export const schema = {
  type: 'object',
  properties: {
    TLS_KEY_FILE: { type: 'string', minLength: 1, description: 'private key of the server: PEM or DER' },
    TLS_CERT_FILE: { type: 'string', minLength: 1, description: 'certificate of the server and its chain: PEM or DER' },
    TLS_PFX_FILE: { type: 'string', minLength: 1, description: 'private key and certificate of the server in one file: PKCS #12' },
    TLS_PASSPHRASE: { type: 'string', description: 'passphrase of TLS_KEY_FILE or TLS_PFX_FILE' },
    CLIENT_CA_FILE: { type: 'string', minLength: 1, description: 'authorities that may sign clients: PEM, DER or PKCS #12' },
    CLIENT_CA_PASSPHRASE: { type: 'string', description: 'passphrase of CLIENT_CA_FILE' },
    CLIENT_CRL_FILE: { type: 'string', minLength: 1, description: 'certificate lists of those authorities: a file (PEM or DER), a folder, or a URL' },
    CLIENT_CERTIFICATE_MODE: { type: 'string', enum: ['none', 'optional', 'required'], description: 'whether TLS asks for a certificate' }
  }
} as const

/** The variables of `schema` once validated: `app.config`, or `app.getEnvs<Environment>()`. */
export interface Environment {
  TLS_KEY_FILE?: string
  TLS_CERT_FILE?: string
  TLS_PFX_FILE?: string
  TLS_PASSPHRASE?: string
  CLIENT_CA_FILE?: string
  CLIENT_CA_PASSPHRASE?: string
  CLIENT_CRL_FILE?: string
  CLIENT_CERTIFICATE_MODE?: 'none' | 'optional' | 'required'
}

/** Those options of the plugin that the environment can set; each is absent where its variable is. */
export interface OptionsFromEnvironment {
  key?: string
  cert?: string
  pfx?: string
  passphrase?: string
  ca?: string
  caPassphrase?: string
  crl?: string
  mode?: 'none' | 'optional' | 'required'
}

/**
 * The options of the plugin that `environment` sets, to be spread among others or given to `app.register` as they are.
 *
 * `environment` is what `@fastify/env` validated against `schema`; other variables in it are left alone. A variable that
 * is absent leaves its option out, so that the plugin's own default and checks apply. Nothing is read from the process or
 * from a file here: file names are passed on as they are, relative to the working directory, and are opened by the plugin.
 */
export function optionsFromEnvironment (environment: Environment): OptionsFromEnvironment {
  const options: OptionsFromEnvironment = {
    key: environment.TLS_KEY_FILE,
    cert: environment.TLS_CERT_FILE,
    pfx: environment.TLS_PFX_FILE,
    passphrase: environment.TLS_PASSPHRASE,
    ca: environment.CLIENT_CA_FILE,
    caPassphrase: environment.CLIENT_CA_PASSPHRASE,
    crl: environment.CLIENT_CRL_FILE,
    mode: environment.CLIENT_CERTIFICATE_MODE
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
