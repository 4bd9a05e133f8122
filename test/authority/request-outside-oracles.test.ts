import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fromBER } from 'asn1js'
import * as pkijs from 'pkijs'
import t from 'tap'
import { decide } from '../../lib/authority/issuance-policy.js'
import { createRequest } from '../../lib/authority/index.js'
import { readCertificationRequest, writePem, type GeneralName } from '../../lib/certificate/index.js'
import { parts } from '../helpers/parts.js'
import { asRequested } from './request-from.js'

const run = promisify(execFile)

const subjectAltName = [
  { type: 'dNSName', value: 'alice.example' }, { type: 'rfc822Name', value: 'alice@example.com' }, { type: 'iPAddress', value: '127.0.0.1' },
  { type: 'uniformResourceIdentifier', value: 'spiffe://example/alice' }
] as const

const plain = (name: GeneralName) => ({ type: name.type, value: String(name.type === 'otherName' ? name.userPrincipalName : name.value) })

t.test('requests by openssl are granted, whatever the key', { skip: parts.missing('openssl') }, async (t) => {
  const kinds = [
    ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-sha384'], ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521', '-sha512'],
    ['-newkey', 'rsa:2048'], ['-newkey', 'rsa:2048', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'], ['-newkey', 'ed25519'], ['-newkey', 'ed448']
  ]
  const directory = t.testdir()
  for (const kind of kinds) {
    for (const form of ['DER', 'PEM']) {
      const file = join(directory, 'request')
      await run('openssl', [
        'req', '-new', '-nodes', ...kind, '-keyout', join(directory, 'key'), '-subj', '/C=NL/O=Example/CN=älice', '-utf8', '-outform', form, '-out', file,
        '-addext', 'subjectAltName=DNS:alice.example,email:alice@example.com,IP:127.0.0.1,URI:spiffe://example/alice', '-addext', 'extendedKeyUsage=clientAuth,codeSigning'
      ])
      const request = readCertificationRequest(readFileSync(file))
      const { subject, dropped } = await decide(request, asRequested, 'client')
      t.equal(subject.toString(), 'CN=älice,O=Example,C=NL', `${kind.join(' ')} ${form}`)
      t.strictSame(request.subjectAltName.map(plain), subjectAltName)
      t.strictSame(dropped, ['extendedKeyUsage codeSigning'])
    }
  }
})

t.test('what a configuration of openssl adds is dropped, and CA:TRUE refused', { skip: parts.missing('openssl') }, async (t) => {
  const configuration = [
    '[req]', 'prompt = no', 'distinguished_name = name', 'attributes = attributes', 'req_extensions = extensions', '[name]', 'CN = alice', 'emailAddress = alice@example.com',
    '[attributes]', 'challengePassword = secret', 'unstructuredName = someone', '[extensions]', 'keyUsage = critical,digitalSignature,keyCertSign', 'subjectKeyIdentifier = hash', 'nsComment = hello',
    'subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@example.com'
  ]
  const directory = t.testdir({ plain: configuration.join('\n'), ca: [...configuration, 'basicConstraints = CA:TRUE'].join('\n') })
  const made = async (config: string) => {
    await run('openssl', ['req', '-new', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', join(directory, 'key'), '-config', join(directory, config), '-out', join(directory, 'request')])
    return readCertificationRequest(readFileSync(join(directory, 'request'), 'utf8'))
  }
  const request = await made('plain')
  t.strictSame(request.subjectAltName.map(plain), [{ type: 'otherName', value: 'alice@example.com' }])
  const { subjectAltName: granted, dropped } = await decide(request, asRequested, 'client')
  t.strictSame(granted, [{ type: 'userPrincipalName', value: 'alice@example.com' }])
  t.strictSame([...dropped].sort(), ['attribute challengePassword', 'attribute unstructuredName', 'extension 2.16.840.1.113730.1.13', 'keyUsage keyCertSign'])
  await t.rejects(decide(await made('ca'), asRequested, 'client'), { code: 'ERR_CERTIFICATE_AUTHORITY', message: 'the request asks for CA:TRUE (basicConstraints), which no request is given' })
})

t.test('openssl verifies our requests, and reads what they ask for', { skip: parts.missing('openssl') }, async (t) => {
  const directory = t.testdir()
  for (const keyType of ['ec-p256', 'ec-p384', 'rsa-2048', 'ed25519'] as const) {
    const { request } = await createRequest({ subject: 'CN=älice,O=Example,C=NL', subjectAltName, keyType })
    const file = join(directory, keyType)
    writeFileSync(file, writePem('CERTIFICATE REQUEST', request.raw))
    const { stdout, stderr } = await run('openssl', ['req', '-in', file, '-verify', '-noout', '-text', '-nameopt', 'RFC2253,-esc_msb,utf8'])
    t.match(stdout + stderr, /verify OK/, keyType)
    t.match(stdout, 'Subject: CN=älice,O=Example,C=NL')
    t.match(stdout, /Subject Alternative Name: \n +DNS:alice.example, email:alice@example.com, IP Address:127.0.0.1, URI:spiffe:\/\/example\/alice\n/)
  }
})

t.test('requests by Java\'s keytool are granted', { skip: parts.missing('keytool') }, async (t) => {
  const directory = t.testdir()
  const store = ['-keystore', join(directory, 'store.p12'), '-storetype', 'PKCS12', '-storepass', 'changeit', '-alias', 'alice']
  await run('keytool', ['-genkeypair', ...store, '-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', 'CN=alice, OU=Operations, O=Example, C=NL'])
  const { stdout } = await run('keytool', ['-certreq', ...store, '-ext', 'SAN=dns:alice.example,email:alice@example.com', '-ext', 'EKU=clientAuth,timeStamping', '-ext', 'KU=digitalSignature,keyAgreement'])
  const request = readCertificationRequest(stdout)
  t.match(stdout, 'BEGIN NEW CERTIFICATE REQUEST')
  t.strictSame(request.subjectAltName.map(plain), subjectAltName.slice(0, 2))
  const { subject, dropped } = await decide(request, asRequested, 'client')
  t.equal(subject.toString(), 'CN=alice,OU=Operations,O=Example,C=NL')
  t.strictSame([...dropped].sort(), ['extendedKeyUsage timeStamping', 'keyUsage keyAgreement'])
})

t.test('pkijs reads our requests, and verifies them', async (t) => {
  const engine = new pkijs.CryptoEngine({ name: 'node', crypto: globalThis.crypto })
  for (const keyType of ['ec-p256', 'ec-p384', 'rsa-2048'] as const) {
    const { request } = await createRequest({ subject: 'CN=alice', subjectAltName, keyType })
    const read = new pkijs.CertificationRequest({ schema: fromBER(request.raw).result })
    t.ok(await read.verify(engine), keyType)
    t.strictSame(read.attributes!.map(({ type }) => type), ['1.2.840.113549.1.9.14'])
    t.strictSame(Buffer.from(read.toSchema(true).toBER()), request.raw, 'it would write the same octets')
  }
})
