import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  authorityInfoAccessExtension, authorityKeyIdentifierExtension, basicConstraintsExtension, cRLDistributionPointsExtension, extendedKeyUsageExtension,
  keyIdentifierOf, keyUsageExtension, parseDistinguishedName, subjectAltNameExtension, subjectKeyIdentifierExtension, type Extension
} from '../../lib/certificate/index.js'
import { mint, newKeys } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'

const written = ({ type, critical, value }: Extension) => ({ type, critical, value: value.toString('hex') })

t.test('each extension has its type, its criticality and the least DER', async (t) => {
  t.strictSame(written(basicConstraintsExtension(false)), { type: '2.5.29.19', critical: true, value: '3000' })
  t.strictSame(written(basicConstraintsExtension(true)), { type: '2.5.29.19', critical: true, value: '30030101ff' })
  t.strictSame(written(basicConstraintsExtension(true, 0)), { type: '2.5.29.19', critical: true, value: '30060101ff020100' })
  t.strictSame(written(keyUsageExtension('digitalSignature')), { type: '2.5.29.15', critical: true, value: '03020780' })
  t.strictSame(written(keyUsageExtension('keyCertSign', 'cRLSign')), { type: '2.5.29.15', critical: true, value: '03020106' })
  t.strictSame(written(keyUsageExtension('keyAgreement', 'decipherOnly')), { type: '2.5.29.15', critical: true, value: '0303070880' })
  t.strictSame(written(extendedKeyUsageExtension('clientAuth', '2.5.29.37.0')),
    { type: '2.5.29.37', critical: false, value: '301006082b060105050703020604551d2500' })
  t.strictSame(written(subjectKeyIdentifierExtension(Buffer.from('0102', 'hex'))), { type: '2.5.29.14', critical: false, value: '04020102' })
  t.strictSame(written(authorityKeyIdentifierExtension(Buffer.from('0102', 'hex'))), { type: '2.5.29.35', critical: false, value: '300480020102' })
  t.strictSame(written(subjectAltNameExtension([{ type: 'dNSName', value: 'a' }])), { type: '2.5.29.17', critical: false, value: '3003820161' })
  t.ok(subjectAltNameExtension([{ type: 'dNSName', value: 'a' }], true).critical)
  t.strictSame(written(cRLDistributionPointsExtension('a:b')), { type: '2.5.29.31', critical: false, value: '300b3009a007a0058603613a62' })
})

t.test('what is written is what our reader reads', async (t) => {
  const { certificate } = mint({
    extensions: [
      basicConstraintsExtension(true, 3),
      keyUsageExtension('digitalSignature', 'keyEncipherment'),
      extendedKeyUsageExtension('serverAuth', 'clientAuth', '1.2.3.4'),
      subjectAltNameExtension([{ type: 'iPAddress', value: '::1' }, { type: 'directoryName', value: parseDistinguishedName('CN=a') }]),
      cRLDistributionPointsExtension('http://one.example/ca.crl', 'ldap://two.example/cn=ca?certificateRevocationList'),
      authorityInfoAccessExtension({ ocsp: ['http://ocsp.example/'], caIssuers: ['http://one.example/ca.cer'] })
    ]
  })
  t.strictSame({ ...certificate.basicConstraints }, { cA: true, pathLenConstraint: 3 })
  t.strictSame([...certificate.keyUsage!], ['digitalSignature', 'keyEncipherment'])
  t.strictSame([...certificate.extendedKeyUsage!], ['serverAuth', 'clientAuth', '1.2.3.4'])
  t.strictSame(certificate.subjectAltName.map((name) => String((name as { value: unknown }).value)), ['::1', 'CN=a'])
  t.strictSame(certificate.cRLDistributionPoints.flatMap((point) => point.fullName!.map((name) => (name as { value: unknown }).value)),
    ['http://one.example/ca.crl', 'ldap://two.example/cn=ca?certificateRevocationList'])
  t.strictSame(certificate.authorityInfoAccess.map(({ accessMethod, accessLocation }) => [accessMethod, accessLocation.type, (accessLocation as { value: unknown }).value]), [
    ['1.3.6.1.5.5.7.48.1', 'uniformResourceIdentifier', 'http://ocsp.example/'],
    ['1.3.6.1.5.5.7.48.2', 'uniformResourceIdentifier', 'http://one.example/ca.cer']
  ])
})

t.test('an information access of one kind has no other', async (t) => {
  const places = (extension: Extension) => mint({ extensions: [extension] }).certificate.authorityInfoAccess.map(({ accessMethod }) => accessMethod)
  t.strictSame(places(authorityInfoAccessExtension({ ocsp: ['http://a/'] })), ['1.3.6.1.5.5.7.48.1'])
  t.strictSame(places(authorityInfoAccessExtension({ caIssuers: ['http://a/'] })), ['1.3.6.1.5.5.7.48.2'])
})

t.test('a key identifier is SHA-1 over the octets of the key, without the algorithm', async (t) => {
  const keys = newKeys()
  const der = keys.publicKey.export({ type: 'spki', format: 'der' })
  // The point of a P-256 key is the last 65 octets.
  t.strictSame(keyIdentifierOf(der), createHash('sha1').update(der.subarray(-65)).digest())
  t.throws(() => keyIdentifierOf(Buffer.from('3003020101', 'hex')), {
    code: 'ERR_CERTIFICATE_MALFORMED', message: 'subjectPublicKeyInfo.algorithm has tag 0x2, not 0x30, at octet 2'
  })
})

t.test('a place that is no absolute URI is refused', async (t) => {
  const refusal = { code: 'ERR_CERTIFICATE_MALFORMED', message: 'uniformResourceIdentifier "ca.crl" is not an absolute URI' }
  t.throws(() => cRLDistributionPointsExtension('ca.crl'), refusal)
  t.throws(() => authorityInfoAccessExtension({ caIssuers: ['ca.crl'] }), refusal)
})

t.test('openssl reads every extension as it was meant', { skip: parts.missing('openssl') }, async (t) => {
  const keys = newKeys()
  const identifier = keyIdentifierOf(keys.publicKey.export({ type: 'spki', format: 'der' }))
  const { pem } = mint({
    keys,
    extensions: [
      basicConstraintsExtension(true, 0),
      keyUsageExtension('keyCertSign', 'cRLSign', 'decipherOnly'),
      extendedKeyUsageExtension('clientAuth', 'smartcardLogon'),
      subjectKeyIdentifierExtension(identifier),
      authorityKeyIdentifierExtension(identifier),
      subjectAltNameExtension([{ type: 'rfc822Name', value: 'a@example.com' }, { type: 'iPAddress', value: '10.0.0.1' }], true),
      cRLDistributionPointsExtension('http://one.example/ca.crl', 'http://two.example/ca.crl'),
      authorityInfoAccessExtension({ ocsp: ['http://ocsp.example/'], caIssuers: ['http://one.example/ca.cer'] })
    ]
  })
  const file = join(t.testdir(), 'minted.cer')
  writeFileSync(file, pem)
  const text = execFileSync('openssl', ['x509', '-in', file, '-noout', '-text'], { encoding: 'utf8' })
  const colons = identifier.toString('hex').toUpperCase().match(/../g)!.join(':')
  t.match(text, /Basic Constraints: critical\n +CA:TRUE, pathlen:0\n/)
  t.match(text, /Key Usage: critical\n +Certificate Sign, CRL Sign, Decipher Only\n/)
  t.match(text, /Extended Key Usage: \n +TLS Web Client Authentication, Microsoft Smartcard Login\n/)
  t.match(text, `X509v3 Subject Key Identifier: \n                ${colons}\n`)
  t.match(text, `X509v3 Authority Key Identifier: \n                ${colons}\n`)
  t.match(text, /Subject Alternative Name: critical\n +email:a@example.com, IP Address:10.0.0.1\n/)
  t.match(text, /CRL Distribution Points: \n +Full Name:\n +URI:http:\/\/one.example\/ca.crl\s+Full Name:\n +URI:http:\/\/two.example\/ca.crl\n/)
  t.match(text, /Authority Information Access: \n +OCSP - URI:http:\/\/ocsp.example\/\n +CA Issuers - URI:http:\/\/one.example\/ca.cer\n/)
  t.match(execFileSync('openssl', ['x509', '-in', file, '-noout', '-ext', 'subjectKeyIdentifier'], { encoding: 'utf8' }), colons)
})
