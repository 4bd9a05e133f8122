import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { makeSampleCertificates, samplePassword } from '../../examples/sample-certificates.js'
import { putInPlace } from '../../examples/sample-certificates/sample-files.js'
import { isKeyOf, readCertificates, readPkcs12, readPrivateKey, writePkcs12, writePkcs12TrustStore, writePrivateKey, type Certificate } from '../../lib/certificate/index.js'
import { verifyCertificationPath } from '../../lib/trust/index.js'
import { mint, mintAuthority } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'

const now = new Date('2026-11-23T12:34:56Z')
const names = ['ca', 'client', 'operator', 'server']
const allFiles = names.flatMap((name) => ['.cer', '.key', '.p12'].map((suffix) => name + suffix)).sort()
const day = 24 * 60 * 60 * 1000
const later = (days: number, from = now) => new Date(from.getTime() + days * day)

async function make (directory: string, at = now): Promise<string[]> {
  const lines: string[] = []
  await makeSampleCertificates(directory, at, (line) => lines.push(line.replaceAll(directory + '/', '')))
  return lines
}

const certificateIn = (directory: string, name: string): Certificate => readCertificates(readFileSync(join(directory, `${name}.cer`)))[0]
const contentsOf = (directory: string) => Object.fromEntries(readdirSync(directory).sort().map((name) => [name, readFileSync(join(directory, name)).toString('base64')]))

// The authority signs all others, every key fits its certificate, and the stores hold both.
async function checkSamples (t: Test, directory: string, at = now): Promise<void> {
  t.strictSame(readdirSync(directory).sort(), allFiles)
  const authority = certificateIn(directory, 'ca')
  for (const name of names) {
    const certificate = certificateIn(directory, name)
    const purpose = { ca: 'any', server: 'serverAuth' } as const
    verifyCertificationPath({ certificate, trustAnchors: [authority], at, purpose: purpose[name as keyof typeof purpose] ?? 'clientAuth', whenNotConforming: 'accept' })
    t.ok(isKeyOf(readPrivateKey(readFileSync(join(directory, `${name}.key`))), certificate), `${name}.key fits ${name}.cer`)
    const store = await readPkcs12(readFileSync(join(directory, `${name}.p12`)), samplePassword)
    t.ok(isKeyOf(store.privateKey!, certificate), `${name}.p12 has the key`)
    t.ok(isKeyOf(store.privateKey!, store.certificate!), `${name}.p12 has a certificate of the key`)
    t.strictSame(store.certificates.map(({ raw }) => raw), name === 'ca' ? [] : [authority.raw], `${name}.p12 has the authority`)
    t.equal(store.friendlyName, name)
  }
}

t.test('an empty folder gets an authority, a server, a client and an operator, and a line for each', async (t) => {
  const directory = join(t.testdir(), 'certs')
  t.strictSame(await make(directory), [
    'made ca.key, .cer, .p12 for CN=Sample CA,O=fastify-client-certificate, valid until 2036-11-20',
    'made server.key, .cer, .p12 for CN=localhost, valid until 2027-11-23',
    'made client.key, .cer, .p12 for CN=client, valid until 2027-11-23',
    'made operator.key, .cer, .p12 for CN=operator,OU=Operations, valid until 2027-11-23'
  ])
  await checkSamples(t, directory)
  t.strictSame(certificateIn(directory, 'server').subjectAltName.map(({ type, value }) => `${type} ${String(value)}`),
    ['dNSName localhost', 'iPAddress 127.0.0.1', 'iPAddress ::1'])
})

t.test('what holds a private key is for its owner alone', { skip: process.platform === 'win32' && 'needs file modes' }, async (t) => {
  const directory = t.testdir()
  await make(directory)
  for (const file of allFiles) t.equal(statSync(join(directory, file)).mode & 0o777, file.endsWith('.cer') ? 0o644 & ~process.umask() : 0o600, file)
})

t.test('a second start makes nothing and says nothing', async (t) => {
  const directory = t.testdir()
  await make(directory)
  const before = contentsOf(directory)
  t.strictSame(await make(directory, later(363)), [])
  t.strictSame(contentsOf(directory), before)
})

t.test('samples that end within a day are renewed: the keys stay', async (t) => {
  const directory = t.testdir()
  await make(directory)
  const before = contentsOf(directory)
  const serial = certificateIn(directory, 'client').serialNumber
  t.strictSame(await make(directory, later(364.1)), [
    'renewed server.cer, .p12 for CN=localhost, valid until 2028-11-21 (the old one until 2027-11-23)',
    'renewed client.cer, .p12 for CN=client, valid until 2028-11-21 (the old one until 2027-11-23)',
    'renewed operator.cer, .p12 for CN=operator,OU=Operations, valid until 2028-11-21 (the old one until 2027-11-23)'
  ])
  const after = contentsOf(directory)
  t.strictSame(Object.keys(after).filter((name) => after[name] === before[name]), ['ca.cer', 'ca.key', 'ca.p12', 'client.key', 'operator.key', 'server.key'])
  t.not(certificateIn(directory, 'client').serialNumber, serial)
  await checkSamples(t, directory, later(364.1))
  t.strictSame(await make(directory, later(364.1)), [])
})

t.test('the authority\'s own certificate is renewed, too, and its key stays', async (t) => {
  const directory = t.testdir()
  await make(directory)
  const key = readFileSync(join(directory, 'ca.key'), 'utf8')
  const lines = await make(directory, later(4000))
  t.equal(lines.length, 4)
  t.equal(lines[0], 'renewed ca.cer, .p12 for CN=Sample CA,O=fastify-client-certificate, valid until 2047-11-03 (the old one until 2036-11-20)')
  t.equal(readFileSync(join(directory, 'ca.key'), 'utf8'), key)
  await checkSamples(t, directory, later(4000))
})

t.test('a folder that was left at any point is completed, and what was there stays', async (t) => {
  const whole = t.testdir()
  await make(whole)
  // In the order in which they are written.
  const written = ['ca', 'server', 'client', 'operator'].flatMap((name) => ['.key', '.cer', '.p12'].map((suffix) => name + suffix))
  for (let count = 1; count < written.length; count++) {
    const directory = join(whole, `after-${count}`)
    const there = written.slice(0, count)
    copy(whole, directory, there)
    const lines = await make(directory)
    t.match(lines[0], `made ${written[count]}`, `after ${there[count - 1]}`)
    await checkSamples(t, directory)
    t.ok(there.every((name) => readFileSync(join(directory, name)).equals(readFileSync(join(whole, name)))), 'all that was there stays')
  }
})

function copy (from: string, to: string, names: readonly string[] = allFiles): void {
  mkdirSync(to)
  for (const name of names) copyFileSync(join(from, name), join(to, name))
}

t.test('a start that is killed at any moment leaves a folder that the next one completes', async (t) => {
  const root = t.testdir()
  await Promise.all([0, 20, 50, 90].map(async (milliseconds) => {
    const directory = join(root, `after-${milliseconds}`)
    const child = startElsewhere(directory)
    // From when the folder is there on, all is written within some tens of milliseconds.
    while (child.exitCode === null && !existsSync(directory)) await setTimeout(1)
    await setTimeout(milliseconds)
    child.kill('SIGKILL')
    if (child.exitCode === null) await once(child, 'exit')
    await make(directory)
    for (const name of readdirSync(directory)) if (name.endsWith('.temporary')) rmSync(join(directory, name))
    await checkSamples(t, directory)
  }))
})

t.test('two starts at once leave one whole set', async (t) => {
  const root = t.testdir()
  for (let round = 0; round < 3; round++) {
    const directory = join(root, `round-${round}`)
    const lines = await Promise.all([make(directory), make(directory), make(directory)])
    t.strictSame(lines.flat().filter((line) => !line.startsWith('made ')), [])
    await checkSamples(t, directory)
  }
})

t.test('two starts at once that renew leave one whole set', async (t) => {
  const directory = t.testdir()
  await make(directory)
  await Promise.all([make(directory, later(400)), make(directory, later(400))])
  await checkSamples(t, directory, later(400))
})

t.test('two processes at once leave one whole set', async (t) => {
  const directory = join(t.testdir(), 'certs')
  const children = [startElsewhere(directory), startElsewhere(directory)]
  t.strictSame(await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0])), [0, 0])
  await checkSamples(t, directory)
})

function startElsewhere (directory: string): ChildProcess {
  const program = `import { makeSampleCertificates } from ${JSON.stringify(new URL('../../examples/sample-certificates.ts', import.meta.url).href)}
    await makeSampleCertificates(${JSON.stringify(directory)}, new Date(${now.getTime()}), () => {})`
  const root = fileURLToPath(new URL('../..', import.meta.url))
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

t.test('an own authority whose key is elsewhere: nothing is made, and the lines say what to do', async (t) => {
  for (const suffix of ['.cer', '.p12']) {
    const directory = t.testdir({ [`ca${suffix}`]: 'anything' })
    t.strictSame(await make(directory), [
      `server.cer cannot be signed: ca${suffix} is there without ca.key`,
      `client.cer cannot be signed: ca${suffix} is there without ca.key`,
      `operator.cer cannot be signed: ca${suffix} is there without ca.key`,
      'hint: to have the samples made, put the private key of your authority into ca.key, not encrypted, and its certificate into ca.cer; ' +
        'or move all ca.* away, and a sample authority is made (CLIENT_CA_FILE tells the server where your own is)'
    ])
    t.strictSame(readdirSync(directory), [`ca${suffix}`])
  }
})

t.test('nobody asks for the key of the authority as long as nothing is to be signed', async (t) => {
  const directory = t.testdir()
  await make(directory)
  rmSync(join(directory, 'ca.key'))
  rmSync(join(directory, 'client.p12'))
  t.strictSame(await make(directory), ['made client.p12 for CN=client, valid until 2027-11-23'])
  const [server, , , hint, ...more] = await make(directory, later(400))
  t.equal(server, 'server.cer cannot be signed: ca.cer is there without ca.key')
  t.match(hint, /^hint: /)
  t.strictSame(more, [])
})

t.test('an own authority with its key signs what is missing, and ends nothing after itself', async (t) => {
  const own = mintAuthority({ subject: 'Own CA', notBefore: later(-1), notAfter: later(30) })
  const directory = t.testdir({ 'ca.key': own.key, 'ca.cer': own.der })
  t.strictSame(await make(directory), [
    'made ca.p12 for CN=Own CA, valid until 2026-12-23',
    'made server.key, .cer, .p12 for CN=localhost, valid until 2026-12-23',
    'made client.key, .cer, .p12 for CN=client, valid until 2026-12-23',
    'made operator.key, .cer, .p12 for CN=operator,OU=Operations, valid until 2026-12-23'
  ])
  await checkSamples(t, directory)
  t.strictSame(await make(directory, later(29.5)), ['ca.cer is valid until 2026-12-23 only; it was not made here, and stays'])
  const [authority, server] = await make(directory, later(31))
  t.equal(authority, 'ca.cer is valid until 2026-12-23 only; it was not made here, and stays')
  t.equal(server, 'server.cer cannot be signed: at is 2026-12-24T12:34:56Z, but the authority is valid from 2026-11-22T12:34:56Z to 2026-12-23T12:34:56Z')
})

t.test('an own authority that cannot be used: the lines say why', async (t) => {
  const { privateKey, key, pem } = mintAuthority()
  const leaf = mint()
  const cases: Array<[files: Record<string, string>, reason: string]> = [
    [{ 'ca.key': writePrivateKey(privateKey, 'secret'), 'ca.cer': pem }, 'ca.key: the private key is encrypted: a passphrase is needed'],
    [{ 'ca.key': key, 'ca.cer': '-----BEGIN CERTIFICATE-----' }, 'ca.cer: PEM block 1'],
    [{ 'ca.key': key, 'ca.cer': leaf.pem }, 'ca.key is not the key of ca.cer'],
    [{ 'ca.key': leaf.key, 'ca.cer': leaf.pem }, 'ca.cer: certificate of CN=subject is not a CA by its basicConstraints']
  ]
  for (const [files, reason] of cases) {
    const lines = await make(t.testdir(files))
    t.match(lines.find((line) => line.startsWith('server.cer')), `server.cer cannot be signed: ${reason}`)
  }
})

t.test('a key of the owner\'s that is unfit to sign is told', async (t) => {
  const { privateKey } = generateKeyPairSync('x25519')
  const [line] = await make(t.testdir({ 'ca.key': writePrivateKey(privateKey) }))
  t.equal(line, 'server.cer cannot be signed: ca.cer cannot be signed: privateKey is a key of type x25519, which signs nothing here')
})

t.test('a client of the owner\'s stays, also when it has expired', async (t) => {
  const directory = t.testdir()
  await make(directory)
  const [authority] = readCertificates(readFileSync(join(directory, 'ca.cer')))
  const privateKey = readPrivateKey(readFileSync(join(directory, 'ca.key')))
  const issuer = { ...mint(), certificate: authority, privateKey }
  const own = mint({ subject: 'client', issuer, version: 1, notBefore: later(-2), notAfter: later(-1) })
  writeFileSync(join(directory, 'client.cer'), own.pem)
  writeFileSync(join(directory, 'client.key'), own.key)
  rmSync(join(directory, 'client.p12'))
  const line = 'client.cer is valid until 2026-11-22 only; it was not made here, and stays'
  t.strictSame(await make(directory), [line, 'made client.p12 for CN=client, valid until 2026-11-22'])
  t.strictSame(await make(directory), [line])
  t.equal(readFileSync(join(directory, 'client.cer'), 'utf8'), own.pem)
})

t.test('a certificate that only looks as if it was made here stays', async (t) => {
  const directory = t.testdir()
  await make(directory)
  const authority = certificateIn(directory, 'ca')
  const { subject, extensions, publicKey } = certificateIn(directory, 'client')
  const keys = { publicKey, privateKey: readPrivateKey(readFileSync(join(directory, 'client.key'))) }
  const content = { subject: subject.raw, extensions, keys, notBefore: later(-2), notAfter: later(-1) }
  const ownKey = { ...mint(), certificate: authority, privateKey: readPrivateKey(readFileSync(join(directory, 'ca.key'))) }
  const others = [
    mint({ ...content, issuer: mintAuthority(), issuerName: authority.subject.raw }),
    mint({ ...content, issuer: ownKey, issuerName: mintAuthority().certificate.subject.raw })
  ]
  for (const { pem } of others) {
    writeFileSync(join(directory, 'client.cer'), pem)
    t.strictSame(await make(directory), [
      'client.cer is valid until 2026-11-22 only; it was not made here, and stays',
      'client.cer was not signed by ca.cer, and stays: delete client.key, .cer, .p12 to have them made anew'
    ])
    t.equal(readFileSync(join(directory, 'client.cer'), 'utf8'), pem)
  }
})

t.test('a store under a password of the owner\'s stays, when its certificate is renewed', async (t) => {
  const directory = t.testdir()
  await make(directory)
  const pair = { privateKey: readPrivateKey(readFileSync(join(directory, 'client.key'))), certificate: certificateIn(directory, 'client') }
  const other = mint()
  const stores = [
    await writePkcs12({ ...pair, passphrase: 'of my own', iterations: 1 }),
    await writePkcs12({ privateKey: other.privateKey, certificate: other.certificate, passphrase: samplePassword, iterations: 1 }),
    await writePkcs12TrustStore({ certificates: [pair.certificate], passphrase: samplePassword, iterations: 1 })
  ]
  for (const [index, store] of stores.entries()) {
    writeFileSync(join(directory, 'client.p12'), store)
    const lines = await make(directory, later(400 * (index + 1)))
    t.match(lines[1], /^renewed client\.cer for CN=client, /)
    t.strictSame(readFileSync(join(directory, 'client.p12')), store)
  }
})

t.test('a renewal that was cut short between its two files is done again', async (t) => {
  const directory = t.testdir()
  await make(directory)
  const old = readFileSync(join(directory, 'client.cer'))
  await make(directory, later(400))
  writeFileSync(join(directory, 'client.cer'), old)
  t.match(await make(directory, later(400)), [/^renewed client\.cer, \.p12 for CN=client, /])
  await checkSamples(t, directory, later(400))
})

t.test('a store that is not there is made with the renewed certificate', async (t) => {
  const directory = t.testdir()
  await make(directory)
  rmSync(join(directory, 'client.p12'))
  t.match((await make(directory, later(400))).slice(1, 3), [/^renewed client\.cer for CN=client, /, /^made client\.p12 for CN=client, /])
  await checkSamples(t, directory, later(400))
})

t.test('samples of an authority that is gone stay, and the lines say so', async (t) => {
  const directory = t.testdir()
  await make(directory)
  for (const suffix of ['.key', '.cer', '.p12']) rmSync(join(directory, `ca${suffix}`))
  const told = (name: string) => `${name}.cer was not signed by ca.cer, and stays: delete ${name}.key, .cer, .p12 to have them made anew`
  t.strictSame((await make(directory)).slice(1), [told('server'), told('client'), told('operator')])
  rmSync(join(directory, 'client.p12'))
  t.strictSame((await make(directory)).slice(1, 3), ['made client.p12 for CN=client, valid until 2027-11-23', told('client')])
  const store = await readPkcs12(readFileSync(join(directory, 'client.p12')), samplePassword)
  t.strictSame(store.certificates, [], 'without an authority that did not sign it')
})

t.test('a certificate or a store without its key stays as it is', async (t) => {
  const directory = t.testdir()
  await make(directory)
  rmSync(join(directory, 'client.key'))
  rmSync(join(directory, 'operator.key'))
  rmSync(join(directory, 'operator.cer'))
  t.strictSame(await make(directory), ['client.cer is there without client.key', 'operator.p12 is there without operator.key'])
})

t.test('a folder that cannot be written is an error', async (t) => {
  const directory = t.testdir({ file: '' })
  await t.rejects(make(join(directory, 'file')), { code: 'EEXIST' })
  const blocked = t.testdir({ 'ca.key': {} })
  await t.rejects(make(blocked), { code: 'EISDIR' })
})

t.test('where the file system has no hard links, files are copied, and still never over others', async (t) => {
  const directory = t.testdir({ one: 'one', two: 'two' })
  const [one, two, place] = ['one', 'two', 'place'].map((name) => join(directory, name))
  const withoutLinks = async () => { throw Object.assign(new Error('no links here'), { code: 'EPERM' }) }
  await putInPlace(one, place, withoutLinks)
  t.equal(readFileSync(place, 'utf8'), 'one')
  await t.rejects(putInPlace(two, place, withoutLinks), { code: 'EEXIST' })
  await t.rejects(putInPlace(two, place), { code: 'EEXIST' })
  t.equal(readFileSync(place, 'utf8'), 'one')
})

t.test('openssl opens every sample', { skip: parts.missing('openssl') }, async (t) => {
  const directory = t.testdir()
  await make(directory)
  const file = (name: string) => join(directory, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })
  const at = String(now.getTime() / 1000)
  for (const [name, purpose] of [['server', 'sslserver'], ['client', 'sslclient'], ['operator', 'sslclient']]) {
    t.match(openssl('verify', '-x509_strict', '-attime', at, '-purpose', purpose, '-CAfile', file('ca.cer'), file(`${name}.cer`)), ': OK')
  }
  for (const name of names) {
    t.match(openssl('pkcs12', '-in', file(`${name}.p12`), '-passin', `pass:${samplePassword}`, '-noenc'), 'PRIVATE KEY')
    t.match(openssl('pkey', '-in', file(`${name}.key`), '-check', '-noout'), 'Key is valid')
  }
})
