import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { nobody } from '../../lib/plugin/called.js'
import { Callers, servernameOf } from '../../lib/plugin/callers.js'
import { DenyList } from '../../lib/plugin/deny-list.js'
import type { Forwarding } from '../../lib/plugin/forwarding.js'
import { checkForwarding } from '../../lib/plugin/forwarding-options.js'
import { ForwardingSource } from '../../lib/plugin/forwarding-source.js'
import type { TrustProfile } from '../../lib/plugin/trust-profile.js'
import { VouchedClient } from '../../lib/plugin/vouched-client.js'
import { build } from '../helpers/application.js'
import { twin } from '../helpers/twin.js'
import { byNginx, said, world } from './forwarding-scene.js'

const requestOf = (raw: object) => ({ clientCertificateCalled: null, raw }) as unknown as FastifyRequest

t.test('a socket without an address is a Unix domain socket only where the server listens on one', async (t) => {
  const addressOn = (isUnix: boolean) => {
    let address: unknown = 'nobody was asked'
    const forwarding = { calledBy: (_request: unknown, sender: { address: unknown }) => { address = sender.address } } as unknown as Forwarding
    t.equal(new Callers({ forwarding, now: Date.now, isOnUnixSocket: () => isUnix }).of(requestOf({ socket: {} })), nobody)
    return address
  }
  t.equal(addressOn(true), 'unix')
  t.equal(addressOn(false), undefined)
})

t.test('a request without one host has no name that it was made for', async (t) => {
  const named = (headers: object) => servernameOf(requestOf({ socket: {}, headers }), nobody)
  t.equal(named({ host: 'A.example:8443' }), 'a.example')
  t.equal(named({ ':authority': 'a.example', host: 'b.example' }), undefined)
  t.equal(named({}), undefined)
})

t.test('a defect is not taken for a malformed field, nor for a certificate that is on the deny list', async (t) => {
  const [options] = checkForwarding({ from: 'nginx', trustedProxies: '127.0.0.1' })
  const source = new ForwardingSource(options, {} as never)
  t.throws(() => source.calledBy(requestOf({}), { address: undefined, called: undefined, now: Date.now }), TypeError)
  const denyList = { check () { throw new TypeError('a defect') } }
  t.throws(() => new VouchedClient(world.client.der, true, denyList as never, Date.now()).verdictAt(Date.now(), { name: 'default' } as TrustProfile), { name: 'TypeError', message: 'a defect' })
  const address = { toString () { throw new TypeError('a defect') } }
  t.throws(() => checkForwarding({ from: 'nginx', trustedProxies: { address } }), { name: 'TypeError', message: 'a defect' })
})

t.test('a client that a proxy vouches for is told by its certificate, and nothing ends before it was let in', async (t) => {
  const { der, certificate, certificate: { validity: { notAfter } } } = world.client
  const client = new VouchedClient(der, true, new DenyList([]), 0)
  const now = Date.now()
  t.strictSame([client.forget(certificate), client.forget(twin(world.client).certificate), client.forget(world.stranger.certificate)], [true, true, false])
  t.strictSame([client.isOverAt(now), client.nextLook()], [false, Infinity])
  client.verdictAt(now, { name: 'default', revision: 0 } as TrustProfile)
  t.strictSame([client.isOverAt(now), client.nextLook()], [false, notAfter.getTime() + 1000])
  t.match(client.verdictAt(now, { name: 'partners', revision: 0 } as TrustProfile), { refusal: { reason: 'UNTRUSTED' } })
  t.match(client.latest, { profile: { name: 'default' } }, 'who did not let it in does not end it')
  t.equal(client.isOverAt(now), false)
  t.strictSame([client.isOverAt(notAfter.getTime() + 1000), client.nextLook()], [true, Infinity])
})

t.test('who came over no connection of ours has no certificate to be known as a proxy by', async (t) => {
  const { app } = await build(t, world, { options: { forwarding: { from: 'nginx', trustedProxies: { certificate: { subject: { commonName: 'client' } } } } } })
  const answer = await app.inject({ url: '/guarded', headers: byNginx(world.client) })
  t.equal(said({ status: answer.statusCode, body: answer.json() }), '401 MISSING')
})
