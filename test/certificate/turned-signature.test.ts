import { spawnSync } from 'node:child_process'
import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readCertificate, write, writeBitString, writeInteger, writeSequence, writeObjectIdentifier } from '../../lib/certificate/index.js'
import { turnedSignatures } from '../../lib/certificate/turned-signature.js'
import { CertificateError, CertificationPathError } from '../../lib/errors.js'
import { mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { ecdsaSignature, modulusOf, numbersOf, octetsOf, orderOf, twin, withSignature, withSignatureField } from '../helpers/twin.js'
import { judge, resigned } from '../trust/scene.js'

const curves = ['P-256', 'P-384', 'P-521', 'secp224r1', 'secp256k1', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'sect283k1', 'prime239v1']

function isAccepted (leaf: Buffer, { certificate }: Minted): boolean {
  try {
    return judge(leaf, [certificate]).certificates.length === 2
  } catch (error) {
    if (error instanceof CertificationPathError || error instanceof CertificateError) return false
    throw error
  }
}

t.test('a certificate with its ECDSA signature turned is valid, and is known to be the same, on every curve', async (t) => {
  for (const curve of curves) {
    const ca = mintAuthority({ keys: newKeys(curve) })
    const original = mintClient(ca)
    const other = mintClient(ca)
    const turned = twin(original, curve)
    t.ok(isAccepted(turned.der, ca), `${curve}: anybody can make another that is valid`)
    t.not(turned.certificate.fingerprint256, original.certificate.fingerprint256)
    t.equal(twin(turned, curve).certificate.fingerprint256, original.certificate.fingerprint256, 'there are two of them')
    for (const [one, two] of [[original, turned], [turned, original], [original, original]]) {
      t.ok(one.certificate.hasFingerprint256(two.certificate.fingerprint256), curve)
      t.equal(one.certificate.tbsDigest, two.certificate.tbsDigest)
    }
    t.notOk(turned.certificate.hasFingerprint256(other.certificate.fingerprint256), curve)
  }
})

t.test('a fingerprint may be in either case, with or without colons', async (t) => {
  const original = mintClient(mintAuthority())
  const { certificate } = twin(original)
  const { fingerprint256 } = original.certificate
  for (const text of [fingerprint256.toLowerCase(), fingerprint256.replaceAll(':', '')]) t.ok(certificate.hasFingerprint256(text), text)
  for (const text of ['', ':', fingerprint256.slice(3), `${fingerprint256}:00`]) t.notOk(certificate.hasFingerprint256(text), text)
})

t.test('openssl verify accepts the turned certificate, too', { skip: parts.missing('openssl') }, async (t) => {
  const ca = mintAuthority()
  const folder = t.testdir()
  writeFileSync(join(folder, 'ca.pem'), ca.pem)
  writeFileSync(join(folder, 'leaf.pem'), twin(mintClient(ca)).pem)
  t.equal(spawnSync('openssl', ['verify', '-CAfile', join(folder, 'ca.pem'), join(folder, 'leaf.pem')]).status, 0)
})

t.test('a signature of another algorithm, and what is no signature, has one form', async (t) => {
  for (const keys of [generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('ed25519')]) {
    const { certificate } = mintClient(mintAuthority({ keys }))
    t.strictSame(certificate.fingerprints256, [certificate.fingerprint256])
  }
  const client = mintClient(mintAuthority())
  const changes = [Buffer.alloc(0), Buffer.from('no signature'), writeSequence(writeInteger(1)), writeSequence(writeInteger(1), writeInteger(1)), writeSequence(write(2, Buffer.from([0x80])), writeInteger(1))]
  for (const octets of changes) {
    const certificate = withSignature(client.certificate, () => octets)
    t.strictSame(certificate.fingerprints256, [certificate.fingerprint256], octets.toString('hex'))
  }
  t.throws(() => turnedSignatures(client.certificate.signatureAlgorithm, undefined as never), TypeError, 'a defect is not hidden')
})

/** No holder may have further certificates by spelling the same signature otherwise. */
function refuses (t: Test, name: string, ca: Minted, leaf: Minted, changes: Record<string, (signature: Buffer) => Buffer>): void {
  t.ok(isAccepted(leaf.der, ca), name)
  for (const [what, change] of Object.entries(changes)) {
    t.notOk(isAccepted(withSignatureField(leaf.der, writeBitString(change(leaf.certificate.signature))), ca), `${name}: ${what}`)
  }
}

const sequence = (...parts: Buffer[]) => Buffer.concat(parts)
const integer = (octets: Buffer) => write(2, octets)

t.test('no other encoding of an ECDSA signature is accepted', async (t) => {
  for (const curve of curves) {
    const ca = mintAuthority({ keys: newKeys(curve) })
    const n = orderOf(curve)
    const change = (make: (r: bigint, s: bigint) => Buffer) => (signature: Buffer) => {
      const { r, s } = numbersOf(signature)
      return make(r, s)
    }
    refuses(t, curve, ca, mintClient(ca), {
      'a zero before r': change((r, s) => writeSequence(integer(sequence(Buffer.alloc(2), octetsOf(r))), writeInteger(octetsOf(s)))),
      'a zero before s': change((r, s) => writeSequence(writeInteger(octetsOf(r)), integer(sequence(Buffer.alloc(2), octetsOf(s))))),
      'r + n': change((r, s) => ecdsaSignature(r + n, s)),
      's + n': change((r, s) => ecdsaSignature(r, s + n)),
      'n − r': change((r, s) => ecdsaSignature(n - r, s)),
      '2n − s': change((r, s) => ecdsaSignature(r, 2n * n - s)),
      'a negative s': change((r, s) => writeSequence(writeInteger(octetsOf(r)), integer(octetsOf((1n << 600n) - s)))),
      'octets behind it': (signature) => sequence(signature, Buffer.alloc(1)),
      'octets inside it': change((r, s) => writeSequence(writeInteger(octetsOf(r)), writeInteger(octetsOf(s)), writeInteger(0))),
      'a length in four octets': (signature) => sequence(Buffer.from([0x30, 0x84, 0, 0, 0, signature.length - 2]), signature.subarray(signature[1] < 0x80 ? 2 : 3)),
      'an indefinite length': (signature) => sequence(Buffer.from([0x30, 0x80]), signature.subarray(signature[1] < 0x80 ? 2 : 3), Buffer.alloc(2)),
      'r and s side by side': change((r, s) => sequence(octetsOf(r, 66), octetsOf(s, 66)))
    })
  }
})

t.test('no other encoding of an Ed25519 or Ed448 signature is accepted', async (t) => {
  // RFC 8032, sections 5.1 and 5.2: the order of the base point.
  const orders = {
    ed25519: (1n << 252n) + 27742317777372353535851937790883648493n,
    ed448: (1n << 446n) - 13818066809895115352007386748515426880336692474882178609894547503885n
  }
  const kinds = { ed25519: generateKeyPairSync('ed25519'), ed448: generateKeyPairSync('ed448') }
  for (const [name, keys] of Object.entries(kinds)) {
    const ca = mintAuthority({ keys })
    const order = orders[name as keyof typeof orders]
    const withS = (change: (s: bigint) => bigint) => (signature: Buffer) => {
      const half = signature.length / 2
      const s = BigInt(`0x${Buffer.from(signature.subarray(half)).reverse().toString('hex')}`)
      const octets = octetsOf(change(s), half).reverse()
      return sequence(signature.subarray(0, half), octets.subarray(0, half))
    }
    refuses(t, name, ca, mintClient(ca), {
      'S + L': withS((s) => s + order),
      'S + 2L': withS((s) => s + 2n * order),
      'L − S': withS((s) => order - s),
      'octets behind it': (signature) => sequence(signature, Buffer.alloc(1)),
      'the sign of R': (signature) => sequence(signature.subarray(0, signature.length / 2 - 1), Buffer.from([signature[signature.length / 2 - 1] ^ 0x80]), signature.subarray(signature.length / 2))
    })
  }
})

t.test('no other encoding of an RSA signature is accepted', async (t) => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ca = mintAuthority({ keys })
  const n = modulusOf(ca)
  const plain = mintClient(ca)
  const sha256 = writeSequence(writeObjectIdentifier('2.16.840.1.101.3.4.2.1'))
  const pss = writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.10'), writeSequence(
    write(0xa0, sha256), write(0xa1, writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.8'), sha256)), write(0xa2, writeInteger(32))))
  const certificate = resigned(plain, pss, (tbs) => sign('sha256', tbs, { key: keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }))
  for (const [name, leaf] of Object.entries({ 'PKCS #1': plain, PSS: { ...plain, certificate, der: certificate.raw } })) {
    refuses(t, name, ca, leaf, {
      'a zero before it': (signature) => sequence(Buffer.alloc(1), signature),
      's + n': (signature) => octetsOf(BigInt(`0x${signature.toString('hex')}`) + n),
      'n − s': (signature) => octetsOf(n - BigInt(`0x${signature.toString('hex')}`), 256),
      'octets behind it': (signature) => sequence(signature, Buffer.alloc(1))
    })
  }
})

t.test('no other encoding around what is signed can be read', async (t) => {
  const { der, certificate: { tbsCertificate, signature } } = mintClient(mintAuthority())
  const algorithm = (...parameters: Buffer[]) => writeSequence(writeObjectIdentifier('1.2.840.10045.4.3.2'), ...parameters)
  const bits = writeBitString(signature)
  const inside = sequence(tbsCertificate, algorithm(), bits)
  const malformed: Record<string, readonly [octets: Buffer, message: RegExp]> = {
    'a NULL parameter outside alone': [writeSequence(tbsCertificate, algorithm(write(5)), bits), /^the certificate names two signature algorithms/],
    'another algorithm outside': [writeSequence(tbsCertificate, writeSequence(writeObjectIdentifier('1.2.840.10045.4.3.3')), bits), /^the certificate names two signature algorithms/],
    'unused bits': [withSignatureField(der, write(3, Buffer.from([1]), signature)), /^BIT STRING does not hold whole octets/],
    'a BIT STRING in parts': [withSignatureField(der, write(0x23, bits)), /^Certificate\.signatureValue has tag 0x23/],
    'a fourth field': [writeSequence(inside, write(5)), /^Certificate has a field too many/],
    'octets behind it': [sequence(der, Buffer.from([1])), /^Certificate has octets behind its end/],
    'a length that is not minimal': [sequence(Buffer.from([0x30, 0x83, 0, inside.length >> 8, inside.length & 255]), inside), /^DER length is not minimal/],
    'an indefinite length': [sequence(Buffer.from([0x30, 0x80]), inside, Buffer.alloc(2)), /^DER length is indefinite or too long/]
  }
  t.doesNotThrow(() => readCertificate(writeSequence(inside)))
  for (const [what, [octets, message]] of Object.entries(malformed)) t.throws(() => readCertificate(octets), { code: 'ERR_CERTIFICATE_MALFORMED', message }, what)
})
