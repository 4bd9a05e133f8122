/** What stops a start, in words for whoever started it; `undefined` for what is a mistake in the program. */
export function explain (error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errors } = error as Error & { code?: string, errors?: unknown }
  if (code === undefined) return errors === undefined ? undefined : `error: ${error.message}`
  const hint = hintFor(error as Error & Fault)
  return `error: ${error.message}${hint === undefined ? '' : `\nhint: ${hint}`}`
}

interface Fault {
  code: string
  /** What the system was asked to do. */
  syscall?: string
  /** The option of the plugin, if it was one. */
  key?: string
}

const listenHints: Record<string, string> = {
  EADDRINUSE: 'something else listens there; take another port, as in: PORT=9443 npm start',
  EACCES: 'ports below 1024 are for the administrator; take another, as in: PORT=8443 npm start',
  EADDRNOTAVAIL: 'HOST is not an address of this machine',
  ENOTFOUND: 'HOST is not known'
}

const optionHints: Record<string, string> = {
  key: 'TLS_KEY_FILE sets it; if no TLS_…_FILE is set, it is the sample in certs/',
  cert: 'TLS_CERT_FILE sets it; if no TLS_…_FILE is set, it is the sample in certs/',
  pfx: 'TLS_PFX_FILE sets it',
  passphrase: 'TLS_PASSPHRASE sets it',
  ca: 'CLIENT_CA_FILE sets it; unset, it is the sample in certs/',
  caPassphrase: 'CLIENT_CA_PASSPHRASE sets it',
  crl: 'CLIENT_CRL_FILE sets it',
  mode: 'CLIENT_CERTIFICATE_MODE sets it'
}

function hintFor ({ code, syscall = '', key = '' }: Fault): string | undefined {
  return ['listen', 'getaddrinfo'].includes(syscall) ? listenHints[code] : optionHints[key]
}
