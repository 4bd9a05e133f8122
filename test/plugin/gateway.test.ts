import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import replyFrom from '@fastify/reply-from'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import clientCertificate from '../../lib/index.js'
import { isKnownField, writeClientCertFields } from '../../lib/forwarding/index.js'
import { fieldsOf, proxyKinds } from '../../lib/cli/forged-fields.js'
import { call, listen, makeWorld, tlsOptions } from '../helpers/application.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { behind, byNginx, proxyAddress } from './forwarding-scene.js'

// An application that is itself a gateway: what it sends to its upstream server about its clients.
const world = makeWorld()
const intermediate = mintAuthority({ issuer: world.authority, subject: 'intermediate' })
const below = mintClient(intermediate, { subject: 'below' })

/** A server behind the gateway, which believes the fields of RFC 9440 from it; it answers with the caller and the header. */
async function upstream (t: Test): Promise<string> {
  const app = Fastify({ forceCloseConnections: true })
  t.teardown(() => app.close())
  await app.register(websocket)
  await app.register(clientCertificate, {
    mode: 'none', ca: world.authority.pem, global: false, forwarding: { from: 'rfc9440', trustedProxies: '127.0.0.1' }
  })
  const seen = (request: FastifyRequest) => ({ caller: request.clientCertificate?.subject.commonName ?? null, headers: request.headers })
  app.get('/open', async (request) => seen(request))
  app.get('/socket', { websocket: true }, (socket, request) => socket.send(JSON.stringify(seen(request))))
  return app.listen({ port: 0, host: '127.0.0.1' })
}

async function gateway (t: Test, routes: (app: FastifyInstance, upstream: string) => unknown): Promise<number> {
  const address = await upstream(t)
  const options = { global: false, forwarding: { from: 'nginx', trustedProxies: '192.0.2.1', header: 'X-Own' } } as const
  const { port } = await listen(t, world, { options, routes: (app) => routes(app, address) })
  return port
}

const throughHttpProxy = (app: FastifyInstance, upstream: string) => app.register(httpProxy, {
  upstream,
  prefix: '/up',
  websocket: true,
  replyOptions: { rewriteRequestHeaders: (request, headers) => app.clientCertificates.forwardedFields(request, headers) },
  wsClientOptions: {
    rewriteRequestHeaders: (headers: IncomingHttpHeaders, request: FastifyRequest) => app.clientCertificates.forwardedFields(request, headers)
  }
} as Parameters<typeof httpProxy>[1])

async function throughReplyFrom (app: FastifyInstance, upstream: string): Promise<void> {
  await app.register(replyFrom, { base: upstream })
  app.get('/up/open', (request, reply) => reply.from('/open', {
    rewriteRequestHeaders: (_request, headers) => app.clientCertificates.forwardedFields(request, headers)
  }))
}

const field = ({ der }: { der: Buffer }): string => writeClientCertFields(der, [])['client-cert']
const forged = field(world.client)

/** Each known field in several spellings; that of RFC 9440 with a good certificate of another client. */
const forgeries = Object.fromEntries([...fieldsOf(proxyKinds), 'x-own', 'ssl-client-subject-dn', 'x-client-cert-present']
  .flatMap((name) => [name, name.replaceAll('-', '_'), name.replace('-', '_')]).map((name) => [name, /^client.cert$/.test(name) ? forged : 'forged']))

for (const [library, routes] of Object.entries({ '@fastify/http-proxy': throughHttpProxy, '@fastify/reply-from': throughReplyFrom })) {
  t.test(`${library} passes on the verified certificate, and no field that a client set`, async (t) => {
    const port = await gateway(t, routes)
    const stranger = await call(world, port, '/up/open', { headers: { ...forgeries, 'x-other': 'kept' } })
    t.match(stranger, { status: 200, body: { caller: null, headers: { 'x-other': 'kept' } } })
    const names = Object.keys(stranger.body.headers)
    t.strictSame(names.filter((name) => name in forgeries), [], 'nothing that was forged arrives')

    const known = await call(world, port, '/up/open', { client: below, chain: [intermediate], headers: forgeries })
    t.equal(known.body.caller, 'below')
    t.equal(known.body.headers['client-cert'], field(below))
    t.equal(known.body.headers['client-cert-chain'], field(intermediate), 'without the trust anchor')
  })

  t.test(`${library} passes on nothing of a certificate that is not verified or has expired`, async (t) => {
    const port = await gateway(t, routes)
    const expired = mintClient(world.authority, { subject: 'expired', notBefore: new Date(0), notAfter: new Date(1e12) })
    for (const client of [world.stranger, expired]) {
      const { status, body } = await call(world, port, '/up/open', { client, headers: { 'Client-Cert': forged, connection: 'close, client-cert' } })
      t.match({ status, caller: body.caller, field: body.headers['client-cert'] }, { status: 200, caller: null, field: undefined })
    }
  })
}

t.test('@fastify/http-proxy passes on the certificate of a WebSocket', async (t) => {
  const port = await gateway(t, throughHttpProxy)
  const ask = async (headers: Record<string, string>, client?: typeof below) => {
    const { ca, key, cert, servername } = tlsOptions(world, { client, chain: [intermediate] })
    const options = { ca, key, cert, servername, headers, checkServerIdentity: () => undefined }
    const socket = new WebSocket(`wss://127.0.0.1:${port}/up/socket`, options as object)
    t.teardown(() => socket.terminate())
    const [message] = await once(socket, 'message')
    return JSON.parse(String(message))
  }
  t.match(await ask({ 'Client-Cert': forged }), { caller: null, headers: { 'client-cert': undefined } })
  t.match(await ask({ 'Client-Cert': forged }, below), { caller: 'below', headers: { 'client-cert': field(below) } })
})

t.test('a certificate that a proxy verified is passed on without a chain', async (t) => {
  const forwarding = { from: 'nginx', trustedProxies: proxyAddress, verified: 'proxy' } as const
  const { ask } = await behind(t, { forwarding }, (app) => {
    app.get('/header', async (request) => app.clientCertificates.forwardedFields(request))
  })
  const { body } = await ask(byNginx(world.client), { url: '/header' })
  t.equal(body['client-cert'], field(world.client))
  t.notOk('client-cert-chain' in body || 'x-ssl-client-cert' in body)
})

t.test('a field that Connection names is not removed on the way', async (t) => {
  const { app } = await listen(t, world, { options: { global: false } })
  const request = { clientCertificate: null, clientCertificateError: null, headers: {} } as FastifyRequest
  const headers = (given: Record<string, string>) => app.clientCertificates.forwardedFields(request, given)
  t.strictSame(headers({ connection: 'close, Client_Cert', host: 'a' }), { host: 'a' })
  t.strictSame(headers({ Connection: 'keep-alive', host: 'a' }), { Connection: 'keep-alive', host: 'a' })
})

t.test('without headers of its own the request\'s are taken', async (t) => {
  const port = await gateway(t, (app) => app.get('/header', async (request) => app.clientCertificates.forwardedFields(request)))
  const { body } = await call(world, port, '/header', { client: world.client, headers: { 'x-own': 'forged', 'x-other': 'kept' } })
  t.match(body, { 'client-cert': forged, 'x-other': 'kept', 'x-own': undefined })
})

t.test('every field that a proxy writes is known, and usual fields are not', async (t) => {
  for (const name of fieldsOf(proxyKinds)) t.ok(isKnownField(name.toUpperCase()), name)
  const others = ['host', 'authorization', 'x-client-id', 'client-id', 'x-forwarded-for', 'x-ssl', 'sec-ch-ua', 'x-forwarded-client']
  t.strictSame(others.filter(isKnownField), [])
})
