import t, { type Test } from 'tap'
import { constants, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { readCertificateList, writeCertificateList, writeDistinguishedName, writeTbsCertificateList, type Certificate, type CertificateList } from '../../lib/certificate/index.js'
import { write, writeInteger, writeNull, writeObjectIdentifier, writeSequence } from '../../lib/certificate/der-writer.js'
import { confirmListSignature, isListSignedBy } from '../../lib/trust/index.js'
import { signedList } from '../certificate/raw-certificate-list.js'
import { mintAuthority, newKeys } from '../helpers/mint.js'
import { algorithm, ecdsa, rsa } from './scene.js'

const issuer = mintAuthority()
const twin = mintAuthority()

/** A list under any algorithm and with any signature. */
function listWith (identifier: Buffer, signed: (octets: Buffer) => Buffer): CertificateList {
  const tbs = writeTbsCertificateList({
    signatureAlgorithm: identifier, issuer: writeDistinguishedName([[['commonName', 'Test CA']]]), thisUpdate: new Date(0), nextUpdate: new Date(1000), revoked: [], extensions: []
  })
  return readCertificateList(writeCertificateList(tbs, identifier, signed(tbs)))
}

/** Both ways of asking, each of a list of its own, for answers are remembered. */
async function answers (t: Test, what: string, make: () => CertificateList, by: Certificate, isGood: boolean): Promise<void> {
  const list = make()
  t.equal(isListSignedBy(make(), by), isGood, what)
  t.equal(await confirmListSignature(list, by), isGood, `${what}, on the thread pool`)
  t.equal(isListSignedBy(list, by), isGood, `${what}, remembered`)
}

const pssParameters = (octets: number) => {
  const sha256 = algorithm('2.16.840.1.101.3.4.2.1', writeNull())
  return algorithm('1.2.840.113549.1.1.10', writeSequence(
    write(0xa0, sha256), write(0xa1, writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.8'), sha256)), write(0xa2, writeInteger(octets))
  ))
}

const signedPss = (key: KeyObject, saltLength = 32) => (octets: Buffer) => sign('sha256', octets, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

t.test('a list is signed by the key of its issuer, and by no other', async (t) => {
  const make = () => readCertificateList(signedList(issuer))
  await answers(t, 'the issuer', make, issuer.certificate, true)
  await answers(t, 'another CA of its name', make, twin.certificate, false)
  await answers(t, 'an RSA key', make, mintAuthority({ keys: generateKeyPairSync('rsa', { modulusLength: 2048 }) }).certificate, false)
  const changed = signedList(issuer)
  changed[changed.length - 1] ^= 1
  await answers(t, 'a signature that was changed', () => readCertificateList(changed), issuer.certificate, false)
})

t.test('each kind of key signs lists', async (t) => {
  const rsaKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  for (const keys of [rsaKeys, newKeys('P-384'), newKeys('P-521'), generateKeyPairSync('ed25519'), generateKeyPairSync('ed448')]) {
    const { certificate, privateKey } = mintAuthority({ keys })
    await answers(t, keys.publicKey.asymmetricKeyType!, () => readCertificateList(signedList({ privateKey })), certificate, true)
  }
  await answers(t, 'RSASSA-PSS with an RSA key', () => listWith(pssParameters(32), signedPss(rsaKeys.privateKey)), mintAuthority({ keys: rsaKeys }).certificate, true)
})

t.test('an RSASSA-PSS key signs as it allows', async (t) => {
  const plain = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keys = generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 as unknown as string })
  const strict = generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha512', mgf1HashAlgorithm: 'sha512', saltLength: 64 as unknown as string })
  const of = (subject: KeyObject) => mintAuthority({ keys: { publicKey: subject, privateKey: newKeys().privateKey }, issuer }).certificate
  await answers(t, 'with its digest', () => listWith(pssParameters(32), signedPss(keys.privateKey)), of(keys.publicKey), true)
  await answers(t, 'with another digest', () => listWith(pssParameters(32), signedPss(plain.privateKey)), of(strict.publicKey), false)
})

t.test('MD5, SHA-1 and what is not known prove nothing', async (t) => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { certificate } = mintAuthority({ keys })
  await answers(t, 'MD5', () => listWith(rsa(4), (octets) => sign('md5', octets, keys.privateKey)), certificate, false)
  await answers(t, 'SHA-1', () => listWith(ecdsa('1'), (octets) => sign('sha1', octets, issuer.privateKey)), issuer.certificate, false)
  await answers(t, 'an unknown algorithm', () => listWith(algorithm('1.2.3'), () => Buffer.alloc(64)), certificate, false)
  await answers(t, 'parameters that cannot be read', () => listWith(algorithm('1.2.840.113549.1.1.10', writeInteger(1)), () => Buffer.alloc(256)), certificate, false)
  await answers(t, 'PSS with a salt that cannot be', () => listWith(pssParameters(400), () => Buffer.alloc(256)), certificate, false)
})

t.test('what is not the fault of a key is not taken for a bad signature', async (t) => {
  const list = readCertificateList(signedList(issuer))
  const broken = { subjectPublicKeyInfo: Buffer.from('broken'), get publicKey () { return createPublicKey(newKeys().privateKey) } }
  const throwing = (error: Error) => Object.defineProperty({ ...broken }, 'publicKey', { get () { throw error } }) as unknown as Certificate
  t.throws(() => isListSignedBy(list, throwing(new RangeError('of the program'))), { name: 'RangeError', message: 'of the program' })
  await t.rejects(confirmListSignature(list, throwing(new RangeError('of the program'))), { name: 'RangeError', message: 'of the program' })
  const noKey = { ...broken, publicKey: { asymmetricKeyType: 'ec' } } as unknown as Certificate
  t.throws(() => isListSignedBy(list, noKey), { code: /^ERR_/ })
  await t.rejects(confirmListSignature(list, noKey), { code: /^ERR_/ })
})
