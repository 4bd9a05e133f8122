import t from 'tap'
import { call, callHttp2, listen, makeWorld, openHttp2 } from '../helpers/application.js'

const world = makeWorld()

for (const http2 of [false, true]) {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    t.test(`over ${http2 ? 'an HTTP/2 server' : 'HTTP/1'} and ${version}`, async (t) => {
      const { port, log } = await listen(t, world, { http2 })
      const tls = { minVersion: version, maxVersion: version }

      t.match(await call(world, port, '/guarded', { client: world.client, ...tls }), { status: 200, body: { caller: 'client', error: null } })
      t.match(await call(world, port, '/guarded', tls), {
        status: 401,
        headers: { 'www-authenticate': 'ClientCertificate' },
        body: { code: 'FST_CLIENT_CERTIFICATE_MISSING', message: 'A client certificate is required' }
      })
      t.match(await call(world, port, '/guarded', { client: world.stranger, ...tls }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
      t.match(await call(world, port, '/open', tls), { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_MISSING' } })
      if (http2) {
        const session = openHttp2(world, port, { client: world.client, ...tls })
        t.match(await callHttp2(session, '/guarded'), { status: 200, body: { caller: 'client', error: null } })
        t.match(await callHttp2(session, '/guarded'), { status: 200, body: { caller: 'client', error: null } })
        session.close()
      }
      t.match(log.filter((line) => line.clientCertificate !== undefined).map((line) => line.clientCertificate), [
        { code: 'FST_CLIENT_CERTIFICATE_MISSING', reason: 'no certificate was presented', remoteAddress: '127.0.0.1' },
        { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', reason: /signature is not by the key of the issuer/, remoteAddress: '127.0.0.1', subject: 'CN=client', fingerprint256: world.stranger.certificate.fingerprint256 }
      ])
    })
  }
}
