import { writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import t from 'tap'
import { call, callHttp2, listen, makeWorld, openHttp2, type Answer } from '../helpers/application.js'
import { mint, mintAuthority } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'

const world = makeWorld()
const reloads = 200

// Two good states: another CA beside the one of the clients, another certificate of the server, another list.
const { publicKey, privateKey } = world.server
const states = [1, 2].map((number) => ({
  ca: mintAuthority({ subject: `Other CA ${number}` }).pem + world.authority.pem,
  cert: mint({ subject: `server ${number}`, issuer: world.authority, keys: { publicKey, privateKey }, extensions: world.server.certificate.extensions.filter(({ type }) => type === '2.5.29.17') }).pem
}))

interface Load { readonly name: string, readonly ask: () => Promise<Answer>, readonly end: () => unknown }

/** One client of each kind: over a connection that it keeps, or a new one each time. */
function clients (port: number): Load[] {
  const { client } = world
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const session = openHttp2(world, port, { client, ...({ ALPNProtocols: ['h2'] }) })
  return [
    { name: 'HTTP/1, kept-alive', ask: () => call(world, port, '/guarded', { client, agent }), end: () => agent.destroy() },
    { name: 'HTTP/1, new connections', ask: () => call(world, port, '/guarded', { client }), end () {} },
    { name: 'HTTP/2, one session', ask: () => callHttp2(session, '/guarded'), end: () => session.close() },
    {
      name: 'HTTP/2, new sessions',
      async ask () {
        const session = openHttp2(world, port, { client, ...({ ALPNProtocols: ['h2'] }) })
        const answer = await callHttp2(session, '/guarded')
        session.close()
        return answer
      },
      end () {}
    }
  ]
}

t.test('200 reloads under load: no request fails, and a broken file in between changes nothing and is reported', async (t) => {
  const folder = t.testdir({})
  const files = { ca: join(folder, 'ca.pem'), cert: join(folder, 'server.pem'), crl: join(folder, 'ca.crl') }
  const write = (number: number) => {
    writeFileSync(files.ca, states[number % 2].ca)
    writeFileSync(files.cert, states[number % 2].cert)
    writeFileSync(files.crl, mintList(world.authority, { number: number + 1 }))
  }
  write(0)
  const { app, port, log } = await listen(t, world, { http2: true, options: { ...files, watch: false } })

  const load = { isOver: false }
  const loads = clients(port)
  const answered = loads.map(async ({ ask, end }) => {
    const statuses: unknown[] = []
    while (!load.isOver) statuses.push(await ask().then(({ status }) => status, (error) => error.message))
    end()
    return statuses
  })
  for (let number = 1; number <= reloads; number++) {
    if (number % 50 === 0) {
      writeFileSync(files.ca, 'nonsense')
      await t.rejects(app.clientCertificates.reload(), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key: 'ca' })
    }
    write(number)
    if (!await app.clientCertificates.reload()) t.fail(`reload ${number} found nothing new`)
  }
  load.isOver = true
  const statuses = await Promise.all(answered)

  for (const [place, { name }] of loads.entries()) {
    t.same([...new Set(statuses[place])], [200], name)
    t.ok(statuses[place].length >= 20, `${name}: ${statuses[place].length} requests`)
  }
  const told = (text: string) => log.filter(({ msg }) => msg.startsWith(text)).length
  t.equal(told('trust was reloaded'), reloads)
  t.equal(told('what was to be reloaded is not good'), 4)
  t.same(app.clientCertificates.refusals(), [])
})
