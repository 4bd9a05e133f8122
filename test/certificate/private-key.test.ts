import t from 'tap'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { isKeyOf, readCertificate, readPrivateKey, writeEncryptedPrivateKey, writePem, writePrivateKey } from '../../lib/certificate/index.js'
import { write, writeInteger, writeOctetString, writeSequence } from '../../lib/certificate/der-writer.js'
import { mint, newKeys } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { encryptedKeys } from '../helpers/throw-away-keys.js'

const ec = newKeys().privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ed25519 = generateKeyPairSync('ed25519').privateKey

const error = (code: string, message: string | RegExp) => ({ name: 'CertificateError', code: `ERR_CERTIFICATE_${code}`, message })
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1', options = {}) => key.export({ type, format: 'pem', ...options } as never) as unknown as string
const der = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1', options = {}) => key.export({ type, format: 'der', ...options } as never) as unknown as Buffer

t.test('keys of each form are read, as PEM text, PEM octets and DER', async (t) => {
  const cases = [['pkcs8', ec], ['sec1', ec], ['pkcs8', rsa], ['pkcs1', rsa], ['pkcs8', ed25519]] as const
  for (const [form, key] of cases) {
    const name = `${form} ${key.asymmetricKeyType}`
    t.ok(readPrivateKey(pem(key, form)).equals(key), `${name} PEM`)
    t.ok(readPrivateKey(Buffer.from(pem(key, form))).equals(key), `${name} PEM octets`)
    t.ok(readPrivateKey(new Uint8Array(der(key, form))).equals(key), `${name} DER`)
    t.ok(readPrivateKey(pem(key, form), 'not needed').equals(key), `${name} with a passphrase that is not needed`)
  }
})

t.test('encrypted keys of each form are read with their passphrase', async (t) => {
  const protection = (cipher: string) => ({ cipher, passphrase: 'pässword' })
  const cases = [
    ['PKCS #8 PEM', pem(ec, 'pkcs8', protection('aes-256-cbc'))],
    ['PKCS #8 DER', der(ec, 'pkcs8', protection('aes-128-cbc'))],
    ['SEC 1 with headers', pem(ec, 'sec1', protection('aes-256-cbc'))],
    ['SEC 1 with headers, triple DES', pem(ec, 'sec1', protection('des-ede3-cbc'))]
  ] as const
  for (const [name, content] of cases) {
    t.ok(readPrivateKey(content, 'pässword').equals(ec), name)
    t.throws(() => readPrivateKey(content), error('PASSPHRASE', 'the private key is encrypted: a passphrase is needed'), `${name} without`)
    t.throws(() => readPrivateKey(content, 'wrong'), error('PASSPHRASE', /wrong, or the .* damaged$/), `${name} with a wrong one`)
    t.throws(() => readPrivateKey(content, ''), error('PASSPHRASE', /wrong, or the .* damaged$/), `${name} with an empty one`)
  }
  t.ok(readPrivateKey(pem(rsa, 'pkcs1', protection('aes-192-cbc')), 'pässword').equals(rsa), 'PKCS #1 with headers')
})

t.test('keys that OpenSSL encrypted otherwise are read', async (t) => {
  for (const [how, octets] of Object.entries(encryptedKeys)) {
    t.equal(readPrivateKey(octets, 'x').asymmetricKeyType, 'ec', how)
    t.throws(() => readPrivateKey(octets, 'y'), error('PASSPHRASE', 'the passphrase is wrong, or the encrypted octets are damaged'), how)
  }
})

t.test('the key is found among other blocks and text', async (t) => {
  const { pem: certificate } = mint()
  const encrypted = pem(ec, 'sec1', { cipher: 'aes-128-cbc', passphrase: 'x' })
  t.ok(readPrivateKey(`Some text\n${certificate}${pem(ec, 'pkcs8')}${certificate}`).equals(ec))
  t.ok(readPrivateKey(`DEK-Info: RC2-CBC,00\n${certificate}${encrypted}${certificate}`, 'x').equals(ec))
  t.ok(readPrivateKey(`${writePem('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex'))}${pem(ec, 'sec1')}`).equals(ec))
  t.ok(readPrivateKey(pem(ec, 'pkcs8').replaceAll('\n', '\r\n')).equals(ec))
})

t.test('none, and more than one, is refused', async (t) => {
  t.throws(() => readPrivateKey(mint().pem), error('MALFORMED', 'the PEM text holds no private key'))
  t.throws(() => readPrivateKey('no key'), error('MALFORMED', 'it is neither PEM nor DER'))
  t.throws(() => readPrivateKey(''), error('MALFORMED', 'it is empty'))
  t.throws(() => readPrivateKey(pem(ec, 'pkcs8') + pem(rsa, 'pkcs1')), error('MALFORMED', 'the PEM text holds 2 private keys, where one is needed'))
})

t.test('what is damaged, or no key, is refused', async (t) => {
  const damaged = error('MALFORMED', 'the private key is damaged, or of a kind that is not known here')
  t.throws(() => readPrivateKey(writePem('PRIVATE KEY', Buffer.from('3003020100', 'hex'))), error('MALFORMED', /^PrivateKeyInfo\.privateKeyAlgorithm is missing/))
  t.throws(() => readPrivateKey(writePem('PRIVATE KEY', writeSequence(writeInteger(0), writeSequence(), writeOctetString(Buffer.alloc(1))))), damaged)
  t.throws(() => readPrivateKey(writePem('EC PRIVATE KEY', writeSequence(writeInteger(1)))), damaged)
  t.throws(() => readPrivateKey(der(ec, 'pkcs8').subarray(0, 50)), error('MALFORMED', /DER element is longer than what holds it/))
  t.throws(() => readPrivateKey(Buffer.concat([der(ec, 'pkcs8'), Buffer.from([0, 1])])), error('MALFORMED', /^private key has octets behind its end/))
  t.throws(() => readPrivateKey(Buffer.from('garbage')), error('MALFORMED', 'it is neither PEM nor DER'))
  t.throws(() => readPrivateKey(Buffer.alloc(0)), error('MALFORMED', 'it is empty'))
  t.throws(() => readPrivateKey(mint().der), error('MALFORMED', 'it is a certificate, and not a private key'))
  t.throws(() => readPrivateKey(writeSequence(writeOctetString(Buffer.alloc(1)))), error('MALFORMED', 'the octets are no private key'))
  t.throws(() => readPrivateKey(writeSequence(writeInteger(1), write(0xa0))), error('MALFORMED', 'the octets are no private key'))
  t.throws(() => readPrivateKey(writeSequence()), error('MALFORMED', 'the octets are no private key'))
  t.throws(() => readPrivateKey(writePem('ENCRYPTED PRIVATE KEY', writeSequence(writeInteger(1))), 'x'), error('MALFORMED', /^EncryptedPrivateKeyInfo\.encryptionAlgorithm has tag 0x2/))
  t.throws(() => readPrivateKey(pem(ec, 'pkcs8').replace('-----END', '----END')), error('MALFORMED', /^"----END PRIVATE KEY-----" is no boundary/))
  t.throws(() => readPrivateKey(pem(ec, 'pkcs8').replace('-----END', '')), error('MALFORMED', /has no end/))
})

t.test('a form or an encryption that is not read is named with what to do', async (t) => {
  const openssh = writePem('OPENSSH PRIVATE KEY', Buffer.from('openssh-key-v1'))
  t.throws(() => readPrivateKey(openssh), error('UNSUPPORTED', 'a block OPENSSH PRIVATE KEY is not read here: rewrite it in place with `ssh-keygen -p -m PKCS8 -f FILE`'))
  t.throws(() => readPrivateKey(writePem('DSA PRIVATE KEY', Buffer.from([1]))), error('UNSUPPORTED', 'a block DSA PRIVATE KEY is not read here: use PKCS #8'))
  const headers = (text: string) => pem(ec, 'sec1', { cipher: 'aes-128-cbc', passphrase: 'x' }).replace(/^DEK-Info.*$/m, text)
  t.throws(() => readPrivateKey(headers('DEK-Info: DES-CBC,0102030405060708'), 'x'),
    error('UNSUPPORTED', 'encryption with DES-CBC is not read here: encrypt the key anew with `openssl pkcs8 -topk8 -provider legacy -provider default -in OLD.key -out NEW.key` (OpenSSL 1: without -provider)'))
  t.throws(() => readPrivateKey(headers('X-Info: none'), 'x'), error('MALFORMED', 'the headers of the block EC PRIVATE KEY name no cipher'))
})

t.test('no error shows the key or the passphrase', async (t) => {
  const secret = 'MARKER-of-the-passphrase'
  const cases = [
    pem(ec, 'pkcs8', { cipher: 'aes-256-cbc', passphrase: 'x' }), pem(ec, 'sec1', { cipher: 'aes-256-cbc', passphrase: 'x' }),
    pem(ec, 'pkcs8').replace('-----END', '----END'), pem(ec, 'sec1').replace('EC PRIVATE', 'DSA PRIVATE'), pem(ec, 'pkcs8').repeat(2),
    pem(ec, 'sec1').replace('KEY-----\n', 'KEY--').replace('-----END', '-----BEGIN X-----\n-----END'), pem(ec, 'sec1').replaceAll('\n', '\\t')
  ]
  for (const content of cases) {
    const [line] = content.match(/[A-Za-z0-9+/]{40,}/)!
    t.throws(() => readPrivateKey(content, secret), { name: 'CertificateError' })
    const shown = inspect(caught(() => readPrivateKey(content, secret)), { depth: 9, showHidden: true })
    t.notMatch(shown, secret)
    t.notOk(shown.includes(line.slice(0, 12)))
  }
})

t.test('a key is written as PKCS #8, and read again by us and by Node', async (t) => {
  for (const key of [ec, rsa, ed25519]) {
    const clear = writePrivateKey(key)
    t.match(clear, /^-----BEGIN PRIVATE KEY-----\n/)
    t.ok(readPrivateKey(clear).equals(key))
    const encrypted = writePrivateKey(key, 'pässword')
    t.match(encrypted, /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/)
    t.ok(readPrivateKey(encrypted, 'pässword').equals(key))
    t.ok(createPrivateKey({ key: encrypted, passphrase: 'pässword' }).equals(key))
  }
})

t.test('an encrypted key is PBES2 with AES-256 and 600,000 iterations of HMAC-SHA-256, and a salt of its own', async (t) => {
  const octets = () => Buffer.from(writeEncryptedPrivateKey(ec, 'x').replace(/-----.*-----|\n/g, ''), 'base64').toString('hex')
  const form = /^3081[0-9a-f]{2}306006092a864886f70d01050d3053303206092a864886f70d01050c30250410([0-9a-f]{32})02030927c0300c06082a864886f70d02090500301d060960864801650304012a0410([0-9a-f]{32})0481/
  const [[, salt, iv], [, otherSalt, otherIv]] = [octets().match(form)!, octets().match(form)!]
  t.equal(new Set([salt, iv, otherSalt, otherIv]).size, 4)
})

t.test('without a passphrase no encrypted key is written, and none in the clear instead', async (t) => {
  const refusal = error('PASSPHRASE', 'a passphrase is needed to encrypt the private key')
  for (const passphrase of ['', undefined, null, Buffer.from('x')] as never[]) {
    t.throws(() => writeEncryptedPrivateKey(ec, passphrase), refusal)
  }
  t.throws(() => writePrivateKey(ec, ''), refusal)
})

t.test('a certificate is that of a private key, or not', async (t) => {
  const { certificate, privateKey } = mint()
  t.equal(isKeyOf(privateKey, certificate), true)
  t.equal(isKeyOf(ec, certificate), false)
  t.equal(isKeyOf(privateKey, readCertificate(mint().der)), false)
})

t.test('keys that OpenSSL writes are read, and ours by OpenSSL', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir({})
  const openssl = (...argv: string[]) => execFileSync('openssl', argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  writeFileSync(join(folder, 'ec.pem'), pem(ec, 'pkcs8'))
  writeFileSync(join(folder, 'rsa.pem'), pem(rsa, 'pkcs8'))
  const cases = [
    ['ec', 'pkcs8', '-topk8', '-v2', 'aes-256-cbc'], ['ec', 'pkcs8', '-topk8', '-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA512'],
    ['ec', 'pkcs8', '-topk8', '-v2', 'des3'], ['ec', 'pkcs8', '-topk8', '-v1', 'PBE-SHA1-3DES'], ['ec', 'pkcs8', '-topk8', '-v1', 'PBE-SHA1-2DES'],
    ['ec', 'ec', '-aes192'], ['ec', 'ec', '-des3'], ['rsa', 'rsa', '-aes256', '-traditional'], ['rsa', 'rsa', '-aes256']
  ]
  for (const [kind, ...argv] of cases) {
    const written = openssl(...argv, '-in', `${kind}.pem`, '-passout', 'pass:pässword')
    t.ok(readPrivateKey(written, 'pässword').equals(kind === 'ec' ? ec : rsa), argv.join(' '))
    t.throws(() => readPrivateKey(written, 'wrong'), { code: 'ERR_CERTIFICATE_PASSPHRASE' }, argv.join(' '))
  }
  const scrypt = openssl('pkcs8', '-topk8', '-scrypt', '-in', 'ec.pem', '-passout', 'pass:x')
  t.throws(() => readPrivateKey(scrypt, 'x'), error('UNSUPPORTED', 'encryption with scrypt is not read here: encrypt the key anew with `openssl pkcs8 -topk8 -provider legacy -provider default -in OLD.key -out NEW.key` (OpenSSL 1: without -provider)'))
  for (const key of [ec, rsa, ed25519]) {
    writeFileSync(join(folder, 'ours.pem'), writeEncryptedPrivateKey(key, 'pässword'))
    t.ok(createPrivateKey(openssl('pkey', '-in', 'ours.pem', '-passin', 'pass:pässword')).equals(key))
    // One wrong key in 256 ends in what looks like padding, and OpenSSL then says that there is nothing to read.
    t.throws(() => openssl('pkey', '-in', 'ours.pem', '-passin', 'pass:wrong'), /maybe wrong password|bad decrypt|Could not read key/)
  }
})

function caught (run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

t.test('a key of PKCS #8 version 2 is read, if the public key behind it is its own', async (t) => {
  const one = generateKeyPairSync('ed25519')
  const other = generateKeyPairSync('ed25519')
  const version2 = ({ privateKey }: typeof one, { publicKey }: typeof one) => {
    const fields = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(5)
    const bits = Buffer.concat([Buffer.of(0), publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)])
    return writeSequence(writeInteger(1), fields, write(0x81, bits))
  }
  t.ok(readPrivateKey(version2(one, one)).equals(one.privateKey))
  t.throws(() => readPrivateKey(version2(one, other)), {
    code: 'ERR_CERTIFICATE_MALFORMED', message: 'the private key has the public key of another one behind it'
  })
})
