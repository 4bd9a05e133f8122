import t from 'tap'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { authorityKeyIdentifierExtension, keyIdentifierOf, subjectKeyIdentifierExtension, writePkcs12, writePkcs12TrustStore } from '../../lib/certificate/index.js'
import { listen, makeWorld } from '../helpers/application.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { runProgram } from './program.js'

// Java compiles the client first, which takes seconds where other tests run beside it.
t.setTimeout(900_000)

const world = makeWorld()
const protection = { passphrase: 'password', iterations: 2048 }

/** A CA and its client that say by which keys they are signed, as those of lib/authority do. */
function authorityAndClient (subject: string) {
  const keys = newKeys()
  const identifier = keyIdentifierOf(keys.publicKey.export({ type: 'spki', format: 'der' }))
  const authority = mintAuthority({ subject, keys, extensions: [basicConstraints(true), keyUsage('keyCertSign'), subjectKeyIdentifierExtension(identifier)] })
  const client = mintClient(authority, { extensions: [extendedKeyUsage('clientAuth'), authorityKeyIdentifierExtension(identifier)] })
  return { authority, client }
}

const trusted = authorityAndClient('Clients')
const intermediate = mintAuthority({ subject: 'Intermediate CA', issuer: trusted.authority })

const stores: Record<string, { who: Minted, chain: readonly Minted[] }> = {
  'client.p12': { who: trusted.client, chain: [trusted.authority] },
  'deep.p12': { who: mintClient(intermediate, { subject: 'deep' }), chain: [intermediate] },
  'stranger.p12': { who: authorityAndClient('Clients').client, chain: [] },
  'twin.p12': { who: mintClient(mintAuthority({ subject: 'Clients' })), chain: [] },
  'elsewhere.p12': { who: authorityAndClient('Elsewhere').client, chain: [] }
}

async function writeStores (cwd: string): Promise<void> {
  writeFileSync(join(cwd, 'trust.p12'), await writePkcs12TrustStore({ certificates: [world.authority.certificate], ...protection }))
  for (const [file, { who, chain }] of Object.entries(stores)) {
    writeFileSync(join(cwd, file), await writePkcs12({ ...who, chain: chain.map(({ certificate }) => certificate), ...protection, friendlyName: 'me' }))
  }
}

const refusal = (code: string, message: string) => `401 ${JSON.stringify({ statusCode: 401, code: `FST_CLIENT_CERTIFICATE_${code}`, error: 'Unauthorized', message })}`
const missing = refusal('MISSING', 'A client certificate is required')
const untrusted = refusal('UNTRUSTED', 'The client certificate is not trusted')
const known = (caller: string) => `200 ${JSON.stringify({ caller, error: null })}`

const cases = [
  { what: 'a key store that this package wrote', store: 'client.p12', answer: known('client') },
  { what: 'a key store with an intermediate', store: 'deep.p12', answer: known('deep') },
  { what: 'no key store', store: '', answer: missing },
  { what: 'a key store of another CA of the same name', store: 'stranger.p12', answer: untrusted },
  // Without key identifiers OpenSSL tries the signature, and where the rest of the handshake comes in a packet of its own, its failure ends it.
  { what: 'a key store of another CA of the same name, without key identifiers', store: 'twin.p12', answer: untrusted },
  // Java sends no certificate under a CA that the server does not name.
  { what: 'a key store of a CA of another name', store: 'elsewhere.p12', answer: missing }
]

t.test('Java\'s HttpClient, which trusts by a trust store that this package wrote', { skip: parts.missing('java', 'javac') }, async (t) => {
  const cwd = t.testdir()
  await writeStores(cwd)
  const { port } = await listen(t, world, { http2: true, options: { ca: trusted.authority.pem } })
  const ways = ['TLSv1.2', 'TLSv1.3'].flatMap((tls) => ['HTTP_1_1', 'HTTP_2'].map((http) => `${tls} ${http}`))
  const calls = ways.flatMap((way) => cases.map((each) => ({ way, ...each })))
  const input = calls.map(({ way, store }) => `https://127.0.0.1:${port}/guarded ${way} ${store}`.trim() + '\n').join('')
  const program = fileURLToPath(new URL('Client.java', import.meta.url))
  const { end, stdout, stderr } = await runProgram('java', ['-XX:TieredStopAtLevel=1', program], { cwd, input, seconds: 600 })
  t.equal(end, 0, stderr)
  const got = stdout.trimEnd().split('\n')
  t.equal(got.length, calls.length)
  for (const [index, { way, what, answer }] of calls.entries()) {
    t.equal(got[index], `${way} ${answer}`, `${way} with ${what}`)
  }
})
