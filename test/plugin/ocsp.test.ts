import { once } from 'node:events'
import { Agent } from 'node:https'
import type { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import type { ClientCertificateOptions } from '../../lib/index.js'
import { authorityInfoAccessExtension } from '../../lib/certificate/index.js'
import { failedOcspResponse, nextUpdateOf, revoked, timeOf } from '../certificate/raw-ocsp-response.js'
import { build, call, listen, makeWorld } from '../helpers/application.js'
import { basicConstraints, extendedKeyUsage, mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { answerTo, responder, type Answer } from '../revocation/ocsp-scene.js'

const world = makeWorld()
const { authority, client } = world

/** A responder that says of one client what `says` gives at the time. */
const responderOf = (t: Test, says: () => Answer | Buffer, of: Minted = client) => responder(t, (request) => {
  const answer = says()
  return Buffer.isBuffer(answer) ? answer : answerTo(request, Date.now(), { issuer: authority, of: of.certificate, ...answer })
})

/** Milliseconds since 1970, a whole second: one to two seconds from now. */
const soon = () => Math.ceil(Date.now() / 1000) * 1000 + 1000

const listening = (t: Test, revocation: ClientCertificateOptions['revocation']) => listen(t, world, { options: { revocation } })

t.test('a client that the responder calls good is let in, and is asked about once', async (t) => {
  const { url, asked } = await responderOf(t, () => ({}))
  const { port } = await listening(t, { ocsp: { responder: url } })
  const answers = await Promise.all(Array.from({ length: 5 }, () => call(world, port, '/guarded', { client })))
  t.strictSame(answers.map(({ status, body }) => [status, body.caller]), Array.from({ length: 5 }, () => [200, 'client']))
  t.equal((await call(world, port, '/guarded', { client })).status, 200)
  t.equal(asked.length, 1)
})

t.test('a request that Fastify\'s hooks do not see waits for the responder, too', async (t) => {
  let certStatus: Answer['certStatus']
  const { url, asked } = await responderOf(t, () => certStatus === undefined ? {} : { certStatus })
  for (const isRevoked of [false, true]) {
    certStatus = isRevoked ? revoked(new Date()) : undefined
    const { app, port } = await listening(t, { ocsp: { responder: url } })
    app.server.prependListener('request', (request, response) => {
      if (request.url === '/foreign') response.end('"foreign"')
    })
    const answer = await call(world, port, '/foreign', { client })
    t.match(answer, isRevoked ? { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_REVOKED' } } : { status: 200, body: 'foreign' })
  }
  t.equal(asked.length, 2)
})

t.test('a request that waits reaches no listener if its connection is then closed in mode required', async (t) => {
  const { url, asked } = await responderOf(t, () => ({ certStatus: revoked(new Date()) }))
  const { app, port } = await listen(t, world, { options: { mode: 'required', revocation: { ocsp: { responder: url } } } })
  const heard: unknown[] = []
  app.server.prependListener('request', (request) => { heard.push(request.url) })
  await t.rejects(call(world, port, '/foreign', { client }))
  t.equal(asked.length, 1)
  t.strictSame(heard, [])
})

t.test('a client that the responder calls revoked is not', async (t) => {
  const { url } = await responderOf(t, () => ({ certStatus: revoked(new Date(), Buffer.from('0a0101', 'hex')) }))
  const { port } = await listening(t, { ocsp: { responder: url }, whenUnknown: 'accept' })
  t.match(await call(world, port, '/guarded', { client }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_REVOKED', message: 'The client certificate has been revoked' } })
  t.match(await call(world, port, '/open', { client }), { status: 200, body: { caller: null, error: 'FST_CLIENT_CERTIFICATE_REVOKED' } })
})

t.test('while nothing can be told, the options tell', async (t) => {
  const { url } = await responderOf(t, () => failedOcspResponse(3))
  const strict = await listening(t, { ocsp: { responder: url } })
  t.match(await call(world, strict.port, '/guarded', { client }), { status: 503, body: { code: 'FST_CLIENT_CERTIFICATE_STATUS_UNKNOWN', message: 'The status of the client certificate cannot be told' } })
  t.match(strict.log.filter(({ msg }) => msg.startsWith('the status')), [{ level: 40, msg: 'the status of a certificate is not told by OCSP: the responder said tryLater' }])
  const lenient = await listening(t, { ocsp: { responder: url }, whenUnknown: 'accept' })
  t.equal((await call(world, lenient.port, '/guarded', { client })).status, 200)
})

t.test('an answer that is over is not used where another can be had', async (t) => {
  let ends = 0
  const { url, asked } = await responderOf(t, () => {
    if (ends > 0) return {}
    ends = soon()
    return { nextUpdate: nextUpdateOf(new Date(ends)) }
  })
  const { port } = await listening(t, { ocsp: { responder: url } })
  t.equal((await call(world, port, '/guarded', { client })).status, 200)
  while (Date.now() <= ends) await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal((await call(world, port, '/guarded', { client })).status, 200, 'the next request waits for the new one')
  t.equal(asked.length, 2)
})

t.test('a connection that is open ends when an answer says that its client is revoked', async (t) => {
  let isRevoked = false
  const { url } = await responderOf(t, () => isRevoked ? { certStatus: revoked(new Date()) } : { nextUpdate: nextUpdateOf(new Date(soon())) })
  const { port } = await listening(t, { ocsp: { responder: url } })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const opened = once(agent, 'free')
  t.equal((await call(world, port, '/guarded', { client, agent })).status, 200)
  const [socket] = await opened as [TLSSocket]
  isRevoked = true
  if (!socket.destroyed) await once(socket.resume(), 'close')
  t.match(await call(world, port, '/guarded', { client }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_REVOKED' } })
})

t.test('the greatest age of an answer counts also where its nextUpdate is later', async (t) => {
  const { url, asked } = await responderOf(t, () => ({ thisUpdate: timeOf(new Date()) }))
  const { port } = await listening(t, { ocsp: { responder: url, maxAge: 2000 } })
  t.equal((await call(world, port, '/guarded', { client })).status, 200)
  await new Promise((resolve) => setTimeout(resolve, 2100))
  t.equal((await call(world, port, '/guarded', { client })).status, 200)
  t.equal(asked.length, 2)
})

t.test('a URL is asked that a certificate of ours names, and never one that a stranger\'s does', async (t) => {
  const { host, asked } = await responderOf(t, () => ({}), client)
  const naming = (issuer: Minted) => mintClient(issuer, { extensions: [authorityInfoAccessExtension({ ocsp: [`http://${host}/`] })] })
  const { port } = await listening(t, { ocsp: { allowedHosts: [host], allowPrivateAddresses: true } })
  for (const issuer of [mintAuthority(), mintAuthority({ subject: 'Other CA' })]) {
    t.match(await call(world, port, '/guarded', { client: naming(issuer) }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  }
  t.equal(asked.length, 0)
  t.equal((await call(world, port, '/guarded', { client: naming(authority) })).status, 503, 'the answer is about another')
  t.equal(asked.length, 1)
})

t.test('a responder that is no URL stops the start, and is named', async (t) => {
  const ocsp = { responder: 'ocsp.example.com' }
  const message = (key: string) => ({ name: 'OptionError', code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key, message: `option '${key}' is no http or https URL` })
  await t.rejects(build(t, world, { options: { revocation: { ocsp } } }), message('revocation.ocsp.responder'))
  await t.rejects(build(t, world, { options: { trust: { partners: { ca: authority.pem, revocation: { ocsp } } } } }), message('trust.partners.revocation.ocsp.responder'))
})

t.test('a client of which its issuer publishes no revocation is let in, and no responder is asked', async (t) => {
  const { url, asked } = await responderOf(t, () => failedOcspResponse(3))
  const { port } = await listening(t, { ocsp: { responder: url } })
  const purpose = [basicConstraints(false), extendedKeyUsage('clientAuth')]
  const extensions = [...purpose, { type: '2.5.29.56', critical: false, value: Buffer.from([5, 0]) }]
  t.match(await call(world, port, '/guarded', { client: mintClient(authority, { extensions }) }), { status: 200 })
  t.equal(asked.length, 0)
  t.match(await call(world, port, '/guarded', { client: mintClient(authority, { extensions: [...extensions, authorityInfoAccessExtension({ ocsp: [url] })] }) }), {
    status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' }
  })
  t.match(await call(world, port, '/guarded', { client: mintClient(authority, { extensions: purpose }) }), { status: 503 })
  t.equal(asked.length, 1)
})
