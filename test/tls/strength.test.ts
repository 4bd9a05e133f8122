import t from 'tap'
import { once } from 'node:events'
import { connect, type ConnectionOptions, type SecureContextOptions } from 'node:tls'
import { generateKeyPairSync } from 'node:crypto'
import { authority, client, contextOf, contexts, mintServer, serve, standard } from './serving.js'
import { mint } from '../helpers/mint.js'

/** The suite of a handshake with a server whose context was given these options, or the code of its failure. */
async function suiteOf (t: Parameters<typeof serve>[0], port: number, options: ConnectionOptions & SecureContextOptions): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, key: client.key, cert: client.pem, ...options })
  t.teardown(() => socket.destroy())
  return once(socket, 'secureConnect').then(() => socket.getCipher().name, (error) => error.code)
}

const failed = /^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/
const anonymous = { ciphers: 'AECDH:ADH:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const
const unencrypted = { ciphers: 'TLS_SHA256_SHA256:HIGH:@SECLEVEL=0', minVersion: 'TLSv1.3' } as const

t.test('no client gets an anonymous suite, whatever the cipher list', async (t) => {
  for (const ciphers of ['HIGH:@SECLEVEL=0', 'ALL:@SECLEVEL=0', 'kECDHE:@SECLEVEL=0', 'ALL:aNULL:@SECLEVEL=0']) {
    const { port } = await serve(t, { given: contexts(contextOf(standard, [authority], { ciphers })) })
    t.match(await suiteOf(t, port, anonymous), failed, ciphers)
    t.match(await suiteOf(t, port, { maxVersion: 'TLSv1.2' }), /^ECDHE-ECDSA-/, 'a usual client gets in')
  }
})

t.test('nor by the name of a host, nor by a context that the application added', async (t) => {
  const weak = { ciphers: 'ALL:@SECLEVEL=0' }
  const given = contexts(contextOf(standard, [authority], weak), { 'host.example.com': contextOf(mintServer('host'), [authority], weak) })
  const { port, server } = await serve(t, { given })
  server.addContext('own.example.com', { key: standard.key, cert: standard.pem, ...weak })
  for (const servername of ['localhost', 'host.example.com', 'own.example.com']) t.match(await suiteOf(t, port, { ...anonymous, servername }), failed, servername)
})

t.test('no client gets a suite of TLS 1.3 without encryption', async (t) => {
  const weak = { ciphers: 'TLS_SHA256_SHA256:TLS_AES_128_GCM_SHA256:HIGH:@SECLEVEL=0' }
  const { port, server } = await serve(t, { given: contexts(contextOf(standard, [authority], weak)) })
  t.equal(await suiteOf(t, port, { minVersion: 'TLSv1.3' }), 'TLS_AES_128_GCM_SHA256')
  // Before 3.4 OpenSSL does not know the suite, and the client would end before it begins.
  if (process.versions.openssl < '3.4') return
  server.addContext('own.example.com', { key: standard.key, cert: standard.pem, ...weak })
  for (const servername of ['localhost', 'own.example.com']) t.match(await suiteOf(t, port, { ...unencrypted, servername }), failed, servername)
})

t.test('no client proves its key with a signature by SHA-1', async (t) => {
  const server = mint({ subject: 'localhost', issuer: authority, keys: generateKeyPairSync('rsa', { modulusLength: 2048 }) })
  const { port } = await serve(t, { given: contexts(contextOf(server, [authority], { ciphers: 'HIGH:@SECLEVEL=0' })) })
  const legacy = { ciphers: 'HIGH:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const
  t.match(await suiteOf(t, port, { ...legacy, sigalgs: 'ECDSA+SHA1:RSA+SHA1' }), failed)
  t.match(await suiteOf(t, port, legacy), /^ECDHE-RSA-/, 'a usual client gets in')
})

t.test('a client with a pre-shared key and no certificate is one without a certificate', async (t) => {
  const psk = Buffer.alloc(32, 1)
  const callbacks = { pskCallback: () => ({ psk, identity: 'admin' }), key: undefined, cert: undefined }
  const { port, connected } = await serve(t, { https: { pskCallback: () => psk }, given: contexts(contextOf(standard, [authority], { ciphers: 'HIGH:TLS_AES_128_GCM_SHA256' })) })
  t.match(await suiteOf(t, port, { ...callbacks, ciphers: 'PSK', maxVersion: 'TLSv1.2' }), /PSK/)
  t.equal(await suiteOf(t, port, { ...callbacks, ciphers: 'TLS_AES_128_GCM_SHA256', minVersion: 'TLSv1.3' }), 'TLS_AES_128_GCM_SHA256')
  while (connected.length < 2) await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(connected.map(({ peer }) => peer), [undefined, undefined])
})
