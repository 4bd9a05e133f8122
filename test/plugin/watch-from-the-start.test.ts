import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { call, listen, makeWorld } from '../helpers/application.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'

t.test('a file that is replaced as soon as the application is ready is read again', async (t) => {
  const world = makeWorld()
  const ca = join(t.testdir({ 'ca.pem': world.authority.pem }), 'ca.pem')
  const other = mintAuthority({ subject: 'Other CA' })
  const client = mintClient(other)
  const { app, port } = await listen(t, world, { options: { ca } })
  writeFileSync(ca, other.pem)
  t.match(await call(world, port, '/guarded', { client }), { status: 401, body: { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED' } })
  while (app.clientCertificates.trustAnchors[0]?.subject.commonName !== 'Other CA') await new Promise((resolve) => setTimeout(resolve, 50))
  t.match(await call(world, port, '/guarded', { client }), { status: 200 })
})
