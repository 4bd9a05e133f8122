import t from 'tap'
import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCertificates, writePkcs12, type Pkcs12Profile } from '../../lib/certificate/index.js'
import { mintAuthority, mintClient, newKeys, type Minted } from '../helpers/mint.js'
import { parts } from '../helpers/parts.js'

const authority = mintAuthority({ subject: 'Root' })
const clients: Readonly<Record<string, Minted>> = {
  ec: mintClient(authority, { subject: 'ec', keys: newKeys() }),
  rsa: mintClient(authority, { subject: 'rsa', keys: generateKeyPairSync('rsa', { modulusLength: 2048 }) }),
  ed25519: mintClient(authority, { subject: 'ed25519', keys: generateKeyPairSync('ed25519') })
}
const passphrases = ['password', 'pässwörd €', 'pä😀', '']
const profiles: readonly Pkcs12Profile[] = ['modern', 'compatible']

interface Sample { readonly name: string, readonly kind: string, readonly client: Minted, readonly passphrase: string, readonly profile: Pkcs12Profile }

/** Every key type in every profile under every passphrase. */
const samples: readonly Sample[] = Object.entries(clients).flatMap(([kind, client]) => profiles.flatMap((profile) =>
  passphrases.map((passphrase) => ({ name: `${kind}, ${profile}, ${JSON.stringify(passphrase)}`, kind, client, passphrase, profile }))))

const write = async ({ client, passphrase, profile }: Sample) =>
  await writePkcs12({ ...client, chain: [authority.certificate], passphrase, profile, iterations: 2048, friendlyName: 'Älice' })

function workshop (t: { testdir: () => string }) {
  const folder = t.testdir()
  const run = (program: string, ...argv: string[]) => execFileSync(program, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } }).toString()
  return { run, save: (octets: Buffer) => writeFileSync(join(folder, 'ours.p12'), octets) }
}

t.setTimeout(900_000)

t.test('OpenSSL reads every profile', { skip: parts.missing('openssl') }, async (t) => {
  const { run, save } = workshop(t)
  for (const sample of samples) {
    save(await write(sample))
    const shown = run('openssl', 'pkcs12', '-in', 'ours.p12', '-passin', `pass:${sample.passphrase}`, '-nodes')
    t.ok(createPrivateKey(shown).equals(sample.client.privateKey), sample.name)
    t.strictSame(readCertificates(shown).map((each) => each.raw), [sample.client.der, authority.der], sample.name)
    // One name and one identifier for the key, the same for its certificate.
    t.equal(shown.match(/localKeyID: (?:[0-9A-F]{2} ){20}/g)?.length, 2, sample.name)
    t.equal(shown.match(/friendlyName: /g)?.length, 2, sample.name)
  }
})

t.test('GnuTLS reads every profile', { skip: parts.missing('certtool') }, async (t) => {
  const { run, save } = workshop(t)
  for (const sample of samples) {
    save(await write(sample))
    const password = sample.passphrase === '' ? ['--empty-password'] : ['--password', sample.passphrase]
    const shown = run('certtool', '--p12-info', '--inder', '--infile', 'ours.p12', ...password)
    t.strictSame(readCertificates(shown).map((each) => each.raw), [sample.client.der, authority.der], sample.name)
    // The key is shown as it came, encrypted; its public half is told only under a password that is not empty.
    if (sample.passphrase === '') continue
    save(Buffer.from(shown))
    const publicKey = createPublicKey(run('certtool', '--pubkey-info', '--load-privkey', 'ours.p12', ...password))
    t.ok(publicKey.equals(sample.client.publicKey), sample.name)
  }
})

// Its version here has no private keys for Ed25519.
t.test('NSS reads every profile', { skip: parts.missing('certutil', 'pk12util') }, async (t) => {
  const { run, save } = workshop(t)
  for (const sample of samples.filter(({ kind }) => kind !== 'ed25519')) {
    save(await write(sample))
    run('rm', '-rf', 'database')
    run('mkdir', 'database')
    run('certutil', '-N', '-d', 'database', '--empty-password')
    run('pk12util', '-i', 'ours.p12', '-d', 'database', '-W', sample.passphrase)
    t.match(run('certutil', '-K', '-d', 'database'), 'Älice', sample.name)
    t.match(run('certutil', '-L', '-d', 'database'), /Älice +u,u,u/, sample.name)
  }
})

t.test('OpenSSL sees the algorithms of the compatible profile', { skip: parts.missing('openssl') }, async (t) => {
  const { run, save } = workshop(t)
  save(await writePkcs12({ ...clients.ec, passphrase: 'password', profile: 'compatible' }))
  const shown = run('sh', '-c', 'openssl pkcs12 -in ours.p12 -passin pass:password -info -noout 2>&1')
  t.match(shown, /MAC: sha1, Iteration 2048\nMAC length: 20, salt length: 8\n/)
  t.match(shown, /PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048\n/)
  t.match(shown, /Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048\n/)
})
