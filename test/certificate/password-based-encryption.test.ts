import t from 'tap'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readAlgorithmIdentifier } from '../../lib/certificate/algorithm-identifier.js'
import { readElement, tags } from '../../lib/certificate/der.js'
import { write, writeInteger, writeObjectIdentifier, writeOctetString, writeSequence } from '../../lib/certificate/der-writer.js'
import { decrypt, encrypt, encryptWithTripleDes, IterationBudget, passwordsOf } from '../../lib/certificate/password-based-encryption.js'

const [password] = passwordsOf('secret')
const decryption = () => ({ password, budget: new IterationBudget(), remedy: 'THE REMEDY' })
const error = (code: string, message: string) => ({ name: 'CertificateError', code: `ERR_CERTIFICATE_${code}`, message })

const aes256 = '2.16.840.1.101.3.4.1.42'
const iv = writeOctetString(Buffer.alloc(16))
const salt = writeOctetString(Buffer.alloc(8))
const algorithm = (type: string, ...parameters: Buffer[]) => writeSequence(writeObjectIdentifier(type), ...parameters)
const pbkdf2 = (...fields: Buffer[]) => algorithm('1.2.840.113549.1.5.12', writeSequence(...fields))
const pbes2 = (derivation: Buffer, scheme = algorithm(aes256, iv)) => readAlgorithmIdentifier(algorithm('1.2.840.113549.1.5.13', writeSequence(derivation, scheme)))
const pkcs12 = (...fields: Buffer[]) => readAlgorithmIdentifier(algorithm('1.2.840.113549.1.12.1.3', writeSequence(...fields)))

t.test('what was encrypted is decrypted', async (t) => {
  const clear = writeSequence(writeInteger(7))
  for (const way of [encrypt, encryptWithTripleDes]) {
    const { algorithm, octets } = way(clear, password, 2)
    t.strictSame(decrypt(readAlgorithmIdentifier(algorithm), octets, decryption()), clear, way.name)
  }
})

t.test('what OpenSSL encrypted with RC2 of 40 bits is decrypted', async (t) => {
  const identifier = readAlgorithmIdentifier(algorithm('1.2.840.113549.1.12.1.6', writeSequence(salt, writeInteger(2))))
  const octets = Buffer.from('990744a0dcf23112', 'hex')
  t.equal(decrypt(identifier, octets, { ...decryption(), isAuthenticated: true }).toString('hex'), '3003020107')
  const refusal = error('UNSUPPORTED', 'encryption with pbeWithSHAAnd40BitRC2-CBC is not read here: THE REMEDY')
  t.throws(() => decrypt(identifier, octets, decryption()), refusal, 'but not without a MAC')
})

t.test('what Node encrypts with other ciphers is decrypted', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  for (const cipher of ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc']) {
    const der = privateKey.export({ type: 'pkcs8', format: 'der', cipher, passphrase: 'secret' })
    const parts = splitEncryptedKey(der)
    const clear = decrypt(parts.algorithm, parts.octets, decryption())
    t.ok(createPrivateKey({ key: clear, format: 'der', type: 'pkcs8' }).equals(privateKey), cipher)
  }
})

t.test('a wrong passphrase is told by the padding, or else by what comes out', async (t) => {
  const encrypted = encrypt(writeSequence(writeInteger(7)), passwordsOf('another')[0], 2)
  const wrong = error('PASSPHRASE', 'the passphrase is wrong, or the encrypted octets are damaged')
  t.throws(() => decrypt(readAlgorithmIdentifier(encrypted.algorithm), encrypted.octets, decryption()), wrong)
  const noise = encrypt(Buffer.from('no DER at all'), password, 2)
  t.throws(() => decrypt(readAlgorithmIdentifier(noise.algorithm), noise.octets, decryption()), wrong)
})

t.test('an encryption that is not read is named, and the remedy said', async (t) => {
  const derivation = pbkdf2(salt, writeInteger(2))
  const hmacWithMd5 = algorithm('1.3.6.1.5.5.8.1.1')
  const cases = [
    [readAlgorithmIdentifier(algorithm('1.2.840.113549.1.12.1.1')), 'pbeWithSHAAnd128BitRC4'],
    [readAlgorithmIdentifier(algorithm('1.2.840.113549.1.12.1.6')), 'pbeWithSHAAnd40BitRC2-CBC'],
    [readAlgorithmIdentifier(algorithm('1.2.840.113549.1.5.3')), 'pbeWithMD5AndDES-CBC'],
    [readAlgorithmIdentifier(algorithm('1.2.3.4')), '1.2.3.4'],
    [pbes2(derivation, algorithm('1.2.840.113549.3.2', iv)), '1.2.840.113549.3.2'],
    [pbes2(algorithm('1.3.6.1.4.1.11591.4.11')), 'scrypt'],
    [pbes2(pbkdf2(salt, writeInteger(2), hmacWithMd5)), '1.3.6.1.5.5.8.1.1']
  ] as const
  for (const [identifier, name] of cases) {
    t.throws(() => decrypt(identifier, Buffer.alloc(16), decryption()), error('UNSUPPORTED', `encryption with ${name} is not read here: THE REMEDY`))
  }
})

t.test('parameters that break their rules are refused', async (t) => {
  const cases = [
    [readAlgorithmIdentifier(algorithm('1.2.840.113549.1.12.1.3')), 'DER ends inside a header'],
    [pkcs12(salt), 'pkcs-12PbeParams.iterations is missing'],
    [pkcs12(salt, writeInteger(0)), 'iteration count is 0'],
    [pkcs12(salt, write(tags.integer, Buffer.from([0x80]))), 'iteration count is negative or too great'],
    [pkcs12(salt, writeInteger(5_000_001)), 'the iteration counts are more than 5000000 together'],
    [pbes2(pbkdf2(salt, writeInteger(5_000_001))), 'the iteration counts are more than 5000000 together'],
    [pbes2(pbkdf2(salt, writeInteger(2), writeInteger(16))), 'keyLength is not 32'],
    [pbes2(pbkdf2(salt, writeInteger(2)), algorithm(aes256, writeOctetString(Buffer.alloc(12)))), 'initialization vector has 12 octets, not 16'],
    [pbes2(pbkdf2(salt, writeInteger(2)), algorithm(aes256)), 'DER ends inside a header'],
    [pbes2(algorithm('1.2.840.113549.1.5.12')), 'DER ends inside a header']
  ] as const
  for (const [identifier, message] of cases) {
    t.throws(() => decrypt(identifier, Buffer.alloc(16), decryption()), error('MALFORMED', message), message)
  }
})

t.test('a key length that is written out and right is taken', async (t) => {
  t.throws(() => decrypt(pbes2(pbkdf2(salt, writeInteger(2), writeInteger(32))), Buffer.alloc(16), decryption()),
    error('PASSPHRASE', 'the passphrase is wrong'))
})

t.test('the iteration budget is for the whole document', async (t) => {
  const budget = new IterationBudget()
  const count = readElement(writeInteger(2_500_001))
  t.equal(budget.spend(count), 2_500_001)
  t.throws(() => budget.spend(count), error('MALFORMED', 'the iteration counts are more than 5000000 together'))
})

function splitEncryptedKey (der: Buffer) {
  // SEQUENCE { SEQUENCE { … } OCTET STRING }, each with lengths of one or two octets.
  const from = der[1] < 0x80 ? 2 : 3
  const next = from + 2 + der[from + 1]
  const octets = der.subarray(next + (der[next + 1] < 0x80 ? 2 : 3))
  return { algorithm: readAlgorithmIdentifier(der.subarray(from, next)), octets }
}
