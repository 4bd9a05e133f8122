import t, { type Test } from 'tap'
import { execFileSync } from 'node:child_process'
import { join, relative } from 'node:path'
import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { basicConstraintsExtension, keyUsageExtension, writePem, writePkcs12, writePkcs12TrustStore } from '../../lib/certificate/index.js'
import { writeSequence } from '../../lib/certificate/der-writer.js'
import { readClientAuthorities, type ClientAuthorityOptions } from '../../lib/tls/index.js'
import { mint, mintAuthority, mintClient } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'
import { data, keyBag, pfx } from '../helpers/pfx.js'
import { refusesOption } from '../helpers/option-error.js'
import { pkcs7 } from '../helpers/pkcs7.js'

const root = mintAuthority({ subject: 'Root' })
const other = mintAuthority({ subject: 'Other' })
const issuing = mintAuthority({ subject: 'Issuing', issuer: root })
const client = mintClient(root, { subject: 'alice' })
const caPassphrase = 'pässword'

const read = (options: unknown) => readClientAuthorities(options as ClientAuthorityOptions)
const rawOf = async (options: unknown) => (await read(options))!.certificates.map((each) => each.raw)
const store = (passphrase = caPassphrase) => writePkcs12({ ...root, passphrase, iterations: 2 })
const trustStore = () => writePkcs12TrustStore({ certificates: [root.certificate, issuing.certificate], passphrase: caPassphrase, iterations: 2 })

/** The promise is rejected with an OptionError that names this option and says just this. */
const refuses = (t: Pick<Test, 'match' | 'equal'>, options: unknown, key: string, problem: string | RegExp): Promise<void> =>
  refusesOption(t, read(options), key, problem)

t.test('PKCS #7 is read, and nothing in it is trusted that would not be otherwise', async (t) => {
  const chain = pkcs7([root.der, issuing.der])
  const folder = t.testdir({ 'chain.p7b': chain, 'chain.pem': writePem('PKCS7', chain) })
  for (const name of ['chain.p7b', 'chain.pem']) t.strictSame(await rawOf({ ca: join(folder, name) }), [issuing.der, root.der], name)
  t.strictSame(await rawOf({ ca: chain }), [issuing.der, root.der], 'as content')
  await refuses(t, { ca: pkcs7([issuing.der]) }, 'ca', 'holds no root: a self-signed certificate is needed, too, such as that of CN=Root')
  await refuses(t, { ca: pkcs7([root.der, client.der]) }, 'ca', /^option 'ca' holds the certificate of CN=alice, which is not a CA's/)
})

t.test('a file of another kind is named, with what to do', async (t) => {
  const folder = t.testdir({ 'ca.jks': Buffer.from('feedfeed00000002', 'hex') })
  await refuses(t, { ca: join(folder, 'ca.jks') }, 'ca', `names the file ${join(folder, 'ca.jks')}, which is a Java keystore (JKS): ` +
    'convert it with `keytool -importkeystore -srckeystore OLD.jks -destkeystore NEW.p12 -deststoretype PKCS12`')
})

t.test('where no option names any, there are none', async (t) => {
  t.equal(await read({}), undefined)
  t.equal(await read({ caPassphrase: 'unused' }), undefined)
})

t.test('PEM with one or several, DER and PKCS #12 are read, from files and as content', async (t) => {
  const files = { 'ca.cer': root.pem, 'bundle.pem': `${root.pem}${issuing.pem}`, 'ca.der': root.der, 'ca.p12': await store(), 'trust.p12': await trustStore() }
  const folder = t.testdir(files)
  for (const [name, content] of Object.entries(files)) {
    const expected = ['bundle.pem', 'trust.p12'].includes(name) ? [root.der, issuing.der] : [root.der]
    t.strictSame(await rawOf({ ca: relative(process.cwd(), join(folder, name)), caPassphrase }), expected, name)
    t.strictSame(await rawOf({ ca: content, caPassphrase }), expected, `${name} as content`)
    t.strictSame(await rawOf({ ca: new Uint8Array(Buffer.from(content)), caPassphrase }), expected, `${name} as octets`)
  }
})

t.test('a list of sources is read in order, and each certificate taken once', async (t) => {
  const folder = t.testdir({ 'ca.p12': await store() })
  const ca = [issuing.pem, join(folder, 'ca.p12'), Buffer.from(`${other.pem}${root.pem}${issuing.pem}`), root.der]
  t.strictSame(await rawOf({ ca, caPassphrase }), [issuing.der, root.der, other.der])
  const found = await read({ ca: root.pem })
  t.ok(Object.isFrozen(found) && Object.isFrozen(found!.certificates))
})

t.test('a PKCS #12 without a passphrase is tried with the empty one', async (t) => {
  t.strictSame(await rawOf({ ca: await store('') }), [root.der])
})

t.test('private keys that lie beside are not used', async (t) => {
  t.strictSame(await rawOf({ ca: `${root.key}${root.pem}${client.key}` }), [root.der])
})

t.test('a self-signed certificate of version 1, from before there were basicConstraints, may sign', async (t) => {
  const old = mint({ subject: 'Old root', version: 1 })
  t.strictSame(await rawOf({ ca: old.pem }), [old.der])
})

t.test('roots of each kind of key are told', async (t) => {
  const extensions = [basicConstraintsExtension(true)]
  for (const keys of [generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('ed25519')]) {
    const own = mint({ keys, extensions })
    t.strictSame(await rawOf({ ca: own.pem }), [own.der], 'without keyUsage, which would restrict it')
  }
})

t.test('a certificate that is not a CA\'s is refused with the reason', async (t) => {
  const folder = t.testdir({ 'ca.cer': `${root.pem}${client.pem}` })
  const file = join(folder, 'ca.cer')
  const notCa = (subject: string, why: string) => `holds the certificate of ${subject}, which is not a CA's: ${why}`
  const why = 'its basicConstraints say that it is none'
  await refuses(t, { ca: file }, 'ca', `names the file ${file}, which ${notCa(client.certificate.subject.toString(), why)}`)
  await refuses(t, { ca: client.pem }, 'ca', notCa(client.certificate.subject.toString(), why))
  await refuses(t, { ca: [root.pem, client.der] }, 'ca', notCa(client.certificate.subject.toString(), why))
  await refuses(t, { ca: await writePkcs12({ ...client, chain: [root.certificate], passphrase: '', iterations: 2 }) }, 'ca', notCa(client.certificate.subject.toString(), why))
  const plain = mint({ subject: 'plain' })
  const none = 'it has no basicConstraints that say so (`openssl req -x509 -addext basicConstraints=critical,CA:TRUE`)'
  await refuses(t, { ca: plain.pem }, 'ca', notCa(plain.certificate.subject.toString(), none))
  await refuses(t, { ca: [root.pem, mint({ subject: 'plain', issuer: root }).pem] }, 'ca', notCa(plain.certificate.subject.toString(), none))
  const noSign = mintAuthority({ subject: 'Lists only', extensions: [basicConstraintsExtension(true), keyUsageExtension('cRLSign')] })
  await refuses(t, { ca: noSign.pem }, 'ca', notCa(noSign.certificate.subject.toString(), 'its keyUsage has no keyCertSign'))
  const old = mint({ subject: 'old', version: 1, issuer: root })
  await refuses(t, { ca: [root.pem, old.pem] }, 'ca', notCa(old.certificate.subject.toString(), 'it has version 1 and is not self-signed'))
})

t.test('without a root nobody could be verified, so one is asked for by name', async (t) => {
  const needed = `holds no root: a self-signed certificate is needed, too, such as that of ${root.certificate.subject}`
  await refuses(t, { ca: issuing.pem }, 'ca', needed)
  await refuses(t, { ca: [issuing.pem, issuing.der] }, 'ca', needed)
  const selfIssued = mintAuthority({ subject: 'Root', issuer: root })
  await refuses(t, { ca: selfIssued.pem }, 'ca', needed)
})

t.test('a file that cannot be read is named with the reason', async (t) => {
  const folder = t.testdir({ 'empty.cer': '', folder: {} })
  const at = (name: string) => relative(process.cwd(), join(folder, name))
  for (const options of [(ca: unknown) => ({ ca }), (ca: unknown) => ({ ca: [root.pem, ca] })]) {
    await refuses(t, options(at('none.cer')), 'ca', `names the file ${at('none.cer')}, which does not exist (${join(folder, 'none.cer')})`)
    await refuses(t, options(at('folder')), 'ca', `names the file ${at('folder')}, which is a folder`)
    await refuses(t, options(at('empty.cer')), 'ca', `names the file ${at('empty.cer')}, which is empty`)
  }
})

t.test('nothing at all, and what is no source, is refused', async (t) => {
  await refuses(t, { ca: [] }, 'ca', 'is an empty list')
  for (const value of ['', Buffer.alloc(0), [''], [root.pem, Buffer.alloc(0)]]) await refuses(t, { ca: value }, 'ca', 'is empty')
  for (const value of [null, false, 5, {}, [null], [[root.pem]], [undefined]]) await refuses(t, { ca: value }, 'ca', 'is neither a Buffer nor a text (PEM, or the path of a file)')
  await refuses(t, { ca: await store(), caPassphrase: 5 }, 'caPassphrase', 'is not a text')
})

t.test('content of the wrong kind, or damaged, is refused with what it is', async (t) => {
  const folder = t.testdir({ garbage: 'garbage', 'key.pem': root.key })
  const at = (name: string) => join(folder, name)
  await refuses(t, { ca: at('garbage') }, 'ca', `names the file ${at('garbage')}, which is neither PEM nor DER`)
  await refuses(t, { ca: Buffer.from('garbage') }, 'ca', 'is neither PEM nor DER')
  await refuses(t, { ca: at('key.pem') }, 'ca', `names the file ${at('key.pem')}, which cannot be used: the PEM text holds no certificate, only PRIVATE KEY`)
  await refuses(t, { ca: root.privateKey.export({ type: 'pkcs8', format: 'der' }) }, 'ca', /^option 'ca' cannot be used: /)
  await refuses(t, { ca: root.der.subarray(0, 100) }, 'ca', /^option 'ca' cannot be used: .*longer/)
  await refuses(t, { ca: (await store()).subarray(0, 100), caPassphrase }, 'ca', /^option 'ca' cannot be used: BER/)
})

t.test('a second block that is damaged is not passed over', async (t) => {
  const damaged = [
    other.pem.replace('-----END', '---END'), other.pem.replace('-----BEGIN', '---BEGIN'), other.pem.replace('MII', 'M!I'),
    writePem('CERTIFICATE', other.der.subarray(0, 200)), other.pem.slice(0, 100)
  ]
  for (const block of damaged) await refuses(t, { ca: `${root.pem}${block}` }, 'ca', /^option 'ca' cannot be used: /)
})

t.test('a PKCS #12 without certificates is refused', async (t) => {
  await refuses(t, { ca: pfx([data(writeSequence(keyBag(root.privateKey.export({ type: 'pkcs8', format: 'der' }))))]) }, 'ca', 'holds no certificate')
  await refuses(t, { ca: pfx([]) }, 'ca', 'holds no certificate')
})

t.test('a passphrase that is missing or wrong is that option\'s fault', async (t) => {
  const folder = t.testdir({ 'ca.p12': await store() })
  const file = join(folder, 'ca.p12')
  await refuses(t, { ca: file }, 'caPassphrase', `is missing: the file ${file} is encrypted`)
  await refuses(t, { ca: [root.pem, file], caPassphrase: 'wrong' }, 'caPassphrase', `is wrong, or the file ${file} is damaged`)
  await refuses(t, { ca: await store(), caPassphrase: 'wrong' }, 'caPassphrase', 'is wrong, or option \'ca\' is damaged')
})

t.test('a key that is not known here is refused, and by no other error than an OptionError', async (t) => {
  const unknown = root.der.toString('latin1').replace(Buffer.from('2a8648ce3d030107', 'hex').toString('latin1'), Buffer.from('2a8648ce3d030177', 'hex').toString('latin1'))
  await refuses(t, { ca: Buffer.from(unknown, 'latin1') }, 'ca', /^option 'ca' cannot be used: the public key is on the curve 1.2.840.10045.3.1.119, which is not known here/)
})

t.test('no error shows the passphrase, in its message or its causes', async (t) => {
  const marker = 'MARKER-of-the-passphrase'
  for (const ca of [await store(), (await store(marker)).subarray(0, 200), 'none.cer', client.pem, 'garbage', pfx([])]) {
    const error = await read({ ca, caPassphrase: marker }).catch((error) => error)
    t.equal(error.name, 'OptionError')
    t.notMatch(inspect(error, { depth: 20, showHidden: true }), marker)
  }
})

t.test('the CA that OpenSSL makes by the usual commands is read', { skip: parts.missing('openssl') }, async (t) => {
  const folder = t.testdir({})
  const openssl = (command: string) => execFileSync('openssl', command.split(' '), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  openssl('req -newkey rsa:2048 -nodes -keyform PEM -keyout ca.key -x509 -days 3650 -outform PEM -out ca.cer -subj /CN=CA')
  openssl('x509 -in ca.cer -outform DER -out ca.der')
  openssl('pkcs12 -export -inkey ca.key -in ca.cer -out ca.p12 -passout pass:password')
  const [expected] = await rawOf({ ca: join(folder, 'ca.cer') })
  t.strictSame(await rawOf({ ca: join(folder, 'ca.der') }), [expected])
  t.strictSame(await rawOf({ ca: join(folder, 'ca.p12'), caPassphrase: 'password' }), [expected])
})
