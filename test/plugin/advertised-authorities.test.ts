import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ClientCertificateOptions } from '../../lib/index.js'
import { runProgram } from '../clients/program.js'
import { build, call, listen, makeWorld, type LogLine } from '../helpers/application.js'
import { mintAuthority, newKeys, type Minted } from '../helpers/mint.js'
import { refusesOption } from '../helpers/option-error.js'
import { parts } from '../helpers/parts.js'

const world = makeWorld()
const { authority } = world
const other = mintAuthority({ subject: 'Other CA' })
const partners = mintAuthority({ subject: 'Partners CA' })

/** The names that a client is sent, by openssl. */
async function namesSent (port: number, servername = 'localhost'): Promise<string[]> {
  const { stdout } = await runProgram('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', servername, '-tls1_2'])
  const [, names = ''] = /^Acceptable client certificate CA names\n((?:CN ?= ?.*\n)*)/m.exec(stdout) ?? []
  return names.split('\n').filter((name) => name !== '').map((name) => name.replace(/^CN ?= ?/, ''))
}

t.test('clients are sent the names of all CAs, of none, or of those that are given', { skip: parts.missing('openssl') }, async (t) => {
  const ca = [authority.pem, other.pem, authority.pem]
  const cases: Array<[ClientCertificateOptions['advertisedAuthorities'], string[]]> = [
    [undefined, ['Test CA', 'Other CA']], ['all', ['Test CA', 'Other CA']], ['none', []], [[other.pem, partners.der], ['Other CA', 'Partners CA']]
  ]
  for (const [advertisedAuthorities, names] of cases) {
    const { port } = await listen(t, world, { options: { ca, ...(advertisedAuthorities && { advertisedAuthorities }) } })
    t.strictSame(await namesSent(port), names)
    t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
    t.match(await call(world, port, '/guarded', { client: world.stranger }), { status: 401 })
  }
})

t.test('a trust profile has its own', { skip: parts.missing('openssl') }, async (t) => {
  const trust = { partners: { ca: partners.pem, hosts: ['partners.test'], advertisedAuthorities: [other.pem] }, more: { ca: partners.pem, advertisedAuthorities: 'none' } } as const
  const { port } = await listen(t, world, { options: { trust } })
  t.strictSame(await namesSent(port), ['Test CA'])
  t.strictSame(await namesSent(port, 'partners.test'), ['Other CA'])
})

const keys = newKeys()
// 1,000 bytes of name each.
const largeAuthority = (number: number): Minted => mintAuthority({ subject: [['organizationName', String(number).padStart(977, '0')]], keys })
const large = Array.from({ length: 65 }, (_, number) => largeAuthority(number))
const pemOf = (authorities: readonly Minted[]) => [authority, ...authorities].map(({ pem }) => pem).join('')
const tooMany = (count: number, bytes: number) => `sends each client the names of ${count} CAs, which take ${bytes} bytes: every handshake fails with more than 65000; set it to 'none', or to the CAs that clients need to choose by`
const warnings = (log: readonly LogLine[]) => log.filter(({ level, msg }) => level === 40 && msg.startsWith('each client is sent'))

t.test('names that a handshake can hold are sent, and those that some clients cannot read cause a warning', async (t) => {
  const few = await build(t, world, { options: { ca: pemOf(large.slice(0, 29)) } })
  t.strictSame(warnings(few.log), [])
  const { port, log } = await listen(t, world, { options: { ca: pemOf(large.slice(0, 64)) } })
  t.match(warnings(log), [{ advertisedAuthorities: { key: 'advertisedAuthorities', count: 65, bytes: 64_022 }, msg: /^each client is sent the names of 65 CAs, which take 64022 bytes: some clients cannot read so many \(Java stops at 32 KiB\)/ }])
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) t.match(await call(world, port, '/guarded', { client: world.client, maxVersion }), { status: 200 }, maxVersion)
})

t.test('more names than that stop the start, and are refused by a reload', async (t) => {
  const ca = join(t.testdir(), 'ca.pem')
  writeFileSync(ca, pemOf(large))
  await refusesOption(t, build(t, world, { options: { ca } }), 'advertisedAuthorities', tooMany(66, 65_022))
  await refusesOption(t, build(t, world, { options: { trust: { partners: { ca, hosts: ['partners.test'] } } } }), 'trust.partners.advertisedAuthorities', tooMany(66, 65_022))
  writeFileSync(ca, authority.pem)
  const { app, port } = await listen(t, world, { options: { ca, watch: false } })
  writeFileSync(ca, pemOf(large))
  await refusesOption(t, app.clientCertificates.reload(), 'advertisedAuthorities', tooMany(66, 65_022))
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 }, 'the last good state stays')
  t.equal(app.clientCertificates.trustAnchors.length, 1)
})

t.test('none of them need be sent, however many there are', async (t) => {
  const { port, log } = await listen(t, world, { options: { ca: pemOf(large), advertisedAuthorities: 'none' } })
  t.match(await call(world, port, '/guarded', { client: world.client }), { status: 200 })
  t.strictSame(warnings(log), [])
  const forwarding = { from: 'nginx', trustedProxies: '10.0.0.1' } as const
  await t.resolves(build(t, world, { options: { ca: pemOf(large), mode: 'none', forwarding } }), 'where no certificate is asked for')
})

t.test('given certificates are read, and clients of other CAs get in all the same', async (t) => {
  const { port } = await listen(t, world, { options: { advertisedAuthorities: [other.pem, partners.der] } })
  t.equal((await call(world, port, '/guarded', { client: world.client })).status, 200)
})

t.test('a file of certificates is read again', { skip: parts.missing('openssl') }, async (t) => {
  const file = join(t.testdir(), 'advertised.pem')
  writeFileSync(file, other.pem)
  const { app, port } = await listen(t, world, { options: { advertisedAuthorities: [file], watch: false } })
  t.equal(await app.clientCertificates.reload(), false)
  writeFileSync(file, partners.pem)
  t.equal(await app.clientCertificates.reload(), true)
  t.strictSame(await namesSent(port), ['Partners CA'])
})

t.test('what it cannot be stops the start', async (t) => {
  const cases: Array<[unknown, string | RegExp]> = [
    ['some', "must be 'all', 'none' or a list of certificates"], [null, "must be 'all', 'none' or a list of certificates"],
    [[], "is an empty list: set it to 'none'"], [['not-there.pem'], /^option '[\w.]+' names the file not-there\.pem, which does not exist/],
    [[Buffer.from('05ff', 'hex')], /neither PEM nor DER|not a certificate|cannot be/], [[Buffer.from('3000', 'hex')], /cannot be used: Certificate\.tbsCertificate is missing/]
  ]
  for (const [advertisedAuthorities, problem] of cases) {
    const given = { advertisedAuthorities } as object
    await refusesOption(t, build(t, world, { options: given }), 'advertisedAuthorities', problem)
    await refusesOption(t, build(t, world, { options: { trust: { partners: { ca: partners.pem, ...given } } } }), 'trust.partners.advertisedAuthorities', problem)
  }
  const none = { mode: 'none', ca: undefined, advertisedAuthorities: 'all' } as const
  await refusesOption(t, build(t, world, { options: none }), 'advertisedAuthorities', "is given, but with mode 'none' no certificate is asked for")
})
