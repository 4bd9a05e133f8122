import t from 'tap'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPrivateKey } from 'node:crypto'
import { readCertificates, readPkcs12, writePkcs12, writePkcs12TrustStore, writePrivateKey } from '../../lib/certificate/index.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { parts, vectorsFolder } from '../helpers/parts.js'

const authority = mintAuthority({ subject: 'Root' })
const client = mintClient(authority, { subject: 'alice' })

/** A folder with the files that the programs are given, and a way to run them there. */
function workshop (t: { testdir: (fixture: Record<string, string>) => string }) {
  const folder = t.testdir({ 'client.key': writePrivateKey(client.privateKey), 'client.cer': client.pem, 'ca.cer': authority.pem })
  const run = (program: string, argv: readonly string[]) => execFileSync(program, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  return { folder, run, read: (name: string) => readFileSync(join(folder, name)), write: (name: string, content: Buffer) => writeFileSync(join(folder, name), content) }
}

const exports: ReadonlyArray<[how: string, options: string, passphrase: string]> = [
  ['its defaults', '', 'password'],
  ['a passphrase beyond ASCII', '', 'pässwörd €'],
  ['the empty passphrase', '', ''],
  ['AES-128 and SHA-1', '-certpbe AES-128-CBC -keypbe AES-128-CBC -macalg sha1', 'password'],
  ['AES-192 and SHA-384', '-certpbe AES-192-CBC -keypbe AES-192-CBC -macalg sha384', 'password'],
  ['SHA-224', '-macalg sha224', 'password'],
  ['SHA-512', '-macalg sha512', 'password'],
  ['triple DES and SHA-1', '-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1', 'password'],
  ['triple DES, a passphrase beyond ASCII', '-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1', 'pässwörd €'],
  ['triple DES, the empty passphrase', '-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1', ''],
  ['triple DES of two keys', '-certpbe PBE-SHA1-2DES -keypbe PBE-SHA1-2DES', 'password'],
  ['certificates in the clear', '-certpbe NONE', 'password'],
  ['all in the clear', '-certpbe NONE -keypbe NONE', 'password'],
  ['no MAC', '-nomac', 'password'],
  ['one iteration', '-noiter -nomaciter', 'password']
]

t.setTimeout(900_000)

t.test('what OpenSSL exports is read', { skip: parts.missing('openssl') }, async (t) => {
  const { run, read } = workshop(t)
  for (const [how, options, passphrase] of exports) {
    run('openssl', ['pkcs12', '-export', '-inkey', 'client.key', '-in', 'client.cer', '-certfile', 'ca.cer', '-name', 'Älice',
      ...options.split(' ').filter((each) => each !== ''), '-passout', `pass:${passphrase}`, '-out', 'client.p12'])
    const store = await readPkcs12(read('client.p12'), passphrase)
    t.ok(store.privateKey!.equals(client.privateKey), how)
    t.strictSame(store.certificate!.raw, client.der, how)
    t.strictSame(store.certificates.map((each) => each.raw), [authority.der], how)
    t.equal(store.friendlyName, 'Älice', how)
    if (how !== 'all in the clear') await t.rejects(readPkcs12(read('client.p12'), 'wrong'), { code: 'ERR_CERTIFICATE_PASSPHRASE' }, how)
  }
})

t.test('certificates alone, as OpenSSL exports them, are read', { skip: parts.missing('openssl') }, async (t) => {
  const { run, read } = workshop(t)
  run('openssl', ['pkcs12', '-export', '-nokeys', '-in', 'ca.cer', '-passout', 'pass:password', '-out', 'ca.p12'])
  const store = await readPkcs12(read('ca.p12'), 'password')
  t.equal(store.privateKey, undefined)
  t.strictSame(store.certificates.map((each) => each.raw), [authority.der])
})

t.test('RC2 by OpenSSL is read, with 40 bits and with 128', { skip: parts.missing('openssl') }, async (t) => {
  const { run, read } = workshop(t)
  for (const algorithm of ['PBE-SHA1-RC2-40', 'PBE-SHA1-RC2-128']) {
    run('openssl', ['pkcs12', '-export', '-legacy', '-inkey', 'client.key', '-in', 'client.cer', '-certfile', 'ca.cer', '-certpbe', algorithm, '-keypbe', algorithm,
      '-passout', 'pass:pässwörd', '-out', 'client.p12'])
    const store = await readPkcs12(read('client.p12'), 'pässwörd')
    t.ok(store.privateKey!.equals(client.privateKey), algorithm)
    t.strictSame([store.certificate!, ...store.certificates].map((each) => each.raw), [client.der, authority.der])
    await t.rejects(readPkcs12(read('client.p12'), 'wrong'), { code: 'ERR_CERTIFICATE_PASSPHRASE' })
  }
})

t.test('RC4 by OpenSSL is refused, and the command in the message converts it', { skip: parts.missing('openssl') }, async (t) => {
  const { folder, run, read } = workshop(t)
  const rc4 = ['-certpbe', 'PBE-SHA1-RC4-128', '-keypbe', 'PBE-SHA1-RC4-128']
  run('openssl', ['pkcs12', '-export', '-legacy', ...rc4, '-inkey', 'client.key', '-in', 'client.cer', '-passout', 'pass:password', '-out', 'OLD.p12'])
  const { message } = await readPkcs12(read('OLD.p12'), 'password').then(() => t.fail('read'), (error) => error)
  const [command, forCertificates] = [...message.matchAll(/`([^`]+)`/g)].map((found: RegExpMatchArray) => found[1])
  // The passphrases are typed in by people; here they come from the environment.
  const answered = command.replace('-out OLD.pem', '-out OLD.pem -passin env:P -passout env:P').replace('-in OLD.pem', '-in OLD.pem -passin env:P -passout env:P')
  const { status } = spawnSync('sh', ['-c', answered], { cwd: folder, env: { ...process.env, P: 'password' } })
  t.equal(status, 0)
  t.ok((await readPkcs12(read('NEW.p12'), 'password')).privateKey!.equals(client.privateKey))
  t.throws(() => read('OLD.pem'), { code: 'ENOENT' })
  spawnSync('sh', ['-c', `${forCertificates} -passin env:P`], { cwd: folder, env: { ...process.env, P: 'password' } })
  t.strictSame(readCertificates(read('NEW.cer'))[0].raw, client.der)
})

t.test('OpenSSL reads what is written', { skip: parts.missing('openssl') }, async (t) => {
  const { folder, run, write } = workshop(t)
  write('ours.p12', await writePkcs12({ ...client, chain: [authority.certificate], passphrase: 'pässwörd', friendlyName: 'Älice' }))
  const shown = run('openssl', ['pkcs12', '-in', 'ours.p12', '-passin', 'pass:pässwörd', '-nodes']).toString()
  t.ok(createPrivateKey(shown).equals(client.privateKey))
  t.strictSame(readCertificates(shown).map((each) => each.raw), [client.der, authority.der])
  const { stderr } = spawnSync('openssl', ['pkcs12', '-in', 'ours.p12', '-passin', 'pass:pässwörd', '-info', '-noout'], { cwd: folder })
  t.match(stderr.toString(), 'MAC: sha256, Iteration 100000')
  t.match(stderr.toString(), 'Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256')
  write('trust.p12', await writePkcs12TrustStore({ certificates: [authority.certificate], passphrase: 'x' }))
  t.strictSame(readCertificates(run('openssl', ['pkcs12', '-in', 'trust.p12', '-passin', 'pass:x']))[0].raw, authority.der)
})

t.test('what NSS writes, as Firefox exports it, is read, and NSS reads ours', { skip: parts.missing('certutil') }, async (t) => {
  const { run, read, write } = workshop(t)
  write('ours.p12', await writePkcs12({ ...client, chain: [authority.certificate], passphrase: 'password', friendlyName: 'alice' }))
  run('mkdir', ['database'])
  run('certutil', ['-N', '-d', 'database', '--empty-password'])
  run('pk12util', ['-i', 'ours.p12', '-d', 'database', '-W', 'password'])
  run('pk12util', ['-o', 'nss.p12', '-n', 'alice', '-d', 'database', '-W', 'password'])
  t.strictSame(read('nss.p12').subarray(0, 2), Buffer.from([0x30, 0x80]), 'with indefinite lengths')
  const store = await readPkcs12(read('nss.p12'), 'password')
  t.ok(store.privateKey!.equals(client.privateKey))
  t.strictSame(store.certificate!.raw, client.der)
  t.equal(store.friendlyName, 'alice')
})

t.test('the key stores of mu-server, under RC2 with 40 bits, are read', { skip: parts.missing('vectors') }, async (t) => {
  const cases = [['client.p12', 'export password'], ['expired-client.p12', 'export password'], ['pkcs12-keystore.p12', 'MY_PASSWORD'], ['localhost.p12', 'Very5ecure']]
  for (const [name, passphrase] of cases) {
    const octets = readFileSync(join(vectorsFolder, 'mu-server', name))
    const store = await readPkcs12(octets, passphrase)
    t.ok(store.privateKey === undefined ? store.certificates.length > 0 : store.certificate, name)
    await t.rejects(readPkcs12(octets, 'wrong'), { code: 'ERR_CERTIFICATE_PASSPHRASE' }, name)
    await t.rejects(readPkcs12(octets, undefined), { code: 'ERR_CERTIFICATE_PASSPHRASE', message: 'the PKCS #12 is encrypted: a passphrase is needed' }, name)
  }
})

t.test('the key stores of mu-server, once converted, are read', { skip: parts.missing('vectors', 'openssl') }, async (t) => {
  const { run, read } = workshop(t)
  for (const name of ['client', 'expired-client']) {
    const old = join(vectorsFolder, 'mu-server', `${name}.p12`)
    run('openssl', ['pkcs12', '-legacy', '-in', old, '-out', `${name}.pem`, '-passin', 'pass:export password', '-passout', 'pass:x'])
    run('openssl', ['pkcs12', '-export', '-in', `${name}.pem`, '-out', `${name}.p12`, '-passin', 'pass:x', '-passout', 'pass:x'])
    const store = await readPkcs12(read(`${name}.p12`), 'x')
    t.equal(store.certificate!.version, 1, name)
    t.equal(store.privateKey!.asymmetricKeyType, 'rsa')
  }
})
