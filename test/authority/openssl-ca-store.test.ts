import { execFile } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { openDirectoryStore, type Revocation, type Store } from '../../lib/authority/index.js'
import { readCertificates, writeDistinguishedName } from '../../lib/certificate/index.js'
import { mint, mintAuthority, mintClient, type Minted, type MintOptions } from '../helpers/mint.js'
import { easyRsa, parts } from '../helpers/parts.js'

const run = promisify(execFile)
const authority = mintAuthority()
const skip = parts.missing('openssl')
const at = new Date('2026-01-02T03:04:05Z')

/** A directory of `openssl ca` with a configuration as its documentation shows it, but for the paths of this test. */
class OpensslDirectory {
  constructor (readonly directory: string, readonly uniqueSubject?: 'yes' | 'no') {
    const write = (name: string, content: string) => writeFileSync(join(directory, name), content)
    mkdirSync(join(directory, 'private'), { recursive: true })
    write('private/ca.key', authority.key)
    write('ca.pem', authority.pem)
    write('openssl.cnf', `[ca]\ndefault_ca = here\n[here]\ndir = ${directory}\ndatabase = $dir/index.txt\nserial = $dir/serial\ncrlnumber = $dir/crlnumber
new_certs_dir = $dir/newcerts\ncertificate = $dir/ca.pem\nprivate_key = $dir/private/ca.key\ndefault_md = sha256\ndefault_days = 30\ndefault_crl_days = 1
${uniqueSubject === undefined ? '' : `unique_subject = ${uniqueSubject}\n`}policy = any\n[any]\ncommonName = supplied\norganizationName = optional\n`)
  }

  async ca (...words: string[]): Promise<string> {
    const { stdout, stderr } = await run('openssl', ['ca', '-batch', '-config', join(this.directory, 'openssl.cnf'), ...words], { maxBuffer: 1e8 })
    return stdout + stderr
  }

  /** Issues a certificate, and tells its serial number. */
  async issue (subject: string): Promise<string> {
    const [key, request, certificate] = ['k.pem', 'r.pem', 'c.pem'].map((name) => join(this.directory, 'private', name))
    await run('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-subj', subject, '-out', request])
    await this.ca('-notext', '-in', request, '-out', certificate)
    const { stdout } = await run('openssl', ['x509', '-in', certificate, '-noout', '-serial'])
    return stdout.trim().slice('serial='.length).toLowerCase()
  }

  /** What `-status` says: `Valid (V)`, `Revoked (R)`. It ends with 1 where all is well, too. */
  async status (serialNumber: string): Promise<string> {
    const said = await this.ca('-status', serialNumber).catch((error: { stderr: string }) => error.stderr)
    return /=(.*)/.exec(said)![1]
  }

  /** The certificate list that OpenSSL makes, as text, by serial number. */
  async list (): Promise<Map<string, string>> {
    const file = join(this.directory, 'list.pem')
    await this.ca('-gencrl', '-out', file)
    await run('openssl', ['crl', '-in', file, '-CAfile', join(this.directory, 'ca.pem'), '-noout'])
    const { stdout } = await run('openssl', ['crl', '-in', file, '-noout', '-text'], { maxBuffer: 1e8 })
    const [, ...entries] = stdout.slice(0, stdout.indexOf('Signature Algorithm', stdout.indexOf('Revoked'))).split('Serial Number: ')
    return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('\n')).trim().toLowerCase(), entry.slice(entry.indexOf('\n')).replace(/\s+/g, ' ').trim()]))
  }
}

const client = (options: MintOptions = {}): Minted => mintClient(authority, options)
const revocationOf = async (store: Store, serialNumber: string) => (await store.list()).find((entry) => entry.serialNumber === serialNumber)?.revocation

t.test('openssl ca and the store take turns in a directory that the store made', { skip }, async (t) => {
  const folder = t.testdir()
  const store = await openDirectoryStore(folder, { create: true })
  const openssl = new OpensslDirectory(folder)
  const ours = client({ subject: [['organizationName', 'Käse/Brot + "Wurst"'], ['commonName', 'alice']], serialNumber: Buffer.alloc(20, 0x4c) })
  await store.add(ours.certificate)
  const theirs = await openssl.issue('/O=Other\\/x/CN=bob')
  const again = client({ subject: 'alice' })
  await store.add(again.certificate)
  t.equal(await openssl.issue('/O=Other\\/x/CN=bob'), (BigInt(`0x${theirs}`) + 1n).toString(16), 'the same name again, and the next number')

  const entries = await store.list()
  t.strictSame(entries.map((entry) => entry.subject), ['CN=alice,O=Käse/Brot \\+ \\"Wurst\\"', 'O=Other/x,CN=bob', 'CN=alice', 'O=Other/x,CN=bob'])
  t.equal(entries[1].serialNumber, theirs)
  t.equal((await store.certificate(theirs))?.subject.commonName, 'bob')
  t.equal(await openssl.status(ours.certificate.serialNumber), 'Valid (V)')

  await store.update(theirs, () => ({ at, reason: 'keyCompromise' }))
  t.equal(await openssl.status(theirs), 'Revoked (R)')
  await openssl.ca('-revoke', join(folder, 'newcerts', `${ours.certificate.serialNumber.toUpperCase()}.pem`), '-crl_reason', 'superseded')
  t.equal((await revocationOf(store, ours.certificate.serialNumber))?.reason, 'superseded')
  t.strictSame([...(await openssl.list()).keys()].sort(), [theirs, ours.certificate.serialNumber].sort())
})

t.test('openssl ca lists what was revoked here, with its reason', { skip }, async (t) => {
  const folder = t.testdir()
  const store = await openDirectoryStore(folder, { create: true })
  const openssl = new OpensslDirectory(folder)
  const invalidityDate = new Date('2025-12-31T23:59:59Z')
  const when = 'Revocation Date: Jan 2 03:04:05 2026 GMT'
  const cases: Array<[Revocation, string]> = [
    [{ at }, when],
    [{ at, reason: 'keyCompromise' }, `${when} CRL entry extensions: X509v3 CRL Reason Code: Key Compromise`],
    [{ at, reason: 'keyCompromise', invalidityDate }, `${when} CRL entry extensions: X509v3 CRL Reason Code: Key Compromise Invalidity Date: Dec 31 23:59:59 2025 GMT`],
    [{ at, reason: 'cACompromise', invalidityDate }, `${when} CRL entry extensions: X509v3 CRL Reason Code: CA Compromise Invalidity Date: Dec 31 23:59:59 2025 GMT`],
    [{ at, reason: 'certificateHold' }, `${when} CRL entry extensions: X509v3 CRL Reason Code: Certificate Hold`],
    [{ at, reason: 'removeFromCRL' }, `${when} CRL entry extensions: X509v3 CRL Reason Code: Remove From CRL`],
    // For these OpenSSL has no words: it says what is nearest, and keeps what stands behind it.
    [{ at, invalidityDate }, `${when} CRL entry extensions: X509v3 CRL Reason Code: Unspecified`],
    [{ at, reason: 'superseded', invalidityDate }, `${when} CRL entry extensions: X509v3 CRL Reason Code: Superseded`],
    [{ at, reason: 'privilegeWithdrawn' }, `${when} CRL entry extensions: X509v3 CRL Reason Code: Unspecified`],
    [{ at, reason: 'aACompromise', invalidityDate }, `${when} CRL entry extensions: X509v3 CRL Reason Code: Unspecified`]
  ]
  const certificates = []
  for (const [revocation] of cases) {
    const { certificate } = client()
    certificates.push(certificate)
    await store.add(certificate)
    await store.update(certificate.serialNumber, () => revocation)
  }
  const list = await openssl.list()
  for (const [index, [revocation, text]] of cases.entries()) t.equal(list.get(certificates[index].serialNumber), text, JSON.stringify(revocation))
  await openssl.issue('/CN=another')
  t.strictSame((await store.list()).map((entry) => entry.revocation), [...cases.map(([revocation]) => revocation), undefined], 'OpenSSL has written the index anew, and lost nothing')
  await store.update(certificates[4].serialNumber, () => undefined)
  t.equal((await openssl.list()).has(certificates[4].serialNumber), false, 'a hold that was taken back is on the list no more')
})

t.test('what openssl ca revoked in each of its ways is read', { skip }, async (t) => {
  const folder = t.testdir()
  await openDirectoryStore(folder, { create: true })
  const openssl = new OpensslDirectory(folder)
  const store = await openDirectoryStore(folder)
  for (const [words, expected] of [
    [[], {}],
    [['-crl_reason', 'unspecified'], { reason: 'unspecified' }],
    [['-crl_reason', 'CACompromise'], { reason: 'cACompromise' }],
    [['-crl_reason', 'cessationOfOperation'], { reason: 'cessationOfOperation' }],
    [['-crl_hold', 'holdInstructionReject'], { reason: 'certificateHold' }],
    [['-crl_compromise', '20251231235959Z'], { reason: 'keyCompromise', invalidityDate: new Date('2025-12-31T23:59:59Z') }],
    [['-crl_CA_compromise', '20251231235959Z'], { reason: 'cACompromise', invalidityDate: new Date('2025-12-31T23:59:59Z') }]
  ] as const) {
    const serialNumber = await openssl.issue('/CN=carol')
    await openssl.ca('-revoke', join(folder, 'newcerts', `${serialNumber.toUpperCase()}.pem`), ...words)
    const { at: revokedAt, ...others } = (await revocationOf(store, serialNumber))!
    t.ok(Math.abs(revokedAt.getTime() - Date.now()) < 60_000)
    t.strictSame(others, expected)
  }
  const held = (await store.list())[4]
  await store.update(held.serialNumber, () => undefined)
  t.equal(await openssl.status(held.serialNumber), 'Valid (V)', 'a hold of openssl ca is taken back')
})

t.test('certificates that have expired, and dates from 2050 on', { skip }, async (t) => {
  const folder = t.testdir()
  const store = await openDirectoryStore(folder, { create: true })
  const openssl = new OpensslDirectory(folder)
  const old = client({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }).certificate
  const long = client({ notAfter: new Date('2051-01-01') }).certificate
  for (const certificate of [old, long]) await store.add(certificate)
  t.match(await openssl.ca('-updatedb'), `${old.serialNumber.toUpperCase()}=Expired`)
  t.strictSame((await store.list()).map((entry) => [entry.notAfter.toISOString(), entry.revocation]), [['2021-01-01T00:00:00.000Z', undefined], ['2051-01-01T00:00:00.000Z', undefined]])
  t.equal(await openssl.status(old.serialNumber), 'Expired (E)')
  t.equal(await openssl.status(long.serialNumber), 'Valid (V)')
  await store.update(old.serialNumber, () => ({ at }))
  t.equal(await openssl.status(old.serialNumber), 'Revoked (R)')
})

t.test('the line of a certificate is the one that openssl ca writes for it', { skip }, async (t) => {
  const names = [
    'plain', 'Käse/Brot + "Wurst"', 'a\\b', 'tab\there', '日本', 'x'.repeat(200),
    [['countryName', 'NL'], ['organizationName', 'Example'], ['commonName', 'a'], ['serialNumber', '42'], ['emailAddress', 'a@example.com'], ['userId', 'u'], ['domainComponent', 'com'],
      ['streetAddress', 'Dam'], ['givenName', 'A'], ['surname', 'B'], ['title', 'Dr'], ['pseudonym', 'p'], ['organizationIdentifier', 'o'], ['localityName', 'l'], ['stateOrProvinceName', 's'],
      ['organizationalUnitName', 'ou'], ['description', 'd'], ['businessCategory', 'b'], ['postalCode', '1'], ['name', 'n'], ['initials', 'i'], ['generationQualifier', 'g'], ['dnQualifier', 'q']],
    ['2.5.4.16', '2.5.4.18', '2.5.4.19', '2.5.4.20', '2.5.4.23', '2.5.4.45', '2.5.4.51', '2.5.4.54', '2.5.4.72', '2.5.4.100', '0.9.2342.19200300.100.1.3', '0.9.2342.19200300.100.1.6',
      '0.9.2342.19200300.100.1.9', '1.2.840.113549.1.9.2', '1.2.840.113549.1.9.8', '1.3.6.1.4.1.311.60.2.1.1', '1.3.6.1.4.1.311.60.2.1.2', '1.3.6.1.4.1.311.60.2.1.3', '1.3.6.1.4.1.99999.7'].map((type) => [type, 'x'] as const),
    writeDistinguishedName([[['commonName', 'alice'], ['userId', 'a1']], [['organizationName', 'O']]]),
    writeDistinguishedName([[['commonName', Buffer.from('1e0600e400620063', 'hex')]]]),
    []
  ] as Array<NonNullable<MintOptions['subject']>>
  const [here, there] = [join(t.testdir(), 'here'), join(t.testdir(), 'there')]
  const store = await openDirectoryStore(here, { create: true })
  await openDirectoryStore(there, { create: true })
  const openssl = new OpensslDirectory(there)
  for (const [index, subject] of names.entries()) {
    const { certificate, pem } = client({ subject, serialNumber: Buffer.from([index + 1]) })
    await store.add(certificate)
    writeFileSync(join(there, 'c.pem'), pem)
    await openssl.ca('-valid', join(there, 'c.pem'))
  }
  const lines = (directory: string) => readFileSync(join(directory, 'index.txt'), 'latin1').split('\n')
  t.strictSame(lines(here), lines(there))
})

t.test('where names have to be unique, openssl ca can still read the index', { skip }, async (t) => {
  const folder = t.testdir({ 'index.txt': '', serial: '01\n', crlnumber: '01\n', newcerts: {} })
  const openssl = new OpensslDirectory(folder)
  const store = await openDirectoryStore(folder)
  const { certificate } = client({ subject: 'dave' })
  await store.add(certificate)
  await t.rejects(store.add(client({ subject: 'dave' }).certificate), { code: 'ERR_CERTIFICATE_AUTHORITY' })
  t.equal(await openssl.status(certificate.serialNumber), 'Valid (V)')
  await t.rejects(openssl.issue('/CN=dave'), 'OpenSSL refuses it as well')
})

t.test('openssl ca passes by the numbers that were recorded here', { skip }, async (t) => {
  const folder = t.testdir({ 'index.txt': '', 'index.txt.attr': 'unique_subject = no\n', serial: '01\n', crlnumber: '01\n', newcerts: {} })
  const openssl = new OpensslDirectory(folder)
  const store = await openDirectoryStore(folder)
  await store.add(client({ serialNumber: Buffer.from([1]) }).certificate)
  await store.add(client({ serialNumber: Buffer.from([5]) }).certificate)
  t.equal(await openssl.issue('/CN=erin'), '06')
  const before = await store.nextListNumber()
  await openssl.list()
  t.equal(await store.nextListNumber(), before + 2n)
})

t.test('a line that was torn by a crash is dropped by openssl ca, too', { skip }, async (t) => {
  const folder = t.testdir()
  const store = await openDirectoryStore(folder, { create: true })
  const openssl = new OpensslDirectory(folder)
  const { certificate } = client()
  await store.add(certificate)
  writeFileSync(join(folder, 'index.txt'), readFileSync(join(folder, 'index.txt'), 'latin1') + 'V\t4006070809')
  t.equal(await openssl.status(certificate.serialNumber), 'Valid (V)')
  const theirs = await openssl.issue('/CN=frank')
  t.strictSame((await store.list()).map((entry) => entry.serialNumber), [certificate.serialNumber, theirs])
})

t.test('easyrsa and the store take turns in a pki', { skip: parts.missing('openssl', 'easyrsa') }, async (t) => {
  const folder = t.testdir()
  const pki = join(folder, 'pki')
  cpSync(dirname(easyRsa), join(folder, 'easy-rsa'), { recursive: true })
  const easyrsa = async (...words: string[]) => await run(join(folder, 'easy-rsa/easyrsa'), ['--batch', `--pki-dir=${pki}`, ...words],
    { cwd: folder, env: { ...process.env, EASYRSA_ALGO: 'ec', EASYRSA_CURVE: 'prime256v1', ...(words[0] === 'build-ca' && { EASYRSA_REQ_CN: 'Easy CA' }) } })
  const list = async () => {
    await easyrsa('gen-crl')
    return (await run('openssl', ['crl', '-in', join(pki, 'crl.pem'), '-noout', '-text'])).stdout
  }
  await easyrsa('init-pki')
  await easyrsa('build-ca', 'nopass')
  await easyrsa('build-client-full', 'alice', 'nopass')
  await easyrsa('build-client-full', 'bob', 'nopass')

  const store = await openDirectoryStore(pki)
  t.strictSame((await store.list()).map((entry) => entry.subject), ['CN=alice', 'CN=bob'])
  const [alice, bob] = await store.list()
  t.equal((await store.certificate(alice.serialNumber))?.subject.commonName, 'alice')
  await store.update(alice.serialNumber, () => ({ at, reason: 'superseded' }))
  await easyrsa('revoke', 'bob')
  t.ok(await revocationOf(store, bob.serialNumber))
  t.equal((await store.certificate(bob.serialNumber))?.subject.commonName, 'bob', 'easyrsa has moved it')

  const certificate = readCertificates(readFileSync(join(pki, 'ca.crt')))[0]
  const privateKey = createPrivateKey(readFileSync(join(pki, 'private/ca.key')))
  const ours = mint({ subject: 'carol', issuer: { ...authority, certificate, privateKey }, serialNumber: Buffer.alloc(20, 0x4c) }).certificate
  await store.add(ours)
  await easyrsa('revoke', ours.serialNumber.toUpperCase())
  t.ok(await revocationOf(store, ours.serialNumber))
  t.same((await store.certificate(ours.serialNumber))?.raw, ours.raw)
  const text = await list()
  for (const { serialNumber } of [alice, bob, ours]) t.match(text, `Serial Number: ${serialNumber.toUpperCase()}`)
  await easyrsa('build-client-full', 'dave', 'nopass')
  t.equal((await store.list()).length, 4)
  t.equal(existsSync(join(pki, 'newcerts')), false)
})
