import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { readCertificate, readCertificateLists, writeCertificate, writeTbsCertificate } from '../../lib/certificate/index.js'
import { write, writeNull, writeObjectIdentifier, writeSequence } from '../../lib/certificate/der-writer.js'
import { CertificateError, type PathRule } from '../../lib/errors.js'
import type { Algorithms, PathOptions } from '../../lib/trust/index.js'
import { basicConstraints, extendedKeyUsage, keyUsage, mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { mintList } from '../helpers/mint-list.js'
import { ecdsa, extension, judge, keyIdentifier, refusal, resigned, rsa } from './scene.js'

const root = mintAuthority({ subject: 'Root' })
const client = mintClient(root).certificate

t.test('options that cannot be are mistakes of the caller', async (t) => {
  const cases: Array<[options: object, message: string]> = [
    [{ at: new Date(NaN) }, 'at is an Invalid Date'],
    [{ purpose: 'client' }, 'purpose is one of clientAuth, serverAuth, any, not client'],
    [{ whenAnyExtendedKeyUsage: 'yes' }, 'whenAnyExtendedKeyUsage is one of reject, accept, not yes'],
    [{ whenNoExtendedKeyUsage: false }, 'whenNoExtendedKeyUsage is one of reject, accept, not false'],
    [{ whenNotConforming: 'ACCEPT' }, 'whenNotConforming is one of reject, accept, not ACCEPT'],
    [{ maxPathLength: -1 }, 'maxPathLength is a whole number, not -1'],
    [{ maxPathLength: NaN }, 'maxPathLength is a whole number, not NaN'],
    [{ maxPathLength: '1' }, 'maxPathLength is a whole number, not 1'],
    [{ algorithms: { minRsaBits: 1.5 } }, 'algorithms.minRsaBits is a whole number, not 1.5'],
    [{ algorithms: { maxRsaBits: null } }, 'algorithms.maxRsaBits is a whole number, not null'],
    [{ algorithms: { hashes: ['SHA256'] } }, 'algorithms.hashes is one of md5, sha1, sha224, sha256, sha384, sha512, not SHA256'],
    [{ initialPolicySet: ['anyPolicy'] }, 'initialPolicySet holds dotted object identifiers, not anyPolicy'],
    [{ initialPolicySet: ['1.2.03'] }, 'initialPolicySet holds dotted object identifiers, not 1.2.03'],
    [{ initialPolicySet: '1.2.3' }, "initialPolicySet holds dotted object identifiers, not '1.2.3'"],
    [{ requireExplicitPolicy: 1 }, 'requireExplicitPolicy is true or false, not 1'],
    [{ inhibitPolicyMapping: 'true' }, 'inhibitPolicyMapping is true or false, not true'],
    [{ inhibitAnyPolicy: null }, 'inhibitAnyPolicy is true or false, not null'],
    [{ revocation: {} }, 'revocation is how certificateLists are judged, and there are none']
  ]
  for (const [options, message] of cases) t.throws(() => judge(client, [root.certificate], [], options as Partial<PathOptions>), new TypeError(message))
})

t.test('the length of a path can be limited', async (t) => {
  const upper = mintAuthority({ subject: 'Upper', issuer: root })
  const renewed = mintAuthority({ subject: 'Upper', issuer: upper })
  const lower = mintAuthority({ subject: 'Lower', issuer: renewed })
  const length = (maxPathLength: number, issuer = lower) => judge(mintClient(issuer).certificate, [root.certificate], [upper, renewed, lower].map((each) => each.certificate), { maxPathLength }).certificates.length
  t.equal(length(2), 5, 'self-issued ones do not count')
  t.equal(length(Infinity), 5)
  t.equal(length(1, renewed), 4)
  t.equal(length(0, root), 2)
  t.throws(() => length(1), { code: 'ERR_CERTIFICATION_PATH_PATH_LENGTH', message: 'a path length of at most 1 is asked for, and here it is 2 (certificate 3: CN=Upper)' })
  t.throws(() => length(0, upper), { code: 'ERR_CERTIFICATION_PATH_PATH_LENGTH', message: 'a path length of at most 0 is asked for, and here it is 1 (certificate 1: CN=Upper)' })
})

t.test('the strength of keys and signatures can be set', async (t) => {
  const rsaPair = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength })
  const [small, usual] = [rsaPair(1024), rsaPair(2048)]
  const withKeys = (keys: { publicKey: KeyObject, privateKey: KeyObject }, algorithms?: Algorithms) =>
    () => judge(mintClient(root, { keys }).certificate, [root.certificate], [], { algorithms })
  t.test('for RSA', async (t) => {
    t.throws(withKeys(small), { code: 'ERR_CERTIFICATION_PATH_WEAK_KEY', message: 'the RSA key has 1024 bits, fewer than 2048 (certificate 0: CN=client)' })
    t.doesNotThrow(withKeys(small, { minRsaBits: 1024 }))
    t.doesNotThrow(withKeys(usual))
    t.throws(withKeys(usual, { minRsaBits: 3072 }), { code: 'ERR_CERTIFICATION_PATH_WEAK_KEY', message: 'the RSA key has 2048 bits, fewer than 3072 (certificate 0: CN=client)' })
    t.throws(withKeys(usual, { maxRsaBits: 2047 }), { code: 'ERR_CERTIFICATION_PATH_LIMIT', message: 'the RSA key has 2048 bits, more than 2047 (certificate 0: CN=client)' })
  })
  t.test('for digests', async (t) => {
    const ca = mintAuthority({ subject: 'RSA', keys: usual })
    const signed = (hash: string, identifier: Buffer, algorithms?: Algorithms) => () =>
      judge(resigned(mintClient(ca), identifier, (tbs) => sign(hash, tbs, usual.privateKey)), [ca.certificate], [], { algorithms })
    t.throws(signed('sha1', rsa(5)), { code: 'ERR_CERTIFICATION_PATH_WEAK_SIGNATURE' })
    t.doesNotThrow(signed('sha1', rsa(5), { hashes: ['sha1'] }))
    t.doesNotThrow(signed('md5', rsa(4), { hashes: ['md5', 'sha256'] }))
    t.throws(signed('sha256', rsa(11), { hashes: ['sha384', 'sha512'] }), { code: 'ERR_CERTIFICATION_PATH_WEAK_SIGNATURE', message: 'a signature with sha256 is not accepted (certificate 0: CN=client)' })
    const edwards = mintAuthority({ subject: 'Ed25519', keys: generateKeyPairSync('ed25519') })
    t.equal(judge(mintClient(edwards).certificate, [edwards.certificate], [], { algorithms: { hashes: [] } }).certificates.length, 2)
  })
})

t.test('the exponent of an RSA key', async (t) => {
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.alloc(256, 0xff)])
  const withExponent = (exponent: Buffer) => () => {
    const key = writeSequence(write(0x02, modulus), write(0x02, exponent))
    const info = writeSequence(writeSequence(writeObjectIdentifier('1.2.840.113549.1.1.1'), writeNull()), write(0x03, Buffer.from([0]), key))
    const tbs = writeTbsCertificate({ serialNumber: Buffer.from([1]), signatureAlgorithm: ecdsa('3.2'), issuer: root.certificate.subject.raw, ...root.certificate.validity, subject: client.subject.raw, subjectPublicKeyInfo: info, extensions: [] })
    return judge(readCertificate(writeCertificate(tbs, ecdsa('3.2'), sign('sha256', tbs, root.privateKey))), [root.certificate])
  }
  for (const exponent of ['03', '010001', '00ffffffffffffffff']) t.doesNotThrow(withExponent(Buffer.from(exponent, 'hex')), exponent)
  for (const exponent of ['00', '01', '02', '010000']) {
    t.throws(withExponent(Buffer.from(exponent, 'hex')), { code: 'ERR_CERTIFICATION_PATH_WEAK_KEY', message: 'the public exponent of the RSA key is even, or less than 3 (certificate 0: CN=client)' }, exponent)
  }
  t.throws(withExponent(Buffer.from('010000000000000001', 'hex')), { code: 'ERR_CERTIFICATION_PATH_LIMIT', message: 'the public exponent of the RSA key has more than 64 bits (certificate 0: CN=client)' })
  t.throws(withExponent(Buffer.from('ff', 'hex')), { code: 'ERR_CERTIFICATION_PATH_MALFORMED', message: 'RSAPublicKey.publicExponent is negative (certificate 0: CN=client)' })
})

t.test('what extended key usage a leaf needs can be set', async (t) => {
  const verdict = (extensions: Parameters<typeof mintClient>[1] & object, options: Partial<PathOptions>) => () => judge(mintClient(root, extensions).certificate, [root.certificate], [], options)
  const any = { extensions: [extendedKeyUsage('anyExtendedKeyUsage')] }
  const none = { extensions: [] }
  const code = 'ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE'
  t.throws(verdict(any, {}), { code })
  t.doesNotThrow(verdict(any, { whenAnyExtendedKeyUsage: 'accept' }))
  t.throws(verdict({ extensions: [extendedKeyUsage('serverAuth')] }, { whenAnyExtendedKeyUsage: 'accept', whenNoExtendedKeyUsage: 'accept' }), { code })
  t.doesNotThrow(verdict(none, {}))
  t.throws(verdict(none, { whenNoExtendedKeyUsage: 'reject' }), { code, message: 'there is no extendedKeyUsage, and so none that includes clientAuth (1.3.6.1.5.5.7.3.2) (certificate 0: CN=client)' })
  t.doesNotThrow(verdict(none, { whenNoExtendedKeyUsage: 'reject', purpose: 'any' }))
  t.doesNotThrow(verdict({}, { whenNoExtendedKeyUsage: 'reject' }))
  const silent = mintAuthority({ subject: 'Silent', issuer: root })
  t.equal(judge(mintClient(silent).certificate, [root.certificate], [silent.certificate], { whenNoExtendedKeyUsage: 'reject' }).certificates.length, 3, 'a CA needs none')
})

t.test('certificates that are not as RFC 5280 has them are refused, unless they are asked for', async (t) => {
  const code = 'ERR_CERTIFICATION_PATH_MALFORMED'
  const [ofSubject, ofAuthority] = [keyIdentifier.ofSubject('key'), keyIdentifier.ofAuthority('key')]
  const caExtensions = [basicConstraints(true), keyUsage('keyCertSign')]
  const clientExtensions = [basicConstraints(false), extendedKeyUsage('clientAuth')]
  const identified = mintAuthority({ subject: 'Root', extensions: [...caExtensions, ofSubject] })
  const name = (text: string) => extension('2.5.29.17', writeSequence(write(0x82, Buffer.from(text))), false)

  t.test('a key identifier that only one of the two has', async (t) => {
    const missing = mintClient(identified, { extensions: clientExtensions }).certificate
    t.strictSame(refusal(missing, [identified.certificate]), [code, 'there is no authorityKeyIdentifier, and the issuer has a subjectKeyIdentifier (certificate 0: CN=client)'])
    t.equal(judge(missing, [identified.certificate], [], { whenNotConforming: 'accept' }).certificates.length, 2)
    const serialOnly = mintClient(identified, { extensions: [...clientExtensions, extension('2.5.29.35', writeSequence(), false)] }).certificate
    t.equal(refusal(serialOnly, [identified.certificate])[0], code, 'an authorityKeyIdentifier without a key identifier')
    const dangling = mintClient(root, { extensions: [...clientExtensions, ofAuthority] }).certificate
    t.strictSame(refusal(dangling, [root.certificate]), [code, 'the authorityKeyIdentifier names a key, and the issuer has no subjectKeyIdentifier (certificate 0: CN=client)'])
    t.equal(judge(dangling, [root.certificate], [], { whenNotConforming: 'accept' }).certificates.length, 2)
    const below = mintAuthority({ subject: 'Below', issuer: identified })
    t.strictSame(refusal(mintClient(below).certificate, [identified.certificate], [below.certificate]),
      [code, 'there is no authorityKeyIdentifier, and the issuer has a subjectKeyIdentifier (certificate 1: CN=Below)'], 'also of an intermediate')
  })
  t.test('and not where both have it, or neither, or there are no extensions', async (t) => {
    t.equal(judge(mintClient(identified, { extensions: [...clientExtensions, ofAuthority] }).certificate, [identified.certificate]).certificates.length, 2)
    t.equal(judge(client, [root.certificate]).certificates.length, 2)
    t.equal(judge(mintClient(identified, { version: 1, extensions: [] }).certificate, [identified.certificate]).certificates.length, 2)
    const old = mint({ subject: 'Old', version: 1 })
    t.equal(judge(mintClient(old, { extensions: [...clientExtensions, ofAuthority] }).certificate, [old.certificate]).certificates.length, 2)
  })
  t.test('basicConstraints of an anchor that are not critical', async (t) => {
    const soft = [basicConstraints(true, undefined, false), keyUsage('keyCertSign')]
    const anchor = mintAuthority({ subject: 'Soft', extensions: soft })
    t.strictSame(refusal(mintClient(anchor).certificate, [anchor.certificate]), [code, 'the basicConstraints of the trust anchor are not critical (certificate 1: CN=Soft)'])
    t.equal(judge(mintClient(anchor).certificate, [anchor.certificate], [], { whenNotConforming: 'accept' }).certificates.length, 2)
    const intermediate = mintAuthority({ subject: 'Soft', issuer: root, extensions: soft })
    t.equal(judge(mintClient(intermediate).certificate, [root.certificate], [intermediate.certificate]).certificates.length, 3, 'an intermediate\'s may be')
  })
  t.test('a dNSName that is no host name', async (t) => {
    for (const text of ['my_host.example.com', 'a..b', '-a.example.com', '.example.com', ' ', '192.0.2.1', '*.2.1']) {
      const leaf = mintClient(root, { extensions: [...clientExtensions, name(text)] }).certificate
      t.strictSame(refusal(leaf, [root.certificate]), [code, `the dNSName ${text} is no host name (certificate 0: CN=client)`])
      t.equal(judge(leaf, [root.certificate], [], { whenNotConforming: 'accept' }).certificates.length, 2)
    }
    for (const text of ['example.com', 'A-B.example.com', 'localhost', '*.example.com', 'xn--bcher-kva.example']) {
      t.equal(judge(mintClient(root, { extensions: [...clientExtensions, name(text)] }).certificate, [root.certificate]).certificates.length, 2, text)
    }
  })
})

t.test('revocation', async (t) => {
  const list = mintList(root, { revoked: [] })
  const revoking = mintList(root, { revoked: [client.serialNumber] })
  const critical = mintClient(root, { extensions: [extension('2.5.29.31', writeSequence(writeSequence(write(0xa0, write(0xa0, write(0x86, Buffer.from('http://example.com/a.crl')))))))] }).certificate

  t.test('is not asked for without lists', async (t) => {
    t.equal(judge(client, [root.certificate]).statusUntil, undefined)
    t.strictSame(refusal(critical, [root.certificate]), ['ERR_CERTIFICATION_PATH_CRITICAL_EXTENSION', 'the critical extension 2.5.29.31 is not understood here (certificate 0: CN=client)'])
  })
  t.test('is told by lists, in each form', async (t) => {
    const forms = [list, Buffer.from(list), readCertificateLists(list)[0], readCertificateLists(list)[0].raw]
    for (const form of forms) t.type(judge(client, [root.certificate], [], { certificateLists: [form] }).statusUntil, 'number')
    t.throws(() => judge(client, [root.certificate], [], { certificateLists: ['no list'] }), { constructor: CertificateError, code: 'ERR_CERTIFICATE_MALFORMED' })
  })
  t.test('is a failure of the path like any other', async (t) => {
    t.strictSame(refusal(client, [root.certificate], [], { certificateLists: [revoking] })[0], 'ERR_CERTIFICATION_PATH_REVOKED')
    t.strictSame(refusal(client, [root.certificate], [], { certificateLists: [] })[0], 'ERR_CERTIFICATION_PATH_STATUS_UNKNOWN')
    t.equal(judge(client, [root.certificate], [], { certificateLists: [], revocation: { whenUnknown: 'accept' } }).certificates.length, 2)
    const other = mintAuthority({ subject: 'Other' })
    const one = mintAuthority({ subject: 'Issuer', issuer: root })
    const two = mintAuthority({ subject: 'Issuer', issuer: other, keys: { publicKey: one.publicKey, privateKey: one.privateKey } })
    const leaf = mintClient(one).certificate
    const certificateLists = [mintList(root, { revoked: [one.certificate.serialNumber] }), mintList(other), mintList(one)]
    t.equal(refusal(leaf, [root.certificate], [one.certificate], { certificateLists })[0], 'ERR_CERTIFICATION_PATH_REVOKED')
    t.equal(judge(leaf, [root.certificate, other.certificate], [one.certificate, two.certificate], { certificateLists }).trustAnchor.subject.commonName, 'Other', 'which is backed out of')
  })
  t.test('heeds critical distribution points', async (t) => {
    t.not(refusal(critical, [root.certificate], [], { certificateLists: [] })[0], 'ERR_CERTIFICATION_PATH_CRITICAL_EXTENSION')
    t.equal(judge(critical, [root.certificate], [], { certificateLists: [list], revocation: { whenUnknown: 'accept' } }).certificates.length, 2)
  })
})

t.test('the guide lists every option and every rule', async (t) => {
  const guide = readFileSync('docs/path-validation.md', 'utf8')
  const rows = (heading: string) => [...guide.split(`\n## ${heading}\n`)[1].split('\n## ')[0].matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/\w+/g)].map(String))
  // One that is missing here is an error of types.
  const options: Record<keyof PathOptions, ''> = { certificate: '', intermediates: '', trustAnchors: '', at: '', purpose: '', partialPath: '', maxPathLength: '', algorithms: '', whenLeafNotCurrent: '', whenAnyExtendedKeyUsage: '', whenNoExtendedKeyUsage: '', whenNotConforming: '', initialPolicySet: '', requireExplicitPolicy: '', inhibitPolicyMapping: '', inhibitAnyPolicy: '', certificateLists: '', revocation: '' }
  const rules: Record<PathRule, ''> = { NO_ISSUER: '', SIGNATURE: '', SIGNATURE_ALGORITHM: '', WEAK_SIGNATURE: '', WEAK_KEY: '', EXPIRED: '', NOT_YET_VALID: '', NOT_A_CA: '', KEY_USAGE: '', EXTENDED_KEY_USAGE: '', PATH_LENGTH: '', NAME_CONSTRAINTS: '', CERTIFICATE_POLICY: '', CRITICAL_EXTENSION: '', REVOKED: '', STATUS_UNKNOWN: '', LIMIT: '', MALFORMED: '' }
  t.strictSame(rows('Options'), Object.keys(options))
  t.strictSame(rows('Rules'), Object.keys(rules))
})
