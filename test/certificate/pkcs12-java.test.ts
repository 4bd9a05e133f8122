import t from 'tap'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPkcs12, writePkcs12, writePkcs12TrustStore } from '../../lib/certificate/index.js'
import { mintAuthority, mintClient } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'

// Each keytool starts a Java machine, which takes seconds where other tests run beside it.
t.setTimeout(900_000)

const authority = mintAuthority({ subject: 'Root' })
const client = mintClient(authority, { subject: 'alice' })

/** A folder, and a way to run keytool there. */
function workshop (t: { testdir: (fixture: Record<string, string>) => string }) {
  const folder = t.testdir({ 'ca.cer': authority.pem })
  const options = ['-J-Duser.language=en', '-J-XX:TieredStopAtLevel=1']
  const keytool = (...argv: string[]) => execFileSync('keytool', [...options, ...argv, '-storepass', 'password'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
  return { keytool, read: (name: string) => readFileSync(join(folder, name)), write: (name: string, content: Buffer) => writeFileSync(join(folder, name), content) }
}

t.test('Java\'s keytool reads what is written, and what it writes is read', { skip: parts.missing('keytool') }, async (t) => {
  const { keytool, read, write } = workshop(t)
  write('ours.p12', await writePkcs12({ ...client, chain: [authority.certificate], passphrase: 'password', friendlyName: 'alice' }))
  t.match(keytool('-list', '-v', '-keystore', 'ours.p12'), /Alias name: alice[^]*Entry type: PrivateKeyEntry[^]*Certificate chain length: 2/)
  keytool('-importkeystore', '-srckeystore', 'ours.p12', '-destkeystore', 'java.p12', '-deststoretype', 'PKCS12', '-srcstorepass', 'password', '-deststorepass', 'password')
  const store = await readPkcs12(read('java.p12'), 'password')
  t.ok(store.privateKey!.equals(client.privateKey))
  t.strictSame(store.certificate!.raw, client.der)
  t.strictSame(store.certificates.map((each) => each.raw), [authority.der])
  t.equal(store.friendlyName, 'alice')
  keytool('-genkeypair', '-keystore', 'java.p12', '-alias', 'second', '-keyalg', 'EC', '-dname', 'CN=second')
  await t.rejects(readPkcs12(read('java.p12'), 'password'), { code: 'ERR_CERTIFICATE_UNSUPPORTED', message: /holds 2 private keys/ })
  keytool('-importkeystore', '-srckeystore', 'java.p12', '-srcalias', 'alice', '-destkeystore', 'one.p12', '-srcstorepass', 'password', '-deststorepass', 'password')
  t.ok((await readPkcs12(read('one.p12'), 'password')).privateKey, 'after the command of that message')
})

t.test('Java reads the compatible profile', { skip: parts.missing('keytool') }, async (t) => {
  const { keytool, read, write } = workshop(t)
  const protection = { passphrase: 'password', profile: 'compatible' } as const
  write('ours.p12', await writePkcs12({ ...client, ...protection, chain: [authority.certificate], friendlyName: 'alice' }))
  keytool('-importkeystore', '-srckeystore', 'ours.p12', '-destkeystore', 'java.p12', '-deststoretype', 'PKCS12', '-srcstorepass', 'password', '-deststorepass', 'password')
  const store = await readPkcs12(read('java.p12'), 'password')
  t.ok(store.privateKey!.equals(client.privateKey))
  t.strictSame([store.certificate!, ...store.certificates].map((each) => each.raw), [client.der, authority.der])
  t.equal(store.friendlyName, 'alice')
  write('trust.p12', await writePkcs12TrustStore({ ...protection, certificates: [authority.certificate] }))
  t.match(keytool('-list', '-keystore', 'trust.p12'), /contains 1 entry[^]*trustedCertEntry/)
})

t.test('Java\'s trust stores, both ways', { skip: parts.missing('keytool') }, async (t) => {
  const { keytool, read, write } = workshop(t)
  keytool('-importcert', '-noprompt', '-alias', 'ca', '-file', 'ca.cer', '-keystore', 'trust.p12', '-storetype', 'PKCS12')
  const store = await readPkcs12(read('trust.p12'), 'password')
  t.equal(store.privateKey, undefined)
  t.strictSame(store.certificates.map((each) => each.raw), [authority.der])
  write('ours.p12', await writePkcs12TrustStore({ certificates: [authority.certificate, client.certificate], passphrase: 'password' }))
  t.match(keytool('-list', '-keystore', 'ours.p12'), /contains 2 entries[^]*trustedCertEntry[^]*trustedCertEntry/)
})
