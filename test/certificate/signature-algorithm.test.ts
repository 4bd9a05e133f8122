import { constants, createSecretKey, createSign, generateKeyPairSync, randomBytes, sign, verify, X509Certificate, type KeyObject } from 'node:crypto'
import t from 'tap'
import { readAlgorithmIdentifier, readCertificate, rsaKeyBits, signatureAlgorithm, signatureAlgorithmOf, writeCertificate, writeObjectIdentifier, writeSequence } from '../../lib/certificate/index.js'
import { mint } from '../helpers/mint.js'
import { malformed, octets } from './raw-certificate.js'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

const of = (identifier: Buffer) => signatureAlgorithm(readAlgorithmIdentifier(identifier))
const named = (dotted: string, ...parameters: Buffer[]) => of(writeSequence(writeObjectIdentifier(dotted), ...parameters))

t.test('every key that signs here is verified by what its algorithm says', async (t) => {
  const keys: Array<[string, { publicKey: KeyObject, privateKey: KeyObject }, string | null]> = [
    ['RSA', rsa, 'sha256'],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sha256'],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'sha384'],
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }), 'sha512'],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), 'sha256'],
    ['Ed25519', generateKeyPairSync('ed25519'), null],
    ['Ed448', generateKeyPairSync('ed448'), null]
  ]
  for (const [name, keyPair, hash] of keys) {
    const { der, certificate } = mint({ keys: keyPair })
    const algorithm = signatureAlgorithm(certificate.signatureAlgorithm)!
    t.equal(algorithm.hash, hash, name)
    t.ok(algorithm.keyTypes.includes(keyPair.publicKey.asymmetricKeyType!))
    t.ok(verify(algorithm.hash, certificate.tbsCertificate, keyPair.publicKey, certificate.signature))
    t.ok(new X509Certificate(der).verify(keyPair.publicKey))
  }
})

t.test('other keys do not sign here', async (t) => {
  const message = (type: string) => ({ code: 'ERR_CERTIFICATE_UNSUPPORTED', message: `a key of type ${type} does not sign certificates here` })
  t.throws(() => signatureAlgorithmOf(generateKeyPairSync('x25519').privateKey), message('x25519'))
  t.throws(() => signatureAlgorithmOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey), message('rsa-pss'))
  t.throws(() => signatureAlgorithmOf(createSecretKey(randomBytes(16))), message('secret'))
})

t.test('algorithms have the names of node:crypto', async (t) => {
  const known: Array<[string, string, string | null]> = [
    ['1.2.840.113549.1.1.4', 'rsa', 'md5'], ['1.2.840.113549.1.1.5', 'rsa', 'sha1'], ['1.2.840.113549.1.1.14', 'rsa', 'sha224'], ['1.2.840.113549.1.1.11', 'rsa', 'sha256'],
    ['1.2.840.113549.1.1.12', 'rsa', 'sha384'], ['1.2.840.113549.1.1.13', 'rsa', 'sha512'], ['1.2.840.10045.4.1', 'ec', 'sha1'], ['1.2.840.10045.4.3.1', 'ec', 'sha224'],
    ['1.2.840.10045.4.3.2', 'ec', 'sha256'], ['1.2.840.10045.4.3.3', 'ec', 'sha384'], ['1.2.840.10045.4.3.4', 'ec', 'sha512'], ['1.3.101.112', 'ed25519', null], ['1.3.101.113', 'ed448', null]
  ]
  for (const [dotted, keyType, hash] of known) t.strictSame(named(dotted), { keyTypes: [keyType], hash })
  t.equal(named('1.2.3'), undefined)
  t.equal(named('1.2.840.10040.4.3'), undefined, 'DSA')
})

// RSASSA-PSS-params, from its fields in hexadecimal.
const pss = (...fields: string[]) => named('1.2.840.113549.1.1.10', writeSequence(...fields.map(octets)))
const sha256Hash = 'a00f 300d 0609608648016503040201 0500'
const sha256Mask = 'a11c 301a 06092a864886f70d010108 300d 0609608648016503040201 0500'
const sha384Mask = sha256Mask.replace('040201', '040202')

t.test('RSASSA-PSS says digest and salt in its parameters', async (t) => {
  const common = { keyTypes: ['rsa', 'rsa-pss'], padding: constants.RSA_PKCS1_PSS_PADDING }
  t.strictSame(pss(), { ...common, hash: 'sha1', saltLength: 20 }, 'what absent fields say')
  t.strictSame(pss(sha256Hash, sha256Mask, 'a203 020120'), { ...common, hash: 'sha256', saltLength: 32 })
  t.strictSame(pss(sha256Hash, sha256Mask, 'a203 020120', 'a303 020101'), { ...common, hash: 'sha256', saltLength: 32 })
  t.equal(pss(sha256Hash, sha256Mask, 'a203 020120', 'a303 020102'), undefined, 'another trailer')
  t.equal(pss(sha256Hash), undefined, 'two digests')
  t.equal(pss(sha256Hash, sha384Mask), undefined, 'two digests')
  t.equal(pss(sha256Hash.replace('040201', '04027f'), sha256Mask), undefined, 'an unknown digest')
  t.equal(pss(sha256Hash, sha256Mask.replace('010108', '010109')), undefined, 'another mask')
  t.equal(pss(sha256Hash, 'a10d 300b 06092a864886f70d010108'), undefined, 'a mask without a digest')
  t.equal(named('1.2.840.113549.1.1.10'), undefined, 'no parameters')
})

t.test('broken parameters of RSASSA-PSS are refused', async (t) => {
  t.throws(() => named('1.2.840.113549.1.1.10', octets('0500')), malformed('RSASSA-PSS-params has tag 0x5, not 0x30, at octet 0'))
  t.throws(() => pss('a203 0201ff'), malformed(/^saltLength is negative or too great/))
  t.throws(() => pss('a303 0201ff'), malformed(/^trailerField is negative or too great/))
  t.throws(() => pss('a002 0500'), malformed(/^hashAlgorithm has tag 0x5/))
  t.throws(() => pss('0500'), malformed(/^RSASSA-PSS-params has a field too many/))
  t.throws(() => pss(sha256Hash, 'a10f 300d 06092a864886f70d010108 0500'), malformed(/^AlgorithmIdentifier has tag 0x5, not 0x30/))
})

t.test('a signature of RSASSA-PSS is verified by what its algorithm says', async (t) => {
  const identifier = writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.10'), writeSequence(octets(sha256Hash), octets(sha256Mask), octets('a203 020120')))
  const { certificate } = mint({ keys: rsa })
  const tbs = Buffer.from(certificate.tbsCertificate)
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  const { hash, padding: found, saltLength } = of(identifier)!
  t.ok(verify(hash, tbs, { key: rsa.publicKey, padding: found, saltLength }, sign('sha256', tbs, { key: rsa.privateKey, ...padding })))
  t.notOk(verify(hash, tbs, { key: rsa.publicKey, padding: found, saltLength }, createSign('sha256').update(tbs).sign(rsa.privateKey)))
  t.throws(() => readCertificate(writeCertificate(tbs, identifier, octets('00'))), malformed(/two signature algorithms/))
})

t.test('the size of an RSA key is that of its modulus', async (t) => {
  for (const modulusLength of [1024, 2048, 3072]) {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
    t.equal(rsaKeyBits(publicKey.export({ type: 'pkcs1', format: 'der' })), modulusLength)
  }
  t.equal(rsaKeyBits(octets('3006 020100 020103')), 0)
  t.equal(rsaKeyBits(octets('3007 0202 00ff 020103')), 8)
  t.equal(rsaKeyBits(octets('3006 020101 020103')), 1)
})

t.test('octets that are no RSA key are refused', async (t) => {
  const wrong: Array<[string, string | RegExp]> = [
    ['', /^DER ends inside a header/], ['3003 020101', 'RSAPublicKey.publicExponent is missing at octet 5'], ['3006 0201ff 020103', 'RSAPublicKey.modulus is negative'],
    ['3009 020101 020103 020100', 'RSAPublicKey has a field too many at octet 8'], ['3005 0200 020103', 'INTEGER is empty at octet 2'],
    ['3006 020101 020103 00', 'RSAPublicKey has octets behind its end at octet 8']
  ]
  for (const [hex, message] of wrong) t.throws(() => rsaKeyBits(octets(hex)), malformed(message))
})
