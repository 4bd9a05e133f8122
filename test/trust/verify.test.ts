import fc from 'fast-check'
import t from 'tap'
import { CertificateError, CertificationPathError } from '../../lib/errors.js'
import { verifyCertificationPath, type PathOptions, type VerifiedPath } from '../../lib/trust/index.js'
import { extendedKeyUsage, mint, mintAuthority, mintClient, type Minted, type MintOptions } from '../helpers/mint.js'
import { pkcs7 } from '../helpers/pkcs7.js'
import { judge, refusal, subjects } from './scene.js'

const root = mintAuthority({ subject: 'Root' })
const intermediate = mintAuthority({ subject: 'Intermediate', issuer: root })
const client = mintClient(intermediate)

t.test('certificates are given as they are, as PEM or as DER', async (t) => {
  const forms: Array<(minted: Minted) => PathOptions['certificate']> = [
    (minted) => minted.certificate,
    (minted) => minted.pem,
    (minted) => Buffer.from(minted.pem),
    (minted) => minted.der,
    (minted) => new Uint8Array(minted.der)
  ]
  for (const form of forms) {
    t.strictSame(subjects(judge(form(client), [form(root)], [form(intermediate)]).certificates), ['client', 'Intermediate', 'Root'])
  }
  const bundle = mintAuthority({ subject: 'Other' }).pem + root.pem
  t.strictSame(subjects(judge(client.pem, [bundle], [intermediate.pem + root.pem]).certificates), ['client', 'Intermediate', 'Root'], 'several in one PEM text')
  t.equal(verifyCertificationPath({ certificate: mintClient(root).pem, trustAnchors: [root.pem], at: new Date(), purpose: 'any' }).certificates.length, 2, 'no intermediates')
})

t.test('zero bytes behind DER, and PKCS #7, are read of trust anchors alone, and of nothing that a stranger may have sent', async (t) => {
  const padded = ({ der }: Minted) => Buffer.concat([der, Buffer.alloc(4)])
  t.equal(judge(client.der, [padded(root)], [intermediate.der]).certificates.length, 3)
  t.equal(judge(client.der, [pkcs7([root.der])], [intermediate.der]).certificates.length, 3)
  for (const leaf of [padded(client), pkcs7([client.der])]) t.throws(() => judge(leaf, [root.der], [intermediate.der]), { code: 'ERR_CERTIFICATE_MALFORMED' })
  for (const sent of [padded(intermediate), pkcs7([intermediate.der])]) t.throws(() => judge(client.der, [root.der], [sent]), { code: 'ERR_CERTIFICATION_PATH_NO_ISSUER' })
})

t.test('the leaf and the anchors have to be readable', async (t) => {
  const problem = { constructor: CertificateError, code: 'ERR_CERTIFICATE_MALFORMED' }
  t.throws(() => judge('', [root.pem]), { ...problem, message: 'it is empty' })
  t.throws(() => judge(client.der.subarray(1), [root.pem]), problem)
  t.throws(() => judge(client.pem + intermediate.pem, [root.pem]), { ...problem, message: 'one certificate is expected, not 2' })
  t.throws(() => judge(client.pem, [root.pem, 'no certificate'], [intermediate.pem]), { ...problem, message: 'it is neither PEM nor DER' })
  t.throws(() => judge(client.pem, [Buffer.from('no certificate')], [intermediate.pem]), problem)
})

t.test('intermediates that cannot be read are passed over', async (t) => {
  const unreadable = [Buffer.alloc(0), Buffer.from('no certificate'), 'no certificate', intermediate.der.subarray(0, 100)]
  t.equal(judge(client.pem, [root.pem], [...unreadable, intermediate.der, ...unreadable]).certificates.length, 3)
  t.equal(refusal(client.pem, [root.pem], unreadable)[0], 'ERR_CERTIFICATION_PATH_NO_ISSUER')
  t.throws(() => judge(client.pem, [root.pem], [5 as unknown as string]), TypeError, 'what is no octets at all is a mistake of the caller')
})

t.test('without anchors nothing is trusted', async (t) => {
  t.strictSame(refusal(client.pem, [], [intermediate.pem]),
    ['ERR_CERTIFICATION_PATH_NO_ISSUER', 'no certificate of its issuer CN=Root is known (certificate 1: CN=Intermediate)'])
})

t.test('an instant and a purpose have to be given', async (t) => {
  t.throws(() => judge(client.pem, [root.pem], [], { at: new Date(NaN) }), new TypeError('at is an Invalid Date'))
  for (const purpose of ['client', 'toString', undefined] as unknown[] as Array<PathOptions['purpose']>) {
    t.throws(() => judge(client.pem, [root.pem], [], { purpose }), new TypeError(`purpose is one of clientAuth, serverAuth, any, not ${purpose}`))
  }
})

t.test('the error tells the rule, the certificate and its place', async (t) => {
  t.throws(() => judge(client.pem, [], [intermediate.pem]), {
    constructor: CertificationPathError,
    name: 'CertificationPathError',
    code: 'ERR_CERTIFICATION_PATH_NO_ISSUER',
    rule: 'NO_ISSUER',
    certificate: 'CN=Intermediate',
    depth: 1,
    cause: undefined
  })
})

t.test('a verified path', async (t) => {
  const at = new Date('2030-06-01T00:00:00Z')
  const years = (from: number, to: number) => ({ notBefore: new Date(`${from}-01-01T00:00:00Z`), notAfter: new Date(`${to}-01-01T00:00:00Z`) })
  const pathOf = (...validities: readonly MintOptions[]) => {
    const anchor = mintAuthority({ subject: 'Root', ...validities[2] })
    const issuer = mintAuthority({ subject: 'Intermediate', issuer: anchor, ...validities[1] })
    return judge(mintClient(issuer, validities[0]).certificate, [anchor.certificate], [issuer.certificate], { at })
  }

  t.test('leads from the certificate to the anchor, and the certificate knows it', async (t) => {
    const path = judge(client.certificate, [root.certificate], [intermediate.certificate])
    t.strictSame(subjects(path.certificates), ['client', 'Intermediate', 'Root'])
    t.equal(path.certificate, path.certificates[0])
    t.equal(path.certificates[1], intermediate.certificate)
    t.equal(path.trustAnchor, root.certificate)
    t.equal(path.certificate.path, path.certificates)
    t.equal(path.certificate.fingerprint256, client.certificate.fingerprint256)
    t.equal(client.certificate.path, undefined, 'the one that was given says nothing of trust')
  })
  t.test('holds while all of its certificates do', async (t) => {
    const period = (path: VerifiedPath) => [path.notBefore.getUTCFullYear(), path.notAfter.getUTCFullYear()]
    t.strictSame(period(pathOf(years(2029, 2032), years(2020, 2040), years(2010, 2045))), [2029, 2032])
    t.strictSame(period(pathOf(years(2020, 2040), years(2029, 2045), years(2010, 2032))), [2029, 2032])
    t.strictSame(period(pathOf(years(2020, 2040), years(2025, 2032), years(2029, 2045))), [2029, 2032])
  })
  t.test('cannot be changed', async (t) => {
    const path = pathOf(years(2029, 2032), years(2020, 2040), years(2010, 2045))
    t.ok(Object.isFrozen(path))
    t.ok(Object.isFrozen(path.certificates))
    path.notAfter.setUTCFullYear(2999)
    path.notBefore.setUTCFullYear(1999)
    t.strictSame(path.notAfter, years(2029, 2032).notAfter)
    t.strictSame(path.notBefore, years(2029, 2032).notBefore)
  })
})

// Who only wants to say "expired" has to know that nothing else is wrong.
t.test('whether a path is good but for the dates of the leaf', async (t) => {
  const day = (number: number) => new Date(Date.UTC(2030, 0, number))
  const leafPeriod = { notBefore: day(10), notAfter: day(20) }
  const authority = (from: number, to: number) => mintAuthority({ subject: 'Root', notBefore: day(from), notAfter: day(to) })
  const dates = (at: Date): Partial<PathOptions> => ({ at, whenLeafNotCurrent: 'accept' })
  const ca = authority(1, 40)
  const leaf = mintClient(ca, leafPeriod).certificate

  t.test('is told where the leaf has expired, or is not valid yet', async (t) => {
    for (const [at, rule] of [[day(30), 'EXPIRED'], [day(5), 'NOT_YET_VALID']] as const) {
      t.equal(refusal(leaf, [ca.certificate], [], { at })[0], `ERR_CERTIFICATION_PATH_${rule}`)
      t.equal(refusal(leaf, [ca.certificate], [], { at, whenLeafNotCurrent: 'reject' })[0], `ERR_CERTIFICATION_PATH_${rule}`)
      const path = judge(leaf, [ca.certificate], [], dates(at))
      t.strictSame(subjects(path.certificates), ['client', 'Root'])
      t.equal(path.certificate.isValidAt(at), false, 'which its caller has to look at')
    }
    t.equal(judge(leaf, [ca.certificate], [], dates(day(15))).certificates.length, 2, 'and changes nothing within the period')
  })
  t.test('is not, unless exactly asked for', async (t) => {
    for (const whenLeafNotCurrent of [null, true, 'Accept', ''] as unknown[] as Array<'accept'>) {
      t.equal(refusal(leaf, [ca.certificate], [], { at: day(30), whenLeafNotCurrent })[0], 'ERR_CERTIFICATION_PATH_EXPIRED')
    }
  })
  t.test('holds the others to the instant all the same', async (t) => {
    const early = authority(1, 25)
    t.throws(() => judge(mintClient(early, leafPeriod).certificate, [early.certificate], [], dates(day(30))), { code: 'ERR_CERTIFICATION_PATH_EXPIRED', depth: 1 })
    const late = authority(7, 40)
    t.throws(() => judge(mintClient(late, leafPeriod).certificate, [late.certificate], [], dates(day(5))), { code: 'ERR_CERTIFICATION_PATH_NOT_YET_VALID', depth: 1 })
  })
  t.test('and the leaf to all other rules', async (t) => {
    t.throws(() => judge(leaf, [authority(1, 40).certificate], [], dates(day(30))), { code: 'ERR_CERTIFICATION_PATH_SIGNATURE' })
    const server = mintClient(ca, { ...leafPeriod, extensions: [extendedKeyUsage('serverAuth')] }).certificate
    t.throws(() => judge(server, [ca.certificate], [], dates(day(30))), { code: 'ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE' })
    const own = mint({ subject: 'own', ...leafPeriod }).certificate
    t.strictSame(subjects(judge(own, [own], [], dates(day(30))).certificates), ['own'], 'also one that is its own anchor')
  })
  t.test('is told without the option by an instant within the period of the leaf', async (t) => {
    t.strictSame(subjects(judge(leaf, [ca.certificate], [], { at: leaf.validity.notAfter }).certificates), ['client', 'Root'])
    t.strictSame(subjects(judge(leaf, [ca.certificate], [], { at: leaf.validity.notBefore }).certificates), ['client', 'Root'])
  })
})

t.test('a certificate with any octet changed is never accepted, and never an error of another kind', async () => {
  const { der } = client
  const change = fc.record({ at: fc.nat({ max: der.length - 1 }), to: fc.integer({ min: 1, max: 255 }), of: fc.constantFrom('leaf', 'intermediate') })
  fc.assert(fc.property(change, ({ at, to, of }) => {
    const octets = Buffer.from(of === 'leaf' ? der : intermediate.der)
    octets[at % octets.length] ^= to
    try {
      judge(of === 'leaf' ? octets : client.der, [root.certificate], of === 'leaf' ? [intermediate.certificate] : [octets])
      return false
    } catch (error) {
      return error instanceof CertificationPathError || error instanceof CertificateError
    }
  }), { numRuns: 2000 })
})
