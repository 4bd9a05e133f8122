import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto'
import t, { type Test } from 'tap'
import { createAuthority, generatePrivateKey, keyTypes, type CreateOptions, type KeyType } from '../../lib/authority/index.js'

const at = new Date('2026-11-23T12:34:56.789Z')

const refused = (t: Test, options: Partial<CreateOptions> & Record<string, unknown>, message: string) =>
  t.rejects(createAuthority({ subject: 'CN=Example CA', at, ...options }), { name: 'AuthorityError', code: 'ERR_CERTIFICATE_AUTHORITY', message })

t.test('an authority is a root that says all that RFC 5280 wants of a CA, and no more', async (t) => {
  const { certificate, chain, privateKey } = await createAuthority({ subject: 'CN=Example CA,O=Example,C=NL', at })
  t.equal(certificate.version, 3)
  t.equal(certificate.subject.toString(), 'CN=Example CA,O=Example,C=NL')
  t.strictSame(certificate.issuer.raw, certificate.subject.raw)
  t.strictSame([...certificate.extensions].map(({ type, critical }) => [type, critical]), [['2.5.29.19', true], ['2.5.29.15', true], ['2.5.29.14', false]])
  t.strictSame({ ...certificate.basicConstraints }, { cA: true, pathLenConstraint: undefined })
  t.strictSame([...certificate.keyUsage!], ['keyCertSign', 'cRLSign'])
  t.strictSame(certificate.subjectKeyIdentifier, createHash('sha1').update(certificate.subjectPublicKey).digest())
  t.strictSame(chain, [certificate])
  t.equal(privateKey!.asymmetricKeyDetails!.namedCurve, 'prime256v1')
  const node = new X509Certificate(certificate.raw)
  t.ok(node.ca)
  t.ok(node.verify(node.publicKey))
  t.ok(node.checkPrivateKey(privateKey!))
})

t.test('its name may be given as attributes in the order of the document', async (t) => {
  const { certificate } = await createAuthority({ subject: [['countryName', 'NL'], ['commonName', 'Example CA']], at })
  t.equal(certificate.subject.toString(), 'CN=Example CA,C=NL')
})

t.test('it is valid from a minute before now, in whole seconds, for 3650 days', async (t) => {
  const { certificate } = await createAuthority({ subject: 'CN=Example CA', at })
  t.equal(certificate.validity.notBefore.toISOString(), '2026-11-23T12:33:56.000Z')
  t.equal(certificate.validity.notAfter.toISOString(), '2036-11-20T12:34:56.000Z')
})

t.test('its end may be given, in days or as a date', async (t) => {
  const days = await createAuthority({ subject: 'CN=Example CA', at, days: 1.5, backdateSeconds: 0 })
  t.equal(days.certificate.validity.notBefore.toISOString(), '2026-11-23T12:34:56.000Z')
  t.equal(days.certificate.validity.notAfter.toISOString(), '2026-11-25T00:34:56.000Z')
  const date = await createAuthority({ subject: 'CN=Example CA', at, notAfter: new Date('9999-12-31T23:59:59.999Z') })
  t.equal(date.certificate.validity.notAfter.toISOString(), '9999-12-31T23:59:59.000Z')
})

t.test('its path length is written where there is one', async (t) => {
  const { certificate } = await createAuthority({ subject: 'CN=Example CA', at, pathLength: 0 })
  t.equal(certificate.basicConstraints!.pathLenConstraint, 0)
})

t.test('every key type signs with the algorithm that fits it', async (t) => {
  const algorithms: Record<KeyType, [signature: string, bitsOrCurve: number | string | undefined]> = {
    'ec-p256': ['1.2.840.10045.4.3.2', 'prime256v1'],
    'ec-p384': ['1.2.840.10045.4.3.3', 'secp384r1'],
    'rsa-2048': ['1.2.840.113549.1.1.11', 2048],
    'rsa-3072': ['1.2.840.113549.1.1.11', 3072],
    'rsa-4096': ['1.2.840.113549.1.1.11', 4096],
    ed25519: ['1.3.101.112', undefined]
  }
  t.strictSame(keyTypes, Object.keys(algorithms))
  for (const keyType of keyTypes) {
    const { certificate, privateKey } = await createAuthority({ subject: 'CN=Example CA', at, keyType })
    const details = privateKey!.asymmetricKeyDetails!
    t.strictSame([certificate.signatureAlgorithm.algorithm, details.modulusLength ?? details.namedCurve], algorithms[keyType])
    t.ok(new X509Certificate(certificate.raw).verify(certificate.publicKey), keyType)
  }
})

t.test('a key that is there already is taken', async (t) => {
  const privateKey = await generatePrivateKey()
  const authority = await createAuthority({ subject: 'CN=Example CA', at, privateKey })
  t.equal(authority.privateKey, privateKey)
  t.ok(new X509Certificate(authority.certificate.raw).checkPrivateKey(privateKey))
  const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey
  t.equal((await createAuthority({ subject: 'CN=Example CA', at, privateKey: p521 })).certificate.signatureAlgorithm.algorithm, '1.2.840.10045.4.3.4')
})

t.test('a name that no CA may write is refused', async (t) => {
  const cases: Array<[CreateOptions['subject'], string]> = [
    ['', 'subject of an authority is empty'],
    ['CN', 'subject: distinguished name, position 0: an attribute type and "=" should stand here'],
    [[['countryName', 'NLD']], 'subject: countryName "NLD" is not a country of two letters'],
    ['CN=x,C=USA', 'subject: countryName "USA" is not a country of two letters'],
    ['CN=x,serialNumber=a*b', 'subject: serialNumber "a*b" holds a character that no PrintableString has'],
    ['DC=é', 'subject: domainComponent "é" is not ASCII'],
    [[['emailAddress', 'ä@example.com']], 'subject: emailAddress "ä@example.com" is not ASCII'],
    [[['nonsense', 'a']], 'subject: "nonsense" is no object identifier'],
    [[['commonName', '']], 'subject: commonName "" is empty'],
    [[['commonName', 'a\0']], 'subject: commonName "a\\u0000" holds a NUL'],
    ['CN=a\\0Ab', 'subject: commonName "a\\nb" holds a control character'],
    [[['commonName', '𝔞'.repeat(65)]], `subject: commonName ${JSON.stringify('𝔞'.repeat(65))} has 65 characters, more than 64`]
  ]
  for (const [subject, message] of cases) await refused(t, { subject }, message)
  await t.resolves(createAuthority({ subject: [['commonName', '𝔞'.repeat(64)], ['description', 'd'.repeat(2000)]], at }))
})

t.test('a name that is of no kind is an error of the program', async (t) => {
  await t.rejects(createAuthority({ subject: 7 as unknown as string, at }), TypeError)
})

t.test('a value that is no string is left as it is', async (t) => {
  const { certificate } = await createAuthority({ subject: '1.2.3.4=#0101ff,CN=a', at })
  t.equal(certificate.subject.get('1.2.3.4'), '#0101ff')
})

t.test('dates that cannot be are refused by name', async (t) => {
  const notAfter = new Date('2026-11-23T12:34:55Z')
  await refused(t, { at: new Date(NaN) }, 'at is no date')
  await refused(t, { at: '2026-11-23' as unknown as Date }, 'at is no date')
  await refused(t, { at: new Date('1949-12-31T23:59:59Z') }, 'at is outside the years 1950 to 9999')
  await refused(t, { at: new Date('1950-01-01T00:00:00Z') }, 'at less backdateSeconds is outside the years 1950 to 9999')
  await refused(t, { days: 1, notAfter }, 'one of days and notAfter has to be given')
  await refused(t, { notAfter }, 'notAfter (2026-11-23T12:34:55Z) is before at (2026-11-23T12:34:56Z)')
  await refused(t, { notAfter: new Date(NaN) }, 'notAfter is no date')
  await refused(t, { notAfter: new Date('+010000-01-01T00:00:00Z') }, 'notAfter is outside the years 1950 to 9999')
  await refused(t, { days: 3e6 }, 'at and 3000000 days is outside the years 1950 to 9999')
  await refused(t, { days: 1e12 }, 'at and 1000000000000 days is no date')
  for (const days of [0, -1, NaN]) await refused(t, { days }, `days is ${days}, and not a number above 0`)
  for (const backdateSeconds of [-1, NaN]) await refused(t, { backdateSeconds }, `backdateSeconds is ${backdateSeconds}, and not a number from 0 on`)
})

t.test('other options that cannot be are refused by name', async (t) => {
  const privateKey = await generatePrivateKey()
  for (const pathLength of [-1, 0.5, 256]) await refused(t, { pathLength }, `pathLength is ${pathLength}, and not a whole number from 0 to 255`)
  await refused(t, { keyType: 'rsa-1024' as KeyType }, 'keyType "rsa-1024" is none of ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096, ed25519')
  await refused(t, { keyType: 'toString' as KeyType }, 'keyType "toString" is none of ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096, ed25519')
  await refused(t, { privateKey, keyType: 'ec-p256' }, 'privateKey and keyType are both given: the key has its type already')
  await refused(t, { validDays: 3 }, 'there is no option "validDays"; the options are subject, keyType, privateKey, signer, pathLength, nameConstraints, issuer, whenPastEnd, store, places, at, days, notAfter, backdateSeconds')
})

t.test('a key that is unfit to sign is refused', async (t) => {
  const message = 'privateKey is no private key (a KeyObject of node:crypto)'
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await refused(t, { privateKey: publicKey }, message)
  await refused(t, { privateKey: '-----BEGIN PRIVATE KEY-----' as unknown as CreateOptions['privateKey'] }, message)
  const unfit = [
    [generateKeyPairSync('rsa', { modulusLength: 1024 }), 'is an RSA key of 1024 bits, fewer than 2048'],
    [generateKeyPairSync('rsa-pss', { modulusLength: 2048 }), 'is a key of type rsa-pss, which signs nothing here'],
    [generateKeyPairSync('x25519'), 'is a key of type x25519, which signs nothing here'],
    [generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), 'is on the curve secp256k1, and not on P-256, P-384 or P-521']
  ] as const
  for (const [keys, problem] of unfit) await refused(t, { privateKey: keys.privateKey }, `privateKey ${problem}`)
})
