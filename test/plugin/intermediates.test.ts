import t from 'tap'
import { Agent } from 'node:https'
import { call, listen, makeWorld } from '../helpers/application.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'

const world = makeWorld()
const intermediate = mintAuthority({ subject: 'Intermediate CA', issuer: world.authority })
const client = mintClient(intermediate, { subject: 'below' })

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  const tls = { minVersion: version, maxVersion: version }

  t.test(`intermediates that a client sends are used, and found again when its session is resumed, over ${version}`, async (t) => {
    const { port } = await listen(t, world, {
      routes: (app) => app.get('/path', async (request) => ({ path: request.clientCertificate?.path?.map((each) => each.subject.commonName), resumed: (request.raw.socket as any).isSessionReused() }))
    })
    const agent = new Agent({ keepAlive: false })
    const path = ['below', 'Intermediate CA', 'Test CA']
    t.match(await call(world, port, '/path', { client, chain: [intermediate], agent, ...tls }), { status: 200, body: { path, resumed: false } })
    t.match(await call(world, port, '/path', { client, chain: [intermediate], agent, ...tls }), { status: 200, body: { path, resumed: true } })
    agent.destroy()
  })

  t.test(`without its intermediate a path is not found, unless the server has it, over ${version}`, async (t) => {
    const without = await listen(t, world)
    t.match(await call(world, without.port, '/guarded', { client, ...tls }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
    const having = await listen(t, world, { options: { ca: [world.authority.pem, intermediate.pem] } })
    t.match(await call(world, having.port, '/guarded', { client, ...tls }), { status: 200 })
  })
}
