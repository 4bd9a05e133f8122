import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import t from 'tap'
import type { RefusalRecord } from '../../lib/index.js'
import { hintOf } from '../../lib/plugin/hint.js'
import { Journal } from '../../lib/plugin/journal.js'
import { call, listen, makeWorld } from '../helpers/application.js'
import { mintClient } from '../helpers/mint.js'

const world = makeWorld()

t.test('each refusal is kept, told to subscribers, and written to the log, with what may help', async (t) => {
  const records: RefusalRecord[] = []
  const listener = (record: unknown) => { records.push(record as RefusalRecord) }
  subscribe('fastify-client-certificate:refusal', listener)
  t.teardown(() => unsubscribe('fastify-client-certificate:refusal', listener))
  const { app, port, log } = await listen(t, world)
  const late = mintClient(world.authority, { subject: 'late', notAfter: new Date(Date.now() - 5000) })
  for (const client of [undefined, world.stranger, late]) t.equal((await call(world, port, '/guarded', { client })).status, 401)
  const tcp = connectTcp(port, '127.0.0.1')
  tcp.on('error', () => {}).end('GET / HTTP/1.0\r\n\r\n')
  await once(tcp, 'close')
  while (records.length < 4) await new Promise((resolve) => setImmediate(resolve))

  const { fingerprint256 } = world.stranger.certificate
  t.match(records, [
    { kind: 'request', code: 'FST_CLIENT_CERTIFICATE_MISSING', reason: 'no certificate was presented', hint: /^give the client a certificate/, remoteAddress: '127.0.0.1', fingerprint256: undefined, subject: undefined },
    { kind: 'request', code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', reason: /signature is not by the key/, hint: /^a CA of the same name but with another key/, fingerprint256, subject: 'CN=client' },
    { kind: 'request', code: 'FST_CLIENT_CERTIFICATE_EXPIRED', reason: /^expired at/, hint: /^renew the certificate/, subject: 'CN=late' },
    { kind: 'handshake', code: 'ERR_SSL_HTTP_REQUEST', reason: /http request/, hint: 'the client speaks HTTP without TLS to this port', remoteAddress: '127.0.0.1' }
  ])
  t.ok(records.every(({ at }) => Math.abs(at.getTime() - Date.now()) < 60_000))
  t.strictSame(app.clientCertificates.refusals(), records)
  t.match(log.filter(({ clientCertificate }) => clientCertificate !== undefined).map(({ clientCertificate }) => clientCertificate), records.slice(0, 3).map(({ code, reason, hint }) => ({ code, reason, hint })))
})

t.test('of more refusals than are kept the first go', async (t) => {
  const journal = new Journal({ info: () => {} } as never)
  for (let number = 0; number < 300; number++) journal.handshakeFailed({ code: `E${number}`, reason: 'made up', remoteAddress: undefined })
  t.equal(journal.latest.length, 256)
  t.equal(journal.latest[0].code, 'E44')
  t.equal(journal.latest[255].code, 'E299')
  t.throws(() => { (journal.latest as RefusalRecord[]).push(journal.latest[0]) }, TypeError)
})

t.test('there is a hint where one is known', async (t) => {
  t.equal(hintOf('ERR_SSL_HTTP_REQUEST'), 'the client speaks HTTP without TLS to this port')
  t.equal(hintOf('toString'), undefined)
})
