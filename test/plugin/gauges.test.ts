import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Agent } from 'node:https'
import { readGauges } from '../../lib/plugin/gauges.js'
import { Trust } from '../../lib/plugin/trust.js'
import { Warnings } from '../../lib/plugin/warnings.js'
import { checkRevocationSettings } from '../../lib/plugin/revocation-options.js'
import { call, listen, makeWorld } from '../helpers/application.js'
import { mint, mintAuthority, mintClient, newKeys } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'

const world = makeWorld()
const day = 24 * 60 * 60 * 1000
const now = Date.now()
const inDays = (days: number) => new Date(now + days * day)

async function trustWith (lists: readonly string[]): Promise<Trust> {
  const options = { ca: world.authority.pem, crl: lists.length === 0 ? undefined : lists, revocation: {}, trust: {}, now: () => now }
  return Trust.open(options as never, {} as never, () => {}, 5000)
}

t.test('clients are counted by the days that their certificates have left, in a few groups', async (t) => {
  const trust = await trustWith([])
  const clients = [-1, 0.5, 1, 3, 7, 20, 60, 200, 365, 1000, 2000].map((days) => ({
    certificate: mintClient(world.authority, { notBefore: inDays(-2), notAfter: new Date(Math.floor(inDays(days).getTime() / 1000) * 1000) }).certificate
  }))
  const gauges = readGauges({ trust, clients: [...clients, { certificate: null }] as never, serverCertificate: undefined, removals: 0, at: now })
  t.same(gauges.clientsByDaysToExpiry, { expired: 1, 1: 2, 7: 2, 30: 1, 90: 1, 365: 2, more: 2 })
  t.equal(gauges.clientsWithoutCertificate, 1)
  t.equal(gauges.serverCertificateDaysLeft, undefined)
})

t.test('an application tells the state of its lists and of its own certificate', async (t) => {
  const folder = t.testdir({})
  const crl = join(folder, 'ca.crl')
  writeFileSync(crl, mintList(world.authority, { number: 7, revoked: ['0a'], thisUpdate: new Date(Date.now() - 60_000), nextUpdate: new Date(Date.now() + 120_000) }))
  const { app, port } = await listen(t, world, { options: { crl } })
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  t.equal((await call(world, port, '/guarded', { client: world.client, agent })).status, 200)
  const { lists, clientsByDaysToExpiry, clientsWithoutCertificate, serverCertificateDaysLeft } = app.clientCertificates.gauges()
  t.match(lists, [{ profile: 'default', issuer: 'CN=Test CA', source: crl, number: '7', entries: 1 }])
  t.ok(Math.abs(lists[0].ageSeconds - 60) <= 5 && Math.abs(lists[0].nextUpdateInSeconds as number - 120) <= 5)
  t.match(clientsByDaysToExpiry, { 30: 1, more: 0 })
  t.equal(clientsWithoutCertificate, 0)
  t.ok((serverCertificateDaysLeft as number) > 29 && (serverCertificateDaysLeft as number) < 31)
})

interface Line { facts: Record<string, unknown>, message: string }

const warned = (trust: Trust, certificate: ReturnType<typeof mint>['certificate'] | undefined, at = now) => {
  const lines: Line[] = []
  let clock = at
  const warnings = new Warnings({ trust, serverCertificate: () => certificate, now: () => clock, log: { warn: (facts: Line['facts'], message: string) => lines.push({ facts, message }) } as never })
  return { lines, warnings, pass (time: number) { clock += time; warnings.look() } }
}

t.test('well before the server\'s certificate ends a line says so, once a day', async (t) => {
  const trust = await trustWith([])
  const server = (from: number, to: number) => mint({ subject: 'server', notBefore: inDays(from), notAfter: inDays(to) }).certificate
  const cases: Array<[number, number, string[]]> = [
    [-10, 80, []], [-70, 20, ['the certificate of this server expires soon']], [-700, 29, ['the certificate of this server expires soon']],
    [-0.2, 0.8, []], [-0.9, 0.1, ['the certificate of this server expires soon']], [-9, -1, ['the certificate of this server has expired']]
  ]
  for (const [from, to, expected] of cases) {
    const { lines, warnings } = warned(trust, server(from, to))
    t.same(lines.map(({ message }) => message), expected, `${from} to ${to}`)
    warnings.close()
  }
  const { lines, warnings, pass } = warned(trust, server(-70, 20))
  pass(day / 2)
  t.equal(lines.length, 1)
  pass(day)
  t.equal(lines.length, 2)
  t.match(lines[1].facts, { serverCertificate: { subject: 'CN=server' } })
  warnings.close()
})

t.test('well before a certificate list ends a line says so', async (t) => {
  const cases: Array<[number, number, string[]]> = [[-1, 6, []], [-6, 1, ['a certificate list will be stale soon']], [-8, -1, ['a certificate list is stale']]]
  for (const [from, to, expected] of cases) {
    const trust = await trustWith([mintList(world.authority, { thisUpdate: inDays(from), nextUpdate: inDays(to) })])
    const { lines, warnings } = warned(trust, undefined)
    t.same(lines.map(({ message }) => message), expected)
    if (expected.length > 0) t.match(lines[0].facts, { certificateList: { profile: 'default', issuer: 'CN=Test CA' } })
    warnings.close()
    trust.close()
  }
})

t.test('how revocation is judged is checked at the start', async (t) => {
  const cases: Array<[unknown, string, RegExp]> = [
    [null, 'revocation', /is not an object$/],
    [true, 'revocation', /is not an object$/],
    [{ depth: 'leaf' }, 'revocation.depth', /is none of 'end-entity', 'path'$/],
    [{ whenUnknown: 'ignore' }, 'revocation.whenUnknown', /is none of 'reject', 'accept'$/],
    [{ whenStale: true }, 'revocation.whenStale', /is none of/],
    [{ allowPrivateAddresses: 1 }, 'revocation.allowPrivateAddresses', /is none of true, false$/],
    [{ gracePeriod: -1 }, 'revocation.gracePeriod', /is no number, or a negative one$/],
    [{ gracePeriod: '1' }, 'revocation.gracePeriod', /is no number/],
    [{ whenUnknow: 'accept' }, 'revocation.whenUnknow', /is unknown$/],
    [{ distributionPoints: true }, 'revocation.distributionPoints', /only hosts that are named are asked$/],
    [{ distributionPoints: null }, 'revocation.distributionPoints', /only hosts that are named are asked$/],
    [{ distributionPoints: { allowedHosts: [] } }, 'revocation.distributionPoints', /only hosts/],
    [{ ocsp: true }, 'revocation.ocsp', /is neither false nor an object$/],
    [{ ocsp: {} }, 'revocation.ocsp', /names neither a responder nor allowedHosts/],
    [{ ocsp: { allowedHosts: [] } }, 'revocation.ocsp', /names neither/],
    [{ ocsp: { responder: 'http://localhost/', retries: 3 } }, 'revocation.ocsp.retries', /is unknown$/],
    [{ ocsp: { responder: 'http://localhost/', timeout: 'long' } }, 'revocation.ocsp.timeout', /is no whole number above 0$/],
    [{ ocsp: { responder: 'http://localhost/', maxCached: 0 } }, 'revocation.ocsp.maxCached', /is no whole number above 0$/],
    [{ ocsp: { responder: 'http://localhost/', nonce: 'yes' } }, 'revocation.ocsp.nonce', /is neither true nor false$/]
  ]
  for (const [settings, key, message] of cases) t.throws(() => checkRevocationSettings(settings as never, 'revocation'), { code: 'FST_CLIENT_CERTIFICATE_INVALID_OPTION', key, message })
  t.strictSame(checkRevocationSettings(undefined, 'revocation'), {})
  const good = { depth: 'path', whenUnknown: undefined, distributionPoints: false, ocsp: false, gracePeriod: 0 }
  t.equal(checkRevocationSettings(good as never, 'revocation'), good)
})

t.test('well before a CA ends a line says so, for each of each profile, unless it was certified anew', async (t) => {
  const authority = (from: number, to: number, keys = newKeys()) => mintAuthority({ notBefore: inDays(from), notAfter: inDays(to), keys })
  const keys = newKeys()
  const soon = 'the certificate of a CA expires soon: from then on clients that it signed are refused'
  const over = 'the certificate of a CA has expired: clients that it signed are refused'
  const early = 'the certificate of a CA is not valid yet: clients that it signed are refused'
  const cases: Array<[ReadonlyArray<ReturnType<typeof mintAuthority>>, string[]]> = [
    [[authority(-10, 80)], []], [[authority(-700, 29)], [soon]], [[authority(-2000, -1000)], [over]], [[authority(1, 90)], [early]],
    [[authority(-700, 29), authority(-10, 80)], [soon]], [[authority(-700, 29, keys), authority(-10, 80, keys)], []], [[authority(-700, -1, keys), authority(-700, 1, keys)], [over, soon]]
  ]
  for (const [authorities, expected] of cases) {
    const trust = await Trust.open({ ca: authorities.map(({ pem }) => pem), revocation: {}, trust: { partners: { ca: authority(-10, 80).pem, hosts: [] } } } as never, {} as never, () => {}, 5000)
    const { lines, warnings, pass } = warned(trust, undefined)
    t.same(lines.map(({ message }) => message), expected)
    if (expected.length === 1) t.match(lines[0].facts, { certificateAuthority: { profile: 'default', subject: 'CN=Test CA', fingerprint256: authorities[0].certificate.fingerprint256 } })
    pass(1000)
    t.equal(lines.length, expected.length, 'once a day')
    const gauges = readGauges({ trust, clients: [], serverCertificate: undefined, removals: 0, at: now }).authorities
    t.match(gauges.map(({ profile }) => profile), [...authorities.map(() => 'default'), 'partners'])
    t.ok(Math.abs(gauges[0].daysLeft - (authorities[0].certificate.validity.notAfter.getTime() - now) / day) < 0.01)
    warnings.close()
  }
})

t.test('a refusal that a CA causes says so', async (t) => {
  const ended = mintAuthority({ notBefore: inDays(-90), notAfter: inDays(-1) })
  const early = mintAuthority({ subject: 'Early CA', notBefore: inDays(1), notAfter: inDays(90) })
  const { app, port, log } = await listen(t, world, { options: { ca: [ended.pem, early.pem] } })
  for (const issuer of [ended, early]) t.equal((await call(world, port, '/guarded', { client: mintClient(issuer) })).status, 401)
  t.match(app.clientCertificates.refusals(), [
    { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', hint: 'the certificate of the CA CN=Test CA has expired, not the client\'s: renew the CA\'s certificate, and give it to this server' },
    { code: 'FST_CLIENT_CERTIFICATE_UNTRUSTED', hint: 'the certificate of the CA CN=Early CA is not valid yet: see that the clocks here and at the CA are right' }
  ])
  t.equal(log.filter(({ certificateAuthority }) => certificateAuthority !== undefined).length, 2, 'and the start warns of both')
})
