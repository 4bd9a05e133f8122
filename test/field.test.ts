import { readFileSync } from 'node:fs'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { memoryStore, openAuthority } from '../lib/authority/index.js'
import { readCertificateLists, readCertificates, readCertificationRequest, readPkcs12, readPrivateKey } from '../lib/certificate/index.js'
import { readClientAuthorities } from '../lib/tls/index.js'
import { verifyCertificationPath, type PathOptions } from '../lib/trust/index.js'
import { hear } from './cli/transcript.js'
import { mintAuthority } from './helpers/mint.js'
import { parts, vectorsFolder } from './helpers/parts.js'

/** Files that people run into, and what each of them is to do: the README beside them says it, and where they come from. */
const field = join(vectorsFolder, 'field')
const file = (name: string) => readFileSync(join(field, name))
const needs = { skip: parts.missing('vectors') }

// When the files were made.
const at = new Date('2026-12-01T00:00:00Z')

const hearInField = (...argv: string[]) => hear(argv, { cwd: field, now: at })

const judge = (certificate: string, trustAnchor: string, options: Partial<PathOptions>) =>
  verifyCertificationPath({ certificate: file(certificate), trustAnchors: [file(trustAnchor)], at, purpose: 'clientAuth', ...options })

t.test('1: a friendly name that Windows ended with a NUL', needs, async (t) => {
  const { privateKey, certificate, friendlyName } = await readPkcs12(file('1-windows-friendlyname-nul.pfx'), 'password')
  t.ok(privateKey !== undefined && certificate !== undefined)
  t.match(friendlyName, /^[^\0]+$/)
})

t.test('2: zero bytes behind a PKCS #12 of Windows', needs, async (t) => {
  const content = file('2-windows-trailing-zeros.pfx')
  t.equal(content.at(-1), 0)
  const { privateKey, certificate } = await readPkcs12(content, 'testcertificate')
  t.ok(privateKey !== undefined && certificate !== undefined)
})

t.test('3: alternative names of OpenSSL\'s email:copy that name nobody', needs, async (t) => {
  const { certificate } = judge('3-openssl-copy-leaf.pem', '3-openssl-copy-ca.pem', { whenNotConforming: 'accept' })
  t.strictSame([certificate.subjectAltName, certificate.issuerAltName], [[], []])
  const refused = { code: 'ERR_CERTIFICATION_PATH_MALFORMED', message: 'the subjectAltName is empty (certificate 0: CN=alice,O=Test)' }
  t.throws(() => judge('3-openssl-copy-leaf.pem', '3-openssl-copy-ca.pem', { whenNotConforming: 'reject' }), refused)
  const ofCa = { code: 'ERR_CERTIFICATION_PATH_MALFORMED', message: 'the subjectAltName is empty (certificate 0: CN=Root,O=Test)' }
  t.throws(() => judge('3-openssl-copy-ca.pem', '3-openssl-copy-ca.pem', { whenNotConforming: 'reject', purpose: 'any' }), ofCa)
  t.strictSame(readCertificationRequest(file('3-openssl-copy.csr')).subjectAltName, [])
  t.strictSame(readCertificationRequest(file('3-openssl-testreq2-empty-extension-request.csr')).extensions, [])
  t.match((await hearInField('inspect', '3-openssl-copy-leaf.pem')).stdout, /^ {2}name +none: the subjectAltName is empty$/m)
  const explained = await hearInField('explain', '3-openssl-copy-leaf.pem', '--trust', '3-openssl-copy-ca.pem', '--when-not-conforming', 'reject')
  t.equal(explained.status, 1)
  t.match(explained.stdout, 'the subjectAltName is empty')
})

t.test('4: keys encrypted by DES are refused, and the command in the hint converts them', { skip: parts.missing('vectors', 'openssl') }, async (t) => {
  for (const [name, passphrase, scheme] of [['4-des-cbc-changeit.key', 'changeit', 'DES-CBC'], ['4-pbe-md5-des-password123.key', 'password123', 'pbeWithMD5AndDES-CBC']]) {
    const remedy = 'openssl pkcs8 -topk8 -provider legacy -provider default -in OLD.key -out NEW.key'
    const message = `encryption with ${scheme} is not read here: encrypt the key anew with \`${remedy}\` (OpenSSL 1: without -provider)`
    t.throws(() => readPrivateKey(file(name), passphrase), { code: 'ERR_CERTIFICATE_UNSUPPORTED', message }, name)
    const cwd = t.testdir({ 'OLD.key': file(name) })
    const { status } = spawnSync('sh', ['-c', `${remedy} -passin env:P -passout env:P`], { cwd, env: { ...process.env, P: passphrase } })
    t.equal(status, 0)
    t.equal(readPrivateKey(readFileSync(join(cwd, 'NEW.key')), passphrase).asymmetricKeyType, 'rsa', name)
  }
})

t.test('5: PBMAC1 (RFC 9579)', needs, async (t) => {
  const content = file('5-rfc9579-pbmac1-1234.p12')
  const { privateKey, certificate } = await readPkcs12(content, '1234')
  t.ok(privateKey !== undefined && certificate !== undefined)
  await t.rejects(readPkcs12(content, '12345'), { code: 'ERR_CERTIFICATE_PASSPHRASE' })
})

t.test('6: what a request has that others have not, inspect says of the request', needs, async (t) => {
  t.match(await hearInField('inspect', '6-csr-empty-san.der'), { stdout: /^certification request\n[^]*^ {2}name +none: the subjectAltName is empty$/m, status: 0 })
  t.match(await hearInField('inspect', '6-csr-v3.der'), { stdout: /^certification request\n[^]*^ {2}version +3 \(RFC 2986 has only 1; it does not reach the certificate\)$/m, status: 0 })
  const broken = file('6-csr-v3.der')
  // The type of the first attribute of its subject.
  broken[17] = 0x05
  const { stderr, status } = await hear(['inspect', 'broken.der'], { cwd: t.testdir({ 'broken.der': broken }) })
  t.strictSame([stderr, status], ['error: broken.der cannot be read: AttributeTypeAndValue.type has tag 0x5, not 0x6, at octet 17\n', 1])
})

t.test('7: a request of version 3 is signed', needs, async (t) => {
  const { privateKey, certificate } = mintAuthority({ subject: 'CA', notBefore: new Date('2026-11-01'), notAfter: new Date('2027-11-01') })
  const authority = await openAuthority({ certificate, privateKey, store: memoryStore() })
  const granted = await authority.sign(file('7-certbot-csr-version3.pem'), { profile: 'server', policy: { subject: 'requested', subjectAltName: 'requested' }, at, days: 1 })
  t.strictSame(granted.certificate.subjectAltName, [{ type: 'dNSName', value: 'is.isnot.org' }])
  t.equal(granted.certificate.version, 3)
})

t.test('8: a cRLNumber of 20 octets whose top bit is set', needs, async (t) => {
  const [list] = readCertificateLists(file('8-crlnumber-160bit.crl'))
  t.equal(list.number, 0xE3F59B2C66C2789E9AC53C545C80CF1F8B9E4BEAn)
  t.ok(judge('8-leaf.pem', '8-ca.pem', { certificateLists: [list], whenNotConforming: 'accept' }))
})

t.test('9: UTF-16 of PowerShell, and a chain as Windows exports it, wherever certificates are read', needs, async (t) => {
  t.equal(readCertificates(file('9-utf16-powershell.pem'))[0].subject.toString(), 'CN=Root,O=Test')
  t.equal(readCertificates(file('9-windows-chain.p7b'))[0].subject.toString(), 'CN=Root,O=Test')
  for (const ca of ['9-utf16-powershell.pem', '9-windows-chain.p7b']) {
    // It was made without basicConstraints, so it is read and then refused.
    await t.rejects(readClientAuthorities({ ca: join(field, ca) }), { message: /, which holds the certificate of CN=Root,O=Test, which is not a CA's: / }, ca)
    t.match(await hearInField('inspect', ca), { stdout: /^certificate\n {2}subject +CN=Root,O=Test\n/, status: 0 }, ca)
    t.match(await hearInField('explain', ca, '--trust', ca), { status: 0, stderr: '' }, ca)
  }
})

t.test('10: PKCS #8 of version 2, with the public key', { skip: parts.missing('vectors', 'openssl') }, async (t) => {
  const key = readPrivateKey(file('10-ed25519-pkcs8v2.key'))
  t.equal(key.asymmetricKeyType, 'ed25519')
  const again = execFileSync('openssl', ['pkey'], { input: key.export({ type: 'pkcs8', format: 'pem' }) })
  t.ok(readPrivateKey(again).equals(key))
})
