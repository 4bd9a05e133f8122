import t, { type Test } from 'tap'
import { join, relative, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { inspect } from 'node:util'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readCertificates, writePkcs12, writePkcs12TrustStore, writePrivateKey } from '../../lib/certificate/index.js'
import { fileOf, readServerCredentials, type ServerCredentialOptions } from '../../lib/tls/index.js'
import { writeSequence } from '../../lib/certificate/der-writer.js'
import { mint, mintAuthority, mintClient, newKeys } from '../helpers/mint.js'
import { certificateBag, data, keyBag, pfx } from '../helpers/pfx.js'
import { refusesOption } from '../helpers/option-error.js'
import { pkcs7 } from '../helpers/pkcs7.js'

const root = mintAuthority({ subject: 'Root' })
const issuing = mintAuthority({ subject: 'Issuing', issuer: root })
const server = mintClient(issuing, { subject: 'localhost' })
const foreign = mintAuthority({ subject: 'Foreign' })
const passphrase = 'pässword'
const encrypted = writePrivateKey(server.privateKey, passphrase)
const keyDer = server.privateKey.export({ type: 'pkcs8', format: 'der' })
const store = (...chain: Array<typeof root>) => writePkcs12({ ...server, chain: chain.map((each) => each.certificate), passphrase, iterations: 2 })

const read = (options: unknown) => readServerCredentials(options as ServerCredentialOptions)

/** The promise is rejected with an OptionError that names this option and says just this. */
const refuses = (t: Pick<Test, 'match' | 'equal'>, options: unknown, key: string, problem: string | RegExp): Promise<void> =>
  refusesOption(t, read(options), key, problem)

t.test('where no option names any, there are none', async (t) => {
  t.equal(await read({}), undefined)
  t.equal(await read({ passphrase: 'unused' }), undefined)
})

t.test('key and cert are read from files, as PEM and DER, from the working directory on', async (t) => {
  const folder = t.testdir({ 'server.key': server.key, 'server.cer': server.pem, 'key.der': keyDer, 'cert.der': server.der })
  for (const [key, cert] of [['server.key', 'server.cer'], ['key.der', 'cert.der']]) {
    const found = await read({ key: join(folder, key), cert: relative(process.cwd(), join(folder, cert)) })
    t.equal(found!.key, server.key)
    t.equal(found!.cert, server.pem)
    t.strictSame(found!.certificate.raw, server.der)
    t.ok(Object.isFrozen(found))
  }
})

t.test('key and cert are taken as content, text or octets', async (t) => {
  for (const [key, cert] of [[server.key, server.pem], [Buffer.from(server.key), Buffer.from(server.pem)], [new Uint8Array(keyDer), new Uint8Array(server.der)]]) {
    t.match(await read({ key, cert }), { key: server.key, cert: server.pem })
  }
})

t.test('both may be in one file', async (t) => {
  const folder = t.testdir({ 'server.pem': `${server.pem}${issuing.pem}${server.key}` })
  const file = join(folder, 'server.pem')
  t.match(await read({ key: file, cert: file }), { key: server.key, cert: `${server.pem}${issuing.pem}` })
})

t.test('a PKCS #7 is a cert with its chain, whatever its order', async (t) => {
  t.match(await read({ key: server.key, cert: pkcs7([root.der, issuing.der, server.der]) }), { cert: `${server.pem}${issuing.pem}${root.pem}` })
})

t.test('the chain of cert stays in order', async (t) => {
  const { cert } = (await read({ key: server.key, cert: `${server.pem}${issuing.pem}${root.pem}` }))!
  t.strictSame(readCertificates(cert).map((each) => each.raw), [server.der, issuing.der, root.der])
})

t.test('an encrypted key comes out decrypted; a passphrase that is not needed does no harm', async (t) => {
  t.equal((await read({ key: encrypted, cert: server.pem, passphrase }))!.key, server.key)
  t.equal((await read({ key: server.key, cert: server.pem, passphrase }))!.key, server.key)
})

t.test('keys of each kind that a server has fit their certificates, and Node takes both', async (t) => {
  const kinds = { 'P-256': newKeys(), 'P-384': newKeys('P-384'), RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }), Ed25519: generateKeyPairSync('ed25519') }
  for (const [kind, keys] of Object.entries(kinds)) {
    const own = mint({ keys })
    const found = await read({ key: own.key, cert: own.pem })
    t.ok(createSecureContext(found), kind)
  }
})

t.test('pfx is read from a file and as content', async (t) => {
  const octets = await store(issuing)
  const folder = t.testdir({ 'server.p12': octets })
  for (const pfx of [join(folder, 'server.p12'), octets, new Uint8Array(octets)]) {
    const found = await read({ pfx, passphrase })
    t.equal(found!.key, server.key)
    t.equal(found!.cert, `${server.pem}${issuing.pem}`)
    t.strictSame(found!.certificate.raw, server.der)
  }
})

t.test('of the certificates in a pfx only the issuers of the server\'s make its chain, its own first, without the root', async (t) => {
  const namesake = mintAuthority({ subject: 'Issuing' })
  const middle = mintAuthority({ subject: 'Middle', issuer: issuing })
  const deep = mintClient(middle, { subject: 'deep' })
  const certificates = [foreign, root, namesake, issuing, middle].map((each) => each.certificate)
  const octets = await writePkcs12({ ...deep, chain: certificates, passphrase, iterations: 2 })
  const { cert } = (await read({ pfx: octets, passphrase }))!
  t.strictSame(readCertificates(cert).map((each) => each.subject.commonName), ['deep', 'Middle', 'Issuing'])
  t.strictSame(readCertificates(cert)[2].raw, issuing.der)
})

t.test('certificates that issue each other in a circle do not hang', async (t) => {
  const [a, b] = [newKeys(), newKeys()]
  const rootB = mintAuthority({ subject: 'B', keys: b })
  const crossA = mintAuthority({ subject: 'A', keys: a, issuer: rootB })
  const crossB = mintAuthority({ subject: 'B', keys: b, issuer: mintAuthority({ subject: 'A', keys: a }) })
  const leaf = mintClient(crossA, { subject: 'leaf' })
  const octets = await writePkcs12({ ...leaf, chain: [crossA.certificate, crossB.certificate], passphrase, iterations: 2 })
  const { cert } = (await read({ pfx: octets, passphrase }))!
  t.strictSame(readCertificates(cert).map((each) => each.subject.commonName), ['leaf', 'A', 'B'])
})

t.test('a self-signed server certificate in a pfx stands alone', async (t) => {
  const own = mint({ subject: 'self' })
  const octets = await writePkcs12({ ...own, chain: [foreign.certificate], passphrase: '', iterations: 2 })
  t.match(await read({ pfx: octets }), { key: own.key, cert: own.pem }, 'with the empty passphrase, which need not be given')
})

t.test('options that contradict each other are refused', async (t) => {
  const both = 'stands beside \'key\' or \'cert\': it brings both, so give one or the other'
  await refuses(t, { pfx: 'a.p12', key: 'a.key' }, 'pfx', both)
  await refuses(t, { pfx: 'a.p12', cert: 'a.cer' }, 'pfx', both)
  await refuses(t, { key: server.key }, 'cert', 'is missing: \'key\' needs its certificate')
  await refuses(t, { cert: server.pem }, 'key', 'is missing: \'cert\' needs its private key')
})

t.test('a file that cannot be read is named with the reason', async (t) => {
  const folder = t.testdir({ 'empty.cer': '', 'server.cer': server.pem, folder: {} })
  const at = (name: string) => relative(process.cwd(), join(folder, name))
  for (const key of ['key', 'cert', 'pfx']) {
    const options = (source: unknown) => key === 'pfx' ? { pfx: source } : { key: server.key, cert: server.pem, [key]: source }
    await refuses(t, options(at('none.cer')), key, `names the file ${at('none.cer')}, which does not exist (${join(folder, 'none.cer')})`)
    await refuses(t, options(at('server.cer/x')), key, `names the file ${at('server.cer/x')}, which does not exist (${join(folder, 'server.cer/x')})`)
    await refuses(t, options(at('folder')), key, `names the file ${at('folder')}, which is a folder`)
    await refuses(t, options(at('empty.cer')), key, `names the file ${at('empty.cer')}, which is empty`)
    await refuses(t, options('x'.repeat(300)), key, new RegExp(`^option '${key}' names the file x+, which cannot be read: ENAMETOOLONG`))
  }
})

t.test('a value that is no source is refused', async (t) => {
  for (const key of ['key', 'cert', 'pfx']) {
    const options = (source: unknown) => key === 'pfx' ? { pfx: source } : { key: server.key, cert: server.pem, [key]: source }
    for (const value of [null, 5, true, {}, [server.pem]]) await refuses(t, options(value), key, 'is neither a Buffer nor a text (PEM, or the path of a file)')
    for (const value of ['', Buffer.alloc(0), new Uint8Array()]) await refuses(t, options(value), key, 'is empty')
  }
  await refuses(t, { key: encrypted, cert: server.pem, passphrase: 5 }, 'passphrase', 'is not a text')
  await refuses(t, { key: encrypted, cert: server.pem, passphrase: null }, 'passphrase', 'is not a text')
})

t.test('a key that was pasted without its PEM lines is not taken, or shown, as the name of a file', async (t) => {
  const bare = keyDer.toString('base64')
  const base64 = 'is base64 without its line -----BEGIN …----- in front and -----END …----- behind: add them, or give a Buffer'
  const neither = 'is a text that is neither PEM (with its line -----BEGIN …-----) nor the path of a file'
  const cases: ReadonlyArray<[key: string, problem: string]> = [
    [bare, base64], [server.key.split('\n').slice(1, -2).join('\n'), base64], [Buffer.from(server.key).toString('base64'), base64],
    [`a\0b${bare}`, neither], [`/${bare}`.repeat(30), neither]
  ]
  for (const [key, problem] of cases) {
    const error = await read({ key, cert: server.pem }).catch((error) => error)
    t.equal(error.message, `option 'key' ${problem}`)
    t.notOk(inspect(error, { depth: 9 }).includes(bare.slice(0, 20)))
  }
})

t.test('a passphrase that is missing or wrong is that option\'s fault', async (t) => {
  const octets = await store()
  const folder = t.testdir({ 'server.key': encrypted, 'server.p12': octets })
  const [key, pfx] = [join(folder, 'server.key'), join(folder, 'server.p12')]
  await refuses(t, { key, cert: server.pem }, 'passphrase', `is missing: the file ${key} is encrypted`)
  await refuses(t, { key, cert: server.pem, passphrase: 'wrong' }, 'passphrase', `is wrong, or the file ${key} is damaged`)
  await refuses(t, { key: encrypted, cert: server.pem }, 'passphrase', 'is missing: option \'key\' is encrypted')
  await refuses(t, { pfx }, 'passphrase', `is missing: the file ${pfx} is encrypted`)
  await refuses(t, { pfx, passphrase: 'wrong' }, 'passphrase', `is wrong, or the file ${pfx} is damaged`)
  await refuses(t, { pfx: octets, passphrase: '' }, 'passphrase', 'is wrong, or option \'pfx\' is damaged')
})

t.test('a key that does not fit its certificate is refused', async (t) => {
  await refuses(t, { key: foreign.key, cert: server.pem }, 'key', `does not fit 'cert': it is not the private key of ${server.certificate.subject}`)
  const folder = t.testdir({ 'chain.pem': `${issuing.pem}${server.pem}` })
  const file = join(folder, 'chain.pem')
  await refuses(t, { key: server.key, cert: file }, 'cert', `names the file ${file}, which has to begin with the server's own certificate, which stands at place 2`)
})

t.test('content of the wrong kind is refused with what it is', async (t) => {
  const octets = await store()
  const folder = t.testdir({ 'server.p12': octets, 'server.cer': server.pem, garbage: 'garbage' })
  const at = (name: string) => join(folder, name)
  const isPkcs12 = 'is a PKCS #12: name it in option \'pfx\''
  await refuses(t, { key: octets, cert: server.pem }, 'key', isPkcs12)
  await refuses(t, { key: server.key, cert: at('server.p12') }, 'cert', `names the file ${at('server.p12')}, which ${isPkcs12}`)
  await refuses(t, { key: at('garbage'), cert: server.pem }, 'key', `names the file ${at('garbage')}, which is neither PEM nor DER`)
  await refuses(t, { key: server.key, cert: Buffer.from('garbage') }, 'cert', 'is neither PEM nor DER')
  await refuses(t, { pfx: at('server.cer') }, 'pfx', `names the file ${at('server.cer')}, which is no PKCS #12: name PEM and DER in options 'key' and 'cert'`)
  await refuses(t, { key: server.pem, cert: server.pem }, 'key', 'cannot be used: the PEM text holds no private key')
  await refuses(t, { key: server.key, cert: server.key }, 'cert', 'cannot be used: the PEM text holds no certificate, only PRIVATE KEY')
  await refuses(t, { key: `${server.key}${foreign.key}`, cert: server.pem }, 'key', 'cannot be used: the PEM text holds 2 private keys, where one is needed')
  await refuses(t, { key: server.key, cert: `${server.pem}${issuing.pem.replace('END', 'FIN')}` }, 'cert', /^option 'cert' cannot be used: PEM block 2 \(CERTIFICATE\)|no boundary/)
  await refuses(t, { key: server.key, cert: server.der.subarray(0, 100) }, 'cert', /^option 'cert' cannot be used: .*longer/)
  await refuses(t, { pfx: octets.subarray(0, 100) }, 'pfx', /^option 'pfx' cannot be used: BER/)
})

t.test('a pfx without what a server needs is refused', async (t) => {
  const keyless = await writePkcs12TrustStore({ certificates: [root.certificate], passphrase, iterations: 2 })
  await refuses(t, { pfx: keyless, passphrase }, 'pfx', 'holds no private key')
  const bare = pfx([data(writeSequence(keyBag(keyDer)))])
  await refuses(t, { pfx: bare }, 'pfx', 'holds no certificate')
  const misfit = pfx([data(writeSequence(keyBag(keyDer), certificateBag(root.der)))])
  await refuses(t, { pfx: misfit }, 'pfx', 'holds no certificate that fits its private key')
  const folder = t.testdir({ 'two.p12': pfx([data(writeSequence(keyBag(keyDer), keyBag(keyDer)))]) })
  await refuses(t, { pfx: join(folder, 'two.p12') }, 'pfx', /^option 'pfx' names the file .*two\.p12, which cannot be used: the PKCS #12 holds 2 private keys/)
})

t.test('no error shows a passphrase or a key, in its message or its causes', async (t) => {
  const marker = 'MARKER-of-the-passphrase'
  const line = keyDer.toString('base64').slice(40, 60)
  const octets = await store()
  const cases = [
    { key: encrypted, cert: server.pem }, { key: server.key.replace('-----END', '----END'), cert: server.pem }, { key: foreign.key, cert: server.pem },
    { key: server.key.repeat(2), cert: server.pem }, { key: server.key.replaceAll('\n', '\\t'), cert: server.pem }, { pfx: octets }, { pfx: octets.subarray(0, 200) },
    { pfx: pfx([data(writeSequence(keyBag(keyDer), keyBag(keyDer)))]) }, { key: 'none.key', cert: server.pem }, { key: server.key, cert: server.key }
  ]
  for (const options of cases) {
    const error = await read({ ...options, passphrase: marker }).catch((error) => error)
    t.equal(error.name, 'OptionError')
    const shown = [inspect(error, { depth: 20, showHidden: true }), ...messages(error)].join('\n')
    t.notMatch(shown, marker)
    t.notOk(shown.includes(line))
  }
})

t.test('a source that is a path is told as an absolute one, content as none', async (t) => {
  t.equal(fileOf('certs/ca.cer'), resolve('certs/ca.cer'))
  t.equal(fileOf('/etc/ca.cer'), '/etc/ca.cer')
  t.equal(fileOf(root.pem), undefined)
  t.equal(fileOf(root.der), undefined)
})

t.test('what comes out is what Node takes', async (t) => {
  const found = (await read({ pfx: await store(issuing), passphrase }))!
  t.ok(createSecureContext({ key: found.key, cert: found.cert }))
  t.ok(createPrivateKey(found.key).equals(server.privateKey))
})

function messages (error: unknown): string[] {
  return error instanceof Error ? [error.message, String(error.stack), ...messages(error.cause)] : []
}
