import t from 'tap'
import { createHmac, pbkdf2Sync } from 'node:crypto'
import { inspect } from 'node:util'
import { isPkcs12, readPkcs12 } from '../../lib/certificate/index.js'
import { tags } from '../../lib/certificate/der.js'
import { write, writeInteger, writeNull, writeObjectIdentifier, writeOctetString, writeSequence } from '../../lib/certificate/der-writer.js'
import { encrypt, passwordsOf } from '../../lib/certificate/password-based-encryption.js'
import { deriveOctets, purposes } from '../../lib/certificate/pkcs12-key-derivation.js'
import { writeMac } from '../../lib/certificate/pkcs12-mac.js'
import { bagAttributeTypes, bagTypes, contentTypes } from '../../lib/certificate/pkcs12-object-identifiers.js'
import { mintAuthority, mintClient, type Minted } from '../helpers/mint.js'
import { attribute, attributes, bag, certificateBag, contentInfo, data, encryptedData, indefinite, keyBag, pfx, shroudedKeyBag } from '../helpers/pfx.js'
import { encryptedKeys, throwAwayFingerprint256, tripleDesPassphrase, tripleDesPkcs12 } from '../helpers/throw-away-keys.js'

const authority = mintAuthority()
const client = mintClient(authority, { subject: 'alice' })
const pkcs8 = (each: Minted) => each.privateKey.export({ type: 'pkcs8', format: 'der' })
const plainSafe = data(writeSequence(keyBag(pkcs8(client)), certificateBag(authority.der), certificateBag(client.der)))
const bmp = (text: string) => write(tags.bmpString, Buffer.from(text, 'utf16le').swap16())
const [secret] = passwordsOf('secret')

const error = (code: string, message: string | RegExp) => ({ name: 'CertificateError', code: `ERR_CERTIFICATE_${code}`, message })

t.test('a PKCS #12 in the clear is read: the key, the certificate that fits it, and the others', async (t) => {
  const store = await readPkcs12(pfx([plainSafe], 'secret'), 'secret')
  t.ok(store.privateKey!.equals(client.privateKey))
  t.strictSame(store.certificate!.raw, client.der)
  t.strictSame(store.certificates.map((each) => each.raw), [authority.der])
  t.equal(store.friendlyName, undefined)
  t.ok(Object.isFrozen(store) && Object.isFrozen(store.certificates))
})

t.test('parts that are encrypted are read', async (t) => {
  const certificates = encryptedData(encrypt(writeSequence(certificateBag(client.der)), secret, 2))
  const key = encrypt(pkcs8(client), secret, 2)
  const keys = data(writeSequence(shroudedKeyBag(writeSequence(key.algorithm, writeOctetString(key.octets)))))
  const store = await readPkcs12(pfx([certificates, keys], 'secret'), 'secret')
  t.ok(store.privateKey!.equals(client.privateKey))
  t.strictSame(store.certificate!.raw, client.der)
})

t.test('a PKCS #12 under SHA-1 and triple DES is read, with a passphrase beyond ASCII', async (t) => {
  const store = await readPkcs12(tripleDesPkcs12, tripleDesPassphrase)
  t.equal(store.certificate!.fingerprint256, throwAwayFingerprint256)
  t.equal(store.privateKey!.asymmetricKeyType, 'ec')
  t.equal(store.friendlyName, 'fixture')
  await t.rejects(readPkcs12(tripleDesPkcs12, 'passwort'), error('PASSPHRASE', 'the passphrase of the PKCS #12 is wrong, or the file is damaged'))
})

t.test('a PKCS #12 in BER, with indefinite lengths and octets in pieces, is read', async (t) => {
  const safe = indefinite(writeSequence(keyBag(pkcs8(client)), certificateBag(client.der)))
  const encrypted = encrypt(indefinite(writeSequence(certificateBag(authority.der))), secret, 2)
  const inPieces = encryptedData({ ...encrypted, octets: piecesOf(encrypted.octets) }, 0xa0)
  const der = pfx([data(safe), inPieces].map(indefinite), 'secret')
  const ber = indefinite(der)
  t.ok(ber.subarray(0, 2).equals(Buffer.from([0x30, 0x80])))
  const store = await readPkcs12(ber, 'secret')
  t.ok(store.privateKey!.equals(client.privateKey))
  t.strictSame(store.certificate!.raw, client.der)
  t.strictSame(store.certificates.map((each) => each.raw), [authority.der])
})

t.test('each digest of the MAC is verified', async (t) => {
  const safe = writeSequence(plainSafe)
  const digests = [['sha1', '1.3.14.3.2.26', 20], ['sha224', '2.16.840.1.101.3.4.2.4', 28], ['sha256', '2.16.840.1.101.3.4.2.1', 32],
    ['sha384', '2.16.840.1.101.3.4.2.2', 48], ['sha512', '2.16.840.1.101.3.4.2.3', 64]] as const
  for (const [digest, type, length] of digests) {
    const salt = Buffer.alloc(8, 5)
    const key = deriveOctets({ digest, purpose: purposes.mac, password: secret.bmp, salt, iterations: 1, length })
    const value = createHmac(digest, key).update(safe).digest()
    // The iteration count is left out: it is 1 then.
    const store = withMac(safe, writeSequence(digestInfo(type, value), writeOctetString(salt)))
    t.ok((await readPkcs12(store, 'secret')).privateKey, digest)
    await t.rejects(readPkcs12(store, 'Secret'), error('PASSPHRASE', /is wrong/), digest)
  }
})

t.test('one changed octet anywhere breaks the MAC', async (t) => {
  const store = pfx([plainSafe], 'secret')
  const changed = Buffer.from(store)
  changed[store.indexOf(client.der) + 200] ^= 1
  await t.rejects(readPkcs12(changed, 'secret'), error('PASSPHRASE', 'the passphrase of the PKCS #12 is wrong, or the file is damaged'))
})

t.test('a PKCS #12 without a MAC is read, and its passphrase told by the padding', async (t) => {
  const encrypted = pfx([encryptedData(encrypt(writeSequence(certificateBag(client.der)), secret, 2))])
  t.strictSame((await readPkcs12(encrypted, 'secret')).certificates[0].raw, client.der)
  await t.rejects(readPkcs12(encrypted, 'wrong'), error('PASSPHRASE', 'the passphrase is wrong, or the encrypted octets are damaged'))
  t.ok((await readPkcs12(pfx([plainSafe]), undefined)).privateKey)
})

t.test('the empty passphrase is found, as a terminator and as no octets, also where none is given', async (t) => {
  const safe = writeSequence(plainSafe)
  const [terminated, nothing] = passwordsOf('').map((password) => withMac(safe, writeMac(safe, password, 2)))
  for (const store of [terminated, nothing]) {
    t.ok((await readPkcs12(store, '')).privateKey)
    t.ok((await readPkcs12(store, undefined)).privateKey)
    await t.rejects(readPkcs12(store, 'x'), error('PASSPHRASE', 'the passphrase of the PKCS #12 is wrong, or the file is damaged'))
  }
})

t.test('a passphrase that is missing is told from one that is wrong', async (t) => {
  const store = pfx([plainSafe], 'secret')
  await t.rejects(readPkcs12(store, undefined), error('PASSPHRASE', 'the PKCS #12 is encrypted: a passphrase is needed'))
  await t.rejects(readPkcs12(store, ''), error('PASSPHRASE', 'the passphrase of the PKCS #12 is wrong, or the file is damaged'))
})

t.test('what is not about the passphrase is said as it is, without one, too', async (t) => {
  const rc4 = { algorithm: writeSequence(writeObjectIdentifier('1.2.840.113549.1.12.1.2')), octets: Buffer.alloc(8) }
  await t.rejects(readPkcs12(pfx([encryptedData(rc4)], ''), undefined), error('UNSUPPORTED', /pbeWithSHAAnd40BitRC4/))
})

t.test('RC4 is refused with the command that converts it', async (t) => {
  const names = [['1', 'pbeWithSHAAnd128BitRC4'], ['2', 'pbeWithSHAAnd40BitRC4']]
  for (const [number, name] of names) {
    const algorithm = writeSequence(writeObjectIdentifier(`1.2.840.113549.1.12.1.${number}`), writeSequence(writeOctetString(Buffer.alloc(8)), writeInteger(2)))
    const message = `encryption with ${name} is not read here: convert it with ` +
      '`openssl pkcs12 -legacy -in OLD.p12 -out OLD.pem && openssl pkcs12 -export -in OLD.pem -out NEW.p12 && rm OLD.pem` ' +
      '(without a private key in it: `openssl pkcs12 -legacy -in OLD.p12 -nokeys -out NEW.cer`)'
    const inCertificates = pfx([encryptedData({ algorithm, octets: Buffer.alloc(8) })], 'secret')
    await t.rejects(readPkcs12(inCertificates, 'secret'), error('UNSUPPORTED', message))
    const inKey = pfx([data(writeSequence(shroudedKeyBag(writeSequence(algorithm, writeOctetString(Buffer.alloc(8))))))], 'secret')
    await t.rejects(readPkcs12(inKey, 'secret'), error('UNSUPPORTED', message))
    await t.rejects(readPkcs12(inKey, 'wrong'), error('PASSPHRASE', /is wrong/), 'the passphrase is judged before')
  }
})

const rc2 = (number: 5 | 6) => writeSequence(writeObjectIdentifier(`1.2.840.113549.1.12.1.${number}`), writeSequence(writeOctetString(Buffer.alloc(8)), writeInteger(2)))

t.test('RC2 is refused where no MAC protects the file', async (t) => {
  for (const [number, name] of [[5, 'pbeWithSHAAnd128BitRC2-CBC'], [6, 'pbeWithSHAAnd40BitRC2-CBC']] as const) {
    const store = pfx([encryptedData({ algorithm: rc2(number), octets: Buffer.alloc(8) })])
    await t.rejects(readPkcs12(store, 'secret'), error('UNSUPPORTED', new RegExp(`^encryption with ${name} is not read here: convert it with \`openssl pkcs12 -legacy`)))
  }
})

t.test('what is not whole blocks of RC2 with their padding is refused', async (t) => {
  for (const encrypted of [0, 7, 8, 16].map((length) => Buffer.alloc(length))) {
    const store = pfx([encryptedData({ algorithm: rc2(6), octets: encrypted })], 'secret')
    await t.rejects(readPkcs12(store, 'secret'), error('PASSPHRASE', 'the passphrase is wrong, or the encrypted octets are damaged'), `${encrypted.length} bytes`)
  }
})

t.test('a friendly name loses the NUL that Windows ends it with', async (t) => {
  const named = (name: Buffer) => pfx([data(writeSequence(certificateBag(client.der), keyBag(pkcs8(client), attributes(attribute(bagAttributeTypes.friendlyName, name)))))])
  t.equal((await readPkcs12(named(bmp('alice\0')), undefined)).friendlyName, 'alice')
  t.equal((await readPkcs12(named(bmp('\0')), undefined)).friendlyName, '')
  await t.rejects(readPkcs12(named(write(tags.bmpString, Buffer.alloc(3))), undefined), error('MALFORMED', 'friendlyName is a BMPString with half a character'))
})

t.test('zero bytes and a line break behind a PKCS #12 are passed over, and nothing else', async (t) => {
  const store = pfx([plainSafe], 'secret')
  for (const octets of [store, indefinite(store)]) {
    for (const trailer of ['00', '0a', '0d0a', '00'.repeat(3000), '0000000a']) {
      t.ok((await readPkcs12(Buffer.concat([octets, Buffer.from(trailer, 'hex')]), 'secret')).privateKey)
    }
    await t.rejects(readPkcs12(Buffer.concat([octets, Buffer.from([0, 1])]), 'secret'), error('MALFORMED', /^BER has octets behind its end/))
  }
})

interface Pbmac1 { prf?: string, scheme?: string, salt?: Buffer, iterations?: number, keyLength?: number | undefined, value?: Buffer }

/** A PKCS #12 in the clear whose MAC is PBMAC1 (RFC 9579), made by node:crypto under the passphrase `secret`, with parts exchanged. */
function withPbmac1 ({ prf = '1.2.840.113549.2.9', scheme = '1.2.840.113549.2.11', salt = Buffer.alloc(8, 3), iterations = 2, ...rest }: Pbmac1 = {}): Buffer {
  const safe = writeSequence(plainSafe)
  const keyLength = 'keyLength' in rest ? rest.keyLength : 32
  const value = rest.value ?? createHmac('sha512', pbkdf2Sync('secret', Buffer.alloc(8, 3), 2, 32, 'sha256')).update(safe).digest()
  const hmac = (type: string) => writeSequence(writeObjectIdentifier(type), writeNull())
  const derivation = writeSequence(writeOctetString(salt), writeInteger(iterations), ...(keyLength === undefined ? [] : [writeInteger(keyLength)]), hmac(prf))
  const parameters = writeSequence(writeSequence(writeObjectIdentifier('1.2.840.113549.1.5.12'), derivation), hmac(scheme))
  const algorithm = writeSequence(writeObjectIdentifier('1.2.840.113549.1.5.14'), parameters)
  // RFC 9579, section 4: the salt and the iterations of the MacData mean nothing.
  return withMac(safe, writeSequence(writeSequence(algorithm, writeOctetString(value)), writeOctetString(Buffer.from('NOT USED')), writeInteger(1)))
}

t.test('PBMAC1 of RFC 9579 is verified', async (t) => {
  t.ok((await readPkcs12(withPbmac1(), 'secret')).privateKey)
  await t.rejects(readPkcs12(withPbmac1(), 'Secret'), error('PASSPHRASE', 'the passphrase of the PKCS #12 is wrong, or the file is damaged'))
  await t.rejects(readPkcs12(withPbmac1({ iterations: 3 }), 'secret'), error('PASSPHRASE', /is wrong/), 'RFC 9579, A.4')
  await t.rejects(readPkcs12(withPbmac1({ salt: Buffer.alloc(8, 4) }), 'secret'), error('PASSPHRASE', /is wrong/), 'RFC 9579, A.5')
  await t.rejects(readPkcs12(withPbmac1({ keyLength: undefined }), 'secret'), error('MALFORMED', 'PBMAC1 has a key of 0 bytes, not of 20 to 128'), 'RFC 9579, A.6')
  for (const keyLength of [19, 129]) await t.rejects(readPkcs12(withPbmac1({ keyLength }), 'secret'), error('MALFORMED', `PBMAC1 has a key of ${keyLength} bytes, not of 20 to 128`))
  await t.rejects(readPkcs12(withPbmac1({ value: Buffer.alloc(32) }), 'secret'), error('MALFORMED', 'MAC has 32 octets'))
  await t.rejects(readPkcs12(withPbmac1({ scheme: '1.2.3' }), 'secret'), error('UNSUPPORTED', /^encryption with 1\.2\.3 is not read here/))
  await t.rejects(readPkcs12(withPbmac1({ iterations: 5_000_001 }), 'secret'), error('MALFORMED', 'the iteration counts are more than 5000000 together'))
})

t.test('of two certificates for one key, the one with the key\'s localKeyId is its own', async (t) => {
  const renewed = mintClient(authority, { subject: 'alice renewed', keys: client })
  const id = (text: string) => attributes(attribute(bagAttributeTypes.localKeyId, writeOctetString(Buffer.from(text))))
  const bags = (...members: Buffer[]) => pfx([data(writeSequence(...members))], 'x')
  const both = await readPkcs12(bags(certificateBag(client.der, id('1')), certificateBag(renewed.der, id('2')), keyBag(pkcs8(client), id('2'))), 'x')
  t.strictSame(both.certificate!.raw, renewed.der)
  t.strictSame(both.certificates.map((each) => each.raw), [client.der])
  const unmarked = await readPkcs12(bags(certificateBag(client.der), certificateBag(renewed.der, id('2')), keyBag(pkcs8(client))), 'x')
  t.strictSame(unmarked.certificate!.raw, client.der, 'without marks, the first')
  const misleading = await readPkcs12(bags(certificateBag(authority.der, id('2')), certificateBag(client.der), keyBag(pkcs8(client), id('2'))), 'x')
  t.strictSame(misleading.certificate!.raw, client.der, 'a mark on the certificate of another key says nothing')
})

t.test('without the key\'s certificate, or without a key, there is no certificate of its own', async (t) => {
  const foreign = await readPkcs12(pfx([data(writeSequence(keyBag(pkcs8(client)), certificateBag(authority.der)))], 'x'), 'x')
  t.ok(foreign.privateKey)
  t.equal(foreign.certificate, undefined)
  t.equal(foreign.certificates.length, 1)
  const keyless = await readPkcs12(pfx([data(writeSequence(certificateBag(authority.der), certificateBag(client.der)))], 'x'), 'x')
  t.equal(keyless.privateKey, undefined)
  t.equal(keyless.certificate, undefined)
  t.strictSame(keyless.certificates.map((each) => each.raw), [authority.der, client.der])
  const empty = await readPkcs12(pfx([], 'x'), 'x')
  t.match(empty, { privateKey: undefined, certificate: undefined, certificates: [] })
})

t.test('the friendly name is the key\'s, else its certificate\'s', async (t) => {
  const name = (text: string) => attributes(attribute(bagAttributeTypes.friendlyName, bmp(text)), attribute('1.3.6.1.4.1.311.17.1', bmp('provider')), attribute('1.2.3'))
  const named = (key: Buffer | undefined, certificate: Buffer | undefined) =>
    readPkcs12(pfx([data(writeSequence(keyBag(pkcs8(client), key), certificateBag(authority.der, name('other')), certificateBag(client.der, certificate)))], 'x'), 'x')
  t.equal((await named(name('Schlüssel'), name('certificate'))).friendlyName, 'Schlüssel')
  t.equal((await named(undefined, name('certificate'))).friendlyName, 'certificate')
  t.equal((await named(undefined, undefined)).friendlyName, undefined)
})

t.test('lists and secrets are passed over, bags within bags are read', async (t) => {
  const crlBag = bag('1.2.840.113549.1.12.10.1.4', writeSequence())
  const secretBag = bag('1.2.840.113549.1.12.10.1.5', writeSequence())
  const nested = bag(bagTypes.safeContents, writeSequence(bag(bagTypes.safeContents, writeSequence(keyBag(pkcs8(client)))), certificateBag(client.der)))
  const store = await readPkcs12(pfx([data(writeSequence(crlBag, nested, secretBag))], 'x'), 'x')
  t.ok(store.privateKey)
  t.strictSame(store.certificate!.raw, client.der)
})

t.test('several private keys are refused, with how to take one out', async (t) => {
  const two = pfx([data(writeSequence(keyBag(pkcs8(client)), keyBag(pkcs8(authority))))], 'x')
  await t.rejects(readPkcs12(two, 'x'), error('UNSUPPORTED', 'the PKCS #12 holds 2 private keys, where one is needed: copy one of them ' +
    'with `keytool -importkeystore -srckeystore OLD.p12 -srcalias NAME -destkeystore NEW.p12`'))
})

t.test('kinds that are not read are named', async (t) => {
  const signed = writeSequence(writeInteger(3), contentInfo('1.2.840.113549.1.7.2', writeSequence()))
  await t.rejects(readPkcs12(signed, 'x'), error('UNSUPPORTED', 'the PKCS #12 is signed with a key: only those under a passphrase are read'))
  const enveloped = pfx([contentInfo('1.2.840.113549.1.7.3', writeSequence())], 'x')
  await t.rejects(readPkcs12(enveloped, 'x'), error('UNSUPPORTED', 'the PKCS #12 has a part of type 1.2.840.113549.1.7.3: only parts in the clear or under a passphrase are read'))
  const sdsi = pfx([data(writeSequence(certificateBag(client.der, undefined, '1.2.840.113549.1.9.22.2')))], 'x')
  await t.rejects(readPkcs12(sdsi, 'x'), error('UNSUPPORTED', 'the PKCS #12 has a certificate of type 1.2.840.113549.1.9.22.2: only X.509 is read'))
  const safe = writeSequence(plainSafe)
  const otherMac = withMac(safe, writeSequence(digestInfo('1.2.840.113549.1.5.15', Buffer.alloc(32)), writeOctetString(Buffer.alloc(8))))
  await t.rejects(readPkcs12(otherMac, 'x'), error('UNSUPPORTED', /^a MAC with 1\.2\.840\.113549\.1\.5\.15 is not read here: convert it with/))
})

t.test('what breaks the rules is refused as malformed', async (t) => {
  const safe = writeSequence(plainSafe)
  const sha256 = '2.16.840.1.101.3.4.2.1'
  const algorithm = encrypt(writeSequence(), secret, 2).algorithm
  const incomplete = (info: Buffer) => pfx([contentInfo(contentTypes.encryptedData, writeSequence(writeInteger(0), info))], 'x')
  const cases: ReadonlyArray<[octets: Buffer, problem: RegExp]> = [
    [Buffer.alloc(0), /^BER ends inside a header/],
    [Buffer.from('garbage'), /^BER/],
    [writeInteger(3), /^PFX has tag 0x2/],
    [pfx([plainSafe], 'x').subarray(0, 300), /^BER element is longer/],
    [Buffer.concat([pfx([plainSafe], 'x'), Buffer.from([2])]), /^BER has octets behind its end/],
    [Buffer.alloc(1024 * 1024 + 1), /^PKCS #12 has 1048577 octets, more than 1048576$/],
    [writeSequence(writeInteger(4), data(safe)), /^PFX has version 4, not 3$/],
    [writeSequence(writeInteger(3), contentInfo(contentTypes.data, writeInteger(1))), /^authSafe has tag 0x2/],
    [writeSequence(writeInteger(3), writeSequence(writeObjectIdentifier(contentTypes.data), write(0xa0))), /^ContentInfo\.content is empty/],
    [withMac(safe, writeSequence(digestInfo(sha256, Buffer.alloc(20)), writeOctetString(Buffer.alloc(8)))), /^MAC has 20 octets/],
    [withMac(safe, writeSequence(digestInfo(sha256, Buffer.alloc(32)), writeOctetString(Buffer.alloc(8)), writeInteger(5_000_001))), /^the iteration counts are more than 5000000 together$/],
    [withMac(safe, writeSequence(digestInfo(sha256, Buffer.alloc(32)), writeOctetString(Buffer.alloc(8)), writeInteger(0))), /^iteration count is 0/],
    [pfx([data(writeInteger(1))], 'x'), /^SafeContents has tag 0x2/],
    [pfx([data(writeSequence(writeInteger(1)))], 'x'), /^SafeBag has tag 0x2/],
    [pfx([data(writeSequence(certificateBag(client.der.subarray(1))))], 'x'), /^Certificate has tag 0x82/],
    [pfx([data(writeSequence(keyBag(writeSequence(writeInteger(0)))))], 'x'), /^PrivateKeyInfo\.privateKeyAlgorithm is missing/],
    [pfx([data(writeSequence(shroudedKeyBag(writeSequence(writeInteger(0)))))], 'x'), /^EncryptedPrivateKeyInfo/],
    [pfx([data(writeSequence(certificateBag(client.der, attributes(attribute(bagAttributeTypes.friendlyName, bmp('a\0b'))))))], 'x'), /^friendlyName holds a NUL/],
    [incomplete(writeSequence(writeObjectIdentifier(contentTypes.data), algorithm)), /^EncryptedContentInfo\.encryptedContent is missing/],
    [withMac(safe, writeSequence(writeInteger(1))), /^MacData\.mac has tag 0x2/]
  ]
  for (const [octets, message] of cases) await t.rejects(readPkcs12(octets, 'x'), error('MALFORMED', message), String(message))
})

t.test('no error shows the passphrase', async (t) => {
  const marker = 'MARKER-of-the-passphrase'
  const stores = [
    pfx([plainSafe], 'secret'), pfx([encryptedData(encrypt(writeSequence(), secret, 2))]), pfx([plainSafe], marker).subarray(0, 300),
    pfx([data(writeSequence(keyBag(pkcs8(client)), keyBag(pkcs8(client))))], marker), pfx([data(writeSequence(keyBag(writeSequence())))], marker)
  ]
  for (const store of stores) {
    const shown = await readPkcs12(store, marker).then(() => 'no error', (error) => inspect(error, { depth: 9, showHidden: true }))
    t.match(shown, /ERR_CERTIFICATE_/)
    t.notMatch(shown, /MARKER|secret/)
  }
})

t.test('a PKCS #12 is told by its structure', async (t) => {
  t.equal(isPkcs12(pfx([plainSafe], 'x')), true)
  t.equal(isPkcs12(pfx([])), true, 'with a short length')
  t.equal(isPkcs12(indefinite(pfx([plainSafe], 'x'))), true, 'with an indefinite length')
  t.equal(isPkcs12(tripleDesPkcs12), true)
  t.equal(isPkcs12(new Uint8Array(tripleDesPkcs12)), true, 'in plain octets')
  const others = [
    client.der, pkcs8(client), client.privateKey.export({ type: 'sec1', format: 'der' }), Object.values(encryptedKeys)[0],
    client.publicKey.export({ type: 'spki', format: 'der' }), Buffer.from(client.pem), Buffer.alloc(0), Buffer.from([0x30]), data(Buffer.alloc(0)),
    writeSequence(writeInteger(3), writeInteger(1)), writeSequence(writeInteger(2), data(Buffer.alloc(0)))
  ]
  for (const other of others) t.equal(isPkcs12(other), false)
})

const withMac = (safe: Buffer, mac: Buffer) => writeSequence(writeInteger(3), data(safe), mac)

const digestInfo = (type: string, value: Buffer) => writeSequence(writeSequence(writeObjectIdentifier(type), writeNull()), writeOctetString(value))

const piecesOf = (octets: Buffer) => Buffer.concat([writeOctetString(octets.subarray(0, 40)), writeOctetString(octets.subarray(40))])
