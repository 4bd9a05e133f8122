import t from 'tap'
import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import {
  authorityKeyIdentifierExtension, cRLNumberExtension, keyIdentifierOf, readCertificateList, readCertificateLists, readCertificates, revocationReasons, signatureAlgorithm,
  subjectKeyIdentifierExtension, writePem, writePkcs12TrustStore, type CertificateList, type EntryToWrite, type RevocationReason
} from '../../lib/certificate/index.js'
import { basicConstraints, keyUsage, mint, mintAuthority, newKeys, type Minted } from '../helpers/mint.js'
import { parts, vectorsFolder } from '../helpers/parts.js'
import { signedList } from './raw-certificate-list.js'

// Java takes seconds to start where other tests run beside it.
t.setTimeout(900_000)

const revoked: EntryToWrite[] = (Object.keys(revocationReasons) as RevocationReason[]).filter((reason) => reason !== 'removeFromCRL').map((reason, index) => ({
  serialNumber: `${index + 10}${'c0'.repeat(index)}`,
  revocationDate: new Date(Date.UTC(2026, 0, index + 1, 12)),
  reason,
  invalidityDate: index % 2 === 0 ? undefined : new Date(Date.UTC(2025, 5, index + 1))
}))

/** A CA with these keys, and a list that it signed; both as files. */
function signedByCa (t: { testdir: () => string }, keys: { publicKey: KeyObject, privateKey: KeyObject }, entries: readonly EntryToWrite[] = revoked) {
  const folder = t.testdir()
  const identifier = keyIdentifierOf(keys.publicKey.export({ type: 'spki', format: 'der' }))
  const authority = mint({ keys, subject: 'Lists', extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign'), subjectKeyIdentifierExtension(identifier)] })
  const der = signedList({
    ...keys,
    issuer: authority.certificate.subject.raw,
    revoked: entries,
    nextUpdate: new Date('2051-02-01T00:00:00Z'),
    extensions: [authorityKeyIdentifierExtension(identifier), cRLNumberExtension(0x1234567890n)]
  })
  writeFileSync(join(folder, 'ca.cer'), authority.pem)
  writeFileSync(join(folder, 'ca.crl'), der)
  const run = (program: string, ...argv: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, argv, { cwd: folder, encoding: 'utf8' })
    return { status, text: stdout + stderr }
  }
  return { folder, authority, der, run }
}

const isSignedBy = (list: CertificateList, key: KeyObject) => {
  const { hash, padding, saltLength } = signatureAlgorithm(list.signatureAlgorithm)!
  return verify(hash, list.tbsCertificateList, { key, padding, saltLength }, list.signature)
}

const keyTypes: Record<string, () => { publicKey: KeyObject, privateKey: KeyObject }> = {
  'P-256': newKeys,
  'P-384': () => newKeys('P-384'),
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: () => generateKeyPairSync('ed25519')
}

for (const [name, keysOf] of Object.entries(keyTypes)) {
  t.test(`openssl verifies a list that was signed with a key of ${name}`, { skip: parts.missing('openssl') }, async (t) => {
    const { run, der, folder } = signedByCa(t, keysOf())
    const { status, text } = run('openssl', 'crl', '-inform', 'DER', '-in', 'ca.crl', '-CAfile', 'ca.cer', '-verify', '-noout')
    t.equal(status, 0)
    t.match(text, /^verify OK$/m)
    const changed = Buffer.from(der)
    changed[changed.length - 30] ^= 1
    writeFileSync(join(folder, 'ca.crl'), changed)
    t.notMatch(run('openssl', 'crl', '-inform', 'DER', '-in', 'ca.crl', '-CAfile', 'ca.cer', '-verify', '-noout').text, /^verify OK$/m, 'and no other')
  })
}

t.test('openssl reads every entry as it was meant', { skip: parts.missing('openssl') }, async (t) => {
  const { run } = signedByCa(t, newKeys())
  const { text } = run('openssl', 'crl', '-inform', 'DER', '-in', 'ca.crl', '-noout', '-text')
  t.match(text, /Version 2 \(0x1\)\n[^]*Issuer: CN = Lists\n +Last Update: Jan {2}1 00:00:00 2026 GMT\n +Next Update: Feb {2}1 00:00:00 2051 GMT\n/)
  t.match(text, /X509v3 CRL Number: \n +(?:78187493520|0x1234567890)\n/)
  t.match(text, /X509v3 Authority Key Identifier: \n/)
  const reasons = ['', 'Key Compromise', 'CA Compromise', 'Affiliation Changed', 'Superseded', 'Cessation Of Operation', 'Certificate Hold', 'Privilege Withdrawn', 'AA Compromise']
  const entries = text.split('    Serial Number: ').slice(1)
  t.equal(entries.length, reasons.length)
  entries.forEach((entry, index) => {
    t.match(entry, new RegExp(`^${revoked[index].serialNumber.toUpperCase()}\n +Revocation Date: Jan ${String(index + 1).padStart(2)} 12:00:00 2026 GMT\n`))
    t.equal(/CRL Reason Code: \n +(.*)\n/.exec(entry)?.[1] ?? '', reasons[index])
    t.equal(/Invalidity Date: \n +(.*)\n/.exec(entry)?.[1], index % 2 === 0 ? undefined : `Jun ${String(index + 1).padStart(2)} 00:00:00 2025 GMT`)
  })
})

t.test('openssl writes a list that it read in the same octets', { skip: parts.missing('openssl') }, async (t) => {
  for (const entries of [revoked, []]) {
    const { der, run, folder } = signedByCa(t, newKeys(), entries)
    t.equal(run('openssl', 'crl', '-inform', 'DER', '-in', 'ca.crl', '-out', 'ca.pem').status, 0)
    t.equal(readFileSync(join(folder, 'ca.pem'), 'utf8'), writePem('X509 CRL', der))
    t.equal(run('openssl', 'crl', '-in', 'ca.pem', '-outform', 'DER', '-out', 'again.crl').status, 0)
    t.strictSame(readFileSync(join(folder, 'again.crl')), der)
  }
})

t.test('Java verifies a list, and reads every entry as it was meant', { skip: parts.missing('keytool') }, async (t) => {
  const { run, authority, folder } = signedByCa(t, newKeys())
  writeFileSync(join(folder, 'trust.p12'), await writePkcs12TrustStore({ certificates: [authority.certificate], passphrase: 'password' }))
  const options = ['-J-Duser.language=en', '-J-Duser.timezone=UTC', '-J-XX:TieredStopAtLevel=1', '-keystore', 'trust.p12', '-storepass', 'password']
  const { status, text } = run('keytool', '-printcrl', ...options, '-file', 'ca.crl')
  t.equal(status, 0)
  t.match(text, /Verified by .* in keystore/)
  t.match(text, /^X\.509 CRL v2\nSignature Algorithm: SHA256withECDSA, [^]*Issuer: CN=Lists\n/)
  // Numbers have spaces or colons between their octets, according to the release.
  t.match(text.replace(/[\s:]/g, ''), /CRLNumber1234567890/)
  t.strictSame([...text.matchAll(/SerialNumber: ([0-9a-f: ]+)/g)].map(([, each]) => each.replace(/[: ]/g, '')), revoked.map(({ serialNumber }) => serialNumber))
  t.strictSame([...text.matchAll(/Reason Code: (.*)/g)].map(([, each]) => each.replace(/_|\s/g, '').toLowerCase()),
    revoked.slice(1).map(({ reason }) => reason!.toLowerCase()))
})

t.test('pkijs reads the same in a list as this package', async (t) => {
  const keys = newKeys()
  const der = signedList({ ...keys, revoked })
  const list = readCertificateList(der)
  const other = pkijs.CertificateRevocationList.fromBER(Uint8Array.from(der).buffer)
  t.equal(other.version, 1)
  t.strictSame(Buffer.from(other.tbsView), list.tbsCertificateList)
  t.strictSame([other.thisUpdate.value, other.nextUpdate!.value], [list.thisUpdate, list.nextUpdate])
  t.strictSame(other.crlExtensions!.extensions.map((each) => each.extnID), list.extensions.map(({ type }) => type))
  t.strictSame(other.revokedCertificates!.map((each) => [
    Buffer.from(each.userCertificate.valueBlock.valueHexView).toString('hex'),
    each.revocationDate.value,
    ...(each.crlEntryExtensions?.extensions.map(({ extnID, parsedValue }) => [extnID, reasonOrDate(parsedValue)]) ?? [])
  ]), [...list].map(({ serialNumber, revocationDate, reason, invalidityDate }) => [
    serialNumber,
    revocationDate,
    ...(reason === undefined ? [] : [['2.5.29.21', revocationReasons[reason]]]),
    ...(invalidityDate === undefined ? [] : [['2.5.29.24', invalidityDate]])
  ]))
  t.strictSame(Buffer.from(other.toSchema().toBER()), der, 'and writes it again in the same octets')
})

function reasonOrDate (value: asn1js.Enumerated | asn1js.GeneralizedTime | { value: Date }): number | Date {
  if (value instanceof asn1js.Enumerated) return value.valueBlock.valueDec
  return value instanceof asn1js.GeneralizedTime ? value.toDate() : value.value
}

const configuration = `
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
certificate = ca.cer
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 7
policy = anything
crl_extensions = extensions
[anything]
commonName = supplied
[extensions]
authorityKeyIdentifier = keyid:always
issuerAltName = URI:http://example.com/
[partitioned]
issuingDistributionPoint = critical,@point
[point]
onlyuser = TRUE
fullname = URI:http://example.com/ca.crl
`

/** A folder that \`openssl ca\` keeps, and a way to run it there. */
function opensslCa (t: { testdir: (fixture: Record<string, string>) => string }, authority: Minted) {
  const folder = t.testdir({ 'ca.cnf': configuration, 'index.txt': '', serial: 'FFFFFFFFFFFFFF01\n', crlnumber: 'FF\n', 'ca.cer': authority.pem, 'ca.key': authority.key })
  const openssl = (...argv: string[]) => execFileSync('openssl', argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const ca = (...argv: string[]) => openssl('ca', '-batch', '-config', 'ca.cnf', ...argv)
  return { openssl, ca, read: (name: string) => readFileSync(join(folder, name)) }
}

const certificateRevocations: Array<[options: string[], expected: { reason: RevocationReason | undefined, invalidityDate?: Date }]> = [
  [[], { reason: undefined }],
  [['-crl_reason', 'keyCompromise'], { reason: 'keyCompromise' }],
  [['-crl_reason', 'superseded'], { reason: 'superseded' }],
  [['-crl_hold', 'holdInstructionReject'], { reason: 'certificateHold' }],
  [['-crl_compromise', '20250102030405Z'], { reason: 'keyCompromise', invalidityDate: new Date('2025-01-02T03:04:05Z') }],
  [['-crl_CA_compromise', '20250102030405Z'], { reason: 'cACompromise', invalidityDate: new Date('2025-01-02T03:04:05Z') }]
]

t.test('lists that `openssl ca -gencrl` makes are read', { skip: parts.missing('openssl') }, async (t) => {
  const keys = newKeys()
  const authority = mintAuthority({ keys, extensions: [basicConstraints(true), subjectKeyIdentifierExtension(keyIdentifierOf(keys.publicKey.export({ type: 'spki', format: 'der' })))] })
  const { openssl, ca, read } = opensslCa(t, authority)
  ca('-gencrl', '-out', 'empty.crl')
  const [empty] = readCertificateLists(read('empty.crl'))
  t.equal(empty.size, 0)
  t.equal(empty.number, 255n)
  const serialNumbers = certificateRevocations.map(([options], index) => {
    openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'leaf.key', '-subj', `/CN=leaf ${index}`, '-out', 'leaf.req')
    ca('-notext', '-in', 'leaf.req', '-out', 'leaf.cer')
    ca('-revoke', 'leaf.cer', ...options)
    return readCertificates(read('leaf.cer'))[0].serialNumber
  })
  ca('-gencrl', '-out', 'ca.crl')
  const [list] = readCertificateLists(read('ca.crl'))
  t.equal(list.version, 2)
  t.equal(list.number, 256n)
  t.ok(list.issuer.equals(authority.certificate.subject))
  t.ok(isSignedBy(list, authority.publicKey))
  t.strictSame(list.authorityKeyIdentifier?.keyIdentifier, authority.certificate.subjectKeyIdentifier)
  t.equal(list.size, certificateRevocations.length)
  certificateRevocations.forEach(([options, { reason, invalidityDate }], index) => {
    const entry = list.find(serialNumbers[index])
    t.equal(entry?.reason, reason, options.join(' '))
    t.strictSame(entry?.invalidityDate, invalidityDate)
  })
  t.equal(list.hasUnknownCriticalEntryExtension, false, 'holdInstructionCode may be passed over')
  ca('-gencrl', '-crlexts', 'partitioned', '-out', 'partitioned.crl')
  const [partitioned] = readCertificateLists(read('partitioned.crl'))
  t.strictSame(partitioned.extensions.map(({ type, critical }) => [type, critical]), [['2.5.29.28', true], ['2.5.29.20', false]])
})

t.test('the lists of the vectors are read', { skip: parts.missing('vectors') }, async (t) => {
  interface Case { id: string, crls: string[], peer_certificate: string }
  const { testcases } = JSON.parse(readFileSync(join(vectorsFolder, 'limbo/client.json'), 'utf8')) as { testcases: Case[] }
  const cases = testcases.filter(({ crls }) => crls.length > 0)
  t.equal(cases.length, 8)
  for (const { id, crls, peer_certificate: pem } of cases) {
    const lists = crls.flatMap((each) => readCertificateLists(each))
    const [peer] = readCertificates(pem)
    const isListed = lists.some((list) => list.issuer.equals(peer.issuer) && list.find(peer.serialNumber) !== undefined)
    t.equal(isListed, id === 'crl::revoked-certificate-with-crl', id)
    t.equal(lists[0].number === undefined, id === 'crl::crlnumber-missing', id)
    t.equal(lists[0].extensions.some(({ type, critical }) => type === '2.5.29.20' && critical), id === 'crl::crlnumber-critical', id)
  }
})
