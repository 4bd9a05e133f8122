import { verify } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAuthority, keyTypes, memoryStore, openAuthority, type KeyType } from '../../lib/authority/index.js'
import { signatureAlgorithm, writePem } from '../../lib/certificate/index.js'
import { parts } from '../helpers/parts.js'
import { runProgram } from '../clients/program.js'
import { mint, keyUsage, basicConstraints } from '../helpers/mint.js'

const at = new Date('2026-11-23T12:34:56.789Z')
const code = 'ERR_CERTIFICATE_AUTHORITY'

const make = (options: object = {}) => createAuthority({ subject: 'CN=Example CA', at, store: memoryStore(), ...options })

t.test('a list names its issuer and its key, counts on, and says when the next one comes', async (t) => {
  const authority = await make()
  const list = await authority.certificateList({ at, days: 7 })
  t.equal(list.version, 2)
  t.strictSame(list.issuer.raw, authority.certificate.subject.raw)
  t.strictSame(list.authorityKeyIdentifier!.keyIdentifier, authority.certificate.subjectKeyIdentifier)
  t.equal(list.thisUpdate.toISOString(), '2026-11-23T12:33:56.000Z', 'a minute earlier, for clocks that are slow')
  t.equal(list.nextUpdate!.toISOString(), '2026-11-30T12:34:56.000Z')
  const exact = await authority.certificateList({ at, days: 7, backdateSeconds: 0 })
  t.equal(exact.thisUpdate.toISOString(), '2026-11-23T12:34:56.000Z')
  const next = await authority.certificateList({ at, nextUpdate: new Date('2050-01-01T00:00:00.000Z') })
  t.equal(next.nextUpdate!.toISOString(), '2050-01-01T00:00:00.000Z')
  t.ok(next.number! > list.number!)
})

t.test('it is signed by the key of the authority, of whatever type', async (t) => {
  for (const keyType of ['ec-p256', 'ec-p384', 'rsa-2048', 'ed25519'] as const) {
    const authority = await make({ keyType })
    const list = await authority.certificateList({ at, days: 7 })
    const { hash, padding, saltLength } = signatureAlgorithm(list.signatureAlgorithm)!
    t.ok(verify(hash, list.tbsCertificateList, { key: authority.certificate.publicKey, padding, saltLength }, list.signature), keyType)
  }
})

t.test('what cannot be is refused, and no number is used up', async (t) => {
  const authority = await make()
  const refused = (t: Test, options: object, message: string) => t.rejects(authority.certificateList({ at, ...options }), { code, message })
  await refused(t, {}, 'one of days and nextUpdate has to be given')
  await refused(t, { days: 7, nextUpdate: at }, 'one of days and nextUpdate has to be given')
  await refused(t, { days: -1 }, 'days is -1, and not a number above 0')
  await refused(t, { weeks: 1 }, 'there is no option "weeks"; the options are at, backdateSeconds, days, nextUpdate')
  const first = await authority.certificateList({ at, days: 1 })
  t.equal((await authority.certificateList({ at, days: 1 })).number, first.number! + 1n)
})

t.test('an authority whose keyUsage has no cRLSign signs none', async (t) => {
  const minted = mint({ subject: 'Half CA', extensions: [basicConstraints(true), keyUsage('keyCertSign')] })
  const authority = await openAuthority({ certificate: minted.certificate, privateKey: minted.privateKey, store: memoryStore() })
  await t.rejects(authority.certificateList({ at, days: 7 }), { code, message: 'certificate of CN=Half CA has a keyUsage without cRLSign' })
})

for (const keyType of keyTypes.filter((type) => type !== 'rsa-4096' && type !== 'rsa-3072') as KeyType[]) {
  t.test(`openssl verifies the list of an authority with ${keyType}, and reads it as it was meant`, { skip: parts.missing('openssl') }, async (t) => {
    const authority = await make({ keyType })
    const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })
    await authority.revoke(certificate, { at, reason: 'cessationOfOperation' })
    const list = await authority.certificateList({ at, days: 7 })
    const cwd = t.testdir()
    writeFileSync(join(cwd, 'ca.cer'), writePem('CERTIFICATE', authority.certificate.raw))
    writeFileSync(join(cwd, 'ca.crl'), list.raw)
    const { end, stdout, stderr } = await runProgram('openssl', ['crl', '-inform', 'DER', '-in', 'ca.crl', '-CAfile', 'ca.cer', '-noout', '-text'], { cwd })
    t.equal(end, 0, stderr)
    t.match(stderr, /verify OK/)
    t.match(stdout, new RegExp(`Serial Number: ${certificate.serialNumber}`, 'i'))
    t.match(stdout, /Cessation Of Operation/)
    t.match(stdout, /X509v3 CRL Number/)
  })
}
