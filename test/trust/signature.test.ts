import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import t from 'tap'
import { readCertificate, writeCertificate, writeTbsCertificate } from '../../lib/certificate/index.js'
import { write, writeInteger, writeNull, writeSequence } from '../../lib/certificate/der-writer.js'
import { CertificateError, CertificationPathError } from '../../lib/errors.js'
import { isSelfSigned } from '../../lib/trust/index.js'
import { mint, mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'
import { algorithm, ecdsa, judge, refusal, resigned, rsa } from './scene.js'

const hashes = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1', sha384: '2.16.840.1.101.3.4.2.2', sha512: '2.16.840.1.101.3.4.2.3' }
type Hash = keyof typeof hashes

const rsaKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pssKeys = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
// The types want a text for saltLength, and Node a number.
const boundPssKeys = generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 as unknown as string })

const pss = (hash: Hash, maskHash: Hash, saltLength: number) => algorithm('1.2.840.113549.1.1.10', writeSequence(
  write(0xa0, algorithm(hashes[hash], writeNull())),
  write(0xa1, algorithm('1.2.840.113549.1.1.8', algorithm(hashes[maskHash], writeNull()))),
  write(0xa2, writeInteger(saltLength))
))

const pkcs1Signer = (key: KeyObject, hash: string) => (tbs: Buffer) => sign(hash, tbs, key)
const pssSigner = (key: KeyObject, hash: string, saltLength: number) => (tbs: Buffer) =>
  sign(hash, tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

// A CA with any keys: an RSASSA-PSS key does not sign in the helper, so its certificate is an elliptic CA's work.
const above = mintAuthority({ subject: 'Above' })
const authorityWith = (keys: { publicKey: KeyObject, privateKey: KeyObject }): Minted => mintAuthority({ keys, issuer: above })

const rsaCa = authorityWith(rsaKeys)
const client = mintClient(rsaCa)
const judgeBelow = (ca: Minted, leaf: Parameters<typeof judge>[0]) => judge(leaf, [above.certificate], [ca.certificate])
const refusalBelow = (ca: Minted, leaf: Parameters<typeof judge>[0]) => refusal(leaf, [above.certificate], [ca.certificate])

t.test('a signature by the issuer\'s key is accepted', async (t) => {
  const cases: Array<[name: string, keys: { publicKey: KeyObject, privateKey: KeyObject }, identifier: Buffer, signer: (tbs: Buffer) => Buffer]> = [
    ['RSA PKCS #1 with SHA-224', rsaKeys, rsa(14), pkcs1Signer(rsaKeys.privateKey, 'sha224')],
    ['RSA PKCS #1 with SHA-256', rsaKeys, rsa(11), pkcs1Signer(rsaKeys.privateKey, 'sha256')],
    ['RSA PKCS #1 with SHA-384', rsaKeys, rsa(12), pkcs1Signer(rsaKeys.privateKey, 'sha384')],
    ['RSA PKCS #1 with SHA-512', rsaKeys, rsa(13), pkcs1Signer(rsaKeys.privateKey, 'sha512')],
    ['RSASSA-PSS with SHA-256', rsaKeys, pss('sha256', 'sha256', 32), pssSigner(rsaKeys.privateKey, 'sha256', 32)],
    ['RSASSA-PSS with SHA-384', rsaKeys, pss('sha384', 'sha384', 48), pssSigner(rsaKeys.privateKey, 'sha384', 48)],
    ['RSASSA-PSS with SHA-512 and a short salt', rsaKeys, pss('sha512', 'sha512', 20), pssSigner(rsaKeys.privateKey, 'sha512', 20)],
    ['RSASSA-PSS by a key that is for nothing else', pssKeys, pss('sha256', 'sha256', 32), pssSigner(pssKeys.privateKey, 'sha256', 32)],
    ['RSASSA-PSS by a key that is for this digest only', boundPssKeys, pss('sha256', 'sha256', 32), pssSigner(boundPssKeys.privateKey, 'sha256', 32)]
  ]
  for (const curve of ['P-256', 'P-384', 'P-521']) {
    const keys = newKeys(curve)
    for (const [number, hash] of [['3.1', 'sha224'], ['3.2', 'sha256'], ['3.3', 'sha384'], ['3.4', 'sha512']]) {
      cases.push([`ECDSA on ${curve} with ${hash}`, keys, ecdsa(number), (tbs) => sign(hash, tbs, keys.privateKey)])
    }
  }
  for (const [name, keys, identifier, signer] of cases) {
    const ca = authorityWith(keys)
    const leaf = resigned(mintClient({ ...ca, privateKey: above.privateKey }), identifier, signer)
    t.equal(judgeBelow(ca, leaf).certificate.subject.commonName, 'client', name)
  }
  for (const keys of [generateKeyPairSync('ed25519'), generateKeyPairSync('ed448')]) {
    const ca = authorityWith(keys)
    t.equal(judgeBelow(ca, mintClient(ca).certificate).certificates.length, 3, `${keys.publicKey.asymmetricKeyType}`)
  }
})

t.test('a signature by another key is refused', async (t) => {
  const pairs = [
    [rsaKeys, generateKeyPairSync('rsa', { modulusLength: 2048 })],
    [newKeys(), newKeys()],
    [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')],
    [generateKeyPairSync('ed448'), generateKeyPairSync('ed448')]
  ]
  for (const [keys, { privateKey }] of pairs) {
    const ca = authorityWith(keys)
    t.strictSame(refusalBelow(ca, mintClient({ ...ca, privateKey }).certificate),
      ['ERR_CERTIFICATION_PATH_SIGNATURE', 'the signature is not by the key of the issuer (certificate 0: CN=client)'],
      `${keys.publicKey.asymmetricKeyType}`)
  }
})

t.test('an intermediate that the anchor did not sign is refused, and named', async (t) => {
  const forged = mintAuthority({ subject: 'Forged', issuer: { ...above, privateKey: newKeys().privateKey } })
  t.strictSame(refusal(mintClient(forged).certificate, [above.certificate], [forged.certificate]),
    ['ERR_CERTIFICATION_PATH_SIGNATURE', 'the signature is not by the key of the issuer (certificate 1: CN=Forged)'])
})

t.test('one changed bit of what was signed, or of the signature, is seen', async (t) => {
  const ca = mintAuthority()
  const { der, certificate } = mintClient(ca)
  const name = Buffer.from(der)
  name[name.lastIndexOf('client')] ^= 1
  t.strictSame(refusal(name, [ca.certificate]),
    ['ERR_CERTIFICATION_PATH_SIGNATURE', 'the signature is not by the key of the issuer (certificate 0: CN=blient)'])
  for (const signature of [certificate.signature.subarray(1), Buffer.alloc(0), Buffer.alloc(4000, 1), flipped(certificate.signature)]) {
    t.strictSame(refusal(writeCertificate(certificate.tbsCertificate, ecdsa('3.2'), signature), [ca.certificate]),
      ['ERR_CERTIFICATION_PATH_SIGNATURE', 'the signature is not by the key of the issuer (certificate 0: CN=client)'])
  }
})

function flipped (octets: Buffer): Buffer {
  const copy = Buffer.from(octets)
  copy[copy.length - 1] ^= 1
  return copy
}

t.test('an algorithm that does not fit the issuer\'s key is refused', async (t) => {
  const cases: Array<[keys: { publicKey: KeyObject, privateKey: KeyObject }, identifier: Buffer]> = [
    [rsaKeys, ecdsa('3.2')],
    [newKeys(), rsa(11)],
    [newKeys(), algorithm('1.3.101.112')],
    [generateKeyPairSync('ed448'), algorithm('1.3.101.112')],
    [pssKeys, rsa(11)]
  ]
  for (const [keys, identifier] of cases) {
    const ca = authorityWith(keys)
    const leaf = resigned(mintClient({ ...ca, privateKey: above.privateKey }), identifier, () => Buffer.alloc(64, 1))
    t.strictSame(refusalBelow(ca, leaf), ['ERR_CERTIFICATION_PATH_SIGNATURE_ALGORITHM',
      `the signature algorithm does not fit the issuer's ${keys.publicKey.asymmetricKeyType} key (certificate 0: CN=client)`])
  }
})

t.test('what an RSASSA-PSS key forbids is refused, and is no error of its own', async (t) => {
  const ca = authorityWith(boundPssKeys)
  for (const identifier of [pss('sha512', 'sha512', 64), pss('sha256', 'sha256', 20)]) {
    const leaf = resigned(mintClient({ ...ca, privateKey: above.privateKey }), identifier, () => Buffer.alloc(256, 1))
    t.strictSame(refusalBelow(ca, leaf), ['ERR_CERTIFICATION_PATH_SIGNATURE_ALGORITHM',
      'the signature algorithm does not fit the issuer\'s rsa-pss key (certificate 0: CN=client)'])
    t.throws(() => judgeBelow(ca, leaf), { cause: { message: /digest not allowed|pss saltlen too small/ } })
  }
})

t.test('an unknown algorithm is refused', async (t) => {
  const cases: Array<[identifier: Buffer, type: string]> = [
    [algorithm('1.2.3.4'), '1.2.3.4'],
    [algorithm('1.2.840.10040.4.3'), '1.2.840.10040.4.3'],
    [algorithm('1.2.840.113549.1.1.10'), '1.2.840.113549.1.1.10'],
    [pss('sha256', 'sha512', 32), '1.2.840.113549.1.1.10']
  ]
  for (const [identifier, type] of cases) {
    t.strictSame(refusalBelow(rsaCa, resigned(client, identifier, () => Buffer.alloc(256, 1))),
      ['ERR_CERTIFICATION_PATH_SIGNATURE_ALGORITHM', `the signature algorithm ${type} is not known here (certificate 0: CN=client)`])
  }
})

t.test('parameters that cannot be read are refused, with the reason', async (t) => {
  const leaf = resigned(client, algorithm('1.2.840.113549.1.1.10', writeSequence(write(0xa2, writeNull()))), () => Buffer.alloc(256, 1))
  const [code, message] = refusalBelow(rsaCa, leaf)
  t.equal(code, 'ERR_CERTIFICATION_PATH_MALFORMED')
  t.match(message, /^saltLength has tag 0x5, not 0x2, at octet \d+ \(certificate 0: CN=client\)$/)
  t.throws(() => judgeBelow(rsaCa, leaf), { cause: { code: 'ERR_CERTIFICATE_MALFORMED' } })
})

t.test('signatures with MD5 and SHA-1 are refused, though they are good', async (t) => {
  const cases: Array<[hash: string, identifier: Buffer, signer: (tbs: Buffer) => Buffer]> = [
    ['md5', rsa(4), pkcs1Signer(rsaKeys.privateKey, 'md5')],
    ['sha1', rsa(5), pkcs1Signer(rsaKeys.privateKey, 'sha1')],
    ['sha1', algorithm('1.2.840.113549.1.1.10', writeSequence()), pssSigner(rsaKeys.privateKey, 'sha1', 20)]
  ]
  for (const [hash, identifier, signer] of cases) {
    t.strictSame(refusalBelow(rsaCa, resigned(client, identifier, signer)),
      ['ERR_CERTIFICATION_PATH_WEAK_SIGNATURE', `a signature with ${hash} is not accepted (certificate 0: CN=client)`])
  }
  const intermediate = mintAuthority({ subject: 'Weak', issuer: above })
  const weak = resigned(intermediate, ecdsa('1'), (tbs) => sign('sha1', tbs, above.privateKey))
  t.strictSame(refusal(mintClient(intermediate).certificate, [above.certificate], [weak]),
    ['ERR_CERTIFICATION_PATH_WEAK_SIGNATURE', 'a signature with sha1 is not accepted (certificate 1: CN=Weak)'])
})

t.test('nobody relies on the signature of an anchor: one with SHA-1 is accepted', async (t) => {
  const root = mintAuthority()
  const old = resigned(root, ecdsa('1'), (tbs) => sign('sha1', tbs, root.privateKey))
  t.equal(judge(mintClient(root).certificate, [old]).trustAnchor.fingerprint256, old.fingerprint256)
})

t.test('an issuer whose key cannot be read is refused, wherever it comes from', async (t) => {
  const { certificate, privateKey } = mintAuthority({ subject: 'Odd' })
  const odd = readCertificate(mintWithKey(certificate.subject.raw, algorithm('1.2.3.4'), Buffer.from('odd'), privateKey))
  const leaf = mintClient(mintAuthority({ subject: 'Odd' })).certificate
  for (const [anchors, intermediates] of [[[odd], []], [[above.certificate], [odd]]]) {
    t.strictSame(refusal(leaf, anchors, intermediates),
      ['ERR_CERTIFICATION_PATH_MALFORMED', 'the public key is of a kind that is not known here (certificate 0: CN=client)'])
  }
  t.throws(() => judge(leaf, [odd]), new CertificationPathError({
    rule: 'MALFORMED', problem: 'the public key is of a kind that is not known here', depth: 0, certificate: 'CN=client'
  }))
  t.throws(() => judge(leaf, [odd]), { cause: { constructor: CertificateError, code: 'ERR_CERTIFICATE_UNSUPPORTED' } })
})

function mintWithKey (subject: Buffer, keyAlgorithm: Buffer, key: Buffer, privateKey: KeyObject): Buffer {
  const { extensions } = mintAuthority().certificate
  const tbs = writeTbsCertificate({
    serialNumber: Buffer.from([1]),
    signatureAlgorithm: ecdsa('3.2'),
    issuer: subject,
    notBefore: new Date(0),
    notAfter: new Date('2100-01-01T00:00:00Z'),
    subject,
    subjectPublicKeyInfo: writeSequence(keyAlgorithm, write(0x03, Buffer.from([0]), key)),
    extensions
  })
  return writeCertificate(tbs, ecdsa('3.2'), sign('sha256', tbs, privateKey))
}

t.test('self-signed is who names and signs itself', async (t) => {
  const root = mintAuthority()
  const rollover = mint({ issuer: { ...root, privateKey: newKeys().privateKey }, subject: 'Test CA' })
  t.equal(isSelfSigned(root.certificate), true)
  t.equal(isSelfSigned(root.certificate), true, 'and is so again')
  t.equal(isSelfSigned(mintClient(root).certificate), false, 'another name')
  t.equal(isSelfSigned(mint({ issuerName: root.certificate.subject.raw }).certificate), false, 'its own key, another\'s name')
  t.equal(isSelfSigned(rollover.certificate), false, 'its own name, another\'s key')
  t.equal(isSelfSigned(resigned(root, ecdsa('1'), (tbs) => sign('sha1', tbs, root.privateKey))), true, 'with SHA-1')
  t.equal(isSelfSigned(resigned(root, ecdsa('1'), () => Buffer.alloc(64, 1))), false, 'forged, with SHA-1')
  t.equal(isSelfSigned(resigned(root, algorithm('1.2.3.4'), () => Buffer.alloc(64, 1))), false, 'with an algorithm that is not known')
  t.equal(isSelfSigned(readCertificate(mintWithKey(root.certificate.subject.raw, algorithm('1.2.3.4'), Buffer.from('odd'), root.privateKey))), false, 'a key that is not known')
})
