import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createRequest } from '../../lib/authority/index.js'
import {
  subjectAltNameExtension, writeBoolean, writeGeneralNames, writeInteger, writeObjectIdentifier, writePem, writePkcs12TrustStore,
  writePrivateKey, writeSequence, writeTime, type GeneralNameText
} from '../../lib/certificate/index.js'
import { algorithmText } from '../../lib/cli/algorithm.js'
import { keyText, publicKeyText } from '../../lib/cli/key.js'
import { basicConstraints, mint, mintAuthority, mintClient, newKeys } from '../helpers/mint.js'
import { extensionRequest, rawRequest } from '../certificate/raw-request.js'
import { pkcs7 } from '../helpers/pkcs7.js'
import { hear, holds } from './transcript.js'

const notBefore = new Date('2026-01-01T00:00:00Z')
const notAfter = new Date('2026-12-31T00:00:00Z')
const root = mintAuthority({ subject: 'Root', notBefore, notAfter })
const issuing = mintAuthority({ subject: 'Issuing', issuer: root, pathLength: 0, extensions: [basicConstraints(true, 0)], notBefore, notAfter })
const client = mintClient(issuing, { subject: 'client', notBefore, notAfter })

t.test('DER of which the kind is known, but not read here, and DER of no kind', async (t) => {
  const cwd = t.testdir({})
  writeFileSync(join(cwd, 'public.der'), newKeys().publicKey.export({ type: 'spki', format: 'der' }))
  const emptyNames = { type: '2.5.29.17', critical: false, value: writeSequence() }
  const request = rawRequest({ version: writeInteger(2), attributes: [extensionRequest(emptyNames)] })
  writeFileSync(join(cwd, 'odd.req'), writePem('CERTIFICATE REQUEST', request))
  writeFileSync(join(cwd, 'root.p7b'), pkcs7([root.der]))
  writeFileSync(join(cwd, 'number.der'), writeSequence(writeBoolean(true)))
  await holds(t, { cwd }, `
    $ client-certificate inspect public.der
    public key
      note  not read here
    $ client-certificate inspect odd.req
    certification request
      subject    CN=alice
      version    3 (RFC 2986 has only 1; it does not reach the certificate)
      key        EC P-256
      signature  ECDSA with SHA-256
      name       none: the subjectAltName is empty
    $ client-certificate inspect number.der
    ! error: number.der cannot be read: Certificate.tbsCertificate has tag 0x1, not 0x30, at octet 2
    [exit 1]
  `)
  t.match(await hear(['inspect', 'root.p7b'], { cwd }), { status: 0, stdout: /^certificate\n {2}subject +CN=Root\n/ })
})

t.test('each kind of document is shown, in PEM, in DER, and several at once', async (t) => {
  const { request, privateKey } = await createRequest({ subject: 'CN=alice' })
  const cwd = t.testdir({
    'all.pem': [root.pem, writePem('CERTIFICATE REQUEST', request.raw), writePrivateKey(privateKey), writePrivateKey(privateKey, 'x'), writePem('DH PARAMETERS', Buffer.of(5, 0))].join('text between\n')
  })
  writeFileSync(join(cwd, 'root.der'), root.der)
  writeFileSync(join(cwd, 'request.der'), request.raw)
  writeFileSync(join(cwd, 'key.der'), privateKey.export({ type: 'pkcs8', format: 'der' }))
  writeFileSync(join(cwd, 'encrypted.der'), Buffer.from(writePrivateKey(privateKey, 'x').replace(/-----.*-----/g, ''), 'base64'))
  writeFileSync(join(cwd, 'old.key'), generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }))
  writeFileSync(join(cwd, 'ssh.key'), writePem('OPENSSH PRIVATE KEY', Buffer.from('openssh-key-v1')))
  writeFileSync(join(cwd, 'trust.p12'), await writePkcs12TrustStore({ certificates: [root.certificate], passphrase: '' }))
  writeFileSync(join(cwd, 'nothing'), 'nothing')
  await holds(t, { cwd }, `
    $ client-certificate inspect all.pem
    certificate
      subject        CN=Root
      issuer         CN=Root
      serial number  <any>
      valid          2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z (36 days left)
      key            EC P-256
      signature      ECDSA with SHA-256
      key usage      keyCertSign, cRLSign
      authority      yes
      fingerprint    SHA-256 <fingerprint>

    certification request
      subject    CN=alice
      key        EC P-256
      signature  ECDSA with SHA-256

    private key
      key  EC P-256, not encrypted

    private key
      key  encrypted

    DH PARAMETERS
      note  not read here
    $ client-certificate inspect request.der --json
    [
      {
        "kind": "certification request",
        "subject": "CN=alice",
        "extensions": [],
        "key": "EC P-256",
        "signatureAlgorithm": "ECDSA with SHA-256",
        "subjectAltName": []
      }
    ]
    $ client-certificate inspect root.der --json
    [
      {
        "kind": "certificate",
        "subject": "CN=Root",
        "issuer": "CN=Root",
        "serialNumber": "<any>",
        "notBefore": "2026-01-01T00:00:00.000Z",
        "notAfter": "2026-12-31T00:00:00.000Z",
        "fingerprint256": "<fingerprint>",
        "key": "EC P-256",
        "signatureAlgorithm": "ECDSA with SHA-256",
        "subjectAltName": [],
        "keyUsage": [
          "keyCertSign",
          "cRLSign"
        ],
        "basicConstraints": {
          "cA": true
        }
      }
    ]
    $ client-certificate inspect key.der --json
    [
      {
        "kind": "private key",
        "key": "EC P-256, not encrypted"
      }
    ]
    $ client-certificate inspect encrypted.der
    private key
      key  encrypted
    $ client-certificate inspect old.key
    private key
      key  encrypted
    $ client-certificate inspect ssh.key
    private key
      key  OpenSSH
    $ client-certificate inspect trust.p12
    PKCS #12
      private key    none
      friendly name  none

    certificate
      subject        CN=Root
      issuer         CN=Root
      serial number  <any>
      valid          2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z (36 days left)
      key            EC P-256
      signature      ECDSA with SHA-256
      key usage      keyCertSign, cRLSign
      authority      yes
      fingerprint    SHA-256 <fingerprint>
    $ client-certificate inspect nothing
    ! error: nothing cannot be read: <any>
    [exit 1]
    $ client-certificate explain key.der --trust root.der
    ! error: key.der holds no certificate
    [exit 1]
  `)
  t.match(JSON.parse((await hear(['inspect', 'trust.p12', '--json'], { cwd })).stdout), [{ kind: 'PKCS #12', hasPrivateKey: false }, { subject: 'CN=Root' }])
})

t.test('names are shown by their types, and cannot forge a line', async (t) => {
  const names: GeneralNameText[] = [
    { type: 'userPrincipalName', value: 'alice@example.com' }, { type: 'smtpUTF8Mailbox', value: 'älice@example.com' }, { type: 'directoryName', value: 'CN=alice' },
    { type: 'iPAddress', value: '::1' }
  ]
  const otherName = Buffer.concat([Buffer.of(0xa0, 0x0a), writeObjectIdentifier('1.2.3.4'), Buffer.of(0xa0, 3, 2, 1, 1)])
  const x400 = Buffer.of(0xa3, 2, 5, 0)
  const forged = Buffer.concat([Buffer.of(0x81, 14), Buffer.from('a@b\n  subject ')])
  const rest = Buffer.concat([otherName, x400, forged])
  otherName[1] = otherName.length - 2
  rest[1] = otherName.length - 2
  const list = writeGeneralNames(names)
  const minted = mint({
    subject: [['commonName', 'a\u001b[31mb']],
    notBefore: new Date('2026-12-01'),
    extensions: [
      { ...subjectAltNameExtension(names, false), value: writeSequence(list.subarray(list[1] < 0x80 ? 2 : 3), rest) },
      { type: '1.2.3', critical: true, value: writeBoolean(true) }, { type: '1.2.4', critical: false, value: writeBoolean(true) }
    ]
  })
  const cwd = t.testdir({ 'a.cer': minted.pem })
  await holds(t, { cwd }, `
    $ client-certificate inspect a.cer
    certificate
      subject        CN=a\\1B[31mb
      issuer         CN=a\\1B[31mb
      serial number  <any>
      valid          2026-12-01T00:00:00Z to <any> (not yet valid)
      key            EC P-256
      signature      ECDSA with SHA-256
      name           otherName alice@example.com
      name           otherName älice@example.com
      name           directoryName CN=alice
      name           iPAddress ::1
      name           otherName 1.2.3.4
      name           x400Address 0500
      name           rfc822Name a@b\\u000a  subject
      extension      1.2.3 (critical)
      extension      1.2.4
      fingerprint    SHA-256 <fingerprint>
    @ 2040-01-01
    $ client-certificate inspect a.cer
    certificate
      subject        CN=a\\1B[31mb
      issuer         CN=a\\1B[31mb
      serial number  <any>
      valid          2026-12-01T00:00:00Z to <any> (expired)
      key            EC P-256
      signature      ECDSA with SHA-256
      name           otherName alice@example.com
      name           otherName älice@example.com
      name           directoryName CN=alice
      name           iPAddress ::1
      name           otherName 1.2.3.4
      name           x400Address 0500
      name           rfc822Name a@b\\u000a  subject
      extension      1.2.3 (critical)
      extension      1.2.4
      fingerprint    SHA-256 <fingerprint>
  `)
})

t.test('explain tells which certificate of the path is at fault', async (t) => {
  const cwd = t.testdir({ 'client.cer': client.pem, 'chain.cer': client.pem + issuing.pem, 'issuing.cer': issuing.pem, 'root.cer': root.pem })
  await holds(t, { cwd }, `
    $ client-certificate explain chain.cer --trust root.cer
    chain.cer would get in (clientAuth) at 2026-11-24T12:00:00Z, and until 2026-12-31T00:00:00Z
    revocation: not checked (no --crl)

      0  CN=client   2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z  good
      1  CN=Issuing  2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z  good
      2  CN=Root     2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z  trusted
    $ client-certificate explain client.cer --trust root.cer --intermediates issuing.cer --purpose serverAuth
    client.cer would be refused (serverAuth) at 2026-11-24T12:00:00Z: the extendedKeyUsage does not include serverAuth (1.3.6.1.5.5.7.3.1) (certificate 0: CN=client)
    code: ERR_CERTIFICATION_PATH_EXTENDED_KEY_USAGE
    hint: the certificate is for another purpose: issue one with the extendedKeyUsage that the reason names

      0  CN=client   2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z  refused: EXTENDED_KEY_USAGE
      1  CN=Issuing  2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z
      2  CN=Root     2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z  trusted
    [exit 1]
    $ client-certificate explain client.cer --trust root.cer
    client.cer would be refused (clientAuth) at 2026-11-24T12:00:00Z: no certificate of its issuer CN=Issuing is known (certificate 0: CN=client)
    code: ERR_CERTIFICATION_PATH_NO_ISSUER
    hint: if a CA that you trust signed it by way of an intermediate, the client must send that intermediate, or it belongs in the option ca; if another CA signed it, or it is self-signed, it is trusted only once that CA, or the certificate itself, is in ca

      0  CN=client  2026-01-01T00:00:00Z to 2026-12-31T00:00:00Z  refused: NO_ISSUER
    [exit 1]
    $ client-certificate explain client.cer --trust root.cer --json
    {
      "getsIn": false,
      "at": "2026-11-24T12:00:00.000Z",
      "purpose": "clientAuth",
      "revocation": "not checked",
      "code": "ERR_CERTIFICATION_PATH_NO_ISSUER",
      "rule": "NO_ISSUER",
      "depth": 0,
      "certificate": "CN=client",
      "message": "no certificate of its issuer CN=Issuing is known (certificate 0: CN=client)",
      "hint": "if a CA that you trust signed it by way of an intermediate, the client must send that intermediate, or it belongs in the option ca; if another CA signed it, or it is self-signed, it is trusted only once that CA, or the certificate itself, is in ca",
      "path": [
        {
          "subject": "CN=client",
          "issuer": "CN=Issuing",
          "serialNumber": "<any>",
          "notBefore": "2026-01-01T00:00:00.000Z",
          "notAfter": "2026-12-31T00:00:00.000Z",
          "fingerprint256": "<fingerprint>"
        }
      ]
    }
    [exit 1]
    $ client-certificate explain root.cer --trust root.cer --purpose any --json
    {
      "getsIn": true,
      "at": "2026-11-24T12:00:00.000Z",
      "purpose": "any",
      "revocation": "not checked",
      "until": "2026-12-31T00:00:00.000Z",
      "path": [
        {
          "subject": "CN=Root",
          "issuer": "CN=Root",
          "serialNumber": "<any>",
          "notBefore": "2026-01-01T00:00:00.000Z",
          "notAfter": "2026-12-31T00:00:00.000Z",
          "fingerprint256": "<fingerprint>"
        }
      ]
    }
  `)
})

t.test('two authorities that name each other end the path that is shown', async (t) => {
  const keys = newKeys()
  const one = mintAuthority({ subject: 'One', issuer: mintAuthority({ subject: 'Other', keys }), notBefore, notAfter })
  const other = mintAuthority({ subject: 'Other', keys, issuer: one, notBefore, notAfter })
  const cwd = t.testdir({ 'chain.cer': mintClient(one, { notBefore, notAfter }).pem + one.pem + other.pem, 'root.cer': root.pem })
  t.match(await hear(['explain', 'chain.cer', '--trust', 'root.cer'], { cwd }), { status: 1, stdout: / 0 {2}CN=client .*\n +1 {2}CN=One .*\n +2 {2}CN=Other .*\n$/ })
})

t.test('keys and algorithms that are unknown are dotted', async (t) => {
  t.equal(algorithmText({ algorithm: '1.2.3', parameters: undefined }), '1.2.3')
  t.equal(algorithmText({ algorithm: '1.3.101.112', parameters: undefined }), 'Ed25519')
  t.equal(algorithmText({ algorithm: '1.2.840.113549.1.1.11', parameters: undefined }), 'RSA with SHA-256')
  t.equal(keyText(generateKeyPairSync('ed448').privateKey), 'ed448')
  t.equal(keyText(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), 'EC secp256k1')
  t.equal(keyText(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), 'RSA 1024 bits')
  t.equal(publicKeyText(client.certificate), 'EC P-256')
  t.equal(publicKeyText({ publicKeyAlgorithm: { algorithm: '1.2.3', parameters: undefined }, get publicKey (): never { return mintStrange().certificate.publicKey as never } }), '1.2.3')
  t.throws(() => publicKeyText({ publicKeyAlgorithm: { algorithm: '1.2.3', parameters: undefined }, get publicKey (): never { throw new TypeError('a mistake') } }), { message: 'a mistake' })
})

// A certificate for a key of a kind that nobody knows.
function mintStrange () {
  const subjectPublicKeyInfo = writeSequence(writeSequence(writeObjectIdentifier('1.2.3')), Buffer.of(3, 2, 0, 1))
  const { publicKey, privateKey } = newKeys()
  return mint({ keys: { privateKey, publicKey: Object.assign(Object.create(publicKey), { export: () => subjectPublicKeyInfo }) } })
}

t.test('directories of openssl and easy-rsa are opened as they are, and of two authorities neither', async (t) => {
  const cwd = t.testdir({})
  await hear(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'ca', '--no-passphrase'], { cwd })
  const move = (from: string, to: string) => renameSync(join(cwd, 'ca', from), join(cwd, 'ca', to))
  mkdirSync(join(cwd, 'ca/private'))
  move('ca.cer', 'cacert.pem')
  move('ca.key', 'private/cakey.pem')
  t.match(await hear(['issue', '--directory', 'ca', '--subject', 'CN=bob', '--out', 'bob', '--no-passphrase'], { cwd }), { status: 0 })
  move('cacert.pem', 'ca.crt')
  move('private/cakey.pem', 'private/ca.key')
  t.match(await hear(['list', '--directory', 'ca'], { cwd }), { status: 0, stdout: /CN=bob/ })
  t.match(await hear(['crl', '--directory', 'ca'], { cwd }), { status: 0 })
  writeFileSync(join(cwd, 'ca/ca.cer'), root.pem)
  await holds(t, { cwd }, `
    $ client-certificate list --directory ca
    ! error: there are two authorities in ca: ca.cer and ca.crt
    ! hint: move one of them away
    [exit 1]
  `)
})

t.test('a places.json that is not JSON, or says nonsense, keeps the authority shut', async (t) => {
  const cwd = t.testdir({})
  await hear(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'ca', '--crl-url', 'http://ca.example/ca.crl', '--no-passphrase'], { cwd })
  t.equal(String(readFileSync(join(cwd, 'ca/places.json'))), '{\n  "cRLDistributionPoints": [\n    "http://ca.example/ca.crl"\n  ]\n}\n')
  for (const [text, message] of [['{', 'error: ca/places.json is not JSON\n'], ['{"crl":1}', 'error: there is no option "crl"']] as const) {
    writeFileSync(join(cwd, 'ca/places.json'), text)
    t.match(await hear(['list', '--directory', 'ca'], { cwd }), { status: 1, stderr: message })
  }
  renameSync(join(cwd, 'ca/places.json'), join(cwd, 'places.json'))
  mkdirSync(join(cwd, 'ca/places.json'))
  t.match(await hear(['list', '--directory', 'ca'], { cwd }), { status: 1, stderr: 'error: cannot read ca/places.json: it is a directory\n' })
})

t.test('a hostile request is refused with its reason, and nothing is recorded or written', async (t) => {
  const cwd = t.testdir({})
  await hear(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'ca', '--no-passphrase'], { cwd })
  const { request } = await createRequest({ subject: 'CN=../../evil' })
  const broken = Buffer.from(request.raw)
  broken[broken.length - 1] ^= 1
  const files: Record<string, Buffer> = {
    'signature.req': broken,
    'trailing.req': Buffer.concat([request.raw, Buffer.of(1)]),
    'nothing.req': Buffer.alloc(0)
  }
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(cwd, name), content)
    t.match(await hear(['sign', name, '--directory', 'ca', '--out', 'x.cer'], { cwd }), { status: 1, stdout: '', stderr: /^error: / }, name)
  }
  t.match(await hear(['list', '--directory', 'ca'], { cwd }), { stderr: 'none\n' })
  writeFileSync(join(cwd, 'dots.req'), request.raw)
  t.match(await hear(['sign', 'dots.req', '--directory', 'ca', '--out', 'x.cer'], { cwd }), { status: 0, stderr: /CN=..\/..\/evil/ })
  t.strictSame(readdirSync(cwd).sort(), ['ca', 'dots.req', 'nothing.req', 'signature.req', 'trailing.req', 'x.cer'], 'a name never becomes a file name')
})

t.test('a list of version 1 may not tell its number, nor when the next one comes', async (t) => {
  const algorithm = writeSequence(writeObjectIdentifier('1.2.840.10045.4.3.2'))
  const tbs = writeSequence(algorithm, root.certificate.subject.raw, writeTime(notBefore))
  const cwd = t.testdir({})
  writeFileSync(join(cwd, 'old.crl'), writeSequence(tbs, algorithm, Buffer.of(3, 2, 0, 1)))
  await holds(t, { cwd }, `
    $ client-certificate inspect old.crl
    certificate list
      issuer       CN=Root
      number       none
      this update  2026-01-01T00:00:00Z
      next update  not told
      signature    ECDSA with SHA-256
      entries      0
  `)
})

t.test('a list of very many shows the first of them', async (t) => {
  const cwd = t.testdir({})
  await hear(['ca', 'create', '--subject', 'CN=Example CA', '--directory', 'ca', '--no-passphrase'], { cwd })
  writeFileSync(join(cwd, 'many.csv'), `subject\n${Array.from({ length: 52 }, (_, index) => `CN=c${index}\n`).join('')}`)
  await hear(['issue', '--directory', 'ca', '--from', 'many.csv', '--out', 'many', '--no-passphrase'], { cwd })
  const entries = JSON.parse((await hear(['list', '--directory', 'ca', '--json'], { cwd })).stdout)
  for (const { serialNumber } of entries) await hear(['revoke', serialNumber, '--directory', 'ca'], { cwd })
  await hear(['crl', '--directory', 'ca', '--days', '1h', '--out', 'ca.crl'], { cwd })
  const { stdout } = await hear(['inspect', 'ca.crl'], { cwd, now: new Date('2026-11-25') })
  t.match(stdout, / entries +52\n/)
  t.match(stdout, / next update +2026-11-24T13:00:00Z \(is over\)\n/)
  t.match(stdout, /(?: +revoked +[0-9a-f]{40} at 2026-11-24T12:00:00Z\n){50} +revoked +and 2 more\n$/)
  t.equal(JSON.parse((await hear(['inspect', 'ca.crl', '--json'], { cwd })).stdout)[0].revoked.length, 52)
})
