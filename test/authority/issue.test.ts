import { createHash, X509Certificate } from 'node:crypto'
import t, { type Test } from 'tap'
import { createAuthority, generatePrivateKey, openAuthority, type Authority, type IssueOptions, type Profile } from '../../lib/authority/index.js'
import type { GeneralNameText } from '../../lib/certificate/index.js'
import { mintAuthority } from '../helpers/mint.js'

const at = new Date('2026-11-23T12:34:56.789Z')
const subjectAltName: readonly GeneralNameText[] = [
  { type: 'dNSName', value: 'localhost' }, { type: 'iPAddress', value: '127.0.0.1' }, { type: 'iPAddress', value: '::1' }
]

const newAuthority = () => createAuthority({ subject: 'CN=Example CA', at })

const refused = (t: Test, authority: Authority, options: Partial<IssueOptions> & Record<string, unknown>, message: string) =>
  t.rejects(authority.issue({ profile: 'client', subject: 'CN=alice', at, ...('notAfter' in options ? {} : { days: 1 }), ...options }),
    { name: 'AuthorityError', code: 'ERR_CERTIFICATE_AUTHORITY', message })

t.test('a client certificate says all that RFC 5280 wants of it, and no more', async (t) => {
  const authority = await newAuthority()
  const { certificate, privateKey, chain } = await authority.issue({ profile: 'client', subject: 'CN=alice+UID=a1,OU=Operations,O=Example', at, days: 365 })
  t.equal(certificate.version, 3)
  t.match(certificate.serialNumber, /^[4-7][0-9a-f]{39}$/, 'twenty octets, positive')
  t.equal(certificate.signatureAlgorithm.algorithm, '1.2.840.10045.4.3.2')
  t.strictSame(certificate.issuer.raw, authority.certificate.subject.raw)
  t.equal(certificate.subject.toString(), 'CN=alice+UID=a1,OU=Operations,O=Example')
  t.equal(certificate.validity.notBefore.toISOString(), '2026-11-23T12:33:56.000Z')
  t.equal(certificate.validity.notAfter.toISOString(), '2027-11-23T12:34:56.000Z')
  t.strictSame(certificate.extensions.map(({ type, critical }) => [type, critical]), [
    ['2.5.29.19', true], ['2.5.29.15', true], ['2.5.29.37', false], ['2.5.29.14', false], ['2.5.29.35', false]
  ])
  t.strictSame({ ...certificate.basicConstraints }, { cA: false, pathLenConstraint: undefined })
  t.strictSame([...certificate.keyUsage!], ['digitalSignature'])
  t.strictSame([...certificate.extendedKeyUsage!], ['clientAuth'])
  t.strictSame(certificate.subjectKeyIdentifier, createHash('sha1').update(certificate.subjectPublicKey).digest())
  t.strictSame(certificate.authorityKeyIdentifier!.keyIdentifier, authority.certificate.subjectKeyIdentifier)
  t.strictSame(chain, [authority.certificate])
  t.ok(new X509Certificate(certificate.raw).checkPrivateKey(privateKey))
})

t.test('a server certificate names where the server is found, and is for servers', async (t) => {
  const authority = await newAuthority()
  const { certificate } = await authority.issue({ profile: 'server', subject: 'CN=localhost', subjectAltName, at, days: 365 })
  t.strictSame([...certificate.extendedKeyUsage!], ['serverAuth'])
  t.strictSame([...certificate.keyUsage!], ['digitalSignature'])
  t.strictSame(certificate.subjectAltName.map(({ type, value }) => ({ type, value })), subjectAltName)
  t.strictSame(certificate.extensions.map(({ type, critical }) => [type, critical]).pop(), ['2.5.29.17', false])
  const node = new X509Certificate(certificate.raw)
  t.equal(node.checkHost('localhost'), 'localhost')
  t.equal(node.checkIP('::1'), '::1')
})

t.test('only the RSA key of a server is one that secrets may be sent to', async (t) => {
  const authority = await newAuthority()
  const usage = async (profile: Profile) => [...(await authority.issue({ profile, subject: 'CN=a', subjectAltName, at, days: 1, keyType: 'rsa-2048' })).certificate.keyUsage!]
  t.strictSame(await usage('server'), ['digitalSignature', 'keyEncipherment'])
  t.strictSame(await usage('client'), ['digitalSignature'])
})

t.test('a client without a subject is known by its alternative names, which are critical then', async (t) => {
  const authority = await newAuthority()
  const { certificate } = await authority.issue({ profile: 'client', subject: '', subjectAltName: [{ type: 'uniformResourceIdentifier', value: 'spiffe://example.org/a' }], at, days: 1 })
  t.equal(certificate.subject.toString(), '')
  t.ok(certificate.extensions.find(({ type }) => type === '2.5.29.17')!.critical)
})

t.test('a name that was read goes over octet by octet', async (t) => {
  const authority = await newAuthority()
  const { certificate: { subject } } = await authority.issue({ profile: 'client', subject: 'CN=alice,O=Example', at, days: 1 })
  const { certificate } = await authority.issue({ profile: 'client', subject, at, days: 1 })
  t.strictSame(certificate.subject.raw, subject.raw)
})

t.test('a key that is there already is certified again', async (t) => {
  const authority = await newAuthority()
  const privateKey = await generatePrivateKey('ed25519')
  const one = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 1, privateKey })
  const other = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 2, privateKey })
  t.equal(one.privateKey, privateKey)
  t.strictSame(one.certificate.subjectPublicKeyInfo, other.certificate.subjectPublicKeyInfo)
  t.not(one.certificate.serialNumber, other.certificate.serialNumber)
})

t.test('keys are made anew, each time', async (t) => {
  const authority = await newAuthority()
  const issue = () => authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 1 })
  const [one, other] = await Promise.all([issue(), issue()])
  t.not(one.certificate.publicKeyFingerprint256, other.certificate.publicKeyFingerprint256)
})

t.test('no serial number comes twice, and none is shorter or longer than twenty octets', async (t) => {
  const authority = await newAuthority()
  const { privateKey } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 1 })
  const serials = new Set<string>()
  for (let count = 0; count < 1000; count++) {
    const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=alice', at, days: 1, privateKey })
    serials.add(certificate.serialNumber)
  }
  t.equal(serials.size, 1000)
  t.ok([...serials].every((serial) => /^[4-7][0-9a-f]{39}$/.test(serial)))
  t.strictSame([...new Set([...serials].map((serial) => serial[0]))].sort(), ['4', '5', '6', '7'], 'the bits after the second are left to chance')
})

t.test('dates are UTCTime to the end of 2049 and GeneralizedTime from then on', async (t) => {
  const authority = await createAuthority({ subject: 'CN=Example CA', at, days: 20000 })
  const times = async (notAfter: string) => {
    const { certificate } = await authority.issue({ profile: 'client', subject: 'CN=a', at, notAfter: new Date(notAfter) })
    t.equal(certificate.validity.notAfter.toISOString(), new Date(notAfter).toISOString())
    return certificate.tbsCertificate.toString('latin1')
  }
  t.match(await times('2049-12-31T23:59:59Z'), '\x30\x1e\x17\x0d261123123356Z\x17\x0d491231235959Z')
  t.match(await times('2050-01-01T00:00:00Z'), '\x30\x20\x17\x0d261123123356Z\x18\x0f20500101000000Z')
})

t.test('nothing is valid after the authority\'s own end', async (t) => {
  const authority = await createAuthority({ subject: 'CN=Example CA', at, notAfter: new Date('2026-12-01T00:00:00Z') })
  const message = 'notAfter would be 2026-12-01T00:00:01Z, but the authority itself ends at 2026-12-01T00:00:00Z (whenPastEnd: \'cut\' ends both at once)'
  const notAfter = new Date('2026-12-01T00:00:01Z')
  await refused(t, authority, { notAfter }, message)
  await refused(t, authority, { notAfter, whenPastEnd: 'refuse' }, message)
  const options = { profile: 'client', subject: 'CN=alice', at } as const
  t.equal((await authority.issue({ ...options, notAfter, whenPastEnd: 'cut' })).certificate.validity.notAfter.toISOString(), '2026-12-01T00:00:00.000Z')
  t.equal((await authority.issue({ ...options, days: 1, whenPastEnd: 'cut' })).certificate.validity.notAfter.toISOString(), '2026-11-24T12:34:56.000Z')
  const end = await authority.issue({ ...options, notAfter: new Date('2026-12-01T00:00:00Z') })
  t.equal(end.certificate.validity.notAfter.toISOString(), '2026-12-01T00:00:00.000Z', 'the last second is its own')
})

t.test('an authority that is not valid now issues nothing', async (t) => {
  const authority = await createAuthority({ subject: 'CN=Example CA', at, days: 1 })
  const period = 'the authority is valid from 2026-11-23T12:33:56Z to 2026-11-24T12:34:56Z'
  for (const whenPastEnd of ['refuse', 'cut'] as const) {
    await refused(t, authority, { at: new Date('2026-11-24T12:34:57Z'), whenPastEnd }, `at is 2026-11-24T12:34:57Z, but ${period}`)
  }
  await refused(t, authority, { at: new Date('2026-11-23T12:33:55Z') }, `at is 2026-11-23T12:33:55Z, but ${period}`)
})

t.test('back-dating can be adjusted, and stops where the authority begins', async (t) => {
  const { certificate, privateKey } = mintAuthority({ notBefore: new Date('2026-11-23T12:30:00Z'), notAfter: new Date('2030-01-01') })
  const authority = await openAuthority({ certificate, privateKey })
  const begin = async (backdateSeconds?: number) =>
    (await authority.issue({ profile: 'client', subject: 'CN=a', at, days: 1, backdateSeconds })).certificate.validity.notBefore.toISOString()
  t.equal(await begin(), '2026-11-23T12:33:56.000Z')
  t.equal(await begin(0), '2026-11-23T12:34:56.000Z')
  t.equal(await begin(90), '2026-11-23T12:33:26.000Z')
  t.equal(await begin(86400), '2026-11-23T12:30:00.000Z')
})

t.test('an option that cannot be is refused by name', async (t) => {
  const authority = await newAuthority()
  await refused(t, authority, { profile: 'root' as Profile }, 'profile "root" is none of client, server')
  await refused(t, authority, { subject: 'CN=' + 'a'.repeat(65) }, `subject: commonName "${'a'.repeat(65)}" has 65 characters, more than 64`)
  await refused(t, authority, { subject: '' }, 'subject is empty, and there is no subjectAltName instead')
  await refused(t, authority, { subjectAltName: [{ type: 'dNSName', value: 'a b' }] }, 'subjectAltName: dNSName "a b" is not a DNS name')
  await refused(t, authority, { profile: 'server' }, 'subjectAltName of a server has neither a dNSName nor an iPAddress')
  await refused(t, authority, { profile: 'server', subjectAltName: [{ type: 'rfc822Name', value: 'a@example.com' }] }, 'subjectAltName of a server has neither a dNSName nor an iPAddress')
  await refused(t, authority, { days: undefined }, 'one of days and notAfter has to be given')
  await refused(t, authority, { whenPastEnd: 'extend' as 'cut' }, 'whenPastEnd "extend" is neither refuse nor cut')
  await refused(t, authority, { keyType: 'ec' as 'ec-p256' }, 'keyType "ec" is none of ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096, ed25519')
  await refused(t, authority, { subjectAltNames: [] }, 'there is no option "subjectAltNames"; the options are profile, subject, subjectAltName, keyType, privateKey, whenPastEnd, at, days, notAfter, backdateSeconds')
})

t.test('an alternative name that is of no kind is an error of the program', async (t) => {
  const authority = await newAuthority()
  const subjectAltName = [null] as unknown as readonly GeneralNameText[]
  await t.rejects(authority.issue({ profile: 'client', subject: 'CN=a', at, days: 1, subjectAltName }), TypeError)
})

t.test('an RSA key of 4096 bits is made beside other work', async (t) => {
  const authority = await newAuthority()
  let turns = 0
  const timer = setInterval(() => { turns++ }, 1)
  const issued = await authority.issue({ profile: 'client', subject: 'CN=a', at, days: 1, keyType: 'rsa-4096' })
  clearInterval(timer)
  t.equal(issued.privateKey.asymmetricKeyDetails!.modulusLength, 4096)
  t.ok(turns > 5, `${turns} turns of the event loop`)
})
