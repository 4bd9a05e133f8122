import t from 'tap'
import { parts } from '../helpers/parts.js'
import { startBehind } from './applications.js'
import { makeCast } from './cast.js'
import { Client, ending, type Way } from './client.js'
import { forwardingOf, replaceAll } from './guide.js'
import { apache, haproxy, nginx, runProgram, type Program } from './programs.js'

const untrusted = 'FST_CLIENT_CERTIFICATE_UNTRUSTED'

/** What is told on an open route where the proxy verifies: it knows of no certificate lists. */
const expected = {
  'a good certificate': null,
  'a revoked certificate': null,
  'no certificate': 'FST_CLIENT_CERTIFICATE_MISSING',
  'a certificate by an authority of the same name': untrusted,
  'a certificate signed by itself, of the same name': untrusted,
  'an expired certificate': untrusted,
  'a certificate for servers': untrusted
}

const ways: Way[] = (['TLSv1.2', 'TLSv1.3'] as const).flatMap((tls) => [false, true].map((resumed) => ({ http: '1.1', tls, resumed })))

/** As the guide says of Apache. */
const strictApache = (text: string): string =>
  replaceAll(replaceAll(text, 'SSLVerifyClient   optional_no_ca', 'SSLVerifyClient optional'), 'SSLOpenSSLConfCmd ClientCAFile', 'SSLCACertificateFile')

const proxies: ReadonlyArray<readonly [Program, ((text: string) => string) | undefined]> = [[nginx, undefined], [haproxy, undefined], [apache, strictApache]]

for (const [program, change] of proxies) {
  t.test(`${program.heading} is taken at its word where it is told to verify, also of resumed sessions`, { skip: parts.missing(program.part) }, async (t) => {
    const cast = makeCast()
    const { port: application } = await startBehind(t, cast, { forwarding: { ...forwardingOf(program.heading), verified: 'proxy' } })
    const port = await runProgram(t, program, cast, application, change)
    for (const way of ways) {
      for (const [name, code] of Object.entries(expected)) {
        const client = new Client(cast, port, cast.roles[name], way)
        if (program === apache && code === untrusted) t.match(await ending(client), /^(?:CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED|UNKNOWN|DECRYPT)/, `${name}: Apache itself ends the handshake`)
        else t.match(await client.ask({ path: '/who' }), { status: 200, body: { code } }, name)
      }
    }
  })
}
