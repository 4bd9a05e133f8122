import { samplePassword } from '../sample-certificates.js'
import type { Settings } from './settings.js'
import type { Welcome } from './welcome-page.js'

/** A command to try, and what it shows. */
export interface Trial {
  readonly what: string
  readonly command: string
}

/** Where the server is, for people: on all addresses it is also on this machine's own. */
export function originOf (host: string, port: number): string {
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `https://${name}:${port}`
}

/** Commands that work as they are, in the folder that the server was started in. */
export function trialsOf (settings: Settings, origin: string): Trial[] {
  const withNobody = settings.options.mode === 'required' ? [] : [{ what: 'Nobody: this route is open to all', command: curl(settings, `${origin}/`) }]
  return [...withNobody, ...(settings.sampleClients ? sampleTrials(settings, origin) : ownTrials(settings, origin))]
}

const sampleTrials = (settings: Settings, origin: string): Trial[] => [
  { what: 'The client, with PEM files', command: curl(settings, `${origin}/`, '--cert certs/client.cer --key certs/client.key') },
  { what: 'The client, with a PKCS #12 file: a route that needs a certificate', command: curl(settings, `${origin}/whoami`, pkcs12('certs/client.p12')) },
  { what: 'The client: a route for the unit Operations alone refuses it', command: curl(settings, `${origin}/admin`, pkcs12('certs/client.p12')) },
  { what: 'The operator is of that unit', command: curl(settings, `${origin}/admin`, pkcs12('certs/operator.p12')) }
]

const ownTrials = (settings: Settings, origin: string): Trial[] => settings.options.mode === 'none'
  ? []
  : [{ what: 'A client of your own authority, if it is in client.p12', command: curl(settings, `${origin}/`, pkcs12('client.p12')) }]

const pkcs12 = (file: string): string => `--cert-type P12 --cert ${file}:${samplePassword}`

// Of a server's certificate that the owner brought, curl has to know by itself who signed it.
const curl = ({ sampleServer }: Settings, url: string, client = ''): string =>
  ['curl', sampleServer ? '--cacert certs/ca.cer' : '', client, quote(url)].filter((part) => part !== '').join(' ')

// A shell may take the brackets of an IPv6 address for a pattern.
const quote = (url: string): string => url.includes('[') ? `'${url}'` : url

/** What is printed once the server listens. */
export const startText = (settings: Settings, origin: string): string => `
Listening on ${origin} (Ctrl+C ends it). Try, in another terminal, from this folder:

${trialsOf(settings, origin).map(({ what, command }) => `  # ${what}\n  ${command}`).join('\n\n')}

Or open ${origin} in a browser: the page says who you are, or how to show a certificate.
${noteOn(settings)}`

const sampleHosts = ['localhost', '127.0.0.1', '::1', '0.0.0.0', '::']

const noteOn = ({ host, sampleServer }: Settings): string => sampleServer && !sampleHosts.includes(host)
  ? '\nThe sample certificate of the server names only localhost, 127.0.0.1 and ::1: with another HOST, curl and browsers refuse it.\n'
  : ''

/** What a visitor without a certificate is told. */
export const welcomeOf = (settings: Settings, origin: string): Welcome => ({
  pkcs12: settings.sampleClients ? { file: 'certs/client.p12', password: samplePassword } : undefined,
  command: trialsOf(settings, origin).find(({ command }) => command.includes('--cert '))?.command
})
