import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Logger } from '@nestjs/common'
import { io as connectIo } from 'socket.io-client'
import t, { type Test } from 'tap'
import ts from 'typescript'
import { WebSocket } from 'ws'
import { call, makeWorld, tlsOptions } from '../helpers/application.js'
import { blocks } from '../helpers/walk.js'
import { upgrade } from './upgrade.js'

const world = makeWorld()
t.setTimeout(900_000)
const { client, stranger } = world

const compilerOptions: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, experimentalDecorators: true, emitDecoratorMetadata: true }

/** The guide's program, with the files of this test; `edit` changes it further. It exports its application and its error log. */
async function run (t: Test, edit: (program: string) => string = (program) => program): Promise<{ app: any, port: number }> {
  const folder = t.testdir({ 'server.key': world.server.key, 'server.cer': world.server.pem, 'ca.cer': world.authority.pem })
  const program = edit(blocks('docs/raw-requests.md', 'NestJS', 'ts')[0])
    .replace('\'fastify-client-certificate\'', JSON.stringify(pathToFileURL(join(process.cwd(), 'lib/index.ts')).href))
    .replace(/'(server\.key|server\.cer|ca\.cer)'/g, (_whole, name) => JSON.stringify(readFileSync(join(folder, name), 'utf8')))
    .replace('8443', '0')
  const { outputText } = ts.transpileModule(`${program}\nexport { app }`, { compilerOptions })
  const file = join(t.testdir({ 'application.mjs': outputText }), 'application.mjs')
  const { app } = await import(file)
  t.teardown(() => app.close())
  return { app, port: (app.getHttpServer().address() as AddressInfo).port }
}

/** What NestJS logs as errors. */
const errors: unknown[] = []
Logger.overrideLogger({ log () {}, warn () {}, error: (error: unknown) => { errors.push(error) } })

t.test('routes and gateways of NestJS are guarded as the guide says', async (t) => {
  const { app, port } = await run(t)
  t.match(await call(world, port, '/whoami'), { status: 401, headers: { 'www-authenticate': 'ClientCertificate' }, body: { statusCode: 401, code: 'FST_CLIENT_CERTIFICATE_MISSING', message: 'A client certificate is required' } })
  t.match(await call(world, port, '/whoami', { client: stranger }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  t.match(await call(world, port, '/nothing'), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } })
  t.match(await call(world, port, '/whoami', { client }), { status: 200, body: { caller: 'client' } })
  t.match(await call(world, port, '/health'), { status: 200, body: { status: 'ok' } }, '@RouteConfig')
  t.strictSame(errors, [], 'a refusal is not an error of the application')

  t.match(await upgrade(t, world, port, '/gateway'), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_MISSING' } })
  t.match(await upgrade(t, world, port, '/gateway', stranger), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  const socket = new WebSocket(`wss://127.0.0.1:${port}/gateway`, { ...tlsOptions(world, { client }), checkServerIdentity: () => undefined } as object)
  t.teardown(() => socket.terminate())
  t.equal(String((await once(socket, 'message'))[0]), 'hello client')
  const closed = once(socket, 'close')
  app.getHttpAdapter().getInstance().clientCertificates.deny({ publicKeyFingerprint256: client.certificate.publicKeyFingerprint256 })
  t.equal((await closed)[0], 1008)
})

t.test('without a filter NestJS answers with the status and message; gateways by Socket.IO are guarded, too', async (t) => {
  // What the gateway gets from this adapter is a socket of Socket.IO.
  const edit = (program: string) => program
    .replace('import { WsAdapter } from \'@nestjs/platform-ws\'', 'import { IoAdapter } from \'@nestjs/platform-socket.io\'').replace('new WsAdapter', 'new IoAdapter')
    .replace(/^app\.useGlobalFilters.*$/m, '')
    .replace('check(request)', 'check((client as any).request)').replace('client.send(', 'client.emit(\'said\' as never, ').replace('path: \'/gateway\'', '')
  const { port } = await run(t, edit)
  t.match(await call(world, port, '/whoami'), { status: 401, body: { statusCode: 401, message: 'A client certificate is required' } })
  t.match(await call(world, port, '/whoami', { client }), { status: 200, body: { caller: 'client' } })
  for (const transport of ['polling', 'websocket']) {
    const open = (by?: typeof client) => {
      const socket = connectIo(`https://127.0.0.1:${port}`, { ...tlsOptions(world, { client: by }), rejectUnauthorized: false, transports: [transport], reconnection: false, forceNew: true } as object)
      t.teardown(() => socket.disconnect())
      return new Promise((resolve) => { socket.on('connect_error', () => resolve('refused')).on('said', resolve) })
    }
    t.equal(await open(), 'refused')
    t.equal(await open(stranger), 'refused')
    t.equal(await open(client), 'hello client')
  }
})
