import { constants, createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import t, { type Test } from 'tap'
import { createAuthority, keySigner, openAuthority, type OpenOptions, type Signer } from '../../lib/authority/index.js'
import { subjectKeyIdentifierExtension, writeInteger, writeNull, writeObjectIdentifier, writeSequence, write, contextTag } from '../../lib/certificate/index.js'
import { basicConstraints, keyUsage, mint, mintAuthority, newKeys, type Minted } from '../helpers/mint.js'

const at = new Date()
const client = { profile: 'client', subject: 'CN=alice', at, days: 1 } as const

const refused = (t: Test, options: OpenOptions, message: string) =>
  t.rejects(openAuthority(options), { name: 'AuthorityError', code: 'ERR_CERTIFICATE_AUTHORITY', message })

t.test('an authority that was created, stored and opened again issues as before', async (t) => {
  const created = await createAuthority({ subject: 'CN=Example CA', at })
  const { certificate, privateKey } = created
  const opened = await openAuthority({ certificate, privateKey })
  t.equal(opened.certificate, certificate)
  t.equal(opened.privateKey, privateKey)
  const issued = await opened.issue(client)
  t.ok(new X509Certificate(issued.certificate.raw).checkIssued(new X509Certificate(certificate.raw)))
  t.ok(new X509Certificate(issued.certificate.raw).verify(certificate.publicKey))
})

t.test('the key identifier of what it issues is the one that its own certificate says', async (t) => {
  const identifier = Buffer.from('identifier of its own')
  const { certificate, privateKey } = mintAuthority({ extensions: [basicConstraints(true), subjectKeyIdentifierExtension(identifier)] })
  const issued = await (await openAuthority({ certificate, privateKey })).issue(client)
  t.strictSame(issued.certificate.authorityKeyIdentifier!.keyIdentifier, identifier)
})

t.test('where its own certificate says none, it is the SHA-1 of the key', async (t) => {
  const { certificate, privateKey } = mintAuthority()
  t.equal(certificate.subjectKeyIdentifier, undefined)
  const issued = await (await openAuthority({ certificate, privateKey })).issue(client)
  const again = await createAuthority({ subject: 'CN=any', at, privateKey })
  t.strictSame(issued.certificate.authorityKeyIdentifier!.keyIdentifier, again.certificate.subjectKeyIdentifier)
})

t.test('an intermediate may be opened, too', async (t) => {
  const root = mintAuthority()
  const { certificate, privateKey } = mintAuthority({ subject: 'Issuing CA', issuer: root })
  const issued = await (await openAuthority({ certificate, privateKey })).issue(client)
  t.equal(issued.certificate.issuer.commonName, 'Issuing CA')
  t.strictSame(issued.chain, [certificate])
})

t.test('a certificate that is not of a CA is refused', async (t) => {
  const pairOf = ({ certificate, privateKey }: Minted) => ({ certificate, privateKey })
  await refused(t, pairOf(mint({ extensions: [basicConstraints(false)] })), 'certificate of CN=subject is not a CA by its basicConstraints')
  await refused(t, pairOf(mint({ version: 1 })), 'certificate of CN=subject is not a CA by its basicConstraints')
  await refused(t, pairOf(mintAuthority({ extensions: [basicConstraints(true), keyUsage('cRLSign')] })), 'certificate of CN=Test CA has a keyUsage without keyCertSign')
})

t.test('a key that does not fit is refused', async (t) => {
  const { certificate } = mintAuthority()
  const { privateKey, publicKey } = newKeys()
  await refused(t, { certificate, privateKey }, 'privateKey does not fit the certificate of CN=Test CA')
  await refused(t, { certificate, signer: keySigner(privateKey) }, 'signer does not fit the certificate of CN=Test CA')
  await refused(t, { certificate, privateKey: publicKey }, 'privateKey is no private key (a KeyObject of node:crypto)')
  const weak = mintAuthority({ keys: generateKeyPairSync('rsa', { modulusLength: 1024 }) })
  await refused(t, { certificate: weak.certificate, privateKey: weak.privateKey }, 'privateKey is an RSA key of 1024 bits, fewer than 2048')
})

t.test('one key has to be given, and only one', async (t) => {
  const { certificate, privateKey } = mintAuthority()
  await refused(t, { certificate }, 'one of privateKey and signer has to be given')
  await refused(t, { certificate, privateKey, signer: keySigner(privateKey) }, 'one of privateKey and signer has to be given')
})

t.test('a signer elsewhere takes the place of the private key', async (t) => {
  const { privateKey, publicKey } = newKeys()
  const near = keySigner(privateKey)
  const signed: Buffer[] = []
  const signer: Signer = {
    ...near,
    async sign (octets) {
      signed.push(octets)
      return near.sign(octets)
    }
  }
  const created = await createAuthority({ subject: 'CN=Example CA', at, signer })
  t.equal(created.privateKey, undefined)
  const opened = await openAuthority({ certificate: created.certificate, signer })
  t.equal(opened.privateKey, undefined)
  const { certificate } = await opened.issue(client)
  t.strictSame(signed, [created.certificate.tbsCertificate, certificate.tbsCertificate])
  t.ok(new X509Certificate(certificate.raw).verify(publicKey))
})

t.test('a signer may sign with RSASSA-PSS', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const sha256 = writeSequence(writeObjectIdentifier('2.16.840.1.101.3.4.2.1'), writeNull())
  const signatureAlgorithm = writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.10'), writeSequence(
    write(contextTag(0, true), sha256),
    write(contextTag(1, true), writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.8'), sha256)),
    write(contextTag(2, true), writeInteger(32))))
  const pss = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  const authority = await createAuthority({ subject: 'CN=Example CA', at, signer: { signatureAlgorithm, publicKey, sign: (octets) => sign('sha256', octets, pss) } })
  const { certificate } = await authority.issue(client)
  t.ok(new X509Certificate(certificate.raw).verify(publicKey))
})

t.test('what a signer gives back is verified before it is used', async (t) => {
  const { privateKey } = newKeys()
  const near = keySigner(privateKey)
  const message = 'signer gave a signature that its publicKey does not verify'
  const create = (signer: Signer) => createAuthority({ subject: 'CN=Example CA', at, signer })
  await t.rejects(create({ ...near, publicKey: createPublicKey(newKeys().privateKey) }), { code: 'ERR_CERTIFICATE_AUTHORITY', message }, 'another key')
  const raw = (octets: Buffer) => sign('sha256', octets, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  await t.rejects(create({ ...near, sign: raw }), { code: 'ERR_CERTIFICATE_AUTHORITY', message }, 'another form')
  await t.rejects(create({ ...near, async sign () { throw new Error('the HSM is asleep') } }), { message: 'the HSM is asleep' })
})

t.test('a signer whose algorithm is unknown, or is not for its key, is refused', async (t) => {
  const { privateKey } = newKeys()
  const near = keySigner(privateKey)
  const create = (signer: Partial<Signer>) => createAuthority({ subject: 'CN=Example CA', at, signer: { ...near, ...signer } })
  const algorithm = (type: string) => writeSequence(writeObjectIdentifier(type))
  const code = 'ERR_CERTIFICATE_AUTHORITY'
  await t.rejects(create({ signatureAlgorithm: algorithm('1.2.3') }), { code, message: 'signer.signatureAlgorithm 1.2.3 is not known here' })
  await t.rejects(create({ signatureAlgorithm: algorithm('1.3.101.112') }), { code, message: 'signer.signatureAlgorithm 1.3.101.112 is not for its key of type ec' })
  await t.rejects(create({ publicKey: generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey }), { code, message: 'signer.publicKey is a key of type dsa, which signs nothing here' })
  await t.rejects(createAuthority({ subject: 'CN=a', at, signer: near, privateKey }), { code, message: 'signer is given, and privateKey or keyType beside it' })
  await t.rejects(createAuthority({ subject: 'CN=a', at, signer: near, keyType: 'ed25519' }), { code, message: 'signer is given, and privateKey or keyType beside it' })
})

t.test('an option that is not known is refused', async (t) => {
  const { certificate, privateKey } = mintAuthority()
  await refused(t, { certificate, privateKey, chains: [] } as never, 'there is no option "chains"; the options are certificate, privateKey, signer, above, store, places')
})
