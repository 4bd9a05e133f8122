import t from 'tap'
import { Agent } from 'node:https'
import { call, callHttp2, listen, makeWorld, openHttp2, type Answer } from '../helpers/application.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'

const world = makeWorld()
const hour = 60 * 60 * 1000
const start = Date.now()
const notBefore = new Date(Math.floor(start / 1000) * 1000 - hour)
const notAfter = new Date(notBefore.getTime() + 3 * hour)
const client = mintClient(world.authority, { subject: 'short-lived', notBefore, notAfter })

const expired = { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { code: 'FST_CLIENT_CERTIFICATE_EXPIRED', message: 'The client certificate has expired' } }
const shownExpired = { status: 200, body: { caller: 'short-lived', error: 'FST_CLIENT_CERTIFICATE_EXPIRED' } }

for (const http2 of [false, true]) {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    t.test(`a certificate that expires on an open connection is refused at the next request, over HTTP/${http2 ? 2 : 1} and ${version}`, async (t) => {
      let now = start
      const { port, log } = await listen(t, world, { http2, options: { now: () => now } })
      const tls = { client, minVersion: version, maxVersion: version }
      const ask = keepAlive(t, port, http2, tls)

      t.match(await ask('/guarded'), { status: 200, body: { caller: 'short-lived' } })
      now = notAfter.getTime() + 999
      t.match(await ask('/guarded'), { status: 200 }, 'the last second belongs to the period')
      now = notAfter.getTime() + 1000
      t.match(await ask('/guarded'), expired)
      t.match(await ask('/open'), shownExpired, 'an open route may read it')
      t.match(log.filter((line) => line.clientCertificate), [{ clientCertificate: { code: 'FST_CLIENT_CERTIFICATE_EXPIRED', reason: `expired at ${notAfter.toISOString()}`, subject: 'CN=short-lived' } }])
    })

    t.test(`a certificate that expired is refused in a resumed session, over HTTP/${http2 ? 2 : 1} and ${version}`, async (t) => {
      let now = start
      const { port } = await listen(t, world, { http2, options: { now: () => now }, routes: (app) => app.get('/resumed', { config: { clientCertificate: false } }, async (request) => (request.raw.socket as any).isSessionReused()) })
      const tls = { client, minVersion: version, maxVersion: version }
      const agent = new Agent({ keepAlive: false })
      t.teardown(() => agent.destroy())

      t.match(await call(world, port, '/guarded', { agent, ...tls }), { status: 200 })
      now = notAfter.getTime() + hour
      t.match(await call(world, port, '/resumed', { agent, ...tls }), { body: true })
      t.match(await call(world, port, '/guarded', { agent, ...tls }), expired)
    })
  }
}

/** Requests that all go over one connection, which the server's view of the port proves. */
function keepAlive (t: { teardown (end: () => unknown): void }, port: number, http2: boolean, tls: object): (path: string) => Promise<Answer> {
  if (http2) {
    const session = openHttp2(world, port, tls)
    t.teardown(() => session.close())
    return (path) => callHttp2(session, path)
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  return (path) => call(world, port, path, { agent, ...tls })
}

t.test('a certificate before its time is refused, and let in once its time has come, on the same connection', async (t) => {
  let now = notBefore.getTime() - 1
  const { port } = await listen(t, world, { options: { now: () => now } })
  const ask = keepAlive(t, port, false, { client })

  t.match(await ask('/guarded'), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_NOT_YET_VALID', message: 'The client certificate is not yet valid' } })
  t.match(await ask('/open'), { status: 200, body: { caller: 'short-lived', error: 'FST_CLIENT_CERTIFICATE_NOT_YET_VALID' } })
  now = notBefore.getTime()
  t.match(await ask('/guarded'), { status: 200 })
})

t.test('a certificate that is out of date and of another CA is not shown to anyone', async (t) => {
  const stranger = mintClient(mintAuthority(), { notBefore, notAfter })
  const { port } = await listen(t, world, { options: { now: () => notAfter.getTime() + hour } })
  t.match(await call(world, port, '/open', { client: stranger }), { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  t.match(await call(world, port, '/guarded', { client: stranger }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
})

t.test('a certificate that ended before its CA began is out of date, not untrusted', async (t) => {
  const young = mintAuthority({ subject: 'Young CA', notBefore: new Date(start - hour) })
  const old = mintClient(young, { subject: 'old', notBefore: new Date(start - 48 * hour), notAfter: new Date(start - 24 * hour) })
  const { port } = await listen(t, world, { options: { ca: young.pem } })
  t.match(await call(world, port, '/open', { client: old }), { status: 200, body: { caller: 'old', error: 'FST_CLIENT_CERTIFICATE_EXPIRED' } })
  t.match(await call(world, port, '/guarded', { client: old }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_EXPIRED' } })
})

t.test('a certificate that is out of date is no longer shown once its CA has ended, on the same connection', async (t) => {
  const ending = mintAuthority({ subject: 'Ending CA', notAfter: new Date(notAfter.getTime() + hour) })
  const issued = mintClient(ending, { subject: 'short-lived', notBefore, notAfter })
  let now = notAfter.getTime() + 1000
  const { port } = await listen(t, world, { options: { ca: ending.pem, now: () => now } })
  const ask = keepAlive(t, port, false, { client: issued })
  t.match(await ask('/open'), shownExpired)
  now += 2 * hour
  t.match(await ask('/open'), { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
})

t.test('a path that begins to hold later is found a minute after it was missed, on the same connection', async (t) => {
  const later = new Date(notBefore.getTime() + 90_000)
  const intermediate = mintAuthority({ subject: 'Intermediate CA', issuer: world.authority, notBefore: later })
  const early = mintClient(intermediate, { subject: 'early', notBefore })
  let now = notBefore.getTime()
  const { port } = await listen(t, world, { options: { now: () => now } })
  const ask = keepAlive(t, port, false, { client: early, chain: [intermediate] })

  t.match(await ask('/guarded'), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  now = later.getTime() + 60_000
  t.match(await ask('/guarded'), { status: 200, body: { caller: 'early' } })
})

t.test('when an intermediate expires the caller is no longer trusted, on the same connection', async (t) => {
  const intermediate = mintAuthority({ subject: 'Intermediate CA', issuer: world.authority, notBefore, notAfter })
  const below = mintClient(intermediate, { subject: 'below' })
  let now = start
  const { port } = await listen(t, world, { options: { now: () => now } })
  const ask = keepAlive(t, port, false, { client: below, chain: [intermediate] })

  t.match(await ask('/guarded'), { status: 200, body: { caller: 'below' } })
  now = notAfter.getTime() + 1000
  t.match(await ask('/guarded'), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
})

t.test('a certificate that expires while the handler\'s body is read is refused before the handler runs', async (t) => {
  let now = start
  let ran = false
  const { port } = await listen(t, world, {
    options: { now: () => now },
    routes: (app) => app.post('/slow', { preValidation: async () => { now = notAfter.getTime() + hour } }, async () => { ran = true })
  })
  t.match(await call(world, port, '/slow', { client, method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }), expired)
  t.equal(ran, false)
})
