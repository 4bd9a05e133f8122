import t, { type Test } from 'tap'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority, memoryStore, openAuthority, type CreateOptions } from '../../lib/authority/index.js'
import { writePem, type Certificate } from '../../lib/certificate/index.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { runProgram } from '../clients/program.js'
import { parts } from '../helpers/parts.js'

const at = new Date('2026-11-23T12:00:00.000Z')
const code = 'ERR_CERTIFICATE_AUTHORITY'

const make = (options: Partial<CreateOptions> = {}) => createAuthority({ subject: 'CN=Root', at, store: memoryStore(), ...options })
const below = (options: Partial<CreateOptions>) => make({ subject: 'CN=Issuing', days: 365, ...options })

t.test('an authority below another is signed by it, recorded by it, and hands out both with what it issues', async (t) => {
  const root = await make()
  const issuing = await below({ issuer: root, pathLength: 0 })
  const { certificate } = issuing
  t.strictSame(certificate.issuer.raw, root.certificate.subject.raw)
  t.strictSame({ ...certificate.basicConstraints }, { cA: true, pathLenConstraint: 0 })
  t.strictSame(certificate.authorityKeyIdentifier!.keyIdentifier, root.certificate.subjectKeyIdentifier)
  t.strictSame((await root.list({ at })).map(({ serialNumber }) => serialNumber), [certificate.serialNumber])
  const leaf = await issuing.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })
  t.strictSame(leaf.chain, [certificate, root.certificate])
  const path = verifyCertificationPath({ certificate: leaf.certificate, intermediates: [certificate], trustAnchors: [root.certificate], at, purpose: 'clientAuth' })
  t.equal(path.certificate.path!.length, 3)
  const again = await openAuthority({ certificate, privateKey: issuing.privateKey, above: [root.certificate] })
  t.strictSame(again.chain, [certificate, root.certificate])
})

t.test('a path length is less than that of the authority above', async (t) => {
  const root = await make({ pathLength: 1 })
  t.equal((await below({ issuer: root })).certificate.basicConstraints!.pathLenConstraint, 0)
  await t.rejects(below({ issuer: root, pathLength: 1 }), { code, message: 'pathLength: the issuer CN=Root allows at most 0 below it' })
  const issuing = await below({ issuer: root, pathLength: 0 })
  await t.rejects(below({ issuer: issuing }), { code, message: 'pathLength: the issuer CN=Issuing allows no authority below it' })
  t.equal((await below({ issuer: await make() })).certificate.basicConstraints!.pathLenConstraint, undefined)
})

t.test('it does not outlive the authority above, unless it is cut', async (t) => {
  const root = await make({ days: 100 })
  await t.rejects(below({ issuer: root }), { code, message: /^notAfter would be 2027-11-23T12:00:00Z, but the authority itself ends at 2027-03-03T12:00:00Z/ })
  const cut = await below({ issuer: root, whenPastEnd: 'cut' })
  t.strictSame(cut.certificate.validity.notAfter, root.certificate.validity.notAfter)
  await t.rejects(make({ whenPastEnd: 'cut' }), { code, message: 'whenPastEnd is for an authority with an issuer' })
})

t.test('places stand in what an authority issues, not in its own certificate', async (t) => {
  const places = { cRLDistributionPoints: ['http://example.com/ca.crl'], ocsp: ['http://example.com/ocsp'], caIssuers: ['http://example.com/ca.cer'] }
  const authority = await make({ places })
  t.strictSame(authority.certificate.cRLDistributionPoints, [])
  const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })
  t.strictSame(certificate.cRLDistributionPoints[0].fullName!.map(({ value }) => value), ['http://example.com/ca.crl'])
  t.equal(certificate.authorityInfoAccess.length, 2)
  const plain = await openAuthority({ certificate: authority.certificate, privateKey: authority.privateKey, places: { ocsp: [] } })
  t.strictSame((await plain.issue({ profile: 'client', subject: 'CN=alice', at, days: 30 })).certificate.authorityInfoAccess, [])
  await t.rejects(make({ places: { ocsp: ['no url'] } }), { code, message: /^places: / })
  await t.rejects(make({ places: { where: [] } as never }), { code, message: 'there is no option "where"; the options are cRLDistributionPoints, ocsp, caIssuers' })
})

t.test('name constraints that cannot be are refused', async (t) => {
  await t.rejects(make({ nameConstraints: { permitted: [], excluded: [] } }), { code, message: /^nameConstraints: / })
})

const verify = async (t: Test, root: Certificate, issuing: Certificate, leaf: Certificate) => {
  const cwd = t.testdir()
  for (const [name, certificate] of Object.entries({ root, issuing, leaf })) writeFileSync(join(cwd, `${name}.cer`), writePem('CERTIFICATE', certificate.raw))
  return await runProgram('openssl', ['verify', '-x509_strict', '-attime', String(at.getTime() / 1000), '-CAfile', 'root.cer', '-untrusted', 'issuing.cer', 'leaf.cer'], { cwd })
}

t.test('openssl finds the same: a good path, and names that are not allowed below the authority', { skip: parts.missing('openssl') }, async (t) => {
  const root = await make()
  const issuing = await below({ issuer: root, nameConstraints: { permitted: [{ type: 'rfc822Name', value: 'example.com' }] } })
  const issue = async (email: string) =>
    (await issuing.issue({ profile: 'client', subject: 'CN=alice', subjectAltName: [{ type: 'rfc822Name', value: email }], at, days: 30 })).certificate
  const good = await verify(t, root.certificate, issuing.certificate, await issue('alice@example.com'))
  t.equal(good.end, 0, good.stderr)
  const bad = await verify(t, root.certificate, issuing.certificate, await issue('alice@example.org'))
  t.not(bad.end, 0)
  t.match(bad.stderr, /permitted subtree violation/)
})
